"""Patterns that are compiled when they are first used. Standard library only.

Compiling every pattern that a question may need takes longer than answering it: most questions need
few of them.
"""

from __future__ import annotations

import re
from typing import Any, cast

__all__ = ["late_pattern"]


class _LatePattern:
    """Stands for a pattern: has its methods."""

    def __init__(self, source: str, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return a method of the pattern, and keep it: the next use finds it without a call."""
        value = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, value)
        return value


def late_pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that is compiled when one of its methods is first used.

    It can be used by its methods only, not as an argument of a function of `re`.
    """
    return cast("re.Pattern[str]", _LatePattern(source, flags))
