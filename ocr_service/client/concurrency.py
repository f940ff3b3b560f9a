"""Limits the pages in flight: enough to keep the service busy, no more than it accepts.

A service that states its number of containers is sent two reads for each: one being read, one
queued. Otherwise the limit starts at two reads and grows by one page per page answered, until
throughput stops growing; it grows again when a new container answers. A refusal halves the limit,
which then grows slowly.

The last pages are not queued behind others: when no more pages are left than the containers read
at once, the limit is halved, so that each request goes to an idle container and none is left with
two batches at the end of a book while the others are idle.
"""

from __future__ import annotations

import asyncio
import time

__all__ = ["InFlight"]

_MOST_PAGES = 4096  # if the service does not state its containers
_MORE = 1.1  # a rate this many times the best one counts as growth
_SLOW_GROWTH = 1.25  # per round
_LONG_REQUEST = 0.75  # share of the time limit of a request


class InFlight:
    """Limits the pages in flight and their bytes. For one event loop."""

    def __init__(
        self,
        read_pages: int,
        containers: int | None,
        *,
        most_pages: int | None = None,
        most_bytes: int,
        request_seconds: float,
    ) -> None:
        """Start with what the service states.

        Args:
            read_pages: pages that one container reads per call.
            containers: the most containers; None if unknown.
            most_pages: the user's limit, if any.
            most_bytes: of page images, which stay in memory until they are answered.
            request_seconds: the time limit of a request.
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
        """Wait until `pages` pages of `size` bytes in total may be sent; one request always may.

        `left` is the number of unsent pages, including these.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._fits(pages, size, left))
            self._pages += pages
            self._bytes += size

    def _fits(self, pages: int, size: int, left: int) -> bool:
        if self._pages == 0:
            return True
        half = self.limit // 2
        # With a single container a pause would gain nothing.
        limit = half if left <= half and len(self._instances) > 1 else self.limit
        return self._pages + pages <= limit and self._bytes + size <= self._most_bytes

    async def release(self, pages: int, size: int) -> None:
        """Return the places."""
        async with self._changed:
            self._pages -= pages
            self._bytes -= size
            self._changed.notify_all()

    def answered(self, pages: int, instance: str, seconds: float) -> None:
        """Record an answer, the instance that gave it, and how long it took."""
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
        """Compare throughput, after as many pages as the limit, with the best so far."""
        rate = self._round_pages / max(time.monotonic() - self._round_began, 1e-6)
        if rate <= _MORE * self._best_rate:
            self._fast = False
        elif not self._fast:
            self.limit = min(self._most, max(self.limit + 1, int(self.limit * _SLOW_GROWTH)))
        self._best_rate = max(self._best_rate, rate)
        self._begin_round()

    def refused(self) -> None:
        """Record that the service had no room."""
        self._lower(0.5, 1)

    def _lower(self, factor: float, least: int) -> None:
        """Lower the limit, once for all requests sent under the old one."""
        now = time.monotonic()
        if now - self._lowered_at < 1.0:
            return
        self._lowered_at = now
        self.limit = max(least, int(self.limit * factor))
        self._fast = False
        self._best_rate = 0.0
        self._begin_round()
