"""Finds diagrams of arrows, which are drawn as lines with small heads."""

from __future__ import annotations

from collections.abc import Iterator

from ocr_service.common.boxes import hull
from ocr_service.engines.typeset.characters.glyphs import Sheet
from ocr_service.engines.typeset.characters.nodes import InkBox

__all__ = ["find_diagrams"]

_HEAD = 9.0  # points: the heads of arrows are not larger
_SHAFT = 6.0  # points: their lines are longer
_TIP = 3.0  # points between the end of a line and its head
_APART = 26.0  # points between two arrows of a diagram, where a letter stands
_LEAST = 3  # arrows
_MOST = 300  # heads, and lines: more are a drawing of another kind
_AROUND = (22.0, 12.0)  # points beside and above arrows: the letters that they join


def find_diagrams(sheet: Sheet) -> list[InkBox]:
    """Return the boxes of a page's diagrams in points, the letters at their arrows included.

    Arrows in one line are a formula, not a diagram.
    """
    groups: list[list[InkBox]] = []
    for arrow in _arrows(sheet):
        near = [group for group in groups if any(_near(arrow, other) for other in group)]
        groups = [group for group in groups if group not in near]
        groups.append([arrow, *(other for group in near for other in group)])
    across, down = _AROUND
    return [
        (left - across, top - down, right + across, bottom + down)
        for group in groups
        if len(group) >= _LEAST and any(map(_rises, group))
        for left, top, right, bottom in [hull(group)]
    ]


def _arrows(sheet: Sheet) -> Iterator[InkBox]:
    """Yield the boxes of lines with a head at one end or both."""
    drawings = set(sheet.drawings)
    heads = [box for box in drawings if _longest(box) <= _HEAD]
    lines = [(rule.left, rule.top, rule.right, rule.bottom) for rule in sheet.rules]
    lines = [box for box in {*lines, *drawings} if _longest(box) > _SHAFT]
    if len(heads) > _MOST or len(lines) > _MOST:
        return
    for line in sorted(lines):
        if tips := [head for head in heads if _is_tip(head, line)]:
            yield hull([line, *tips])


def _is_tip(head: InkBox, line: InkBox) -> bool:
    """Tell whether a head is at a corner of a line's box: the ends of a level one are both."""
    x, y = (head[0] + head[2]) / 2, (head[1] + head[3]) / 2
    beside = min(abs(x - line[0]), abs(x - line[2])) < _TIP
    return beside and min(abs(y - line[1]), abs(y - line[3])) < _TIP


def _rises(arrow: InkBox) -> bool:
    return arrow[3] - arrow[1] > 1.5 * _HEAD


def _longest(box: InkBox) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def _near(box: InkBox, other: InkBox) -> bool:
    across = max(box[0], other[0]) - min(box[2], other[2])
    down = max(box[1], other[1]) - min(box[3], other[3])
    return max(across, down) < _APART
