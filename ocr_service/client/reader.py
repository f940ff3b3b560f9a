"""Reads pages with an OCR service and yields their records; the pipeline's entry point."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from types import FrameType, TracebackType
from typing import Self

from ocr_service.client.options import ServiceOptions
from ocr_service.client.records import PageJob
from ocr_service.client.session import Session
from ocr_service.client.settings import ReaderSettings
from ocr_service.client.stats import ServiceStats, gpu_price
from ocr_service.library.pages import PageRecord
from ocr_service.protocol.engine import Prompt

__all__ = ["PageJob", "ServiceReader"]


def _nothing(_line: str) -> None:
    """Discard a line."""


class ServiceReader:
    """Reads books with one service; `stats` counts over all of them."""

    def __init__(
        self,
        options: ServiceOptions,
        *,
        prompt: Prompt = Prompt.DOCUMENT,
        price: float | None = None,
        ahead: int = 16,
        tell: Callable[[str], None] = _nothing,
    ) -> None:
        """Set up, without connecting.

        Args:
            options: where the service is.
            prompt: the task of the model.
            price: dollars per hour of one of its GPUs, for the statistics; None: see `gpu_price`.
            ahead: pages rendered, or being rendered, before they can be sent.
            tell: called with a line for people when there is something to wait for.
        """
        self.stats = ServiceStats(gpu_price(price, options))
        told: set[str] = set()

        def tell_once(line: str) -> None:
            if line not in told:
                told.add(line)
                tell(line)

        self._settings = ReaderSettings(options, prompt, ahead, self.stats, tell, tell_once)

    def read(self, source_sha256: str, jobs: Iterable[PageJob]) -> Iterator[PageRecord]:
        """Yield each page when it is finished, in any order.

        Nothing is sent while the caller handles a record: all answered pages are yielded before
        the next request. On Ctrl-C the answered pages are yielded first; a second Ctrl-C exits at
        once.

        Args:
            source_sha256: of the book's file, for the records.
            jobs: the pages; rendered only a little ahead of sending.

        Raises:
            ServiceError: the service cannot be reached, refuses, or keeps failing.
            KeyboardInterrupt: Ctrl-C.
        """
        waiting = list(jobs)
        if not waiting:
            return
        with _Interrupts() as interrupts, asyncio.Runner() as runner:
            session = Session(self._settings, source_sha256, waiting)
            loop = runner.get_loop()
            interrupts.wake = lambda: loop.call_soon_threadsafe(session.outcomes.changed.set)
            runner.run(session.start())
            try:
                while True:
                    while session.outcomes.records:
                        yield session.outcomes.records.popleft()
                    if session.finished or interrupts.seen:
                        break
                    runner.run(session.outcomes.wait_for_change())
            finally:
                runner.run(session.stop())
            if interrupts.seen:
                raise KeyboardInterrupt
            if session.trouble is not None:
                raise session.trouble


class _Interrupts:
    """Defers the first Ctrl-C within its block, so that no answered page is lost."""

    def __init__(self) -> None:
        self.seen = False
        self.wake: Callable[[], object] = lambda: None
        self._before: object = None

    def __enter__(self) -> Self:
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.seen:
            signal.default_int_handler(number, frame)
        self.seen = True
        self.wake()
