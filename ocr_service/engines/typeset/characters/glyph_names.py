r"""Tells what a glyph stands for by its name in the font program: "parenleftBig" is a "("."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache

from ocr_service.engines.typeset.characters import name_tables
from ocr_service.engines.typeset.characters.kinds import LETTER, PIECE, GlyphKind
from ocr_service.engines.typeset.characters.symbols import GlyphSymbol, readable, unicode_symbol

__all__ = ["name_character", "named_symbol"]

_UNKNOWN = frozenset({0, 0xFFFD})
# The sizes of a sign: "parenleftBig", "bracketleftbig4", "summationdisplay", "uni222B.dsp".
_SIZE = re.compile(r"(?:[bB]ig+x?|display|text|disp)?\d*$")
_STYLED = (
    (re.compile(r"([A-Za-z])(?:bbb)$|^bb([A-Za-z])$"), r"\mathbb{%s}"),
    (re.compile(r"([A-Z])cal$"), r"\mathcal{%s}"),
)
_CALLIGRAPHIC = {f"uni{0xE22D + n:04X}": chr(ord("A") + n) for n in range(26)}  # of STIX
_TAIL = ".endl"  # of an arrow: its bar, in the fonts of newtx


@cache
def _named() -> dict[str, GlyphSymbol]:
    found: dict[str, GlyphSymbol] = {}
    for entry in name_tables.NAMES.split(";"):
        name, latex, kind = entry.split()
        plain = GlyphSymbol(latex, name_character(name) or latex, GlyphKind(kind))
        found[name] = plain if len(plain.text) == 1 else readable(replace(plain, text="\ufffd"))
    for entry in name_tables.PIECE_NAMES.split(";"):
        name, latex, part = entry.split()
        found[name] = GlyphSymbol(latex, "\ufffd", PIECE, part.replace("-", " "))
    return found


@lru_cache(maxsize=8192)
def name_character(name: str) -> str:
    """Return the character that MuPDF gives for a glyph's name; empty if it knows none."""
    from pymupdf import mupdf

    place = int(mupdf.fz_unicode_from_glyph_name(name))
    return "" if place in _UNKNOWN else chr(place)


@lru_cache(maxsize=8192)
def named_symbol(name: str) -> GlyphSymbol | None:
    """Return what a glyph of this name stands for in a font of mathematics; None if unknown.

    Letters and digits are left out: what alphabet they are of is not in their names.
    """
    if name.endswith(_TAIL):
        return _named()["mapstochar"]
    for pattern, latex in _STYLED:
        if (found := pattern.match(name)) is not None:
            letter = found[1] or found[found.lastindex or 1]
            return GlyphSymbol(latex % letter, letter, LETTER)
    if name in _CALLIGRAPHIC:
        letter = _CALLIGRAPHIC[name]
        return GlyphSymbol(rf"\mathcal{{{letter}}}", letter, LETTER)
    bare = name.split(".", maxsplit=1)[0]
    for known in (bare, _SIZE.sub("", bare), bare.removesuffix("A")):
        if known in _named():
            return _named()[known]
    character = name_character(name)
    if not character or (character.isascii() and character.isalnum()):
        return None
    return unicode_symbol(character)
