"""Reads a page's characters with their ink, in the order they are drawn, and its rules.

The order is kept because TeX finishes a line, a fraction or a column before it draws the next one:
the order says what belongs together where positions alone do not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from ocr_service.engines.layout.ink import upright_page
from ocr_service.engines.typeset.characters.faces import FontFamily, face_of
from ocr_service.engines.typeset.characters.kinds import DELIMITERS, OPERATORS, PIECE, UNKNOWN
from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox, Rule
from ocr_service.engines.typeset.characters.symbols import symbol
from ocr_service.engines.typeset.characters.unicode_maps import unicode_map_targets
from ocr_service.pdf.document import Document
from ocr_service.pdf.page_tree import Native

__all__ = ["Sheet", "read_sheet"]

MAX_GLYPHS = 30_000  # a page of a book has 3,000; a page with more is read as plain text
MAX_DRAWINGS = 20_000
THIN = 2.5  # points: a thicker rectangle is a drawing, not a rule
_MAPS: WeakKeyDictionary[Document, dict[int, frozenset[str]]] = WeakKeyDictionary()
_SAME_PLACE = 0.12  # type sizes: half the distance of the narrowest letters of a word
_AROUND = tuple((i, j) for i in (0, -1, 1) for j in (0, -1, 1))
_NAMELESS = frozenset({"\ufffd"})  # the map of a font whose codes are glyph numbers
_SIDE = 72.0  # points that a glyph may be outside the page


@dataclass(slots=True)
class Sheet:
    """What a page shows: `width` and `height` in points, characters, rules, and other drawings.

    `turned` counts characters that are not level, `unknown` those of fonts that do not name them.
    `places` are where characters have been drawn, in a grid of an eighth of the type size: one
    drawn again at its place does not count.
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
    places: set[tuple[str, int, int]] = field(default_factory=set)


def read_sheet(document: Document, page_index: int) -> Sheet:
    """Return the characters and rules of a page (0-based index), the page upright.

    Raises:
        InputError: The page cannot be read.
    """
    page = upright_page(document, page_index)
    with document.page_errors(page_index):
        bounds = page.rect
        sheet = Sheet(float(bounds.width), float(bounds.height))
        _read_glyphs(sheet, page, _mapped_fonts(document, page_index))
        _read_drawings(sheet, page)
        sheet.images = [tuple(info["bbox"]) for info in page.get_image_info()][:1000]
    return sheet


def _mapped_fonts(document: Document, page_index: int) -> dict[str, frozenset[str]]:
    """Return the page's fonts that have a Unicode map, by name, each with the characters it gives.

    Many maps omit the signs that have no Unicode character. PyMuPDF gives these as codes of the
    font's encoding, and only the map tells a code from a character.
    """
    handle = document.handle
    found: dict[str, frozenset[str]] = {}
    for xref, _, kind, name, _, encoding, *_ in handle.get_page_fonts(page_index)[:500]:
        if not xref or kind == "Type3":
            continue
        what, value = handle.xref_get_key(xref, "ToUnicode")
        bare = str(name).rsplit("+", maxsplit=1)[-1]
        if what != "xref" and kind == "Type0" and str(encoding).startswith("Identity"):
            found.setdefault(bare, _NAMELESS)
        if what == "xref":
            found[bare] = found.get(bare, frozenset()) | _targets(document, int(value.split()[0]))
    return found


def _targets(document: Document, xref: int) -> frozenset[str]:
    """Return the characters that a ToUnicode map gives; each map is read once per document."""
    known = _MAPS.setdefault(document, {})
    if xref not in known:
        known[xref] = unicode_map_targets(document.handle.xref_stream(xref) or b"")
    return known[xref]


def _read_glyphs(sheet: Sheet, page: Native, mapped: dict[str, frozenset[str]]) -> None:
    """Add the page's characters to its sheet."""
    import pymupdf

    flags = (
        pymupdf.TEXT_ACCURATE_BBOXES
        | pymupdf.TEXT_PRESERVE_LIGATURES
        | pymupdf.TEXT_PRESERVE_WHITESPACE  # tabs and blanks are brackets in some fonts
        | pymupdf.TEXT_INHIBIT_SPACES
        | pymupdf.TEXT_CID_FOR_UNKNOWN_UNICODE
    )
    for block in page.get_text("rawdict", flags=flags)["blocks"]:
        for line in block.get("lines", ()):
            level = abs(line["dir"][0] - 1) < 0.02 and not line["wmode"]
            for span in line["spans"]:
                if not level:
                    sheet.turned += len(span["chars"])
                    continue
                _read_span(sheet, span, mapped)
                if len(sheet.glyphs) > MAX_GLYPHS:
                    sheet.crowded = True
                    return


def _read_span(sheet: Sheet, span: dict[str, Any], mapped: dict[str, frozenset[str]]) -> None:
    """Add the characters of one run of type."""
    name, size = str(span["font"]), float(span["size"])
    targets = mapped.get(name.rsplit("+", maxsplit=1)[-1], frozenset())
    by_code = face_of("", 0) if targets is _NAMELESS else face_of(name, int(span["flags"]))
    by_map = face_of(name, int(span["flags"]), unicode=True) if targets else by_code
    glyphs = sheet.glyphs
    right_edge, bottom_edge = sheet.width + _SIDE, sheet.height + _SIDE
    cell = _SAME_PLACE * size
    if size <= 0.5:
        return
    for char in span["chars"]:
        text = char["c"]
        face = by_map if text in targets else by_code
        if text.isspace() or text == "\u200b" or (text == "\u00ad" and not by_code.is_text):
            if by_code.family is not FontFamily.EXTENSION:
                continue
            face = by_code
        left, top, right, bottom = char["bbox"]
        x, base = char["origin"]
        if not (-_SIDE < x < right_edge and -_SIDE < base < bottom_edge):
            continue
        drawn, column, row = f"{text} {size:.1f}", round(x / cell), round(base / cell)
        if any((drawn, column + i, row + j) in sheet.places for i, j in _AROUND):
            continue  # drawn again to look bold
        sheet.places.add((drawn, column, row))
        known = symbol(face, text)
        if known.kind is UNKNOWN:
            sheet.unknown += 1
        glyph = Glyph(
            left, top, right, bottom, base, size,
            known.text, known.latex, known.kind, face, known.piece, len(glyphs),
        )  # fmt: skip
        _mark_tall(glyph)
        glyphs.append(glyph)


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


def _read_drawings(sheet: Sheet, page: Native) -> None:
    """Add the page's rules, and the boxes of its other drawings."""
    for drawing in page.get_cdrawings()[:MAX_DRAWINGS]:
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
