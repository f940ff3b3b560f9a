"""Extracts a page's text from PyMuPDF, with the sizes and boxes that type really has.

Bitmap fonts, of Type 3, may call their size what they like: the glyphs of dvips are a tenth of a
point high by name, and MuPDF's boxes for them are as high as a column.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Literal

from ocr_service.engines.layout.drawing_fonts import is_drawing_font
from ocr_service.pdf.page_tree import Native

__all__ = ["raw_blocks"]

_LEAST_SIZE = 0.5  # points by name: nobody sets type that small


def raw_blocks(page: Native, kind: Literal["dict", "rawdict"]) -> list[dict[str, Any]]:
    """Return the blocks of text of an upright page, as PyMuPDF's dictionaries."""
    import pymupdf

    blocks: list[dict[str, Any]] = page.get_text(kind, flags=pymupdf.TEXTFLAGS_TEXT)["blocks"]
    if any(0 < span["size"] < _LEAST_SIZE for span in _spans(blocks)):
        flags = pymupdf.TEXTFLAGS_TEXT | pymupdf.TEXT_ACCURATE_BBOXES
        blocks = page.get_text(kind, flags=flags)["blocks"]
        _name_sizes(blocks)
    _leave_out_drawings(blocks)
    return blocks


def _leave_out_drawings(blocks: list[dict[str, Any]]) -> None:
    """Leave out the spans of fonts that draw."""
    if any(is_drawing_font(span["font"]) for span in _spans(blocks)):
        for block in blocks:
            for line in block.get("lines", ()):
                line["spans"] = [one for one in line["spans"] if not is_drawing_font(one["font"])]


def _name_sizes(blocks: list[dict[str, Any]]) -> None:
    """Set the size of bitmap type to the height of its tallest glyph."""
    tallest: defaultdict[str, float] = defaultdict(float)
    spans = [span for span in _spans(blocks) if span["size"] < _LEAST_SIZE]
    for span in spans:
        height = span["bbox"][3] - span["bbox"][1]
        tallest[span["font"]] = max(tallest[span["font"]], height)
    for span in spans:
        span["size"] = tallest[span["font"]]


def _spans(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [span for block in blocks for line in block.get("lines", ()) for span in line["spans"]]
