"""Tells the family of a PDF's font, and what its characters stand for, by its glyphs' names.

A font's name tells its family only where somebody has listed it. The names of its glyphs, with the
codes they have, say it of any font: one that has "arrowright" at 33 and "union" at 91 holds TeX's
symbols. Where a name contradicts the code of the family's encoding, the name counts: newtx has "("
among its symbols, at a code that Computer Modern has no glyph for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ocr_service.engines.typeset.characters.faces import FontFamily, face_of
from ocr_service.engines.typeset.characters.glyph_names import name_character, named_symbol
from ocr_service.engines.typeset.characters.kinds import ACCENT
from ocr_service.engines.typeset.characters.name_tables import BY_CODE
from ocr_service.engines.typeset.characters.symbols import GlyphSymbol, coded_symbol

__all__ = ["Sign", "font_signs", "merge_signs"]

_CODED = (
    FontFamily.MATH_ITALIC,
    FontFamily.MATH_SYMBOLS,
    FontFamily.EXTENSION,
    FontFamily.AMS_A,
    FontFamily.AMS_B,
)
_TEXT = frozenset({FontFamily.TEXT, FontFamily.NAMELESS})


@dataclass(frozen=True, slots=True)
class Sign:
    """What a character of a font stands for: its symbol and its family, None where not told."""

    symbol: GlyphSymbol | None = None
    family: FontFamily | None = None


def font_signs(names: dict[int, str], mapped: dict[int, str], font: str) -> dict[str, Sign]:
    """Return what a font's characters stand for, as MuPDF gives them; nothing for a font of text.

    Args:
        names: Its glyph names by code.
        mapped: The characters that its Unicode map gives for codes.
        font: Its name.
    """
    by_name = face_of(font).family
    encoding = _encoding_of(names, by_name)
    family = encoding
    if encoding is None and by_name in _TEXT and _is_mathematics(names):
        family = FontFamily.UNICODE_MATH
    text = family is None and by_name in _TEXT
    # Such a font has its italic letters at their places in Unicode's alphabets of mathematics.
    upright = (family or by_name) is FontFamily.UNICODE_MATH
    signs: dict[str, Sign] = {}
    for code, name in names.items():
        character = mapped.get(code) or name_character(name) or chr(code)
        sign = Sign(_symbol(code, name, encoding), family)
        if text and character == chr(code) and sign.symbol and not name_character(name):
            sign = Sign(sign.symbol, FontFamily.UNICODE_MATH)  # no text has such a sign
        elif text:
            sign = Sign()
        if upright and character.isascii() and character.isalnum():
            sign = Sign(None, FontFamily.TEXT)
        before = signs.setdefault(character, sign)
        if before != sign:
            signs[character] = Sign(None, family)
        if character > "\uffff" and code not in mapped:  # MuPDF may keep the lower 16 bits alone
            signs[chr(ord(character) & 0xFFFF)] = sign
    return signs


def merge_signs(signs: dict[str, Sign], other: dict[str, Sign]) -> None:
    """Add the signs of a second font of the same name, in place.

    A character that is a letter of text in one of them is one; else the first symbol counts.
    """
    for character, sign in other.items():
        before = signs.get(character)
        if before is None or not sign.family or _weaker(before, sign):
            signs[character] = sign


def _weaker(before: Sign, sign: Sign) -> bool:
    """Tell whether a sign says more than the one before: a symbol, or a letter of mathematics."""
    if before.family is None or before.symbol is not None:
        return False
    return sign.symbol is not None or sign.family is FontFamily.MATH_ITALIC


def _symbol(code: int, name: str, encoding: FontFamily | None) -> GlyphSymbol | None:
    """Return what a glyph stands for by its name, or its code where the name says too little."""
    coded = coded_symbol(encoding, code) if encoding else None
    named = named_symbol(name)
    if coded is not None and (name in BY_CODE or named is None):
        return coded
    return named


def _encoding_of(names: dict[int, str], by_name: FontFamily) -> FontFamily | None:
    """Return the family with whose encoding the names agree best; None if none is clear.

    Two glyphs must agree, or the only one of a font without small letters, as those of blackboard
    letters are; none, if the font's name says the same. Signs of ASCII are left out, since fonts
    of text have them as well.
    """
    votes: Counter[FontFamily] = Counter()
    small = False
    for code, name in names.items():
        named, character = named_symbol(name), name_character(name)
        small = small or (character.isascii() and character.islower())
        if named is None or name in BY_CODE or (character and character.isascii()):
            continue
        for family in _CODED:
            coded = coded_symbol(family, code)
            if coded is not None:
                votes[family] += 1 if coded.latex == named.latex else -1
    best = max(_CODED, key=lambda family: (votes[family], family is by_name))
    enough = 0 if best is by_name else 2 if small else 1
    return best if votes[best] >= enough else None


def _is_mathematics(names: dict[int, str]) -> bool:
    """Tell whether most glyphs of a font, and two at least, are such as only mathematics has."""
    count = sum(map(_is_of_mathematics, names.values()))
    return count >= 2 and 2 * count > len(names)


def _is_of_mathematics(name: str) -> bool:
    named, character = named_symbol(name), name_character(name)
    if named is None or named.kind is ACCENT:
        return False
    return not character or "\u2190" <= character <= "\u22ff" or character >= "\U0001d400"
