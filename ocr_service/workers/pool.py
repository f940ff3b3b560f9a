"""A pool of worker processes that reads pages, each under a time limit."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, as_completed, wait
from concurrent.futures import TimeoutError as LimitError
from pathlib import Path
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessPool

from ocr_service.common.errors import InputError
from ocr_service.library.pages import PageRecord
from ocr_service.workers.page_images import PageImage, draw_page
from ocr_service.workers.tasks import (
    PageTask,
    SourceInfo,
    begin_worker,
    failed_page,
    look_into,
    read_page,
    read_plain_page,
)

__all__ = ["PAGE_SECONDS", "PagePool", "available_cores"]

PAGE_SECONDS = 60.0  # time limit of one page, and of looking into one file
_TICK = 0.1  # seconds


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class PagePool:
    """Worker processes; use as a context manager, which ends them.

    They are started when first needed: a run with nothing new starts none.
    """

    def __init__(self, jobs: int, *, page_seconds: float = PAGE_SECONDS) -> None:
        """Use up to `jobs` processes."""
        self.jobs = jobs
        self._seconds = page_seconds
        self._pool: ProcessPool | None = None
        # Begun before they are asked for.
        self._looks: dict[tuple[Path, str | None], Future[SourceInfo]] = {}
        self._pages: dict[PageTask, Future[PageRecord]] = {}
        # What to do while pages are waited for: to begin others, say.
        self.meanwhile: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        """Return the pool."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the workers; at once if the block was left by an exception."""
        if self._pool is not None:
            if kind is None:
                self._pool.close()
            else:
                self._pool.stop()
            self._pool.join()

    def _workers(self) -> ProcessPool:
        if self._pool is None:
            # Fresh interpreters: forking a process that has threads is not safe.
            self._pool = ProcessPool(
                max_workers=self.jobs,
                initializer=begin_worker,
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool

    def look_into(self, path: Path, password: str | None) -> SourceInfo:
        """Return what a file says of itself.

        Raises:
            InputError: it cannot be opened, or that takes too much time or memory.
        """
        try:
            return self._look_into(path, password, guess_title=True)
        except (LimitError, ProcessExpired, MemoryError):
            pass  # perhaps it was one of the first pages, read for a title: do without that
        try:
            return self._look_into(path, password, guess_title=False)
        except LimitError:
            raise InputError(
                f"{path}: opening it takes over {self._seconds:.0f} s; the file is damaged or "
                "hostile; repair it or leave it out"
            ) from None
        except (ProcessExpired, MemoryError):
            raise InputError(
                f"{path}: opening it takes too much memory or crashes the PDF library; "
                "repair it or leave it out"
            ) from None

    def _look_into(self, path: Path, password: str | None, *, guess_title: bool) -> SourceInfo:
        begun = self._looks.pop((path, password), None) if guess_title else None
        return (begun or self._schedule_look(path, password, guess_title=guess_title)).result()

    def _schedule_look(
        self, path: Path, password: str | None, *, guess_title: bool
    ) -> Future[SourceInfo]:
        future: Future[SourceInfo] = self._workers().schedule(
            look_into,
            args=[path, password],
            kwargs={"guess_title": guess_title},
            timeout=self._seconds,
        )
        return future

    @property
    def has_room(self) -> bool:
        """Whether workers will soon have nothing to do, of what was begun before its turn."""
        looks, pages = self._looks.values(), self._pages.values()
        begun = sum(not look.done() for look in looks) + sum(not page.done() for page in pages)
        return begun < 2 * self.jobs

    def begin_look(self, path: Path, password: str | None) -> None:
        """Begin to look into a file, so that `look_into` has the answer the sooner."""
        self._looks[path, password] = self._schedule_look(path, password, guess_title=True)

    def looked_into(self, path: Path, password: str | None) -> SourceInfo | None:
        """Return what `begin_look` has found so far; None too if it failed."""
        future = self._looks.get((path, password))
        if future is None or not future.done() or future.exception() is not None:
            return None
        return future.result()

    def begin(self, tasks: Iterable[PageTask]) -> None:
        """Begin to read pages, so that `read` has them the sooner."""
        for task in tasks:
            self._pages[task] = self._schedule(task)

    def _take(self, task: PageTask) -> Future[PageRecord]:
        """Return the reading of a page, begun now if it was not before."""
        return self._pages.pop(task) if task in self._pages else self._schedule(task)

    def _schedule(self, task: PageTask) -> Future[PageRecord]:
        future: Future[PageRecord] = self._workers().schedule(
            read_page, args=[task], timeout=self._seconds
        )
        return future

    def read(self, tasks: Iterable[PageTask]) -> Iterator[PageRecord]:
        """Read pages in parallel; yield each as it is finished, in whatever order that is."""
        running = {self._take(task): task for task in tasks}
        waiting = set(running)
        while waiting:
            done, waiting = wait(waiting, timeout=_TICK, return_when=FIRST_COMPLETED)
            self.meanwhile()
            for future in done:
                yield self._result(future, running[future])

    def read_plain(self, tasks: Iterable[PageTask]) -> Iterator[tuple[PageTask, PageRecord | None]]:
        """Yield each page with its record if its own text is sound and without mathematics."""
        pool = self._workers()
        running: dict[Future[PageRecord | None], PageTask] = {
            pool.schedule(read_plain_page, args=[task], timeout=self._seconds): task
            for task in tasks
        }
        for future in as_completed(running):
            try:
                yield running[future], future.result()
            except (LimitError, ProcessExpired):
                yield running[future], None

    def draw(self, task: PageTask) -> Future[PageImage]:
        """Begin to draw a page for an OCR service."""
        drawn: Future[PageImage] = self._workers().schedule(
            draw_page, args=[task], timeout=self._seconds
        )
        return drawn

    def _result(self, future: Future[PageRecord], task: PageTask) -> PageRecord:
        try:
            return future.result()
        except LimitError:
            reason = f"takes over {self._seconds:.0f} s; repair the file, or try --retry-failed"
            return failed_page(task, reason, self._seconds)
        except ProcessExpired:
            reason = "needs too much memory or crashes a library; repair the file or leave it out"
            return failed_page(task, reason, 0.0)
