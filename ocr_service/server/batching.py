"""Merges the pages of many requests into full batches for one engine.

The engine runs in a thread of its own, so that the event loop never waits for it. The number of
queued pages is bounded, and so is the time that a batch waits to be filled.
"""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from ocr_service.protocol.engine import BatchEngine, PageText, Prompt

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["BatchQueue", "EngineFaultError", "EngineThread", "QueueFullError"]

_LONGEST_RETRY = 60  # seconds; the most that a refused client is asked to wait

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)


class QueueFullError(Exception):
    """The queue is full; `retry_after` estimates in how many seconds it has room."""

    def __init__(self, retry_after: int) -> None:
        """Set the message."""
        super().__init__(f"the queue is full; try again in {retry_after} s")
        self.retry_after = retry_after


class EngineFaultError(Exception):
    """The engine raised an exception, or returned a wrong number of texts."""


class EngineThread:
    """The one thread that loads and runs an engine.

    A daemon thread, unlike those of the standard library's executors: the program can exit while a
    model is loading.
    """

    def __init__(self) -> None:
        """Start the thread."""
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        threading.Thread(target=self._run, name="engine", daemon=True).start()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()

    def call(
        self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[T]:
        """Call a function in the thread, after earlier calls; return a future to await."""
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = function(*args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        self._calls.put(run)
        return asyncio.wrap_future(future)

    def close(self) -> None:
        """End the thread after the calls already made."""
        self._calls.put(None)


@dataclass(eq=False, slots=True)
class _Waiting:
    """A queued page of one request; `since` is the event loop's time of its arrival."""

    request: object
    image: Image.Image
    prompt: Prompt
    since: float
    answer: asyncio.Future[PageText]


class BatchQueue:
    """The queue in front of the engine. For one event loop, in which `run` must be running."""

    def __init__(
        self,
        engine: BatchEngine,
        thread: EngineThread,
        *,
        read_pages: int,
        max_waiting: int,
        linger: float,
    ) -> None:
        """Set up the queue.

        Args:
            engine: called in `thread`, one call at a time.
            thread: the engine's thread.
            read_pages: the size of a full batch.
            max_waiting: the most queued pages, without those being read.
            linger: seconds that a partial batch waits for more pages.
        """
        self._engine = engine
        self._thread = thread
        self._read_pages = read_pages
        self._max_waiting = max_waiting
        self._linger = linger
        self._waiting: deque[_Waiting] = deque()
        self._reading: Sequence[_Waiting] = ()
        self._changed = asyncio.Event()
        self._closing = False
        self._batch_seconds = 1.0  # duration of the last batch
        self.faults_in_a_row = 0

    @property
    def waiting(self) -> int:
        """The number of queued pages."""
        return len(self._waiting)

    @property
    def is_wanted(self) -> bool:
        """Whether a client still waits for a page that is queued or being read."""
        return any(not page.answer.done() for page in (*self._waiting, *self._reading))

    def check_room(self, count: int) -> None:
        """Make sure that the queue has room for `count` more pages.

        Raises:
            QueueFullError: it has not.
        """
        if self._closing or len(self._waiting) + count > self._max_waiting:
            batches = math.ceil(len(self._waiting) / self._read_pages)
            seconds = math.ceil(self._batch_seconds * max(1, batches))
            raise QueueFullError(min(_LONGEST_RETRY, seconds))

    async def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:
        """Return a text for each image. On cancellation, pages not yet started leave the queue.

        Raises:
            QueueFullError: there is no room for all of them; none is queued.
            EngineFaultError: the engine failed.
        """
        self.check_room(len(images))
        loop = asyncio.get_running_loop()
        request, now = object(), loop.time()
        pages = [_Waiting(request, image, prompt, now, loop.create_future()) for image in images]
        self._waiting.extend(pages)
        self._changed.set()
        try:
            return await asyncio.gather(*(page.answer for page in pages))
        except asyncio.CancelledError:
            gone = set(pages)
            self._waiting = deque(page for page in self._waiting if page not in gone)
            self._changed.set()
            raise

    async def run(self) -> None:
        """Read batch after batch until the queue is closed and empty."""
        while (batch := await self._next_batch()) is not None:
            began = asyncio.get_running_loop().time()
            await self._read_batch(batch)
            self._batch_seconds = asyncio.get_running_loop().time() - began

    async def _read_batch(self, batch: Sequence[_Waiting]) -> None:
        """Read a batch. If the engine fails, retry each of its requests alone."""
        images = [page.image for page in batch]
        self._reading = batch
        try:
            texts = await self._thread.call(self._read, images, batch[0].prompt)
        except EngineFaultError as error:
            requests = list(dict.fromkeys(page.request for page in batch))
            if len(requests) > 1:
                for request in requests:
                    await self._read_batch([page for page in batch if page.request is request])
                return
            self.faults_in_a_row += 1
            for page in batch:
                if not page.answer.done():
                    page.answer.set_exception(error)
        else:
            self.faults_in_a_row = 0
            for page, text in zip(batch, texts, strict=True):
                if not page.answer.done():
                    page.answer.set_result(text)

    def close(self) -> None:
        """Accept no more pages; `run` ends when the queued ones are read."""
        self._closing = True
        self._changed.set()

    def _read(self, images: list[Image.Image], prompt: Prompt) -> list[PageText]:
        """Call the engine, in its thread."""
        try:
            texts = self._engine.read(images, prompt)
        except Exception as error:
            logger.exception("the engine failed on %d pages", len(images))
            raise EngineFaultError(f"{type(error).__name__} in the engine") from error
        if len(texts) != len(images):
            logger.error("the engine returned %d texts for %d pages", len(texts), len(images))
            raise EngineFaultError("the engine returned a wrong number of texts")
        return texts

    async def _next_batch(self) -> list[_Waiting] | None:
        """Return the oldest page and those that can be read with it; None after `close`."""
        loop = asyncio.get_running_loop()
        while True:
            self._changed.clear()
            if not self._waiting:
                if self._closing:
                    return None
                await self._changed.wait()
                continue
            first = self._waiting[0]
            batch = [page for page in self._waiting if page.prompt is first.prompt]
            left = first.since + self._linger - loop.time()
            if len(batch) >= self._read_pages or left <= 0 or self._closing:
                return self._take(batch[: self._read_pages])
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)

    def _take(self, batch: list[_Waiting]) -> list[_Waiting]:
        taken = set(batch)
        self._waiting = deque(page for page in self._waiting if page not in taken)
        return batch
