"""Runs pages through a pool of worker processes, each page within limits on time and memory."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, as_completed, wait
from pathlib import Path
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from ocr_service.common.errors import InputError
from ocr_service.library.pages import PageRecord
from ocr_service.workers.limits import HAS_CPU_LIMIT, out_of_time
from ocr_service.workers.page_images import PageImage, draw_page
from ocr_service.workers.tasks import (
    PageTask,
    Parameters,
    Result,
    SourceInfo,
    begin_worker,
    failed_page,
    look_into,
    read_page,
    read_plain_page,
    within_time,
)

__all__ = ["PAGE_SECONDS", "PagePool", "available_cores"]

PAGE_SECONDS = 60.0  # processor time of one page, and of opening one file
_WALL_TIMES = 10 if HAS_CPU_LIMIT else 1  # wall time in which a worker must get that much
_TICK = 0.1  # seconds
_GUESS_SECONDS = 10.0  # of processor time, for the text of a few pages in which a title is sought


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class PagePool:
    """Worker processes; a context manager that ends them.

    They start when they are first needed: a run with nothing new starts none. Files can be
    inspected and pages read ahead of time (`begin_look`, `begin`); `look_into` and `read` then
    take up what was begun.
    """

    def __init__(self, jobs: int, *, page_seconds: float = PAGE_SECONDS) -> None:
        """Use up to `jobs` processes, and `page_seconds` of processor time for a page."""
        self.jobs = jobs
        self._seconds = page_seconds
        self._pool: ProcessPool | None = None
        # Begun ahead of time.
        self._looks: dict[tuple[Path, str | None], Future[SourceInfo]] = {}
        self._pages: dict[PageTask, Future[PageRecord]] = {}

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the workers; at once if an exception left the block."""
        if self._pool is not None:
            if kind is None:
                self._pool.close()
            else:
                self._pool.stop()
            self._pool.join()

    def _begin_guess(self, path: Path, password: str | None) -> Future[SourceInfo]:
        """Begin to inspect a file; its first pages are read to find a title."""
        seconds = min(_GUESS_SECONDS, self._seconds)
        return self._schedule_for(seconds, look_into, path, password, guess_title=True)

    def _schedule(
        self,
        work: Callable[Parameters, Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Future[Result]:
        return self._schedule_for(self._seconds, work, *args, **kwargs)

    def _schedule_for(
        self,
        seconds: float,
        work: Callable[Parameters, Result],
        *args: Parameters.args,
        **kwargs: Parameters.kwargs,
    ) -> Future[Result]:
        if self._pool is None:
            # Fresh interpreters: forking a process that has threads is not safe.
            self._pool = ProcessPool(
                max_workers=self.jobs,
                initializer=begin_worker,
                context=multiprocessing.get_context("spawn"),
            )
        future: Future[Result] = self._pool.schedule(
            within_time,
            args=[seconds, work, *args],
            kwargs=kwargs,
            timeout=_WALL_TIMES * seconds,
        )
        return future

    def look_into(self, path: Path, password: str | None) -> SourceInfo:
        """Return a file's title, authors, language and page labels.

        Raises:
            InputError: it cannot be opened, or that takes too much time or memory.
        """
        begun = self._looks.pop((path, password), None)
        try:
            return (begun or self._begin_guess(path, password)).result()
        except (TimeoutError, ProcessExpired, MemoryError):
            pass  # perhaps one of the first pages, which are read to find a title: do without
        try:
            return self._schedule(look_into, path, password, guess_title=False).result()
        except (TimeoutError, ProcessExpired, MemoryError) as error:
            if out_of_time(error):
                reason = f"takes over {self._seconds:.0f} s; the file is damaged or hostile"
            else:
                reason = "takes too much memory or crashes the PDF library"
            raise InputError(f"{path}: opening it {reason}; repair it or leave it out") from None

    @property
    def has_room(self) -> bool:
        """Whether so little is begun ahead of time that workers will soon be idle."""
        looks, pages = self._looks.values(), self._pages.values()
        begun = sum(not look.done() for look in looks) + sum(not page.done() for page in pages)
        return begun < 2 * self.jobs

    def begin_look(self, path: Path, password: str | None) -> None:
        """Begin to inspect a file, for a later `look_into`."""
        self._looks[path, password] = self._begin_guess(path, password)

    def looked_into(self, path: Path, password: str | None) -> SourceInfo | None:
        """Return what `begin_look` has found; None if it is not finished, or failed."""
        future = self._looks.get((path, password))
        if future is None or not future.done() or future.exception() is not None:
            return None
        return future.result()

    def begin(self, tasks: Iterable[PageTask]) -> None:
        """Begin to read pages, for a later `read`."""
        for task in tasks:
            self._pages[task] = self._schedule(read_page, task)

    def read(self, tasks: Iterable[PageTask]) -> Iterator[list[PageRecord]]:
        """Read pages in parallel; yield those that have finished, in any order.

        Yields every tenth of a second at least, if need be an empty list, so that the caller can
        do something else, such as beginning other pages.
        """
        running = {self._begun_or_new(task): task for task in tasks}
        waiting = set(running)
        while waiting:
            done, waiting = wait(waiting, timeout=_TICK, return_when=FIRST_COMPLETED)
            yield [self._record(future, running[future]) for future in done]

    def _begun_or_new(self, task: PageTask) -> Future[PageRecord]:
        return self._pages.pop(task) if task in self._pages else self._schedule(read_page, task)

    def read_plain(self, tasks: Iterable[PageTask]) -> Iterator[tuple[PageTask, PageRecord | None]]:
        """Yield each page with its record if its own text is sound and without mathematics."""
        running = {self._schedule(read_plain_page, task): task for task in tasks}
        for future in as_completed(running):
            try:
                yield running[future], future.result()
            except (TimeoutError, ProcessExpired):
                yield running[future], None

    def draw(self, task: PageTask) -> Future[PageImage]:
        """Begin to render a page for an OCR service."""
        return self._schedule(draw_page, task)

    def _record(self, future: Future[PageRecord], task: PageTask) -> PageRecord:
        try:
            return future.result()
        except (TimeoutError, ProcessExpired) as error:
            if out_of_time(error):
                reason = f"takes over {self._seconds:.0f} s; repair the file, or try --retry-failed"
                return failed_page(task, reason, self._seconds)
            reason = "needs too much memory or crashes a library; repair the file or leave it out"
            return failed_page(task, reason, 0.0)
