"""The index of a library while a command writes it: publishes words, keeps vectors as they come."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from indexer.building.finished_books import FinishedBooks
from indexer.building.generation_series import GenerationSeries
from indexer.building.generation_writer import IndexReport
from indexer.building.indexed_book import PassageText
from indexer.building.plan_index import (
    EncoderPlan,
    PlannedEncoder,
    StoredGeneration,
    plan_encoder,
)
from indexer.encoder.encoder import Vectors
from indexer.encoder.store import install_encoder, is_described, remove_other_encoders
from indexer.stores.generations import (
    PENDING,
    SERVING,
    drop_pending,
    remove_left_overs,
    serve_pending,
)
from ocr_service.library.library import Library

__all__ = ["IndexBuild", "PassageBatch"]


@dataclass(frozen=True, slots=True)
class PassageBatch:
    """Passages to embed. Their rows mean the same as long as `rewrites` does not change."""

    texts: list[PassageText]
    rewrites: int


class IndexBuild:
    """Only for the holder of the library's lock. Its methods may be called from several threads.

    With another encoder, the index that serves gets the words of new books, and goes on answering
    with the vectors that it has; the new vectors are made in a pending one, which serves when all
    are there.
    """

    def __init__(self, library: Library, encoder_name: str | None, cache: Path) -> None:
        """Write nothing yet.

        Args:
            library: whose index it is.
            encoder_name: None means the index's own encoder, or the default for a new index.
            cache: keeps prepared encoders for other libraries.
        """
        self._library = library
        self._encoder_name = encoder_name
        self._cache = cache
        self._books = FinishedBooks(library)
        self._lock = threading.RLock()
        self._series: list[GenerationSeries] = []  # the last is the one to make vectors for

    @property
    def encoder_folder(self) -> Path:
        """The folder of the encoder that makes the vectors. Only if there is anything to embed."""
        return self._library.index_path / "encoders" / self._series[-1].encoder_key

    @property
    def waiting(self) -> int:
        """The number of passages without a vector of the encoder."""
        with self._lock:
            return self._series[-1].waiting if self._series else 0

    def update(self) -> IndexReport:
        """Publish the words and formulas of the books that are finished.

        Raises:
            EncoderError: the encoder cannot be found or loaded.
            OSError: the disk is full or not writable; the old index then still serves.
        """
        with self._lock:
            self._books.look()
            if not self._series:
                plan = plan_encoder(self._library.index_path, self._encoder_name)
                if plan.serving is None and not self._books.read():
                    return IndexReport()
                self._open(plan)
            reports = [series.update(self._books) for series in self._series]
            self._serve_if_complete()
            return reports[-1]

    def next_batch(self, count: int) -> PassageBatch | None:
        """Return the next passages to embed, at most `count`; None if there are none.

        Passages with the text of others get their vectors here.
        """
        with self._lock:
            while self._series:
                series = self._series[-1]
                texts = series.next_texts(count)
                if not texts:
                    return None
                unknown = series.keep_known(texts)
                if unknown:
                    return PassageBatch(unknown, series.rewrites)
            return None

    def keep(self, batch: PassageBatch, vectors: Vectors) -> None:
        """Write the vectors of a batch, which outlive a kill from now on.

        Raises:
            OSError: the disk is full or not writable.
        """
        with self._lock:
            series = self._series[-1]
            if batch.rewrites == series.rewrites:
                series.keep(batch.texts, vectors)

    def publish_vectors(self) -> None:
        """Publish the vectors that have been made.

        Raises:
            OSError: the disk is full or not writable; the old index then still serves.
        """
        with self._lock:
            if self._series and self._series[-1].publish():
                self._serve_if_complete()

    def _open(self, plan: EncoderPlan) -> None:
        """Open the generations to write, and have their encoders ready."""
        index = self._library.index_path
        encoders = index / "encoders"
        serving = plan.serving
        changes = plan.changes_encoder and serving is not None and serving.manifest.live_rows > 0
        encoder = _install(plan.encoder, encoders, self._cache)
        # Readers of the old index may not have loaded its encoder yet: the next update removes it.
        old_key = serving.manifest.encoder_key if serving else plan.encoder.key
        remove_other_encoders(encoders, plan.encoder.key, old_key)
        if not changes:
            same = serving if not plan.changes_encoder else None
            drop_pending(index)
            older = same or StoredGeneration.find(index, SERVING, any_version=True)
            self._series = [GenerationSeries(self._library, SERVING, encoder, same, older)]
        else:
            if plan.pending is None:
                drop_pending(index)
            pending = GenerationSeries(self._library, PENDING, encoder, plan.pending)
            self._series = [*self._old_series(serving, encoders), pending]
        remove_left_overs(index)  # of builds that were killed
        for series in self._series:
            series.publish()  # what a killed build made, or what is lost of a damaged index

    def _old_series(
        self, serving: StoredGeneration | None, encoders: Path
    ) -> list[GenerationSeries]:
        """Return the series of the index that answers meanwhile, if books can be added to it."""
        if serving is None or not is_described(encoders / serving.manifest.encoder_key):
            return []
        encoder = encoders / serving.manifest.encoder_key
        return [GenerationSeries(self._library, SERVING, encoder, serving)]

    def _serve_if_complete(self) -> None:
        """Let the pending generation serve when it has all its vectors."""
        last = self._series[-1]
        if last.pointer == PENDING and last.waiting == 0:
            last.publish()
            serve_pending(self._library.index_path)
            last.pointer = SERVING
            self._series = [last]


def _install(encoder: PlannedEncoder, encoders: Path, cache: Path) -> Path:
    """Return the folder of the prepared encoder, which is in `encoders`."""
    if encoder.model is None:
        return encoders / encoder.key
    return install_encoder(encoder.model, encoders, cache)
