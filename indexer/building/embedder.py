"""Makes the vectors of an index: beside the reading, in a thread, and what is left after it."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Sequence

import numpy as np

from indexer.building.index_build import IndexBuild
from indexer.encoder.bulk import MANY, SOME, BulkEncoder, TorchEncoder, open_bulk_encoder
from indexer.encoder.encoder import Vectors
from ocr_service.console.progress import Progress
from ocr_service.workers.pool import available_cores

__all__ = ["Embedder"]

_PUBLISH_SECONDS = 30.0  # between two generations with new vectors
_FIRST_BATCH, _LEAST_BATCH, _LARGEST_BATCH = 16, 4, 4_096  # passages; a batch is kept when made
_BATCH_SECONDS = (1.0, 4.0)  # a batch that takes less is followed by a larger one, and so on
_IDLE_SECONDS = 5.0  # between two looks for passages when nothing was reported
_NICENESS = 5  # reading goes first: words answer sooner than vectors


class Embedder:
    """Embeds what an index has without a vector.

    Attributes:
        embedded: the number of passages that were embedded.
    """

    def __init__(self, build: IndexBuild, progress: Progress) -> None:
        """Embed the passages of `build`; the encoder is loaded for the first of them."""
        self.embedded = 0
        self._build = build
        self._progress = progress
        self._encoder: BulkEncoder | None = None
        self._expected = 0  # when the encoder was opened
        self._batch = _FIRST_BATCH
        self._published = time.monotonic()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._error: BaseException | None = None

    def start(self) -> None:
        """Begin to embed in a thread, at low priority."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="embedder")
            self._thread.start()

    def wake(self) -> None:
        """Tell the thread that there are new passages.

        Raises:
            EncoderError: the encoder cannot be loaded; the thread has ended.
            OSError: the disk is full or not writable; the thread has ended.
        """
        self._wake.set()
        self._raise_error()

    def stop(self) -> None:
        """End the thread when its batch is kept: within seconds."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def finish(self) -> None:
        """Embed all that is left, with all cores, and publish it.

        Raises:
            EncoderError: the encoder cannot be loaded.
            OSError: the disk is full or not writable; what was made is kept.
        """
        self.stop()
        self._raise_error()
        while self._embed_batch():
            self._publish_now_and_then()
        self._build.publish_vectors()

    def _raise_error(self) -> None:
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def _run(self) -> None:
        _yield_to_others()
        try:
            while not self._stopping.is_set():
                if self._embed_batch():
                    self._publish_now_and_then()
                else:
                    self._build.publish_vectors()
                    self._wake.wait(_IDLE_SECONDS)
                    self._wake.clear()
        except BaseException as error:  # raised again in the thread that waits
            self._error = error

    def _publish_now_and_then(self) -> None:
        if time.monotonic() - self._published > _PUBLISH_SECONDS:
            self._build.publish_vectors()
            self._published = time.monotonic()

    def _embed_batch(self) -> bool:
        """Embed and keep the next passages; return whether there were any."""
        batch = self._build.next_batch(self._batch)
        if batch is None:
            return False
        texts = list(dict.fromkeys(text.text for text in batch.texts))
        encoder = self._open(texts)
        began, cpu = time.monotonic(), time.process_time()
        vectors = encoder.encode_documents(texts)
        seconds, busy = time.monotonic() - began, time.process_time() - cpu
        places = {text: place for place, text in enumerate(texts)}
        self._build.keep(batch, _rows_of(vectors, [places[text.text] for text in batch.texts]))
        self.embedded += len(texts)
        if self._thread is not None and not isinstance(encoder, TorchEncoder):
            # Reading has the cores. (Torch's device may be another, so its time stays.)
            seconds_alone = min(seconds, busy / available_cores())
        else:
            seconds_alone = seconds
        self._progress.embedded(len(batch.texts), seconds_alone, self._build.waiting)
        self._choose_batch(seconds)
        return True

    def _choose_batch(self, seconds: float) -> None:
        """Choose how many passages come next, so that little is lost by a kill."""
        short, long = _BATCH_SECONDS
        if seconds < short:
            self._batch = min(2 * self._batch, _LARGEST_BATCH)
        elif seconds > long:
            self._batch = max(self._batch // 2, _LEAST_BATCH)

    def _open(self, texts: Sequence[str]) -> BulkEncoder:
        """Return the encoder: a faster one from when there are some, or many, passages."""
        waiting = self._build.waiting
        if self._encoder is None or any(self._expected < size <= waiting for size in (SOME, MANY)):
            self._encoder = open_bulk_encoder(self._build.encoder_folder, texts, waiting)
            self._expected = waiting
        return self._encoder


def _rows_of(vectors: Vectors, places: list[int]) -> Vectors:
    chosen: Vectors = vectors[np.array(places, dtype=np.int64)]
    return chosen


def _yield_to_others() -> None:
    """Lower the priority of this thread, and of those that it starts; Linux only."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
