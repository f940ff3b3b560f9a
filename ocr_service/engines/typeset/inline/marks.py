"""Defines the marks that say of each node of a row whether it is mathematics or text."""

from __future__ import annotations

from enum import Enum, auto

__all__ = ["EITHER", "MATH", "POSSIBLE", "TEXT", "UNDECIDED", "Mark"]


class Mark(Enum):
    """What a node is taken for."""

    MATH = auto()  # a symbol of mathematics, a letter of a font of mathematics
    EITHER = auto()  # a digit, a parenthesis, "sin": part of a formula that it stands next to
    TEXT = auto()
    UNDECIDED = auto()  # an upright letter, whose word decides


MATH, EITHER, TEXT, UNDECIDED = Mark  # by these names at the speed of a variable: see `kinds`
POSSIBLE = (MATH, EITHER)  # what a formula may extend over
