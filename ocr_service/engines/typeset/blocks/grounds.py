"""Tells the frames and tinted grounds of text from the drawings of a figure.

Boxes around theorems, examples, listings and rows of tables are drawn as paths, often several of
the same size for one box. Lines of text run across them; in a figure there are but labels.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox

__all__ = ["carry_text", "without_grounds"]

_LEAST_WIDTH, _LEAST_HEIGHT = 60.0, 8.0  # points: a smaller drawing is no ground of several lines
_MOST = 400  # different boxes looked at; a page with more is a picture
_LEAST_LINES = 2  # on an image that is no figure; one may be its title
_LINE = 12  # characters of a line of text, without gaps
_SHARE = 0.25  # of the width of the ground that such a line takes
_GAP = 1.0  # type sizes
_LEAST_LABEL = 3  # characters in the box of a label
_TIGHT = 3.2  # type sizes: the box of a label is not higher
_SAME_EDGE = 3.0  # points
_THIN = 4.0  # points
_PADDING = 15.0  # points
_MOST_PARTS = 24  # of a frame, its corners included; a curve has more


def without_grounds(drawings: Sequence[InkBox], glyphs: Sequence[Glyph]) -> list[InkBox]:
    """Return the drawings that are no ground of text; all boxes are in points."""
    parts = Counter(drawings)
    if not parts or len(parts) > _MOST:
        return list(drawings)
    rows = _rows(glyphs)
    frames = [box for box, count in parts.items() if count <= _MOST_PARTS]
    grounds = {
        box for box, count in parts.items() if _has_lines(box, rows) or _has_label(box, count, rows)
    }
    grounds |= {box for box in frames if any(_is_band(box, ground) for ground in grounds)}
    grounds |= {box for box in frames if any(_is_nested(box, ground) for ground in grounds)}
    grounds |= {box for box in frames if any(_is_edge(box, ground) for ground in grounds)}
    return [box for box in drawings if box not in grounds]


def carry_text(images: Sequence[InkBox], glyphs: Sequence[Glyph]) -> set[InkBox]:
    """Return the images that lines of text run across, such as the shadows of a browser's boxes."""
    rows = _rows(glyphs) if images else []
    return {box for box in images if len(_lines_in(box, rows)) >= _LEAST_LINES}


def _is_band(box: InkBox, ground: InkBox) -> bool:
    """Tell whether a drawing runs from edge to edge of a ground, at it or within it."""
    across = abs(box[0] - ground[0]) < _SAME_EDGE and abs(box[2] - ground[2]) < _SAME_EDGE
    slack = 4 * _SAME_EDGE
    return across and ground[1] - slack < box[3] and box[1] < ground[3] + slack


def _is_nested(box: InkBox, ground: InkBox) -> bool:
    """Tell whether a drawing fills a ground from side to side but for its padding."""
    left, right = box[0] - ground[0], ground[2] - box[2]
    padded = 0 <= left <= _PADDING and abs(left - right) < _SAME_EDGE
    return padded and ground[1] <= box[1] and box[3] <= ground[3]


def _is_edge(box: InkBox, ground: InkBox) -> bool:
    """Tell whether a thin drawing lies along the left or right edge of a ground."""
    slack = 2 * _SAME_EDGE
    thin = box[2] - box[0] <= _THIN
    beside = abs(box[2] - ground[0]) < slack or abs(box[0] - ground[2]) < slack
    return thin and beside and box[1] > ground[1] - slack and box[3] < ground[3] + slack


def _has_label(box: InkBox, parts: int, rows: Sequence[Sequence[Glyph]]) -> bool:
    """Tell whether a drawing is a frame closely around a few words."""
    if parts > _MOST_PARTS:
        return False
    for row in rows:
        if box[1] < row[0].base < box[3] and box[3] - box[1] < _TIGHT * row[0].size:
            inside = [glyph for glyph in row if box[0] < glyph.middle < box[2]]
            if len(inside) >= _LEAST_LABEL:
                return True
    return False


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Return the characters of each baseline, from left to right."""
    rows: defaultdict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        rows[round(glyph.base)].append(glyph)
    return [sorted(row, key=lambda glyph: glyph.left) for row in rows.values()]


def _has_lines(box: InkBox, rows: Sequence[Sequence[Glyph]]) -> bool:
    """Tell whether a line of text runs across a box."""
    if box[2] - box[0] < _LEAST_WIDTH or box[3] - box[1] < _LEAST_HEIGHT:
        return False
    return bool(_lines_in(box, rows))


def _lines_in(box: InkBox, rows: Sequence[Sequence[Glyph]]) -> list[Sequence[Glyph]]:
    """Return the rows that a line of text within a box belongs to."""
    return [
        row
        for row in rows
        if box[1] < row[0].base < box[3]
        and _is_line([g for g in row if box[0] < g.middle < box[2]], box)
    ]


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
