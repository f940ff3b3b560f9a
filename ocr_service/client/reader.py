"""Pages read by an OCR service, one record after another: what the pipeline sees of it all."""

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
    """Tell nobody."""


class ServiceReader:
    """Has pages read by one service; `stats` counts over all books."""

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
            prompt: what the model is asked for.
            price: dollars an hour of one of its GPUs, for the figures; None is as `gpu_price` says.
            ahead: pages drawn, or being drawn, before they can be sent.
            tell: given a line when there is something to wait for.
        """
        self.stats = ServiceStats(gpu_price(price, options))
        self._settings = ReaderSettings(options, prompt, ahead, self.stats, tell)

    def read(self, source_sha256: str, jobs: Iterable[PageJob]) -> Iterator[PageRecord]:
        """Yield each page as it is finished, in whatever order that is.

        Nothing is sent while a record is being looked at: all that was answered is handed over
        before the next page is asked for. On Ctrl-C what was answered is handed over first; a
        second Ctrl-C does not wait.

        Args:
            source_sha256: of the book's file, for the records.
            jobs: the pages; drawn only a little ahead of the sending.

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
    """Notes the first Ctrl-C within its block, so that nothing is dropped half-way."""

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
