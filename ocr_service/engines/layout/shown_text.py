"""Tells which text of a page counts: what is painted, and not drawn again at its place. Pure.

Text that is drawn invisibly does not count where it is less than half of the page's text; where it
is more, it is what OCR tools hide under a scan. What is drawn twice looks bold or casts a shadow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

__all__ = ["Overprints", "shown_lines"]

_PAINTED = 16 | 32  # MuPDF's flags of characters that are filled or stroked

_SAME_PLACE = 0.12  # type sizes: the narrowest letters of a word stand further apart
_AROUND = tuple((i, j) for i in (0, -1, 1) for j in (0, -1, 1))


class Overprints:
    """The texts of one page that have been drawn so far, and where, in a grid of places."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, int, int], tuple[float, float]] = {}

    def is_again(self, text: str, x: float, y: float, size: float) -> bool:
        """Tell whether this text was drawn at this place before; the place is remembered.

        `x` and `y` are where it begins, in points, `size` is that of its type.
        """
        text = text.strip()  # the last of several copies may have the blank that follows
        near, cell = _SAME_PLACE * size, _SAME_PLACE * max(1, ceil(size))
        column, row = round(x / cell), round(y / cell)
        for i, j in _AROUND:
            place = self._places.get((text, column + i, row + j))
            if place and abs(x - place[0]) < near and abs(y - place[1]) < near:
                return True
        self._places[text, column, row] = (x, y)
        return False


def shown_lines(
    blocks: Sequence[dict[str, Any]],
) -> Iterator[tuple[int, dict[str, Any], list[dict[str, Any]]]]:
    """Yield the number of its block, the line itself and its painted spans, for each line.

    `blocks` are those of PyMuPDF's dictionary of a page.
    """
    lines = [(block["number"], line) for block in blocks for line in block.get("lines", ())]
    spans = [span for _, line in lines for span in line["spans"]]
    hidden = sum(_length(span) for span in spans if not _is_painted(span))
    visible = 2 * hidden <= sum(map(_length, spans))
    for number, line in lines:
        yield number, line, [span for span in line["spans"] if _is_painted(span) or not visible]


def _is_painted(span: dict[str, Any]) -> bool:
    return bool(span["char_flags"] & _PAINTED)


def _length(span: dict[str, Any]) -> int:
    return len(span["chars"] if "chars" in span else span["text"])
