"""Reads a page's characters with their ink, in the order they are drawn, and its rules.

The order is kept because TeX finishes a line, a fraction or a column before it draws the next one:
the order says what belongs together where positions alone do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ocr_service.engines.layout.drawing_fonts import is_drawing_font
from ocr_service.engines.layout.ink import upright_page
from ocr_service.engines.layout.shown_text import Overprints
from ocr_service.engines.typeset.characters.actual_text import (
    Origin,
    boxes_of_pieces,
    origin_of,
)
from ocr_service.engines.typeset.characters.braces import name_brace_pieces
from ocr_service.engines.typeset.characters.broken_rules import join_broken_rules
from ocr_service.engines.typeset.characters.bullets import with_bullets
from ocr_service.engines.typeset.characters.displaced import level_text
from ocr_service.engines.typeset.characters.drawn_signs import shown_drawings, take_signs
from ocr_service.engines.typeset.characters.faces import FontFamily, face_of
from ocr_service.engines.typeset.characters.hanging_signs import name_hanging_signs
from ocr_service.engines.typeset.characters.kinds import (
    DELIMITERS,
    DIGIT,
    LETTER,
    OPERATORS,
    PIECE,
    UNKNOWN,
)
from ocr_service.engines.typeset.characters.letters_of_ligatures import with_shared_widths
from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox, Rule
from ocr_service.engines.typeset.characters.page_fonts import PageFont, page_fonts
from ocr_service.engines.typeset.characters.type_order import in_type_order, is_of_browser
from ocr_service.engines.typeset.characters.vectors import place_arrows
from ocr_service.pdf.document import Document
from ocr_service.pdf.font_names import bare_name
from ocr_service.pdf.page_tree import Native

__all__ = ["Sheet", "read_sheet"]

MAX_GLYPHS = 30_000  # a page of a book has 3,000; a page with more is read as plain text
MAX_DRAWINGS = 20_000
THIN = 2.5  # points: a thicker rectangle is a drawing, not a rule
_THIN_IMAGE = 1.2  # points: the rules of TeX are .4 thick
_MAX_IMAGES = 1_000
_MOST_LETTERS = 0.7  # of a page's text: the type that it is set in
_SIDE = 72.0  # points that a glyph may be outside the page


@dataclass(slots=True)
class Sheet:
    """What a page shows: `width` and `height` in points, characters, rules, and other drawings.

    `turned` counts characters that are not level, `unknown` those of fonts that do not name them.
    `drawn` tells where characters have been drawn: one drawn again at its place does not count.
    `pieces` are the boxes of characters drawn in pieces, `of_browser` the places in
    `glyphs` of those in the fonts of KaTeX and MathJax.
    """

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    drawings: list[InkBox] = field(default_factory=list)
    images: list[InkBox] = field(default_factory=list)
    turned: int = 0
    unknown: int = 0
    crowded: bool = False
    drawn: Overprints = field(default_factory=Overprints)
    pieces: dict[Origin, InkBox] = field(default_factory=dict)
    of_browser: set[int] = field(default_factory=set)


def read_sheet(document: Document, page_index: int) -> Sheet:
    """Return the characters and rules of a page (0-based index), the page upright.

    Raises:
        InputError: The page cannot be read.
    """
    page = upright_page(document, page_index)
    with document.page_errors(page_index):
        bounds = page.rect
        sheet = Sheet(float(bounds.width), float(bounds.height))
        _read_glyphs(sheet, page, page_fonts(document, page_index))
        if sheet.of_browser:
            sheet.glyphs = in_type_order(sheet.glyphs, frozenset(sheet.of_browser))
        sheet.glyphs = place_arrows(sheet.glyphs, page)
        _name_signs(sheet)
        _take_sans_for_upright(sheet.glyphs)
        sheet.glyphs = level_text(sheet.glyphs)
        _read_drawings(sheet, page)
        sheet.rules = join_broken_rules(sheet.rules)
        _read_images(sheet, page)
        sheet.glyphs, bullets = with_bullets(sheet.glyphs, [*sheet.drawings, *sheet.images])
        if bullets:
            sheet.drawings = [box for box in sheet.drawings if box not in bullets]
            sheet.images = [box for box in sheet.images if box not in bullets]
    return sheet


def _name_signs(sheet: Sheet) -> None:
    """Name the large signs that fonts do not name, by their shape."""
    if sheet.unknown:
        sheet.glyphs, named = name_hanging_signs(sheet.glyphs)
        sheet.unknown -= named
        for glyph in sheet.glyphs if named else ():
            if not glyph.tall and glyph.face.family is FontFamily.EXTENSION:
                _mark_tall(glyph)
    sheet.glyphs = name_brace_pieces(sheet.glyphs)


def _take_sans_for_upright(glyphs: Sequence[Glyph]) -> None:
    """Call letters without serifs upright ones on a page whose text has none, as slides are."""
    letters = [glyph for glyph in glyphs if glyph.kind is LETTER and glyph.face.is_text]
    sans = [glyph for glyph in letters if glyph.face.sans]
    if len(sans) > _MOST_LETTERS * len(letters):
        upright = {glyph.face: replace(glyph.face, sans=False) for glyph in sans}
        for glyph in sans:
            glyph.face = upright[glyph.face]


def _read_images(sheet: Sheet, page: Native) -> None:
    """Add the boxes of the page's images; thin ones are rules, as Ghostscript writes those."""
    for info in page.get_image_info()[:MAX_DRAWINGS]:
        left, top, right, bottom = map(float, info["bbox"])
        if min(right - left, bottom - top) <= _THIN_IMAGE:
            sheet.rules.append(Rule(left, top, right, bottom))
        elif len(sheet.images) < _MAX_IMAGES:
            sheet.images.append((left, top, right, bottom))


def _read_glyphs(sheet: Sheet, page: Native, fonts: dict[str, PageFont]) -> None:
    """Add the page's characters to its sheet."""
    import pymupdf

    flags = (
        pymupdf.TEXT_ACCURATE_BBOXES
        | pymupdf.TEXT_PRESERVE_LIGATURES
        | pymupdf.TEXT_PRESERVE_WHITESPACE  # tabs and blanks are brackets in some fonts
        | pymupdf.TEXT_INHIBIT_SPACES
        | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    )
    blocks = page.get_text("rawdict", flags=flags)["blocks"]
    if any(face_of(font.name).family is FontFamily.UNICODE_MATH for font in fonts.values()):
        sheet.pieces = boxes_of_pieces(page, flags, blocks)
    for block in blocks:
        for line in block.get("lines", ()):
            level = abs(line["dir"][0] - 1) < 0.02 and not line["wmode"]
            for span in line["spans"]:
                if is_drawing_font(span["font"]):
                    sheet.drawings += [tuple(char["bbox"]) for char in span["chars"]]
                    continue
                if not level:
                    sheet.turned += len(span["chars"])
                    continue
                _read_span(sheet, span, fonts)
                if len(sheet.glyphs) > MAX_GLYPHS:
                    sheet.crowded = True
                    return


def _read_span(sheet: Sheet, span: dict[str, Any], fonts: dict[str, PageFont]) -> None:
    """Add the characters of one run of type."""
    name, size = str(span["font"]), float(span["size"])
    font = fonts.get(bare_name(name)) or PageFont(name)
    of_browser = is_of_browser(bare_name(name))
    flags = int(span["flags"])
    glyphs = sheet.glyphs
    right_edge, bottom_edge = sheet.width + _SIDE, sheet.height + _SIDE
    if size <= 0.5:
        return
    for char in with_shared_widths(span["chars"]):
        text = char["c"]
        face, known = font.read(flags, text)
        soft = text == "\u00ad" and not face.is_text
        blank = soft or text.isspace() or text == "\u200b"
        if blank and face.family is not FontFamily.EXTENSION and known.kind not in _BLANK_SIGNS:
            continue
        left, top, right, bottom = sheet.pieces.get(origin_of(char), char["bbox"])
        x, base = char["origin"]
        if not (-_SIDE < x < right_edge and -_SIDE < base < bottom_edge):
            continue
        if sheet.drawn.is_again(f"{text} {size:.1f}", x, base, size):
            continue  # to look bold
        if known.latex == "brace" and known.piece == "repeat":
            continue  # the line between two pieces of a brace along a formula
        if known.kind is UNKNOWN:
            sheet.unknown += 1
        glyph = Glyph(
            left, top, right, bottom, base, size,
            known.text, known.latex, known.kind, face, known.piece, len(glyphs),
        )  # fmt: skip
        _mark_tall(glyph)
        _set_superior(glyph)
        if of_browser:
            sheet.of_browser.add(len(glyphs))
        glyphs.append(glyph)


_BLANK_SIGNS = DELIMITERS | OPERATORS | {PIECE}  # that some fonts have at the code of a blank
_CENTRED = DELIMITERS | OPERATORS


def _mark_tall(glyph: Glyph) -> None:
    """Mark a sign that TeX centres on the axis as tall; its `base` becomes the y of its centre."""
    high = glyph.bottom - glyph.top
    slash = glyph.latex in {"/", r"\backslash"} and glyph.face.family is FontFamily.EXTENSION
    centred = (
        high > 1.12 * glyph.size or glyph.base < glyph.top + 0.2 * high or glyph.kind in OPERATORS
    )
    if (glyph.kind in _CENTRED and centred) or slash:
        glyph.tall = True
        glyph.base = (glyph.top + glyph.bottom) / 2
    elif glyph.kind is PIECE:
        glyph.tall = True


def _set_superior(glyph: Glyph) -> None:
    """Give a raised figure of a font of text, which has the size of the text, a size of its own."""
    if glyph.kind is not DIGIT or not glyph.face.is_text:
        return
    low, raised = glyph.bottom - glyph.top < 0.5 * glyph.size, glyph.base - glyph.bottom
    if low and raised > 0.25 * glyph.size:
        glyph.base, glyph.size = glyph.bottom, 0.6 * glyph.size


def _read_drawings(sheet: Sheet, page: Native) -> None:
    """Add the page's rules, and the boxes of its other drawings."""
    sheet.glyphs, bars, drawings = take_signs(shown_drawings(page, MAX_DRAWINGS), sheet.glyphs)
    sheet.rules += bars
    for drawing in drawings:
        stroke = float(drawing.get("width") or 0.0) if "s" in drawing["type"] else 0.0
        for part in drawing["items"]:
            if part[0] == "l":
                box = _around(part[1], part[2], stroke)
            elif part[0] == "re":
                box = tuple(part[1])
            else:
                box = None
            if box is not None and min(box[2] - box[0], box[3] - box[1]) <= THIN:
                sheet.rules.append(Rule(*map(float, box)))
            else:
                sheet.drawings.append(tuple(map(float, drawing["rect"])))  # type: ignore[arg-type]


def _around(start: Any, end: Any, width: float) -> InkBox | None:
    """Return the box of a stroked line that is level or upright, None for any other line."""
    across, down = abs(start[0] - end[0]), abs(start[1] - end[1])
    if min(across, down) > 0.3:
        return None
    half = width / 2
    left, right = min(start[0], end[0]), max(start[0], end[0])
    top, bottom = min(start[1], end[1]), max(start[1], end[1])
    if down <= across:
        return (left, top - half, right, bottom + half)
    return (left - half, top, right + half, bottom)
