"""Defines the error of a request that the service refuses."""

from __future__ import annotations

__all__ = ["RefusalError"]


class RefusalError(Exception):
    """A request is refused; becomes a `Failure` with an HTTP status."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        file: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        """Set the parts of the `Failure`; `retry_after` is in seconds."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.file = file
        self.retry_after = retry_after
