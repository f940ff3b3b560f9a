"""Parses the boxes of tagged output: lists of coordinates, whole or damaged.

A box is (left, top, right, bottom), from 0 to 999. A model may leave it open, write a word in the
place of a number, or a TeX length such as `[0.5ex]` in the place of the whole list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = [
    "MODEL_RANGE",
    "DamagedBox",
    "ModelBox",
    "PartialBox",
    "boxes_in",
    "completed",
    "damaged_box",
    "is_closed_list",
    "split_numbers",
]

MODEL_RANGE = 999.0  # the largest coordinate, at the right and bottom edges

ModelBox = tuple[float, float, float, float]
PartialBox = tuple[float | None, float | None, float | None, float | None]
"""A box with None for each edge that the model did not write as a number."""

# Lists of numbers and lengths in brackets, perhaps unclosed: "[[1, 2, 3, 4], [5, 6", "[0.5ex]".
_NUMBERS = re.compile(
    r'\s*+(?:\[(?:[-\[\d., \t"]|(?<=\d)(?:ex|em|pt|mm|cm)(?![A-Za-z])'
    r"|\](?=[ \t,]*+[\[\]]))*+\]?+)*+"
)
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,3})?")
_NOT_NUMBERS = re.compile(r"[^\s\d\[\](){}.,;:\"'-]+")
_NOISE = 12  # most other characters between the numbers of a closed box
_FIELD = r"([^\[\],\n]{1,40})"
_FOUR_FIELDS = re.compile(rf"\s*\[\[?{_FIELD},{_FIELD},{_FIELD},{_FIELD}\]{{1,2}}")


class DamagedBox(NamedTuple):
    """A box with something other than a number in it.

    `words`: what stands there, if it is too long for a slip of the model. `end`: the offset behind
    the box.
    """

    edges: PartialBox
    words: str
    end: int


def is_closed_list(text: str) -> bool:
    """Tell whether the text between a pair of tags is a list of boxes, up to a little noise."""
    return len(_NUMBER.findall(text)) >= 4 and _noise(text) <= _NOISE


def damaged_box(text: str, *, closed: bool) -> DamagedBox | None:
    """Parse the one damaged box that a text begins with; None if it begins with no such box.

    Of its four fields three are numbers, or two if the model `closed` the tag.
    """
    found = _FOUR_FIELDS.match(text)
    if found is None:
        return None
    fields = [field.strip().strip("\"'-") for field in found.groups()]
    left, top, right, bottom = (
        min(float(field), MODEL_RANGE) if _NUMBER.fullmatch(field) else None for field in fields
    )
    edges = (left, top, right, bottom)
    unknown = [field for field, edge in zip(fields, edges, strict=True) if edge is None]
    if not 1 <= len(unknown) <= (2 if closed else 1):
        return None
    words = " ".join(unknown)
    return DamagedBox(edges, words if _noise(words) > _NOISE else "", found.end())


def completed(edges: PartialBox, above: float, below: float) -> ModelBox | None:
    """Return a damaged box with its unknown edges taken from around it; None if it has no area.

    `above` and `below`: the edges of the parts before and after it. Left and right, the page's.
    """
    left, top, right, bottom = edges
    left, right = left or 0.0, MODEL_RANGE if right is None else right
    if top is None:
        top = above if above < (below if bottom is None else bottom) else 0.0
    if bottom is None:
        bottom = below if below > top else MODEL_RANGE
    return (left, top, right, bottom) if left < right and top < bottom else None


def split_numbers(text: str) -> tuple[str, str]:
    """Split a text into the coordinates it begins with and the rest."""
    found = _NUMBERS.match(text)
    end = found.end() if found else 0
    if not re.search(r"\d", text[:end]) and text[end : end + 1].isalnum():
        return "", text  # a bracket before a word is not a box
    return text[:end], text[end:]


def boxes_in(text: str) -> Iterator[ModelBox]:
    """Yield the boxes of a list of coordinates, without empty ones.

    A minus sign before a number is a misread comma.
    """
    numbers = [min(float(number), MODEL_RANGE) for number in _NUMBER.findall(text)]
    for first in range(0, len(numbers) - 3, 4):
        left, top, right, bottom = numbers[first : first + 4]
        if left != right and top != bottom:
            yield min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def _noise(text: str) -> int:
    return sum(map(len, _NOT_NUMBERS.findall(text)))
