"""Gathers what a page's fonts tell of their characters: Unicode maps and glyph names."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from string import ascii_letters
from weakref import WeakKeyDictionary

from ocr_service.engines.typeset.characters.encodings import glyph_names_of
from ocr_service.engines.typeset.characters.faces import Face, FontFamily, face_of
from ocr_service.engines.typeset.characters.font_signs import Sign, font_signs, merge_signs
from ocr_service.engines.typeset.characters.kinds import ORDINARY
from ocr_service.engines.typeset.characters.symbols import GlyphSymbol, bolded, symbol
from ocr_service.engines.typeset.characters.unicode_maps import (
    unicode_map_codes,
    unicode_map_targets,
)
from ocr_service.pdf.document import Document
from ocr_service.pdf.font_names import FONT_ROWS, bare_name, own_name

__all__ = ["PageFont", "page_fonts"]

_FONTS: WeakKeyDictionary[Document, dict[int, PageFont]] = WeakKeyDictionary()
_NO_SIGN = Sign()
_ITALICS = frozenset(map(chr, range(0x1D434, 0x1D468)))  # of mathematics, ISO 10646


@dataclass(slots=True)
class PageFont:
    """The fonts of one name on a page: `name` in full.

    `mapped` are the characters that their Unicode maps give. Many maps omit the signs that have no
    Unicode character; PyMuPDF gives these as codes of the font's encoding, and only the map tells
    a code from a character. `nameless` tells that all codes are glyph numbers, which say nothing;
    `upright` that the page has italics of mathematics as characters of their own, so that plain
    letters of its fonts for mathematics are the upright ones of words and names.
    """

    name: str = ""
    mapped: frozenset[str] = frozenset()
    nameless: bool = False
    upright: bool = False
    signs: dict[str, Sign] = field(default_factory=dict)

    known: dict[tuple[int, str], tuple[Face, GlyphSymbol]] = field(default_factory=dict)

    def read(self, flags: int, character: str) -> tuple[Face, GlyphSymbol]:
        """Return the face of a character and what it stands for, looked up once for a page."""
        found = self.known.get((flags, character))
        if found is None:
            found = self.known[flags, character] = self._look_up(flags, character)
        return found

    def _look_up(self, flags: int, character: str) -> tuple[Face, GlyphSymbol]:
        if self.nameless:
            face = face_of("")
            return face, symbol(face, character)
        sign = self.signs.get(character, _NO_SIGN)
        # Some maps give a blank for codes that they do not know.
        mapped = character in self.mapped and not character.isspace()
        face = face_of(self.name, flags, unicode=mapped, family=sign.family)
        if self.upright and face.family is FontFamily.UNICODE_MATH and character in ascii_letters:
            face = replace(face, family=FontFamily.TEXT, in_formula=True)
        known = sign.symbol or symbol(face, character)
        if sign.symbol and face.bold and known.kind is ORDINARY:
            known = replace(known, latex=bolded(face, known.latex))
        return face, known


def page_fonts(document: Document, page_index: int) -> dict[str, PageFont]:
    """Return what a page's fonts (0-based index) tell of their characters, by bare name.

    Each font is read once per document.
    """
    known = _FONTS.setdefault(document, {})
    found: dict[str, PageFont] = {}
    for row in document.handle.get_page_fonts(page_index)[:FONT_ROWS]:
        xref, kind, name, encoding = row[0], row[2], str(row[3]), str(row[5])
        if not xref or not name:  # a Type 3 font that nothing names
            continue
        if xref not in known:
            known[xref] = _read(document, xref, kind, own_name(name), encoding)
        font = found.setdefault(bare_name(name), PageFont(own_name(name)))
        font.mapped |= known[xref].mapped
        font.nameless = font.nameless or known[xref].nameless
        merge_signs(font.signs, known[xref].signs)
    styled = any(_ITALICS & font.mapped for font in found.values())
    for font in found.values():
        font.nameless = font.nameless and not font.mapped
        font.upright = styled
    return found


def _read(document: Document, xref: int, kind: str, name: str, encoding: str) -> PageFont:
    handle = document.handle
    font = PageFont(name)
    what, value = handle.xref_get_key(xref, "ToUnicode")
    data = bytes(handle.xref_stream(int(value.split()[0])) or b"") if what == "xref" else b""
    if data:
        font.mapped = unicode_map_targets(data)
    font.nameless = what != "xref" and kind == "Type0" and encoding.startswith("Identity")
    if kind == "Type1":
        names = glyph_names_of(document, xref)
        font.signs = font_signs(names, unicode_map_codes(data), name)
    return font
