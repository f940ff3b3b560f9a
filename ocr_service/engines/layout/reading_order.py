"""Two columns in the right order. Pure.

PyMuPDF's own order jumps to the right column where a figure or a display interrupts the left one.
Here the gutter decides: what crosses it divides the page into bands, and within a band the left
column comes before the right one.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.library.pages import Region

__all__ = ["find_gutter", "in_reading_order"]

_EDGE_LABELS = frozenset({"page_header", "page_footer", "page_number"})

# All in fractions of the page's width or height.
_GUTTERS = tuple(0.40 + 0.01 * step for step in range(21))  # where a gutter may run
_COLUMN_WIDTH = 0.22  # a box at least this wide is part of a column's text, not a stray symbol
_COLUMN_TEXT = 0.15  # height of such boxes that each column must have
_MAX_CROSSING = 0.6  # height of text across the gutter, as a share of that in the columns


def in_reading_order(regions: Sequence[Region]) -> list[Region]:
    """Return the regions of a page, re-ordered if the page has two columns, else as they are."""
    edges = [region for region in regions if region.label in _EDGE_LABELS]
    body = [region for region in regions if region.label not in _EDGE_LABELS]
    gutter = find_gutter([region.box for region in body])
    if gutter is None:
        return list(regions)
    top = [region for region in edges if region.box[1] < 0.5]
    bottom = [region for region in edges if region.box[1] >= 0.5]
    return [*_down(top), *_by_bands(body, gutter), *_down(bottom)]


def find_gutter(boxes: Sequence[tuple[float, float, float, float]]) -> float | None:
    """Return where the gutter runs, or None if the page is not set in two columns.

    Boxes and gutter are fractions of the page's width and height.
    """
    wide = [box for box in boxes if box[2] - box[0] >= _COLUMN_WIDTH]
    best: tuple[float, float] | None = None
    for gutter in _GUTTERS:
        left = sum(box[3] - box[1] for box in wide if box[2] <= gutter + 0.01)
        right = sum(box[3] - box[1] for box in wide if box[0] >= gutter - 0.01)
        crossing = sum(
            box[3] - box[1] for box in wide if box[0] < gutter - 0.01 and box[2] > gutter + 0.01
        )
        if min(left, right) < _COLUMN_TEXT or crossing > _MAX_CROSSING * (left + right):
            continue
        if best is None or crossing < best[0]:
            best = (crossing, gutter)
    return best[1] if best else None


def _by_bands(body: Sequence[Region], gutter: float) -> list[Region]:
    """Order the regions: bands between those that cross the gutter, left column first."""
    ordered: list[Region] = []
    left: list[Region] = []
    right: list[Region] = []
    for region in _down(body):
        box = region.box
        wide = box[2] - box[0] >= _COLUMN_WIDTH
        if wide and box[0] < gutter - 0.02 and box[2] > gutter + 0.02:
            ordered += [*left, *right, region]
            left, right = [], []
        elif (box[0] + box[2]) / 2 < gutter:
            left.append(region)
        else:
            right.append(region)
    return [*ordered, *left, *right]


def _down(regions: Sequence[Region]) -> list[Region]:
    """Order regions from top to bottom; those on one line from left to right."""
    return sorted(regions, key=lambda region: (round(region.box[1], 2), region.box[0]))
