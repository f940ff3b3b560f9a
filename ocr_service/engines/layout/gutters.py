"""Finds the gutters between the columns of a page. Pure; all in fractions of the page's sides."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ocr_service.library.pages import Region

__all__ = ["LEAST_NARROW", "NARROW", "band_gutter", "crosses", "find_gutter", "many_gutters"]

_GUTTERS = tuple(0.40 + 0.01 * step for step in range(21))  # where that of two columns may run
_COLUMN_WIDTH = 0.22  # a box at least this wide is part of a column's text, not a stray symbol
_COLUMN_TEXT = 0.15  # height of such boxes that each column must have
_MAX_CROSSING = 0.6  # height of text across the gutter, as a share of that in the columns

NARROW = 0.45  # of the page's width: a box of one of three columns or more
LEAST_NARROW = 0.1  # a narrower box says nothing of columns
_LEAST_TEXT = 100  # characters in each of three columns or more
_FULL_TEXT = 300  # characters in each of three columns that end well above the foot of the page
_LEAST_REGION = 30  # characters in the mean region of such a column: cells of tables have fewer
_BAND_GUTTERS = tuple(0.2 + 0.01 * step for step in range(61))
_BAND_LINE = 0.016  # height: what is lower is one line, which may run across the gutter
_BAND_TEXT = 0.08  # height of text that each column of a band must have


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


def many_gutters(body: Sequence[Region]) -> list[float]:
    """Return where the gutters of three columns or more run; empty if there are no such columns."""
    found = [region for region in body if LEAST_NARROW <= _width(region) < NARROW]
    narrow = sorted(_beside_others(found), key=lambda region: region.box[0])
    columns: list[list[Region]] = []
    right = -1.0
    for region in narrow:
        if region.box[0] >= right - 0.01:
            columns.append([])
        columns[-1].append(region)
        right = max(right, region.box[2])
    if len(columns) < 3 or not all(map(_is_column, columns)):
        return []
    across = sum(_height(region) for region in body if _width(region) >= NARROW)
    if across > _MAX_CROSSING * sum(_height(region) for region in narrow):
        return []
    return [
        (max(r.box[2] for r in before) + min(r.box[0] for r in after)) / 2
        for before, after in pairwise(columns)
    ]


def _beside_others(regions: Sequence[Region]) -> list[Region]:
    """Return the regions without those alone at their height, such as a title above columns."""
    ordered = sorted(regions, key=lambda region: region.box[1])
    kept = []
    lowest = -1.0  # bottom of the regions above
    for place, region in enumerate(ordered):
        following = ordered[place + 1].box[1] if place + 1 < len(ordered) else 2.0
        if region.box[1] < lowest or following < region.box[3]:
            kept.append(region)
        lowest = max(lowest, region.box[3])
    return kept


def _is_column(regions: Sequence[Region]) -> bool:
    """Tell whether regions below each other are the running text of a column."""
    characters = sum(len(region.text) for region in regions)
    height = sum(map(_height, regions))
    tall = height >= _COLUMN_TEXT or (height >= _BAND_TEXT and characters >= _FULL_TEXT)
    return tall and characters >= max(_LEAST_TEXT, _LEAST_REGION * len(regions))


def band_gutter(band: Sequence[Region]) -> float | None:
    """Return where a part of a page has a gutter that no text crosses; None if it has none."""
    wide = [r for r in band if _width(r) >= LEAST_NARROW and _height(r) >= _BAND_LINE]
    found = [
        gutter
        for gutter in _BAND_GUTTERS
        if not any(crosses(region, gutter) for region in wide)
        and _has_text([region for region in wide if region.box[2] <= gutter + 0.02])
        and _has_text([region for region in wide if region.box[0] >= gutter - 0.02])
    ]
    return found[len(found) // 2] if found else None


def crosses(region: Region, gutter: float) -> bool:
    """Tell whether a region lies on both sides of a gutter."""
    return region.box[0] < gutter - 0.02 and region.box[2] > gutter + 0.02


def _has_text(regions: Sequence[Region]) -> bool:
    characters = sum(len(region.text) for region in regions)
    return characters >= _LEAST_TEXT and sum(map(_height, regions)) >= _BAND_TEXT


def _width(region: Region) -> float:
    return region.box[2] - region.box[0]


def _height(region: Region) -> float:
    return region.box[3] - region.box[1]
