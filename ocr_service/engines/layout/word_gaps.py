"""Finds the blanks between words that a file neither has nor sets wide, and undoes others. Pure.

MuPDF puts a blank where a gap is wider than those between letters usually are. Some type is set
with gaps that are narrower than that; they stand out all the same, for its letters touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

__all__ = ["with_blanks", "without_splits"]

_WORD_GAP = 0.1  # type sizes; narrower gaps are kerning
_LETTER_GAP = 0.03
_TIGHT = 0.75  # share of gaps that are those of letters
_LEAST_GAPS = 4
_NO_WIDTH = 0.05  # of a character's height
_IDEOGRAPHS = "\u2e80"  # the first of the scripts that are written without blanks

Sides = tuple[float, float]  # left and right of a character, in points


def with_blanks(text: str, edges: Sequence[Sides], size: float) -> tuple[str, tuple[Sides, ...]]:
    """Return the characters of a span and their edges, with the blanks that are missing."""
    if len(text) < _LEAST_GAPS + 1 or max(text) >= _IDEOGRAPHS:
        return text, tuple(edges)
    gaps = [after[0] - before[1] for before, after in pairwise(edges)]
    wide = [gap > _WORD_GAP * size for gap in gaps]
    tight = sum(abs(gap) < _LETTER_GAP * size for gap in gaps)
    if not any(wide) or tight < _TIGHT * len(gaps):
        return text, tuple(edges)
    letters, places = [text[0]], [edges[0]]
    for index, is_wide in enumerate(wide):
        if is_wide and not (text[index].isspace() or text[index + 1].isspace()):
            letters.append(" ")
            places.append((edges[index][1], edges[index + 1][0]))
        letters.append(text[index + 1])
        places.append(edges[index + 1])
    return "".join(letters), tuple(places)


def without_splits(characters: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the characters of a line without the blanks that MuPDF puts after decimal points.

    It does where the file says that a point has no width: "467. 9". These characters are the raw
    dictionary's.
    """
    return [
        character
        for index, character in enumerate(characters)
        if not _splits_number(characters[max(0, index - 2) : index + 2], character)
    ]


def _splits_number(around: Sequence[dict[str, Any]], blank: dict[str, Any]) -> bool:
    """Tell whether a blank of MuPDF's own stands between the point of a number and its digits."""
    if not blank.get("synthetic") or len(around) < 4:
        return False
    digit, point, _, next_digit = around
    is_number = digit["c"].isdigit() and point["c"] in ".," and next_digit["c"].isdigit()
    left, top, right, bottom = point["bbox"]
    return is_number and right - left < _NO_WIDTH * (bottom - top)
