"""Finds the figures of a page: images, and drawings that are more than rules and frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from ocr_service.common.boxes import area, hull
from ocr_service.engines.typeset.blocks.arrows import find_diagrams
from ocr_service.engines.typeset.blocks.grounds import carry_text, without_grounds
from ocr_service.engines.typeset.blocks.lines import PageLine
from ocr_service.engines.typeset.characters.glyphs import Sheet
from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox

__all__ = ["find_figures", "take_labels", "take_lone_lines"]

_LEAST_AREA = 0.012  # share of the page that the smallest figure covers
_LEAST_PARTS = 4  # drawings: fewer are a frame, a logo, or the box at the end of a proof
_MANY = 800  # drawings: more are grouped by the squares of a grid that they touch; or lines
_SQUARE = 8.0  # points
_SQUARES = 120  # of a page's side at most, whatever its size
_FARTHEST = 1e5  # points
_BACKGROUND = 0.6  # of the page: an image as large as this under text is its background
_NEAR = 6.0  # points between parts of one figure
_MEETS = 1.5  # points between a drawing and a line that belongs to it
_LARGER = 3.0  # times the area of a drawing: the most that such lines add
_ON_BASELINE = 0.05  # type sizes
_PHRASE = 0.6  # type sizes: a wider gap is between labels or columns
_LABEL = 60.0  # points: the longest label beside a figure
_WHOLE_PAGE = 0.9  # of the page: a drawing as large as this is its background
_STRIP, _LONG = 16.0, 8.0  # points high at most, and as many times as wide at least
_ACROSS, _TITLE = 0.95, 0.12  # of the page's width and height: the ground of a title
_LEAST_WRITTEN = 20  # characters upon a background
_BESIDE = 14.0  # points around a figure: a few letters alone there are its labels
_MOST_TEXT = 0.022  # characters per square point: labels are sparse, framed text is dense


def find_figures(sheet: Sheet) -> list[InkBox]:
    """Return the boxes of a page's figures, in points, from top to bottom."""
    page = max(1.0, sheet.width * sheet.height)
    grounds = carry_text(sheet.images, sheet.glyphs)
    images = [
        box
        for box in sheet.images
        if box not in grounds
        and area(box) >= _LEAST_AREA * page
        and not _is_strip(box, sheet)
        and not (area(box) >= _BACKGROUND * page and _characters_in(box, sheet) >= _LEAST_WRITTEN)
    ]
    drawings = [box for box in sheet.drawings if area(box) < _WHOLE_PAGE * page]
    shown = set(without_grounds(drawings, sheet.glyphs))
    groups = ([box for box in group if box in shown] for group in _groups(drawings))
    drawn = [_with_axes(hull(parts), sheet) for parts in groups if len(parts) >= _LEAST_PARTS]
    drawn = [box for box in drawn if area(box) >= _LEAST_AREA * page]
    found = [box for box in [*images, *drawn, *find_diagrams(sheet)] if not _is_text(box, sheet)]
    return sorted(_joined(found), key=lambda box: box[1])


def take_labels(
    glyphs: Sequence[Glyph], figures: Sequence[InkBox]
) -> tuple[list[Glyph], list[list[Glyph]]]:
    """Return the characters outside figures, and those of each figure.

    No edge of a figure cuts through a phrase: a long one that crosses it is text outside, a short
    one goes where most of it is.
    """
    labels: list[list[Glyph]] = [[] for _ in figures]
    rest: list[Glyph] = []
    for phrase in _phrases(glyphs) if figures else [glyphs]:
        places = Counter(_figure_of(glyph, figures) for glyph in phrase)
        crosses = len(places) > 1 and len(phrase) >= _LEAST_WRITTEN
        place = None if crosses or not places else places.most_common(1)[0][0]
        (rest if place is None else labels[place]).extend(phrase)
    return rest, labels


def _phrases(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Yield runs of characters drawn one after another on a baseline, no wide gap between them."""
    phrase: list[Glyph] = []
    for glyph in glyphs:
        if phrase:
            before = phrase[-1]
            level = abs(glyph.base - before.base) < _ON_BASELINE * glyph.size
            if not level or not -glyph.size < glyph.left - before.right < _PHRASE * glyph.size:
                yield phrase
                phrase = []
        phrase.append(glyph)
    if phrase:
        yield phrase


def _figure_of(glyph: Glyph, figures: Sequence[InkBox]) -> int | None:
    """Return the index of the first figure that a character is in, None if it is in none."""
    for index, box in enumerate(figures):
        if box[0] - 1 < glyph.middle < box[2] + 1 and box[1] - 1 < glyph.base < box[3] + 1:
            return index
    return None


def take_lone_lines(
    lines: Sequence[PageLine], figures: Sequence[InkBox], labels: Sequence[list[Glyph]]
) -> list[PageLine]:
    """Return the lines without the letters at a figure's edges, which go to its labels."""
    kept = []
    for line in lines:
        middle, height = (line.left + line.right) / 2, (line.top + line.bottom) / 2
        for box, inside in zip(figures, labels, strict=True):
            across = box[0] - _BESIDE < middle < box[2] + _BESIDE
            at_edge = across and box[1] - _BESIDE < height < box[3] + _BESIDE
            if (len(line.glyphs) <= 4 and at_edge) or _labels(line, box):
                inside.extend(line.glyphs)
                break
        else:
            kept.append(line)
    return kept


def _labels(line: PageLine, box: InkBox) -> bool:
    """Tell whether a line is a label to the right or left of a figure: "y = x" at a curve's end."""
    gap = max(line.left - box[2], box[0] - line.right)
    level = box[1] < (line.top + line.bottom) / 2 < box[3]
    return level and -_BESIDE < gap < _BESIDE and line.right - line.left < _LABEL


def _with_axes(box: InkBox, sheet: Sheet) -> InkBox:
    """Return the box of a drawing with the level and upright lines that meet it, such as axes."""
    largest = _LARGER * area(box)
    for rule in sheet.rules if len(sheet.rules) <= _MANY else ():
        line = (rule.left, rule.top, rule.right, rule.bottom)
        joined = hull([box, line])
        if _near(box, line, _MEETS) and area(joined) <= largest:
            box = joined
    return box


def _is_strip(box: InkBox, sheet: Sheet) -> bool:
    """Tell whether an image is a strip of shading, as between the parts of a slide.

    A strip from edge to edge is the ground of a title.
    """
    wide, high = box[2] - box[0], box[3] - box[1]
    low = high < _STRIP or (wide > _ACROSS * sheet.width and high < _TITLE * sheet.height)
    return low and wide > _LONG * high


def _is_text(box: InkBox, sheet: Sheet) -> bool:
    """Tell whether a drawing is a frame or background of text: it is full of characters."""
    inside = _characters_in(box, sheet)
    return inside > 40 and inside > _MOST_TEXT * area(box) * 0.25


def _characters_in(box: InkBox, sheet: Sheet) -> int:
    return sum(
        box[0] < glyph.middle < box[2] and box[1] < glyph.base < box[3] for glyph in sheet.glyphs
    )


def _groups(boxes: Sequence[InkBox]) -> list[list[InkBox]]:
    """Return drawings by the figures they make: those near each other."""
    if len(boxes) > _MANY:
        return list(_groups_by_squares(boxes))
    groups: list[tuple[InkBox, list[InkBox]]] = []
    for box in boxes:
        merged, parts = box, [box]
        kept = []
        for other, inside in groups:
            if _near(merged, other):
                merged, parts = hull([merged, other]), parts + inside
            else:
                kept.append((other, inside))
        groups = [*kept, (merged, parts)]
    return [parts for _, parts in groups]


def _groups_by_squares(boxes: Sequence[InkBox]) -> Iterator[list[InkBox]]:
    """Yield the same of many drawings: those that touch the same or neighbouring squares."""
    sides = np.clip(np.nan_to_num(np.array(boxes)), 0.0, _FARTHEST)
    edges = (sides // max(_SQUARE, sides.max() / _SQUARES)).astype(int)
    touched = np.zeros((edges[:, 3].max() + 1, edges[:, 2].max() + 1), dtype=bool)
    for left, top, right, bottom in edges:
        touched[top : bottom + 1, left : right + 1] = True
    marks = _components(touched)
    where = marks[edges[:, 1], edges[:, 0]]
    for mark in np.unique(where):
        yield [boxes[int(index)] for index in np.flatnonzero(where == mark)]


def _components(touched: np.ndarray) -> np.ndarray:
    """Return a number for each square that is touched, the same for squares that hang together."""
    marks = np.zeros(touched.shape, dtype=int)
    for mark, first in enumerate(np.argwhere(touched), 1):
        waiting = [] if marks[tuple(first)] else [tuple(first)]
        while waiting:
            row, column = waiting.pop()
            around = slice(max(0, row - 1), row + 2), slice(max(0, column - 1), column + 2)
            new = np.argwhere(touched[around] & (marks[around] == 0))
            marks[around][touched[around]] = mark
            waiting += [(around[0].start + down, around[1].start + right) for down, right in new]
    return marks


def _joined(boxes: Sequence[InkBox]) -> list[InkBox]:
    return [hull(parts) for parts in _groups(boxes)]


def _near(box: InkBox, other: InkBox, gap: float = _NEAR) -> bool:
    return (
        box[0] - gap < other[2]
        and other[0] - gap < box[2]
        and box[1] - gap < other[3]
        and other[1] - gap < box[3]
    )
