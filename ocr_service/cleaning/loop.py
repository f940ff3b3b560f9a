"""Defines a loop in a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Loop", "LoopKind"]


class LoopKind(StrEnum):
    """What a loop repeats."""

    REPEATING = "repeating"  # the same, or nearly the same, text
    COUNTING = "counting"  # the same text with other numbers
    EMPTY_CELLS = "empty cells"  # a table without content
    DERIVATION = "derivation"  # rows of one formula, more than a page holds


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop in `text[start:end]`, from its first turn on; the second begins at `second`.

    `period` is the usual distance in characters from a turn to the next, `repeats` the number of
    turns. Where the turns differ, all of these are estimates.
    """

    start: int
    second: int
    end: int
    period: int
    repeats: int
    kind: LoopKind = LoopKind.REPEATING
