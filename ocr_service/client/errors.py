"""The ways in which one request to an OCR service fails; each wants to be met in another way."""

from __future__ import annotations

__all__ = ["BrokenError", "BusyError", "RefusedError", "TroubleError", "UnreachableError"]


class TroubleError(Exception):
    """One request failed; the message is for people."""


class UnreachableError(TroubleError):
    """No connection: it says nothing of the pages."""


class BusyError(TroubleError):
    """The service is there, and takes no more at present; `retry_after` in seconds, if it said."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        """Say when to come back."""
        super().__init__(message)
        self.retry_after = retry_after


class BrokenError(TroubleError):
    """The request broke off, or its answer makes no sense: perhaps the fault of its pages."""


class RefusedError(TroubleError):
    """The service will not read these pages, however often it is asked."""

    def __init__(self, message: str, *, too_large: bool) -> None:
        """Say why."""
        super().__init__(message)
        self.too_large = too_large
