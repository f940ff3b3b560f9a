"""Gives each letter of a ligature its share of the glyph's width. Pure.

MuPDF gives the first of the letters that a glyph stands for all of its width, and puts the others
without a width at its right edge, where the next glyph begins too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["with_shared_widths"]

_NO_WIDTH = 0.01  # points


def with_shared_widths(characters: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the characters of a span in order, as the raw dictionary has them."""
    letters: list[dict[str, Any]] = []
    for character in characters:
        if letters and not _goes_on(letters[-1], character):
            yield from _shared(letters)
            letters = []
        letters.append(character)
    yield from _shared(letters)


def _goes_on(before: dict[str, Any], character: dict[str, Any]) -> bool:
    """Tell whether a letter without a width stands at the right edge of the letter before it."""
    left, _, right, _ = map(float, character["bbox"])
    if not (character["c"].isalpha() and before["c"].isalpha()) or right - left >= _NO_WIDTH:
        return False
    follows = abs(left - float(before["bbox"][2])) < _NO_WIDTH
    return follows and abs(float(character["origin"][1]) - float(before["origin"][1])) < _NO_WIDTH


def _shared(letters: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    if len(letters) < 2:
        yield from letters
        return
    left, top, right, bottom = letters[0]["bbox"]
    step = (right - left) / len(letters)
    for place, letter in enumerate(letters):
        x = left + place * step
        origin = (x, letter["origin"][1])
        yield {**letter, "bbox": (x, top, x + step, bottom), "origin": origin}
