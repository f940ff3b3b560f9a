"""Collects the lines of a page that may be running heads, feet, numbers or stamps. Pure.

For a page with regions these are its short regions; for a page without, the lines at its very top
and bottom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ocr_service.books.page_numbers import number_line
from ocr_service.library.pages import Box, PageRecord, Region
from ocr_service.text.numerals import words

__all__ = ["Edge", "EdgeLine", "edge_lines", "is_heading", "is_slide", "letters"]

Edge = Literal["top", "bottom", "middle"]

_ZONE = 0.14  # share of the page, at its top and bottom, where running lines have their middle
_WIDE_ZONE = 0.2  # the same for a page's first and last lines: small text areas, wide margins
_LEVEL = 0.012  # share of the page: regions at one height
_LONGEST = 160  # characters of a running line
_SLIDE = 1.1  # width by height: wider pages are slides, or sheets of two pages
_RAW_EDGE = 2  # lines at each edge of a page without regions
RUNNING_LABELS = frozenset({"page_header", "page_footer", "page_number"})
HEADING_LABELS = frozenset({"title", "section_header", "sub_title"})
NEVER_LABELS = frozenset({"equation", "table", "image", "code", "caption"})
_NEVER = re.compile(r"\||\$\$|\\\[|\\\]|\\begin|```|~~~|!\[|<table|[-*+]\s")
_FORMULA = re.compile(r".*[<>≤≥∫∑]|.*(?<!\S)=(?!\S)|.*\\\(")


@dataclass(frozen=True, slots=True)
class EdgeLine:
    """A line that may be a running line. `place` is the index of its region, or of its line.

    `labelled` tells that the engine calls it a running line, `introduces` that it leads to the
    formula below it. `size` is 0 and `box` None where they are not known.
    """

    page_index: int
    edge: Edge
    place: int
    text: str
    heading: bool = False
    labelled: bool = False
    introduces: bool = False
    is_text: bool = True
    size: float = 0.0
    box: Box | None = None

    @property
    def height(self) -> float:
        """The height of its box as a share of the page; 0 without a box."""
        return self.box[3] - self.box[1] if self.box else 0.0


def is_heading(region: Region) -> bool:
    """Tell whether a region is marked as a heading."""
    return region.label in HEADING_LABELS or region.text.lstrip().startswith("#")


def is_slide(record: PageRecord) -> bool:
    """Tell whether a page is wider than it is high."""
    return record.page_size is not None and record.page_size[0] > _SLIDE * record.page_size[1]


def letters(text: str) -> str:
    """Return the letters of a line, to compare lines: without case, marks and spaces."""
    return "".join(word for word in words(text) if not word.isdecimal())


def edge_lines(record: PageRecord) -> Iterator[EdgeLine]:
    """Yield the short lines of a page with their edge; "middle" between the edges."""
    if not record.regions:
        yield from _raw_lines(record)
        return
    middles = [_middle(region) for region in record.regions]
    highest, lowest = min(middles) + _LEVEL, max(middles) - _LEVEL
    for place, region in enumerate(record.regions):
        text = region.text.strip()
        if not _is_short(text, region.label):
            continue
        yield EdgeLine(
            record.page_index,
            _edge(middles[place], highest, lowest),
            place,
            text,
            heading=is_heading(region),
            labelled=region.label in RUNNING_LABELS,
            introduces=_introduces(text, record.regions[place + 1 : place + 2]),
            is_text=_is_text(text, region.label),
            size=region.size,
            box=region.box,
        )


def _raw_lines(record: PageRecord) -> Iterator[EdgeLine]:
    lines = record.raw.splitlines()
    places = [i for i, line in enumerate(lines) if line.strip()]
    edges: list[tuple[Edge, int]] = [("top", i) for i in places[:_RAW_EDGE]]
    edges += [("bottom", i) for i in places[_RAW_EDGE:][-_RAW_EDGE:]]
    for edge, place in edges:
        text = lines[place].strip()
        if not _is_short(text, ""):
            continue
        after = [line for line in lines[place + 1 : place + 3] if line.strip()][:1]
        runs_in = text.endswith(":") or any(
            line.lstrip().startswith(("$$", r"\[")) for line in after
        )
        yield EdgeLine(
            record.page_index,
            edge,
            place,
            text,
            heading=text.startswith("#"),
            introduces=runs_in,
            is_text=_is_text(text, ""),
        )


def _middle(region: Region) -> float:
    return (region.box[1] + region.box[3]) / 2


def _edge(middle: float, highest: float, lowest: float) -> Edge:
    """Return the edge in whose zone a region lies, by the middles of the page's outermost ones.

    What stands alone on a page is its text: the zone of outermost lines is not for it.
    """
    wide = _WIDE_ZONE if highest < lowest else _ZONE
    if middle <= (wide if middle <= highest else _ZONE):
        return "top"
    return "bottom" if 1 - middle <= (wide if middle >= lowest else _ZONE) else "middle"


def _introduces(text: str, after: Sequence[Region]) -> bool:
    """Tell whether a line ends in a colon or runs into a displayed formula."""
    return text.endswith(":") or any(region.label == "equation" for region in after)


def _is_short(text: str, label: str) -> bool:
    return 0 < len(text) <= _LONGEST and "\n" not in text and label not in NEVER_LABELS


def _is_text(text: str, label: str) -> bool:
    """Tell whether a line is words or a number, not a formula, a row of a table or a list item."""
    if label in RUNNING_LABELS or number_line(text) is not None:
        return True
    return not _NEVER.match(text) and not _FORMULA.match(text)
