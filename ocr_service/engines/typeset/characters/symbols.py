"""Looks up what a character of a font stands for: its LaTeX, its plain text and its kind."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from ocr_service.engines.typeset.characters import symbol_tables
from ocr_service.engines.typeset.characters.extension import EXTENSION, PIECES
from ocr_service.engines.typeset.characters.faces import Face, FontFamily
from ocr_service.engines.typeset.characters.kinds import (
    ACCENT,
    DIGIT,
    LETTER,
    ORDINARY,
    PIECE,
    TEXT_SIGN,
    UNKNOWN,
    GlyphKind,
)

__all__ = ["GlyphSymbol", "bolded", "coded_symbol", "readable", "symbol", "unicode_symbol"]


@dataclass(frozen=True, slots=True)
class GlyphSymbol:
    """What a character stands for: its LaTeX in mathematics, its plain text, and its kind.

    `piece` is the part of a tall delimiter that it is, such as "top"; empty for all other kinds.
    """

    latex: str
    text: str
    kind: GlyphKind
    piece: str = ""


@cache
def _table(name: str) -> dict[str, GlyphSymbol]:
    """Return a table of `symbol_tables` as symbols by character."""
    text = getattr(symbol_tables, name)
    if name == "UNICODE":
        text = f"{symbol_tables.UNICODE_MORE.rstrip()};{text}"
    entries = re.findall(r"([0-9A-F]{2,5})\s+(\S+)\s+(\S)(?=;|\s*$)", text)
    return {
        chr(int(place, 16)): GlyphSymbol(latex, chr(int(place, 16)), GlyphKind(kind))
        for place, latex, kind in entries
    }


_CODED = {
    FontFamily.MATH_ITALIC: "MATH_ITALIC",
    FontFamily.MATH_SYMBOLS: "MATH_SYMBOLS",
    FontFamily.AMS_A: "AMS_A",
    FontFamily.AMS_B: "AMS_B",
}
_ALPHABETS = {
    FontFamily.MATH_SYMBOLS: "mathcal",
    FontFamily.AMS_B: "mathbb",
    FontFamily.SCRIPT: "mathscr",
    FontFamily.FRAKTUR: "mathfrak",
    FontFamily.BLACKBOARD: "mathbb",
}
# The glyph names of Computer Modern swap the two phis of Unicode. PyMuPDF gives the lunate epsilon
# of some of its fonts as an o with an ogonek.
_TEX_NAMES = {"φ": r"\phi", "ϕ": r"\varphi", "ǫ": r"\epsilon"}


@lru_cache(maxsize=8192)
def symbol(face: Face, character: str) -> GlyphSymbol:
    """Return what a character of a face stands for."""
    if "\ufe00" <= character <= "\ufe0f":  # variation selectors, which maps give for large signs
        return GlyphSymbol("", character, UNKNOWN)
    if "\uf730" <= character <= "\uf739":  # old style figures: Adobe's private characters
        character = chr(ord(character) - 0xF700)
    if "\uebe1" <= character <= "\uebfa":  # letters of mathematics: Arev's private characters
        character = chr(ord(character) - 0xEB80)
    if face.family is FontFamily.NAMELESS or character == "\ufffd":
        return GlyphSymbol("", character, UNKNOWN)
    if character in PIECES:
        return _piece(*PIECES[character], character)
    if face.family is FontFamily.EXTENSION and not face.unicode and character in EXTENSION:
        latex, kind, part = EXTENSION[character]
        if kind is PIECE:
            return _piece(latex, part, character)
        return GlyphSymbol(latex, _plain(latex, character), kind)
    if face.family in _CODED and not face.unicode:
        found = _coded(face, character)
        if found is not None:
            return found
    return _by_unicode(face, character)


def coded_symbol(family: FontFamily, code: int) -> GlyphSymbol | None:
    """Return what a code of a family's encoding stands for; None for letters and unused codes."""
    if family is FontFamily.EXTENSION:
        if (entry := EXTENSION.get(chr(code))) is None:
            return None
        latex, kind, part = entry
        return GlyphSymbol(latex, _plain(latex, "\ufffd"), kind, part)
    found = _table(_CODED[family]).get(chr(code)) if family in _CODED else None
    return found and readable(found)


def unicode_symbol(character: str) -> GlyphSymbol | None:
    """Return what a sign or styled letter stands for by its Unicode meaning; None if unknown."""
    if character in PIECES:
        return _piece(*PIECES[character], character)
    return _table("UNICODE").get(character) or _styled(character)


def _piece(latex: str, part: str, character: str) -> GlyphSymbol:
    return GlyphSymbol(latex, character, PIECE, part)


def _coded(face: Face, character: str) -> GlyphSymbol | None:
    """Look up a character that may be a code of the font's encoding; None where it is none."""
    code = ord(character)
    upper = "A" <= character <= "Z"
    if upper and face.family in _ALPHABETS:
        return _letter(face, character)
    if face.family is FontFamily.MATH_ITALIC:
        if character.isalnum() and code < 128:
            return _letter(face, character)
        if character in _TEX_NAMES:
            return GlyphSymbol(bolded(face, _TEX_NAMES[character]), character, ORDINARY)
        if (code < 0x2E and character != ",") or character == "\x7f":
            found = _table("MATH_ITALIC").get(character)
            return found and readable(found)
        return None
    if code >= 128 or character in "{}|\\§":
        return None
    found = _table(_CODED[face.family]).get(character)
    return found and readable(found)


def readable(found: GlyphSymbol) -> GlyphSymbol:
    """Return a symbol with the Unicode character of its command as its text, if there is one."""
    return GlyphSymbol(found.latex, _plain(found.latex, found.text), found.kind, found.piece)


@cache
def _texts() -> dict[str, str]:
    """Return the Unicode character of each command."""
    texts: dict[str, str] = {}
    for character, known in _table("UNICODE").items():
        texts.setdefault(known.latex, character)
    return texts


def _plain(latex: str, character: str) -> str:
    return _texts().get(latex, character if character.isprintable() else "\ufffd")


def _by_unicode(face: Face, character: str) -> GlyphSymbol:
    """Return what a character stands for by its Unicode meaning."""
    letter = character.isalpha() and character not in _LETTERS_OF_FORMULAS
    if face.is_text and (character.isascii() or letter):
        return _text_character(character)
    if character.isascii() and character.isalnum():
        return _letter(face, character)
    known = _table("UNICODE").get(character)
    if known is not None:
        latex = bolded(face, known.latex) if known.kind is ORDINARY else known.latex
        return GlyphSymbol(latex, character, known.kind)
    styled = _styled(character)
    if styled is not None:
        return styled
    if face.family is FontFamily.EXTENSION:
        return GlyphSymbol("", character, UNKNOWN)
    if character.isalpha() or character.isdigit():
        return GlyphSymbol(character, character, LETTER if character.isalpha() else DIGIT)
    if unicodedata.category(character) in {"Co", "Cn", "Cc"}:
        return GlyphSymbol("", character, UNKNOWN)
    return GlyphSymbol(character, character, TEXT_SIGN)


_TEXT_KINDS = {
    character: kind
    for characters, kind in (
        ("([{", GlyphKind.OPENING),
        (")]}", GlyphKind.CLOSING),
        ("|", GlyphKind.DELIMITER),
        (",;", GlyphKind.PUNCTUATION),
        (":", GlyphKind.COLON),
        ("=<>", GlyphKind.RELATION),
        ("+*", GlyphKind.BINARY),
        ("/", GlyphKind.ORDINARY),
    )
    for character in characters
}
_TEXT_LATEX = {"%": r"\%", "#": r"\#", "&": r"\&", "$": r"\$", "_": r"\_", "{": r"\{", "}": r"\}"}
_TEXT_LATEX |= {"~": r"\sim", "^": r"\hat{}", "\\": r"\backslash"}
_LETTERS_OF_FORMULAS = frozenset("ℂℍℕℙℚℝℤℓℏ")  # whatever the font
_UPRIGHT_GREEK = {"\u2126": "\u03a9", "\u2206": "\u0394", "\u00b5": "\u03bc"}


def _text_character(character: str) -> GlyphSymbol:
    """Return what a character of a text font stands for."""
    if unicodedata.category(character) == "Cc":
        return GlyphSymbol("", character, UNKNOWN)
    character = _UPRIGHT_GREEK.get(character, character)
    if character in "¨´`ˆ˜ˇ˘˙¯ˉ˚^":
        return GlyphSymbol(_table("UNICODE")[character].latex, character, ACCENT)
    if "\u0391" <= character <= "\u03a9":
        known = _table("UNICODE").get(character)
        if known is None:
            return GlyphSymbol(character, character, LETTER)
        return GlyphSymbol(known.latex, character, ORDINARY)
    if character.isdigit():
        return GlyphSymbol(character, character, DIGIT)
    if character.isalpha():
        return GlyphSymbol("f" if character == "ƒ" else character, character, LETTER)
    latex = _TEXT_LATEX.get(character, character)
    return GlyphSymbol(latex, character, _TEXT_KINDS.get(character, TEXT_SIGN))


def _letter(face: Face, character: str) -> GlyphSymbol:
    """Return a letter or digit of a mathematical alphabet."""
    kind = DIGIT if character.isdigit() else LETTER
    alphabet = _ALPHABETS.get(face.family)
    if alphabet:
        return GlyphSymbol(rf"\{alphabet}{{{character}}}", character, kind)
    if face.family is FontFamily.MATH_ITALIC and character.isdigit():
        return GlyphSymbol(character, character, kind)  # old style figures
    return GlyphSymbol(bolded(face, character), character, kind)


def bolded(face: Face, latex: str) -> str:
    """Return the LaTeX of a letter or symbol in the weight of its face."""
    bold = face.bold and face.family in {
        FontFamily.MATH_ITALIC,
        FontFamily.UNICODE_MATH,
        FontFamily.SYMBOL,
    }
    return rf"\boldsymbol{{{latex}}}" if bold else latex


_STYLES = (
    ("BOLD ITALIC", r"\boldsymbol{%s}"), ("SANS-SERIF BOLD", r"\mathsf{%s}"),
    ("BOLD SCRIPT", r"\mathcal{%s}"), ("BOLD FRAKTUR", r"\mathfrak{%s}"),
    ("SANS-SERIF", r"\mathsf{%s}"), ("MONOSPACE", r"\mathtt{%s}"),
    ("DOUBLE-STRUCK", r"\mathbb{%s}"), ("SCRIPT", r"\mathcal{%s}"),
    ("FRAKTUR", r"\mathfrak{%s}"), ("BLACK-LETTER", r"\mathfrak{%s}"),
    ("BOLD", r"\mathbf{%s}"), ("ITALIC", "%s"),
)  # fmt: skip


def _styled(character: str) -> GlyphSymbol | None:
    """Return a letter of Unicode's mathematical alphabets, such as U+1D44E or U+211D, or None."""
    name = unicodedata.name(character, "")
    if "MATHEMATICAL" not in name and not ("\u2100" <= character <= "\u214f"):
        return None
    # One step only: a second would make the lunate epsilon an ordinary one.
    steps = unicodedata.decomposition(character).split()
    if len(steps) != 2:
        return None
    base = chr(int(steps[1], 16))
    known = _table("UNICODE").get(base)
    pattern = next((latex for style, latex in _STYLES if style in name), "%s")
    inner = known.latex if known else base
    if known and pattern == r"\mathbf{%s}":
        pattern = r"\boldsymbol{%s}"
    return GlyphSymbol(pattern % inner, base, DIGIT if base.isdigit() else LETTER)
