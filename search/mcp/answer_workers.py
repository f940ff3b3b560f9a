"""Answers calls of tools in worker processes, so that each core answers one at a time.

A search is mostly Python, of which one process runs one thread at a time. Ten clients of a server
that searches in threads wait for each other, however many cores there are.
"""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from mcp_types import CallToolResult

from ocr_service.common.one_thread import use_one_thread
from ocr_service.workers.pool import available_cores
from ocr_service.workers.tasks import begin_worker
from search.live.live_library import LiveLibrary
from search.mcp.index_tool import IndexTool
from search.mcp.logs import log_to_stderr
from search.mcp.tools import LibraryTools

__all__ = ["AnswerWorkers"]

_MOST = 8  # processes; each takes some hundred megabytes
_Tool = Callable[..., CallToolResult]

_tools: dict[str, _Tool] = {}  # of a worker process, by name


class AnswerWorkers:
    """Processes that search a library, started when they are needed; `close` ends them.

    A call is answered by the next process that is free. One that dies, as for want of memory, costs
    the calls that it and the others were answering a second try.
    """

    def __init__(self, live: LiveLibrary, count: int | None = None) -> None:
        """Search the library of `live` in up to `count` processes, by default one a core."""
        self._live = live
        self._count = count or min(available_cores(), _MOST)
        self._pool: ProcessPoolExecutor | None = None

    def close(self) -> None:
        """End the processes once they have answered."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def start(self) -> None:
        """Start one process, which loads what a first question needs."""
        self._running().submit(_ready)

    def spread(self, tool: _Tool) -> Callable[..., Awaitable[CallToolResult]]:
        """Return a function with the signature of `tool` that has a process answer.

        It is to be called on the event loop's thread.
        """

        @functools.wraps(tool)
        async def answer(**arguments: Any) -> CallToolResult:
            return await self._call(tool.__name__, arguments)

        return answer

    async def _call(self, name: str, arguments: dict[str, Any]) -> CallToolResult:
        pool = self._running()
        try:
            return await asyncio.wrap_future(pool.submit(_answer, name, arguments))
        except BrokenProcessPool:
            if self._pool is pool:  # the first of the calls to notice
                self._pool = None
            again = self._running().submit(_answer, name, arguments)
            return await asyncio.wrap_future(again)

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None:
            use_one_thread()  # of each process, which inherit it
            self._pool = ProcessPoolExecutor(
                self._count,
                # Fresh interpreters: forking a process that has threads is not safe. A pool of
                # these starts a process only when none is idle.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=self._live.place,
            )
        return self._pool


def _begin(*place: Any) -> None:
    """Prepare a worker process to search the library at `place`."""
    begin_worker()
    log_to_stderr()
    live = LiveLibrary(*place)
    found = LibraryTools(live)
    for tool in (found.search, found.find_formula, IndexTool(live).index_of):
        _tools[tool.__name__] = tool
    live.warm()


def _ready() -> None:
    """Do nothing; the process is prepared before."""


def _answer(name: str, arguments: dict[str, Any]) -> CallToolResult:
    return _tools[name](**arguments)
