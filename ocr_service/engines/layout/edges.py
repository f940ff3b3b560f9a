"""Tells which boxes stand at the edges of a page, as running heads and page numbers do. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_service.engines.layout.text_boxes import TextBox
from ocr_service.library.pages import Region

__all__ = ["Edges", "running_rows"]

_EDGE = 0.2  # share of the page's height at its top and its bottom
_ASIDE = 0.1  # share of its width, left and right
_BODY = frozenset({"text", "section_header", "title", "list_item"})
_MOST_CHARACTERS = 80  # beside a page number, in a running head
_ROW = 0.03  # share of the page's height: a box of one line is not taller


@dataclass(frozen=True, slots=True)
class Edges:
    """The size of a page in points, and where its text begins and ends.

    `top` is the upper edge of the highest box, `bottom` the lower edge of the lowest; both are
    outside the page if it has but one box, which is no running head.
    """

    width: float
    height: float
    top: float
    bottom: float

    @classmethod
    def of(cls, boxes: Sequence[TextBox], width: float, height: float) -> Edges:
        """Return the edges of a page with these boxes."""
        level = [box.box for box in boxes if any(line.level for line in box.lines)]
        if len(level) < 2:
            return cls(width, height, -1.0, height + 1.0)
        return cls(width, height, min(box[1] for box in level), max(box[3] for box in level))

    def hold(self, box: TextBox) -> bool:
        """Tell whether a box is at the top or bottom of the page, or has no text beyond it."""
        if self.top < 0:
            return False
        at_edge = box.box[3] < _EDGE * self.height or box.box[1] > (1 - _EDGE) * self.height
        return at_edge or box.box[1] <= self.top or box.box[3] >= self.bottom

    def hold_aside(self, box: TextBox) -> bool:
        """Tell whether a box is turned, and stands in the left or right margin."""
        beside = box.box[2] < _ASIDE * self.width or box.box[0] > (1 - _ASIDE) * self.width
        return beside and bool(box.lines) and not any(line.level for line in box.lines)


def running_rows(regions: Sequence[Region]) -> list[Region]:
    """Return the regions, those in one row with a page number at the top labelled page headers."""
    top = min((region.box[1] for region in regions), default=0.0)
    numbers = [r for r in regions if r.label == "page_number" and r.box[1] < _EDGE]
    numbers = [number for number in numbers if number.box[1] < top + _ROW]
    return [
        replace(region, label="page_header")
        if any(_is_beside(region, number) for number in numbers)
        else region
        for region in regions
    ]


def _is_beside(region: Region, number: Region) -> bool:
    """Tell whether a line of the body is level with a page number."""
    height = region.box[3] - region.box[1]
    level = number.box[1] < (region.box[1] + region.box[3]) / 2 < number.box[3]
    short = len(region.text) <= _MOST_CHARACTERS and height < _ROW
    return region.label in _BODY and level and short
