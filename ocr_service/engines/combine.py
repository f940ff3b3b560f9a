"""Combines what two readers made of a page: formulas into the layout, tables into typeset pages.

Paragraphs with formulas, as the typeset reader reads them, are put into the boxes of the layout.
Each box is checked by itself: where the typeset reader lost or glued words, the layout's own text
stays. A typeset page takes the layout's table where it has but parts of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.common.boxes import area, overlap
from ocr_service.engines.check.fidelity import fidelity, page_words
from ocr_service.engines.layout.page_text import LayerText
from ocr_service.library.pages import Box, Region

__all__ = ["with_formulas", "with_tables"]

_PARAGRAPHS = frozenset({"text", "list_item", "equation", "caption", "footnote"})
_FEWER = 0.7  # share of the rows that a table has at least if it is whole
_WITHIN = 0.8  # share of a typeset region's box that lies in the layout's


def with_formulas(
    regions: Sequence[Region], typeset: Sequence[Region], text: LayerText
) -> list[Region]:
    """Return the layout's regions, each with the text of the typeset regions within it if sound.

    Args:
        regions: What the layout analysis read.
        typeset: What the typeset reader read of the same page.
        text: The page's own text, to check the result by.
    """
    plain = text.text
    return [_filled(region, typeset, text, plain) for region in regions]


def _filled(region: Region, typeset: Sequence[Region], text: LayerText, plain: str) -> Region:
    if region.label not in _PARAGRAPHS:
        return region
    inside = [other for other in typeset if _share(other.box, region.box) >= _WITHIN]
    formulas = any("\\(" in other.text or "\\[" in other.text for other in inside)
    if not formulas or any(other.label == "image" for other in inside):
        return region
    lines = [line for block in text.blocks for line in block if _holds(region.box, line.box, text)]
    markdown = "\n\n".join(other.text for other in inside)
    words = page_words([[line.prose for line in lines]], plain, with_numbers=False)
    found = fidelity(words, markdown)
    if found.lost or found.glued or found.invented:
        return region
    label = inside[0].label if len(inside) == 1 else region.label
    return replace(region, label=label if label in _PARAGRAPHS else region.label, text=markdown)


def with_tables(typeset: Sequence[Region], layout: Sequence[Region]) -> list[Region]:
    """Return the typeset reader's regions, the parts of a table replaced by the layout's table.

    A table that is whole stays, for it has its formulas; so does one whose parts have formulas.
    """
    regions = list(typeset)
    for table in layout:
        rows = _rows_of(table)
        inside = [region for region in regions if _share(region.box, table.box) >= _WITHIN]
        if rows < 2 or not inside or any("\\(" in region.text for region in inside):
            continue
        if all(region.label == "code" for region in inside):
            continue  # in a frame, or with blanks between its words
        if len(inside) == 1 and _rows_of(inside[0]) >= _FEWER * rows:
            continue
        place = regions.index(inside[0])
        regions = [region for region in regions if region not in inside]
        regions.insert(place, table)
    return regions


def _rows_of(region: Region) -> int:
    """Return the number of rows of a pipe table, 0 for any other region."""
    return region.text.count("\n") if region.text.startswith("|") else 0


def _share(inner: Box, outer: Box) -> float:
    """Return the share (0..1) of the inner box that the outer one covers."""
    return overlap(inner, outer) / max(area(inner), 1e-9)


def _holds(box: Box, line: Box, text: LayerText) -> bool:
    """Tell whether the middle of a line, in points, lies in a box of fractions of the page."""
    x, y = (line[0] + line[2]) / 2 / text.width, (line[1] + line[3]) / 2 / text.height
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
