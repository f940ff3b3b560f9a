"""Defines the marks that say of each node of a row whether it is mathematics or text."""

from __future__ import annotations

from enum import Enum, auto

__all__ = ["EITHER", "MATH", "POSSIBLE", "TEXT", "UNDECIDED", "Mark"]


class Mark(Enum):
    """What a node is."""

    MATH = auto()  # a symbol of mathematics, a letter of a font of mathematics
    EITHER = auto()  # a digit, a parenthesis, "sin": part of a formula next to it
    TEXT = auto()
    UNDECIDED = auto()  # an upright letter, whose word decides


MATH, EITHER, TEXT, UNDECIDED = Mark  # faster than members of the enum: see `kinds`
POSSIBLE = (MATH, EITHER)  # what a formula may extend over
