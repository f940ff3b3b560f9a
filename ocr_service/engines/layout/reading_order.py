"""Columns in the right order. Pure.

PyMuPDF's own order jumps to the right column where a figure or a display interrupts the left one.
Here the gutters decide: what crosses the page divides it into bands, and within a band a column
comes before the next one to its right. Cards side by side are read row by row where their numbers
say so.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, takewhile

from ocr_service.engines.layout.gutters import (
    LEAST_NARROW,
    NARROW,
    band_gutter,
    crosses,
    find_gutter,
    many_gutters,
)
from ocr_service.library.pages import Region

__all__ = ["in_reading_order"]

_EDGE_LABELS = frozenset({"page_header", "page_footer", "page_number"})
_HEADINGS = frozenset({"title", "section_header"})

_NUMBER = re.compile(r"#*\s*(\d{1,3})\b")

_ACROSS = 0.22  # of the page's width: what crosses the gutter and is this wide ends a band
_WHOLE = 0.65  # of the text's width: what is this wide ends a band whatever the columns
_LEVEL = 0.012  # of the page's height: headings this near to each other are level


def in_reading_order(regions: Sequence[Region]) -> list[Region]:
    """Return the regions of a page, re-ordered if the page has columns, else as they are."""
    edges = [region for region in regions if region.label in _EDGE_LABELS]
    body = [region for region in regions if region.label not in _EDGE_LABELS]
    gutters = many_gutters(body)
    gutter = None if gutters else find_gutter([region.box for region in body])
    if gutter is not None:
        gutters = [gutter]
    ordered = _by_gutters(body, gutters) if gutters else _by_numbers(body)
    if ordered is None:
        return list(regions)
    top = [region for region in edges if region.box[1] < 0.5]
    bottom = [region for region in edges if region.box[1] >= 0.5]
    return [*_down(top), *ordered, *_down(bottom)]


def _by_gutters(body: Sequence[Region], gutters: Sequence[float]) -> list[Region]:
    return [region for band in _bands(body, gutters) for region in _in_band(band, gutters)]


def _by_numbers(body: Sequence[Region]) -> list[Region] | None:
    """Return the regions in two short columns if their headings are numbered so, else None."""
    if _in_number(body):
        return None
    narrow = [region for region in body if _width(region) < NARROW]
    gutter = band_gutter(narrow)
    ordered = [] if gutter is None else _by_gutters(body, [gutter])
    return ordered if _in_number(ordered) else None


def _bands(body: Sequence[Region], gutters: Sequence[float]) -> Iterator[list[Region]]:
    """Yield the parts of a page between what crosses all of it, and each of these by itself."""
    left = min(region.box[0] for region in body)
    right = max(region.box[2] for region in body)
    band: list[Region] = []
    for region in _down(body):
        whole = _width(region) >= _WHOLE * (right - left)
        if whole and any(crosses(region, gutter) for gutter in gutters):
            headings = _headings_of(region, band)
            yield band[: len(band) - len(headings)]
            yield from ([heading] for heading in headings)
            yield [region]
            band = []
        else:
            band.append(region)
    yield band


def _headings_of(whole: Region, band: Sequence[Region]) -> list[Region]:
    """Return the last region of a band if it is the heading of what follows across the page."""
    if len(band) < 2 or band[-1].label not in _HEADINGS:
        return []
    below = all(region.box[3] <= band[-1].box[1] + _LEVEL for region in band[:-1])
    return [band[-1]] if below and whole.box[1] >= band[-1].box[3] - _LEVEL else []


def _in_band(band: Sequence[Region], gutters: Sequence[float]) -> list[Region]:
    """Order a band by the page's gutters, or by one of its own where its text crosses those.

    Lines above its columns that cross the gutter come first.
    """
    least = _ACROSS if len(gutters) == 1 else LEAST_NARROW
    above = [*takewhile(lambda region: any(crosses(region, x) for x in gutters), _down(band))]
    if above and len(gutters) > 1:
        return [*above, *_in_band(_down(band)[len(above) :], gutters)]
    crossing = any(
        _width(region) >= least and crosses(region, gutter) for region in band for gutter in gutters
    )
    own = band_gutter(band) if crossing else None
    if own is None:
        return _by_bands(band, gutters, least)
    across = [*takewhile(lambda region: crosses(region, own), _down(band))]
    columns = _columns(_down(band)[len(across) :], [own])
    return [*across, *chain(*columns)]


def _by_bands(band: Sequence[Region], gutters: Sequence[float], least: float) -> list[Region]:
    """Order the regions: bands between those that cross a gutter, columns from left to right."""
    ordered: list[Region] = []
    part: list[Region] = []
    for region in _down(band):
        if _width(region) >= least and any(crosses(region, gutter) for gutter in gutters):
            ordered += [*_by_columns(part, gutters), region]
            part = []
        else:
            part.append(region)
    return ordered + _by_columns(part, gutters)


def _by_columns(part: Sequence[Region], gutters: Sequence[float]) -> list[Region]:
    """Order regions of columns, row by row where they are cards that are numbered so."""
    columns = _columns(part, gutters)
    rows = _card_rows(columns)
    if len(rows) < 2:
        return [*chain(*columns)]
    cards = [[region for region in part if bisect(rows, region.box[1]) == n] for n in _upto(rows)]
    across = [region for row in cards for column in _columns(row, gutters) for region in column]
    down = [*chain(*columns)]
    return across if _in_number(across) and not _in_number(down) else down


def _card_rows(columns: Sequence[Sequence[Region]]) -> list[float]:
    """Return where every column has a heading, all of them level: the top edges of cards."""
    first, *others = (
        [region.box[1] for region in column if region.label in _HEADINGS] for column in columns
    )
    return [
        top - _LEVEL
        for top in first
        if all(any(abs(top - other) < _LEVEL for other in tops) for tops in others)
    ]


def _in_number(regions: Sequence[Region]) -> bool:
    """Tell whether the numbers that headings begin with ascend."""
    headings = (region.text for region in regions if region.label in _HEADINGS)
    numbers = [int(found[1]) for text in headings if (found := _NUMBER.match(text))]
    return len(numbers) > 2 and all(before < after for before, after in pairwise(numbers))


def _upto(rows: Sequence[float]) -> range:
    return range(len(rows) + 1)


def _columns(part: Sequence[Region], gutters: Sequence[float]) -> list[list[Region]]:
    columns: list[list[Region]] = [[] for _ in range(len(gutters) + 1)]
    for region in _down(part):
        columns[bisect(gutters, (region.box[0] + region.box[2]) / 2)].append(region)
    return [_with_notes(column) for column in columns]


def _with_notes(column: Sequence[Region]) -> list[Region]:
    """Return the regions of a column, notes in its margin before the text that they stand beside.

    The text goes on in the next column, so that notes after it would part a sentence.
    """
    ordered: list[Region] = []
    for region in column:
        place = len(ordered)
        while place and _stands_left(region, ordered[place - 1]):
            place -= 1
        ordered.insert(place, region)
    return ordered


def _stands_left(region: Region, other: Region) -> bool:
    return region.box[2] <= other.box[0] + 0.01 and region.box[1] < other.box[3]


def _width(region: Region) -> float:
    return region.box[2] - region.box[0]


def _down(regions: Sequence[Region]) -> list[Region]:
    """Order regions from top to bottom; those on one line from left to right."""
    return sorted(regions, key=lambda region: (round(region.box[1], 2), region.box[0]))
