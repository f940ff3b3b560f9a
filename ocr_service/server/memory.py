"""Limits the memory that uploads and images hold."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from ocr_service.server.refusal import RefusalError

__all__ = ["Lease", "MemoryBudget"]


class MemoryBudget:
    """Limits the bytes that all uploads and images hold together."""

    def __init__(self, limit: int) -> None:
        """Start with nothing held."""
        self.limit = limit
        self.held = 0
        self._lock = threading.Lock()

    def change(self, count: int) -> bool:
        """Add `count` bytes, perhaps negative; return False, changing nothing, above the limit."""
        with self._lock:
            if count > 0 and self.held + count > self.limit:
                return False
            self.held += count
            return True


class Lease:
    """One request's share of a `MemoryBudget`; a context manager that returns it."""

    def __init__(self, budget: MemoryBudget) -> None:
        """Hold nothing yet."""
        self._budget = budget
        self._held = 0

    def take(self, count: int) -> None:
        """Take `count` more bytes.

        Raises:
            RefusalError: this request alone exceeds the budget (413), or other requests hold too
                much of it now (503).
        """
        if self._held + count > self._budget.limit:
            raise RefusalError(
                413, "too_large", "these images need too much memory; send fewer at once"
            )
        if not self._budget.change(count):
            raise RefusalError(
                503, "busy", "too many uploads at the same time; try again", retry_after=5
            )
        self._held += count

    def __enter__(self) -> Self:
        """Return the lease."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Return everything to the budget."""
        self._budget.change(-self._held)
        self._held = 0
