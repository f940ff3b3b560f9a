"""Defines the errors of a single request to an OCR service; each is handled differently."""

from __future__ import annotations

__all__ = [
    "BrokenError",
    "BusyError",
    "RefusedError",
    "SlowError",
    "TroubleError",
    "UnreachableError",
]


class TroubleError(Exception):
    """One request failed; the message is for people."""


class UnreachableError(TroubleError):
    """There is no connection; the pages are not at fault."""


class BusyError(TroubleError):
    """The service has no room now; `retry_after` is in seconds, None if it does not say."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        """Set the message."""
        super().__init__(message)
        self.retry_after = retry_after


class BrokenError(TroubleError):
    """The request failed, or its answer is not valid: the pages may be at fault."""


class SlowError(BrokenError):
    """No answer came in time: the page may be at fault, or too many wait for their turn."""


class RefusedError(TroubleError):
    """The service refuses these pages; retrying does not help."""

    def __init__(self, message: str, *, too_large: bool) -> None:
        """Set the message; `too_large` if fewer pages may be accepted."""
        super().__init__(message)
        self.too_large = too_large
