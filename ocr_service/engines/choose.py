"""Sets the order in which the readers of a page's own text are tried, by evidence on the page.

Mathematics and the fonts of TeX speak for the typeset reader, and so does a page of nothing but
paragraphs, which it reads many times as fast. Ruled tables, forms and lines of short cells side by
side speak for layout analysis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from unicodedata import category

from ocr_service.engines.check.mathematics import is_mathematical_font
from ocr_service.engines.layout.ink import Ink
from ocr_service.engines.layout.page_text import LayerLine, LayerText

__all__ = ["Reader", "is_mathematical", "readers_in_order"]


class Reader(StrEnum):
    """The readers of a page's own text; the values are stored in page records."""

    TYPESET = "typeset"
    LAYOUT = "text-layer"
    PLAIN = "plain-text"


_TEX_FONT = re.compile(
    r"(?:^|\+)(?:cm(?!ap)[a-z]{1,6}\d|ec?[rb][mbx]\d|sf[a-z]{2}\d{4}|lm(?:roman|sans|mono)|tctt)",
    re.IGNORECASE,
)
_LEAST_CHARACTERS = 2  # in mathematical fonts: one may be a bullet
_LEAST_SHARE = 0.001  # of a page's characters: fewer are the arrows and marks of a form
_MOST_RULES = 6  # level rules: more are a table or a form
_PICTURE = 1_000  # rules and paths: more are a picture drawn with lines, no table
_MOST_DRAWINGS = 6  # filled or stroked paths with some width and height
_CELL_WORDS = 3  # in a cell of a table; lines of columns have more
_MOST_CELLS = 0.25  # share of lines that are cells


def is_mathematical(text: LayerText) -> bool:
    """Tell whether a page is set in the fonts of TeX, or with a font for mathematics.

    The symbol font of office programs is one if it has operations and relations, not just bullets.
    """
    if sum(category(sign) == "Sm" for sign in text.symbols) >= _LEAST_CHARACTERS:
        return True
    characters = sum(n for name, n in text.fonts.items() if is_mathematical_font(name))
    of_tex = sum(count for name, count in text.fonts.items() if _TEX_FONT.search(name))
    total = text.fonts.total()
    return characters >= max(_LEAST_CHARACTERS, _LEAST_SHARE * total) or 2 * of_tex > total


def readers_in_order(text: LayerText, ink: Ink) -> tuple[Reader, ...]:
    """Return the readers of a page's own text in the order to try them."""
    if not is_mathematical(text) and _is_tabular(text, ink):
        return (Reader.LAYOUT, Reader.PLAIN, Reader.TYPESET)
    return (Reader.TYPESET, Reader.LAYOUT, Reader.PLAIN)


def _is_tabular(text: LayerText, ink: Ink) -> bool:
    """Tell whether a page has a table or a form."""
    ruled = len(ink.rules) > _MOST_RULES or len(ink.drawings) > _MOST_DRAWINGS
    ruled = ruled and len(ink.rules) + len(ink.drawings) <= _PICTURE
    lines = [line for block in text.blocks for line in block if line.level]
    return ruled or _cells(lines) > _MOST_CELLS * len(lines)


def _cells(lines: Sequence[LayerLine]) -> int:
    """Return how many lines stand beside another and are as short as the cells of a table."""
    down = sorted(lines, key=lambda line: line.box[1])
    return sum(
        _are_level(line, other) and len(other.text.split()) <= _CELL_WORDS
        for line, other in pairwise(down)
    )


def _are_level(line: LayerLine, other: LayerLine) -> bool:
    """Tell whether two lines stand side by side."""
    height = min(line.box[3], other.box[3]) - max(line.box[1], other.box[1])
    beside = line.box[2] < other.box[0] or other.box[2] < line.box[0]
    return beside and height > 0.5 * (other.box[3] - other.box[1])
