"""A page of a typeset PDF to regions, with how far it can be trusted.

The confidence is the share of what was understood; below `LEAST_CONFIDENCE` the page is for another
engine, and `doubt` says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.engines import headings, prose
from ocr_service.engines.reading_order import in_reading_order
from ocr_service.engines.typeset.displays import display_markdown
from ocr_service.engines.typeset.glyphs import Sheet, read_sheet
from ocr_service.engines.typeset.items import Box
from ocr_service.engines.typeset.layout import Block, Measure, find_blocks, measure
from ocr_service.engines.typeset.lines import Line, join_text, make_line
from ocr_service.engines.typeset.rows import Row, find_rows
from ocr_service.engines.typeset.variables import mark_variables
from ocr_service.pages import Region
from ocr_service.render import Document, OutlineEntry

__all__ = ["LEAST_CONFIDENCE", "TypesetPage", "read_typeset"]

LEAST_CONFIDENCE = 0.9
MAX_GLYPHS_IN_ROW = 4_000
_ITEM = re.compile(r"^(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)])\s+(?=\S)")
_BULLET = re.compile(r"^[•‣◦▪▫●○■□►▸∙–—∗⋆-]\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class TypesetPage:
    """What was read of a page. `confidence` is 0..1; `doubt` tells what lowers it, or is empty."""

    regions: tuple[Region, ...]
    confidence: float
    doubt: str = ""


def read_typeset(
    document: Document, page_index: int, outline: Sequence[OutlineEntry]
) -> TypesetPage:
    """Read a page (0-based index) from its characters and rules.

    Args:
        document: The open document.
        page_index: 0-based.
        outline: The whole document's bookmarks; those of this page set its headings' levels.

    Returns:
        Its regions in reading order, running lines included, and how far to trust them.

    Raises:
        InputError: The page cannot be read.
    """
    sheet = read_sheet(document, page_index)
    doubt = _doubt(sheet)
    if doubt or not sheet.glyphs:
        return TypesetPage((), 0.0 if doubt else 1.0, doubt)
    entries = [entry for entry in outline if entry.page_index == page_index]
    rows, _ = find_rows(mark_variables(sheet.glyphs), sheet.rules)
    lines: list[Line] = []
    for row in filter(_is_sound, rows):
        lines.append(make_line(row, lines[-1] if lines else None))
    page = measure(lines, sheet.width, sheet.height)
    blocks = find_blocks(lines, page)
    regions = [region for block in blocks for region in _regions(block, page, entries)]
    ordered = in_reading_order(regions)
    return TypesetPage(tuple(ordered), 1.0 - sheet.unknown / max(1, len(sheet.glyphs)))


def _is_sound(row: Row) -> bool:
    return len(row.glyphs) <= MAX_GLYPHS_IN_ROW


def _doubt(sheet: Sheet) -> str:
    """Return why a page is not for this reader, or nothing."""
    if sheet.crowded:
        return "more characters than a page of a book has"
    shown = len(sheet.glyphs)
    if sheet.unknown > (1 - LEAST_CONFIDENCE) * shown:
        return f"{sheet.unknown} of {shown} characters are of fonts that do not name them"
    if sheet.turned > max(20, 0.3 * shown):
        return f"{sheet.turned} characters are not level"
    return ""


def _regions(block: Block, page: Measure, entries: Sequence[OutlineEntry]) -> list[Region]:
    """Return a block as regions."""
    box = _fractions(block.box, page)
    if block.label == "equation":
        return [
            Region("equation", _fractions(part_box, page), text)
            for part_box, text in display_markdown(block.lines)
        ]
    if block.label == "code":
        body = "\n".join(line.plain for line in block.lines).replace("```", "'''")
        return [Region("code", box, f"```\n{body}\n```")]
    if block.label == "contents":
        return [Region("text", box, prose.entries([line.text for line in block.lines]))]
    if block.label in {"page_header", "page_footer", "page_number"}:
        return [Region(block.label, box, " ".join(line.text for line in block.lines))]
    text = join_text(block.lines)
    level = _heading(block, text, page, entries)
    if level:
        return [Region("section_header", box, f"{'#' * level} {text}")]
    return [_text_region(block, box, text, page)]


def _text_region(block: Block, box: Box, text: str, page: Measure) -> Region:
    if _BULLET.match(text):
        return Region("list_item", box, "- " + _BULLET.sub("", text))
    label = "text"
    small = block.lines[0].size < 0.93 * page.size
    if small and box[1] > 0.55:
        label = "footnote"
    elif re.match(r"(?i)(?:fig(?:ure|\.)?|table|tab\.)\s*[\dIVX]", text) and len(text) < 400:
        label = "caption"
    escaped = prose.escape(text)
    return Region(label, box, prose.shorten_leaders(escaped))


def _heading(block: Block, text: str, page: Measure, entries: Sequence[OutlineEntry]) -> int:
    """Return the level of a heading, 0 for what is none."""
    first: Line = block.lines[0]
    plain = " ".join(line.plain for line in block.lines)
    if len(block.lines) > 4 or len(plain) > 160 or not re.search(r"[^\W\d_]{2}", plain):
        return 0
    label = "section_header"
    if headings.matching_entry(plain, entries) is not None:
        return headings.heading_level(label, plain, entries)
    large = min(line.size for line in block.lines) >= 1.12 * page.size
    bold = all(line.bold for line in block.lines)
    left, right = page.margins(first)
    indent, room = first.left - left, right - first.right
    centred = abs(indent - room) < 1.5 * first.size and indent > 1.5 * first.size
    caps = all(line.caps for line in block.lines) and centred and plain.upper() != plain.lower()
    if plain.endswith((",", ";")) or plain[:1].islower() or first.math_share > 0.6:
        return 0
    if (
        large
        or (bold and len(plain.split()) <= 14 and (centred or indent < first.size))
        or (caps and len(plain) > 4)
    ):
        return headings.heading_level(label, plain, entries)
    return 0


def _fractions(box: Box, page: Measure) -> Box:
    """Return a box in points as fractions (0..1) of the page."""
    values = [
        min(1.0, max(0.0, value / side))
        for value, side in zip(box, (page.width, page.height) * 2, strict=True)
    ]
    return (values[0], values[1], max(values[0], values[2]), max(values[1], values[3]))
