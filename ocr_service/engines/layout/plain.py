"""Reads a page's text block by block, in the order of the file: the reader that loses no word.

Lines that share a baseline are cells of one row and stay on one line; a ruled table becomes a
table. Pure but for the table finder.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.common.boxes import hull
from ocr_service.engines.layout import prose
from ocr_service.engines.layout.box_regions import fractions
from ocr_service.engines.layout.page_text import LayerLine, LayerText
from ocr_service.engines.layout.reading_order import in_reading_order
from ocr_service.engines.layout.text_layer import bounded
from ocr_service.library.pages import Box, Region

__all__ = ["read_plain_text"]

_ROW = 0.5  # type sizes that the middles of two lines of one row are apart at most
_ROWS_IN_TABLE = 0.34  # share of rows with several cells from which on a block is no paragraph


def read_plain_text(text: LayerText) -> list[Region]:
    """Return one region of text for each block of a page's text.

    Boxes are fractions of the page as displayed. Together the regions have at most
    `MAX_PAGE_CHARS` characters, with a note where they were cut.
    """
    regions = [
        Region("text", _box(block, text), markdown)
        for block in text.blocks
        if (markdown := _markdown(block))
    ]
    return bounded(in_reading_order(regions))


def _markdown(block: Sequence[LayerLine]) -> str:
    """Return a block as a paragraph, or line by line where its lines are rows of cells or code."""
    rows = _rows(block)
    texts = [prose.tidy(" ".join(line.text.strip() for line in row)) for row in rows]
    cells = sum(len(row) > 1 for row in rows)
    if prose.has_leaders(texts):
        return prose.entries(texts)
    if cells > _ROWS_IN_TABLE * len(rows):
        return "\n".join(prose.escape(text) for text in texts if text)
    return prose.escape(prose.shorten_leaders(prose.join_lines(texts)))


def _rows(block: Sequence[LayerLine]) -> list[list[LayerLine]]:
    """Group the lines of a block that follow each other on one baseline."""
    rows: list[list[LayerLine]] = []
    for line in block:
        if (
            rows
            and _middle(line) - _middle(rows[-1][-1]) < _ROW * line.size
            and _beside(line, rows[-1][-1])
        ):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _beside(line: LayerLine, before: LayerLine) -> bool:
    """Tell whether two lines are level and stand side by side."""
    apart = abs(_middle(line) - _middle(before)) < _ROW * max(line.size, before.size)
    return line.level and before.level and apart


def _middle(line: LayerLine) -> float:
    return (line.box[1] + line.box[3]) / 2


def _box(block: Sequence[LayerLine], text: LayerText) -> Box:
    return fractions(hull([line.box for line in block]), text.width, text.height)
