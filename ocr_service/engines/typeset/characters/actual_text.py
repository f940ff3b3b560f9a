"""Finds how far signs reach that are drawn in pieces and told as one character (/ActualText).

A browser draws a tall bracket or a long brace with several glyphs, which it wraps in a mark that
says what they are together (ISO 32000-2, 14.9.4). MuPDF gives that character the place of the first
glyph alone; the others are seen where these marks are not heeded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ocr_service.engines.typeset.characters.nodes import InkBox
from ocr_service.pdf.page_tree import Native

__all__ = ["Origin", "boxes_of_pieces", "origin_of"]

Origin = tuple[float, float]


def origin_of(char: dict[str, Any]) -> Origin:
    """Return where a character of MuPDF's "rawdict" begins, to a tenth of a point."""
    x, y = char["origin"]
    return round(x, 1), round(y, 1)


def boxes_of_pieces(page: Native, flags: int, blocks: Iterable[Any]) -> dict[Origin, InkBox]:
    """Return the whole boxes of the characters that stand for several glyphs, by their origin.

    Args:
        page: a page of MuPDF.
        flags: those that its text was read with.
        blocks: the text so read, as "rawdict".
    """
    import pymupdf

    if b"/ActualText" not in page.read_contents():
        return {}
    told = {origin_of(char) for char in _characters(blocks)}
    glyphs = page.get_text("rawdict", flags=flags | pymupdf.TEXT_IGNORE_ACTUALTEXT)["blocks"]
    found: dict[Origin, InkBox] = {}
    first: Origin | None = None
    box: InkBox = (0.0, 0.0, 0.0, 0.0)
    for glyph in _characters(glyphs):
        left, top, right, bottom = glyph["bbox"]
        if origin_of(glyph) in told:
            first, box = origin_of(glyph), (left, top, right, bottom)
        elif first is not None:
            box = (min(left, box[0]), min(top, box[1]), max(right, box[2]), max(bottom, box[3]))
            found[first] = box
    return found


def _characters(blocks: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                yield from span["chars"]
