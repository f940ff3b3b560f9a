"""Tells the frames and tinted grounds of text from the drawings of a figure.

Boxes around theorems, examples, listings and rows of tables are drawn as paths, often several of
the same size for one box. Lines of text run across them; in a figure there are but labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox

__all__ = ["without_grounds"]

_LEAST_WIDTH, _LEAST_HEIGHT = 60.0, 8.0  # points: a smaller drawing is no ground
_MOST = 200  # different boxes looked at; a page with more is a picture
_LINE = 12  # characters of a line of text, without gaps
_SHARE = 0.25  # of the width of the ground that such a line takes
_GAP = 1.0  # type sizes


def without_grounds(drawings: Sequence[InkBox], glyphs: Sequence[Glyph]) -> list[InkBox]:
    """Return the drawings that are no ground of text; all boxes are in points."""
    large = {
        box
        for box in drawings
        if box[2] - box[0] >= _LEAST_WIDTH and box[3] - box[1] >= _LEAST_HEIGHT
    }
    if not large or len(large) > _MOST:
        return list(drawings)
    rows = _rows(glyphs)
    grounds = {box for box in large if _has_lines(box, rows)}
    return [box for box in drawings if box not in grounds]


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return the characters of each baseline, from left to right."""
    rows: defaultdict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        rows[round(glyph.base)].append(glyph)
    return [sorted(row, key=lambda glyph: glyph.left) for row in rows.values()]


def _has_lines(box: InkBox, rows: Sequence[Sequence[Glyph]]) -> bool:
    """Tell whether a line of text runs across a box."""
    return any(
        box[1] < row[0].base < box[3]
        and _is_line([g for g in row if box[0] < g.middle < box[2]], box)
        for row in rows
    )


def _is_line(row: Sequence[Glyph], box: InkBox) -> bool:
    start = count = 0
    for index, glyph in enumerate(row):
        if index and glyph.left - row[index - 1].right > _GAP * glyph.size:
            start = index
        count = index - start + 1
        width = glyph.right - row[start].left
        if count >= _LINE and width >= _SHARE * (box[2] - box[0]):
            return True
    return False
