"""Reads a page of a typeset PDF to regions, and says how far the result can be trusted.

The confidence is the share of the page that was understood. Below `LEAST_CONFIDENCE` the page is
left to another engine, and `doubt` says why.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.engines.layout.ink import upright_page
from ocr_service.engines.layout.reading_order import in_reading_order
from ocr_service.engines.typeset.blocks.figures import find_figures, take_labels, take_lone_lines
from ocr_service.engines.typeset.blocks.find_blocks import find_blocks
from ocr_service.engines.typeset.blocks.lines import (
    PageLine,
    make_line,
    place_late_displays,
)
from ocr_service.engines.typeset.blocks.measure import measure
from ocr_service.engines.typeset.blocks.note_marks import release_note_marks
from ocr_service.engines.typeset.blocks.regions import block_regions, join_headings, with_figures
from ocr_service.engines.typeset.blocks.tables import find_tables
from ocr_service.engines.typeset.characters.glyphs import Sheet, read_sheet
from ocr_service.engines.typeset.characters.nodes import InkBox
from ocr_service.engines.typeset.characters.variables import mark_variables
from ocr_service.engines.typeset.formulas.soundness import (
    is_balanced,
    loose_pieces,
    script_depth,
)
from ocr_service.engines.typeset.rows.drop_caps import level_drop_caps
from ocr_service.engines.typeset.rows.find_rows import find_rows
from ocr_service.engines.typeset.rows.row import GlyphRow
from ocr_service.library.pages import Region
from ocr_service.pdf.document import Document, OutlineEntry

__all__ = ["LEAST_CONFIDENCE", "TypesetPage", "read_typeset"]

LEAST_CONFIDENCE = 0.85
MAX_GLYPHS_IN_ROW = 1_500
_FORMULA = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_MIN_BROKEN = 5  # formulas: fewer may be broken by chance
_DEEPEST = 5  # scripts of scripts; people write three, and TeX sets no smaller type


@dataclass(frozen=True, slots=True)
class TypesetPage:
    """What was read of a page. `confidence` is 0..1; `doubt` says what lowers it, or is empty.

    Below `LEAST_CONFIDENCE` the page is left to another engine.
    """

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
    figures = find_figures(sheet)
    glyphs, labels = take_labels(mark_variables(level_drop_caps(sheet.glyphs)), figures)
    rows = find_rows(glyphs, sheet.rules)
    dropped = sum(len(row.glyphs) for row in rows if not _is_sound(row))
    lines: list[PageLine] = []
    for row in filter(_is_sound, rows):
        lines.append(make_line(row, lines[-1] if lines else None))
    lines = take_lone_lines(lines, figures, labels)
    place_late_displays(lines)
    page = measure(lines, sheet.width, sheet.height)
    release_note_marks(lines, page.size)
    for number, table in enumerate(find_tables(lines, sheet.rules), 1):
        for line in table:
            line.table = number
    blocks = find_blocks(lines, page)
    regions = [region for block in blocks for region in block_regions(block, page, entries)]
    words = _word_boxes(document, page_index) if any(labels) else []
    regions = join_headings(in_reading_order(with_figures(regions, figures, labels, words, page)))
    confidence, doubt = _confidence(sheet, lines, dropped)
    if broken := _broken_formulas(regions):
        confidence, doubt = 0.0, "; ".join(filter(None, (doubt, broken)))
    return TypesetPage(tuple(regions), confidence, doubt)


def _word_boxes(document: Document, page_index: int) -> list[InkBox]:
    """Return the boxes of a page's words, as MuPDF parts them."""
    page = upright_page(document, page_index)
    with document.page_errors(page_index):
        return [tuple(word[:4]) for word in page.get_text("words")]


def _is_sound(row: GlyphRow) -> bool:
    return len(row.glyphs) <= MAX_GLYPHS_IN_ROW


def _doubt(sheet: Sheet) -> str:
    """Return why this reader cannot read a page; empty if it can."""
    if sheet.crowded:
        return "more characters than a page of a book has"
    shown = len(sheet.glyphs)
    if 5 * sheet.unknown > (1 - LEAST_CONFIDENCE) * shown:
        return f"{sheet.unknown} of {shown} characters are of fonts that do not name them"
    if sheet.turned > max(20, 0.3 * shown):
        return f"{sheet.turned} characters are not level"
    return ""


def _broken_formulas(regions: Sequence[Region]) -> str:
    """Return what is wrong if the brackets of most formulas are not in pairs; else nothing.

    Then the page's fonts were misread: a formula of a sound page may continue in the next line, or
    have the outward brackets of an open interval, but few do.
    """
    text = "\n".join(region.text for region in regions)
    answers = [is_balanced(found[1] or found[2]) for found in _FORMULA.finditer(text)]
    wrong, of_all = answers.count(False), len(answers) - answers.count(None)
    if wrong < _MIN_BROKEN or 2 * wrong < of_all:
        return ""
    return f"the brackets of {wrong} of {of_all} formulas are not in pairs"


def _confidence(sheet: Sheet, lines: Sequence[PageLine], dropped: int) -> tuple[float, str]:
    """Return how far a page can be trusted, 0..1, and what lowers it.

    An unknown character, or an accent or piece of a delimiter that belongs to nothing, spoils the
    formula around it: it counts as five characters. A line whose scripts are nested deeper than
    people write was not parsed at all. `dropped` counts the characters of rows too long to parse.
    """
    shown = max(1, len(sheet.glyphs))
    loose = sum(loose_pieces(line.nodes) for line in lines)
    tangled = [line for line in lines if script_depth(line.nodes) > _DEEPEST]
    lost = 5 * (sheet.unknown + loose) + dropped + sum(len(line.glyphs) for line in tangled)
    reasons = []
    if sheet.unknown:
        reasons.append(f"characters of fonts that do not name them: {sheet.unknown}")
    if loose:
        reasons.append(f"accents or braces that belong to nothing: {loose}")
    if dropped:
        reasons.append(f"characters in lines too long to parse: {dropped}")
    if tangled:
        reasons.append(f"lines that could not be parsed: {len(tangled)}")
    return max(0.0, 1.0 - lost / shown), "; ".join(reasons)
