"""Cuts lines that were found as one across white between columns, or between text and its margin.

Lines of two columns with a narrow gutter, a line with a note beside it, and the cells of a table
are found as one. The white between them is wider than that between words, and other lines begin or
end there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_service.engines.scan.line_images import Pose, Quads, cut, sides, skew

__all__ = ["cut_at_gaps"]

_INK = 0.35  # of the contrast of a line: what is darker is ink
_RULE = 0.9  # of a line's height: ink so tall is a rule between cells
_RULE_ALONG = 0.75  # of its length: ink so long is a rule above or below


@dataclass(frozen=True, slots=True)
class _Cut:
    """When a line is cut, all but `edges` in its heights.

    The least white, the length of each part, how near to it edges of other lines are, how many of
    them, and how far above and below.
    """

    white: float
    shortest: float
    near: float
    edges: int
    around: float
    one_side: bool = False


_LONG = 15.0  # width : height of a line of text
_SHORT = 3.0  # the same of several cells
_TEXT = _Cut(white=0.55, shortest=2.5, near=0.6, edges=4, around=8.0)
_CELLS = _Cut(white=0.7, shortest=0.7, near=0.4, edges=3, around=5.0, one_side=True)


def cut_at_gaps(picture: Image.Image, quads: Quads, turns: int) -> Quads:
    """Return the lines of a page, those across a gutter or a margin in their parts.

    Args:
        picture: the page as given.
        quads: the corners of its lines.
        turns: how many quarter turns it lies from being upright.
    """
    if len(quads) <= _CELLS.edges:
        return quads
    upright = Pose(turns, skew(quads, turns), picture.size).upright(quads)
    edges = _Edges(
        upright[:, (0, 3), 0].mean(axis=1),
        upright[:, (1, 2), 0].mean(axis=1),
        upright[..., 1].mean(axis=1),
    )
    parts: list[NDArray[np.float64]] = []
    for place, (quad, (along, height)) in enumerate(zip(quads, sides(quads), strict=True)):
        rule = _TEXT if along > _LONG * height else _CELLS
        cuts = []
        if along > _SHORT * height and edges.align(place, height, rule):
            gaps = _gaps(picture, quad, rule)
            cuts = [gap for gap in gaps if edges.hold(place, gap, height, rule)]
        parts += _parts(quad, cuts)
    return np.array(parts)


@dataclass(frozen=True, slots=True)
class _Edges:
    """Where the lines of a page begin and end, and their middles from top to bottom, in pixels."""

    lefts: NDArray[np.float64]
    rights: NDArray[np.float64]
    middles: NDArray[np.float64]

    def align(self, place: int, height: float, rule: _Cut) -> bool:
        """Return whether enough lines begin, or end, one under the other within a line."""
        least, most = rule.shortest * height, 2 * rule.near * height
        low, high = self.lefts[place] + least, self.rights[place] - least
        for edges in (self.lefts, self.rights):
            inner = np.sort(edges[(edges > low) & (edges < high)])
            spread = inner[rule.edges - 1 :] - inner[: max(0, len(inner) - rule.edges + 1)]
            if (spread < most).any():
                return True
        return False

    def hold(self, place: int, gap: tuple[float, float], height: float, rule: _Cut) -> bool:
        """Return whether more lines around begin or end at a gap than run across it.

        The head of a table has its rows below it only: of a short line either side is enough.
        """
        left, length = self.lefts[place], self.rights[place] - self.lefts[place]
        start, end = (left + share * length for share in gap)
        ending = np.abs(self.rights - start) < rule.near * height
        beginning = np.abs(self.lefts - end) < rule.near * height
        across = (self.lefts < start) & (self.rights > end)
        below = self.middles - self.middles[place]
        around = np.abs(below) < rule.around * height
        sides_of = (around & (below < 0), around & (below > 0)) if rule.one_side else (around,)
        for side in sides_of:
            at_gap = max(int((side & ending).sum()), int((side & beginning).sum()))
            if at_gap >= rule.edges and at_gap > int((side & across).sum()):
                return True
        return False


def _gaps(
    picture: Image.Image, quad: NDArray[np.float64], rule: _Cut
) -> Iterator[tuple[float, float]]:
    """Yield the wide white in a line: where it begins and ends, as shares of the width."""
    line = cut(picture, quad)
    if line is None:
        return
    grey = np.asarray(line.convert("L"), dtype=np.float32)
    ink, paper = np.quantile(grey[:, ::4], (0.02, 0.9))
    dark = grey < paper - _INK * (paper - ink)
    level = dark.mean(axis=1) < _RULE_ALONG  # rows of pixels without a rule
    level[: line.height // 8] = level[line.height - line.height // 8 :] = False
    inked = np.nonzero(dark[level].any(axis=0) & (dark.mean(axis=0) < _RULE))[0]
    least, shortest = rule.white * line.height, rule.shortest * line.height
    for place in np.nonzero(np.diff(inked) > least)[0]:
        start, end = int(inked[place]) + 1, int(inked[place + 1])
        if start > shortest and line.width - end > shortest:
            yield start / line.width, end / line.width


def _parts(quad: NDArray[np.float64], cuts: list[tuple[float, float]]) -> list[NDArray[np.float64]]:
    """Return the parts of a line, with a little of the white that parts them."""
    starts = [0.0, *(start + 0.75 * (end - start) for start, end in cuts)]
    ends = [*(start + 0.25 * (end - start) for start, end in cuts), 1.0]
    top_left, top_right, low_right, low_left = quad
    top, low = top_right - top_left, low_right - low_left
    return [
        np.array([top_left + a * top, top_left + b * top, low_left + b * low, low_left + a * low])
        for a, b in zip(starts, ends, strict=True)
    ]
