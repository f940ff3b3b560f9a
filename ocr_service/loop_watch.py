"""Stops a language model that has fallen into a loop while it still writes.

The count of `loops.py` on tokens instead of characters: a window of 8 tokens that stood in the
last 600 counts +1, a new one -2, and the sum never falls below 0. On 322 real pages that do not
loop, cut into pieces of the size of tokens, the sum stays below 270, or 680 if all numbers are
taken for the same; on the six that loop it grows until the model is stopped.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from operator import ge
from typing import NamedTuple

__all__ = ["LoopWatch", "TokenClasses"]

_WINDOW = 8  # tokens
_REACH = 600  # tokens
_NEW = -2
_EMPTY_CELLS = 800  # in a row
_NUMBER = -1  # stands for every number; no token has this id
_CELL_TAG = re.compile(r"</?t[dhr]>")


class TokenClasses(NamedTuple):
    """Tokens that a loop watch treats alike: those made of digits, and the tags of table cells."""

    numbers: frozenset[int] = frozenset()
    cells: frozenset[int] = frozenset()

    @classmethod
    def of(cls, vocabulary: Mapping[str, int]) -> TokenClasses:
        """Sort a tokenizer's vocabulary (token to id); "Ġ" and "▁" stand for a space in it."""
        numbers = (i for token, i in vocabulary.items() if token.strip("Ġ▁ ").isdecimal())
        cells = (i for token, i in vocabulary.items() if _CELL_TAG.fullmatch(token))
        return cls(frozenset(numbers), frozenset(cells))


class LoopWatch:
    """Tells of one sequence, token by token, when it has fallen into a loop.

    The same count as over a text, on windows of 8 tokens, each found again in the last 600: a loop
    is `limit` (old tokens, less two for every new one), or `number_limit` if numbers are taken for
    the same, which is more than a page full of numbers gives. The tags of cells are left out, as
    a table may be full of zeros; but 800 cells one after another without content are a loop.
    Time and memory for a token are constant.
    """

    def __init__(
        self,
        classes: TokenClasses | None = None,
        limit: int = 800,
        number_limit: int = 3_000,
    ) -> None:
        """Begin with an empty sequence."""
        self._classes = classes or TokenClasses()
        self._limits = (limit, number_limit)
        self._same, self._alike = _Recurrence(), _Recurrence()
        self._cells = 0  # tags of cells in a row
        self._in_number = False
        self.looping = False

    def feed(self, tokens: Iterable[int]) -> bool:
        """Take the next tokens of the sequence; return whether it has looped by now."""
        for token in tokens:
            self._take(token)
        return self.looping

    @property
    def totals(self) -> tuple[int, int]:
        """The sums that `limit` and `number_limit` are compared with."""
        return self._same.total, self._alike.total

    def _take(self, token: int) -> None:
        if token in self._classes.cells:
            self._cells += 1
            self.looping |= self._cells >= 2 * _EMPTY_CELLS
            return
        self._cells = 0
        in_number = token in self._classes.numbers
        if not (in_number and self._in_number):
            self._alike.push(_NUMBER if in_number else token)
        self._in_number = in_number
        self._same.push(token)
        self.looping |= any(map(ge, self.totals, self._limits))


class _Recurrence:
    """Counts how much of a sequence repeats what came shortly before."""

    def __init__(self) -> None:
        self.total = 0
        self._window: deque[int] = deque(maxlen=_WINDOW)
        self._last: dict[tuple[int, ...], int] = {}
        self._place = 0

    def push(self, token: int) -> None:
        """Take the next token."""
        self._window.append(token)
        window = tuple(self._window)
        old = self._place - self._last.get(window, -_REACH - 1) <= _REACH
        self._last[window] = self._place
        self._place += 1
        self.total = max(0, self.total + (1 if old else _NEW))
