"""When to give a service up. A page that fails is one thing, a service that fails another."""

from __future__ import annotations

import time
from typing import NoReturn

from ocr_service.client.options import ServiceOptions
from ocr_service.common.errors import ServiceError

__all__ = ["RetryPolicy"]

_FEWEST = 12  # failures in a row; with fewer it may still be a page
_MOST_REFUSED = 30  # pages in a row that the service will not read
_MOST_DOUBLINGS = 6
_LONGEST_PAUSE = 30.0  # seconds


class RetryPolicy:
    """Counts what went wrong since the last page was read."""

    def __init__(self, options: ServiceOptions) -> None:
        """Begin without troubles."""
        self._options = options
        self._since: float | None = None
        self._failures = 0
        self._refused = 0

    def succeeded(self) -> None:
        """Note that a page was read: the service works."""
        self._since = None
        self._failures = self._refused = 0

    def failed(self, trouble: Exception) -> None:
        """Note that a request broke.

        Raises:
            ServiceError: so has every other, for long.
        """
        self._failures += 1
        seconds = self._seconds()
        if self._failures >= _FEWEST and seconds >= self._options.patience_seconds:
            self._stop(f"nothing but failures for {seconds:.0f} s, the last: {trouble}")

    def unreachable(self, trouble: Exception) -> None:
        """Note that there was no connection.

        Raises:
            ServiceError: nor has there been for long.
        """
        self._failures += 1
        seconds = self._seconds()
        if seconds >= self._options.patience_seconds:
            self._stop(f"cannot be reached for {seconds:.0f} s: {trouble}")

    def busy(self, trouble: Exception) -> None:
        """Note that the service had no room, or loads its model.

        Raises:
            ServiceError: for so long that it will not end.
        """
        seconds = self._seconds()
        if seconds >= self._options.startup_seconds:
            self._stop(f"has taken no page for {seconds:.0f} s: {trouble}")

    def refused(self, trouble: Exception) -> None:
        """Note that a page was refused.

        Raises:
            ServiceError: so was page after page.
        """
        self._refused += 1
        if self._refused >= _MOST_REFUSED:
            self._stop(f"refuses page after page, the last: {trouble}")

    def pause(self, tries: int, requests: int) -> float:
        """Return the seconds to wait before another try, without jitter.

        Args:
            tries: how often this request has failed.
            requests: how many there are at present: if all of them fail, the pauses grow as well.
        """
        doublings = min(_MOST_DOUBLINGS, tries + self._failures // max(1, requests))
        return float(min(_LONGEST_PAUSE, self._options.backoff_seconds * 2**doublings))

    def _seconds(self) -> float:
        now = time.monotonic()
        if self._since is None:
            self._since = now
        return now - self._since

    def _stop(self, message: str) -> NoReturn:
        raise ServiceError(
            f"{self._options.url}: {message}; what was read is kept. See to the service, then run "
            "the same command again"
        )
