"""How many pages are with the service at once: enough to keep it busy, no more than it takes.

A service that says how many containers it may have is sent two reads for each: one to work on, one
to wait. Otherwise we begin with two reads, and for every page that is answered we send one more
than before, until that brings no more pages a second; when a new container answers, we do so again.
A refusal halves the number, and then it grows slowly.

The last pages are not sent to wait behind others: when no more are left than the containers read at
once, only half as many are with the service, so that each request goes to a container that is free,
and none ends the book alone with two batches while the rest have nothing to do.
"""

from __future__ import annotations

import asyncio
import time

__all__ = ["InFlight"]

_MOST_PAGES = 4096  # with a service that does not say what it takes
_MORE = 1.1  # times the pages a second that count as more
_SLOW_GROWTH = 1.25  # a round
_LONG_REQUEST = 0.75  # of the longest that a request may take


class InFlight:
    """Places for pages and their bytes. Of one event loop."""

    def __init__(
        self,
        read_pages: int,
        containers: int | None,
        *,
        most_pages: int | None = None,
        most_bytes: int,
        request_seconds: float,
    ) -> None:
        """Start with what the service said.

        Args:
            read_pages: pages that one container is given at once.
            containers: how many there may be; None if that is not known.
            most_pages: our own limit.
            most_bytes: of page images, which are in memory until they are answered.
            request_seconds: the longest a request may take.
        """
        at_most = 2 * read_pages * containers if containers else _MOST_PAGES
        self._most = max(1, min(at_most, most_pages or at_most))
        self._most_bytes = most_bytes
        self._long = _LONG_REQUEST * request_seconds
        self._read_pages = read_pages
        self.limit = self._most if containers else min(self._most, 2 * read_pages)
        self._fast = True
        self._pages = self._bytes = 0
        self._changed = asyncio.Condition()
        self._instances: set[str] = set()
        self._lowered_at = float("-inf")
        self._best_rate = 0.0
        self._begin_round()

    def _begin_round(self) -> None:
        self._round_began = time.monotonic()
        self._round_pages = 0
        self._round_size = self.limit

    async def acquire(self, pages: int, size: int, left: int) -> None:
        """Wait until so many pages of `size` bytes together may be sent; one request always may.

        `left` pages are still to be sent, these included.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._fits(pages, size, left))
            self._pages += pages
            self._bytes += size

    def _fits(self, pages: int, size: int, left: int) -> bool:
        if self._pages == 0:
            return True
        half = self.limit // 2
        # With one container there is no other to wait for, and a pause would gain nothing.
        limit = half if left <= half and len(self._instances) > 1 else self.limit
        return self._pages + pages <= limit and self._bytes + size <= self._most_bytes

    async def release(self, pages: int, size: int) -> None:
        """Give the places back."""
        async with self._changed:
            self._pages -= pages
            self._bytes -= size
            self._changed.notify_all()

    def answered(self, pages: int, instance: str, seconds: float) -> None:
        """Note an answer: by whom, and how long it took."""
        if instance not in self._instances:
            self._instances.add(instance)
            self._fast = True
        self._round_pages += pages
        if seconds > self._long and self.limit > self._read_pages:
            self._lower(0.8, self._read_pages)
        elif self._round_pages >= self._round_size:
            self._end_round()
        elif self._fast:
            self.limit = min(self._most, self.limit + pages)

    def _end_round(self) -> None:
        """After as many pages as are with the service at once, look whether more brought more."""
        rate = self._round_pages / max(time.monotonic() - self._round_began, 1e-6)
        if rate <= _MORE * self._best_rate:
            self._fast = False
        elif not self._fast:
            self.limit = min(self._most, max(self.limit + 1, int(self.limit * _SLOW_GROWTH)))
        self._best_rate = max(self._best_rate, rate)
        self._begin_round()

    def refused(self) -> None:
        """Note that the service had no room."""
        self._lower(0.5, 1)

    def _lower(self, factor: float, least: int) -> None:
        """Lower the limit, once for all the requests that were sent under the old one."""
        now = time.monotonic()
        if now - self._lowered_at < 1.0:
            return
        self._lowered_at = now
        self.limit = max(least, int(self.limit * factor))
        self._fast = False
        self._best_rate = 0.0
        self._begin_round()
