"""Holds the extension font, OMX (cmex and its kin), and the pieces of tall delimiters.

`EXTENSION` goes by code, as PyMuPDF gives it where a glyph's name has no Unicode character:
(LaTeX, kind, part). The part of a piece is "top", "middle", "bottom" or "repeat"; for a
brace along a formula "left down", "right down", "left up" or "right up". The encoding is that of
Knuth's Computer Modern Typefaces (1986).
"""

from __future__ import annotations

from ocr_service.engines.typeset.characters.kinds import GlyphKind

__all__ = ["EXTENSION", "PIECES"]

_Coded = tuple[str, GlyphKind, str]  # LaTeX, kind, part

_PAIRS = "( ) [ ] \\lfloor \\rfloor \\lceil \\rceil \\{ \\} \\langle \\rangle".split()


def _delimiters() -> dict[str, _Coded]:
    """Return the delimiters that are one glyph, in their four sizes."""
    places = {
        0x00: range(12), 0x10: (0, 1), 0x12: range(12), 0x20: range(12), 0x44: (10, 11),
        0x68: (2, 3, 4, 5, 6, 7, 8, 9),
    }  # fmt: skip
    sides = (GlyphKind.OPENING, GlyphKind.CLOSING)
    found: dict[str, _Coded] = {}
    for first, members in places.items():
        for offset, member in enumerate(members):
            found[chr(first + offset)] = (_PAIRS[member], sides[member % 2], "")
    for code in (0x0E, 0x1E, 0x2C, 0x2E):
        found[chr(code)] = ("/", GlyphKind.ORDINARY, "")
        found[chr(code + 1)] = ("\\backslash", GlyphKind.ORDINARY, "")
    return found


def _operators() -> dict[str, _Coded]:
    """Return the large operators, the wide accents and the roots."""
    found: dict[str, _Coded] = {}
    pairs = "\\bigsqcup \\oint \\bigodot \\bigoplus \\bigotimes".split()
    for n, name in enumerate(pairs):
        found[chr(0x46 + 2 * n)] = found[chr(0x47 + 2 * n)] = _operator(name)
    names = "\\sum \\prod \\int \\bigcup \\bigcap \\biguplus \\bigwedge \\bigvee".split()
    for n, name in enumerate(names):
        found[chr(0x50 + n)] = found[chr(0x58 + n)] = _operator(name)
    found["\x60"] = found["\x61"] = _operator("\\coprod")
    for n in range(3):
        found[chr(0x62 + n)] = ("\\widehat", GlyphKind.ACCENT, "")
        found[chr(0x65 + n)] = ("\\widetilde", GlyphKind.ACCENT, "")
    for code in range(0x70, 0x74):
        found[chr(code)] = ("\\sqrt", GlyphKind.ROOT, "")
    return found


def _operator(name: str) -> _Coded:
    kind = GlyphKind.INTEGRAL if name in {"\\int", "\\oint"} else GlyphKind.OPERATOR
    return name, kind, ""


def _pieces() -> dict[str, _Coded]:
    """Return the pieces that PyMuPDF gives by code."""
    upright = [
        ("(", "top"), (")", "top"), ("[", "top"), ("]", "top"), ("[", "bottom"), ("]", "bottom"),
        ("[", "repeat"), ("]", "repeat"), ("\\{", "top"), ("\\}", "top"), ("\\{", "bottom"),
        ("\\}", "bottom"), ("\\{", "middle"), ("\\}", "middle"), ("\\{", "repeat"),
        ("\\updownarrow", "repeat"), ("(", "bottom"), (")", "bottom"), ("(", "repeat"),
        (")", "repeat"),
    ]  # fmt: skip
    found = {
        chr(0x30 + n): (latex, GlyphKind.PIECE, part) for n, (latex, part) in enumerate(upright)
    }
    found["\x0c"] = ("|", GlyphKind.PIECE, "repeat")
    found["\x0d"] = ("\\|", GlyphKind.PIECE, "repeat")
    for n, part in enumerate(("bottom", "repeat", "top")):
        found[chr(0x74 + n)] = ("\\sqrt", GlyphKind.PIECE, part)
    for n, part in enumerate(("left down", "right down", "left up", "right up")):
        found[chr(0x7A + n)] = ("brace", GlyphKind.PIECE, part)
    return found


def _with_copies(codes: dict[str, _Coded]) -> dict[str, _Coded]:
    """Return codes with the copies of the first 33 that TeX's Type 1 fonts have from 161 on."""
    copies = {
        chr(code + (161 if code < 10 else 163)): codes[chr(code)]
        for code in range(33)
        if chr(code) in codes
    }
    return codes | copies


EXTENSION: dict[str, _Coded] = _with_copies(_delimiters() | _operators() | _pieces())


def _unicode_pieces() -> dict[str, tuple[str, str]]:
    """Return the pieces by Unicode: Adobe's private characters, and U+239B to U+23B3."""
    found: dict[str, tuple[str, str]] = {}
    runs = [
        ("(", 0xF8EB, 0x239B), ("[", 0xF8EE, 0x23A1), (")", 0xF8F6, 0x239E), ("]", 0xF8F9, 0x23A4),
    ]  # fmt: skip
    for latex, adobe, standard in runs:
        for n, part in enumerate(("top", "repeat", "bottom")):
            found[chr(adobe + n)] = found[chr(standard + n)] = (latex, part)
    for latex, adobe, standard in (("\\{", 0xF8F1, 0x23A7), ("\\}", 0xF8FC, 0x23AB)):
        for n, part in enumerate(("top", "middle", "bottom")):
            found[chr(adobe + n)] = found[chr(standard + n)] = (latex, part)
    found["\uf8f4"] = found["\u23aa"] = ("\\{", "repeat")
    found["\u23d0"] = ("|", "repeat")
    return found


PIECES: dict[str, tuple[str, str]] = _unicode_pieces()
