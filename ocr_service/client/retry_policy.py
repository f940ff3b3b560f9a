"""Decides how long to pause after a failure, and when to give up the service."""

from __future__ import annotations

import time
from typing import NoReturn

from ocr_service.client.options import ServiceOptions
from ocr_service.common.errors import ServiceError

__all__ = ["RetryPolicy"]

_FEWEST = 12  # consecutive failures; with fewer, a page may be at fault
_MOST_REFUSED = 30  # consecutive pages that the service refuses
_MOST_DOUBLINGS = 6
_LONGEST_PAUSE = 30.0  # seconds


class RetryPolicy:
    """Counts failures since the last page that was read."""

    def __init__(self, options: ServiceOptions) -> None:
        """Start without failures."""
        self._options = options
        self._since: float | None = None
        self._failures = 0
        self._refused = 0

    def succeeded(self) -> None:
        """Record that a page was read: the service works."""
        self._since = None
        self._failures = self._refused = 0

    def failed(self, trouble: Exception) -> None:
        """Record that a request failed.

        Raises:
            ServiceError: all requests have failed for too long.
        """
        self._failures += 1
        seconds = self._seconds()
        if self._failures >= _FEWEST and seconds >= self._options.patience_seconds:
            self._stop(f"every request has failed for {seconds:.0f} s, the last: {trouble}")

    def unreachable(self, trouble: Exception) -> None:
        """Record that there was no connection.

        Raises:
            ServiceError: there has been none for too long.
        """
        self._failures += 1
        seconds = self._seconds()
        if seconds >= self._options.patience_seconds:
            self._stop(f"unreachable for {seconds:.0f} s: {trouble}")

    def busy(self, trouble: Exception) -> None:
        """Record that the service had no room, or is loading its model.

        Raises:
            ServiceError: this has lasted too long.
        """
        seconds = self._seconds()
        if seconds >= self._options.startup_seconds:
            self._stop(f"has accepted no page for {seconds:.0f} s: {trouble}")

    def refused(self, trouble: Exception) -> None:
        """Record that a page was refused.

        Raises:
            ServiceError: too many consecutive pages were refused.
        """
        self._refused += 1
        if self._refused >= _MOST_REFUSED:
            self._stop(f"refuses page after page, the last: {trouble}")

    def pause(self, tries: int, requests: int) -> float:
        """Return the seconds to wait before another try, without jitter.

        Args:
            tries: how often this request has failed.
            requests: how many there are now; if all of them fail, the pauses grow as well.
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
            f"{self._options.url}: {message}; the pages read so far are kept. Check the "
            "service, then run the same command again"
        )
