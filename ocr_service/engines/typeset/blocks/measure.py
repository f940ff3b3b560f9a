"""Measures what a page is set in: the type size of its body, its leading, margins and columns."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.engines.layout.gutters import find_gutter, many_gutters
from ocr_service.engines.typeset.blocks.lines import PageLine
from ocr_service.library.pages import Box, Region

__all__ = ["Measure", "measure"]

_FEW_LINES = 8  # too few to tell columns by
_OVER = 6.0  # points beyond the right margin: not a mark that hangs there, but a longer line
_LINE = "x" * 30  # a line of running text is at least as long


@dataclass(frozen=True, slots=True)
class Measure:
    """What a page is set in: type size of the body, leading and margins, in points.

    `columns` has the left and right margin of each column, `gutters` the x's between them.
    """

    size: float
    leading: float
    columns: tuple[tuple[float, float], ...]
    gutters: tuple[float, ...]
    width: float
    height: float

    def column(self, line: PageLine) -> int:
        """Return the column of a line, from 0; 0 for one that crosses a gutter."""
        if any(line.left < gutter < line.right for gutter in self.gutters):
            return 0
        return bisect(self.gutters, (line.left + line.right) / 2)

    def margins(self, line: PageLine) -> tuple[float, float]:
        """Return the margins of a line's column; of the whole page where it crosses a gutter."""
        if any(line.left < gutter - 4 and line.right > gutter + 4 for gutter in self.gutters):
            return self.columns[0][0], self.columns[-1][1]
        return self.columns[min(self.column(line), len(self.columns) - 1)]


def measure(lines: Sequence[PageLine], width: float, height: float) -> Measure:
    """Return what a page's lines are set in; `width` and `height` are the page's, in points."""
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.glyphs)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    body = [line for line in lines if abs(line.size - size) < 0.6] or list(lines)
    boxes = [
        (line.left / width, line.top / height, line.right / width, line.bottom / height)
        for line in body
    ]
    gutters = tuple(share * width for share in _gutters(boxes))
    edges = (-1e9, *gutters, 1e9)
    columns = tuple(
        _margins([line for line in body if left - 3 < line.left and line.right < right + 3], width)
        for left, right in pairwise(edges)
    )
    return Measure(size, _leading(body, size), columns, gutters, width, height)


def _gutters(boxes: Sequence[Box]) -> list[float]:
    """Return the gutters of a page by its lines, all in fractions of the page's sides."""
    if len(boxes) <= _FEW_LINES:
        return []
    many = many_gutters([Region("text", box, _LINE) for box in boxes])
    two = None if many else find_gutter(boxes)
    return many if two is None else [two]


def _margins(lines: Sequence[PageLine], width: float) -> tuple[float, float]:
    """Return the left and right margin that most lines keep to.

    On a page with hardly any text the displays decide: they are centred between the margins, and
    their numbers are at the right one.
    """
    if not lines:
        return 0.0, width
    text = [line for line in lines if line.math_share < 0.6]
    if len(text) < 3:
        left, right = min(line.left for line in lines), max(line.right for line in lines)
        centres = Counter(round((line.left + line.right) / 2) for line in lines)
        centre, count = centres.most_common(1)[0]
        return (min(left, 2.0 * centre - right), right) if count >= 3 else (left, right)
    lefts = Counter(round(line.left) for line in text)
    rights = Counter(round(line.right) for line in text)
    usual = [left for left, count in lefts.items() if count >= max(2, 0.12 * len(text))]
    most, count = rights.most_common(1)[0]
    beyond = sum(line.right > most + _OVER for line in text)
    justified = count >= 3 and count >= beyond
    right = float(most) if justified else max(line.right for line in text)
    return float(min(usual, default=min(lefts))), right


def _leading(lines: Sequence[PageLine], size: float) -> float:
    """Return the distance of baselines, in points, within the paragraphs of a page."""
    steps = Counter[float]()
    for before, line in pairwise(lines):
        steps[round((line.base - before.base) * 2) / 2] += 1
    near = {step: count for step, count in steps.items() if 1.02 * size < step < 2.2 * size}
    # Displays and short paragraphs are further apart: the smallest that recurs is the leading.
    usual = [step for step, count in near.items() if count >= max(2, 0.1 * sum(near.values()))]
    # On a double-spaced page nearly all lines are as far apart.
    far = {step: count for step, count in steps.items() if 2.2 * size <= step < 2.6 * size}
    double = [step for step, count in far.items() if 2 * count > steps.total()]
    return min(usual or double, default=1.2 * size)
