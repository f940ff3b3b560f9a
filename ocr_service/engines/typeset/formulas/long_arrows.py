r"""Joins the pieces of arrows that TeX stretches: "-", "-", "\to" along a label or over letters."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph

__all__ = ["MAX_PIECES", "STRETCHED", "is_stretched", "stretched"]

MAX_PIECES = 80  # characters of one arrow: as wide as a page
_SHAFTS = {"-": (r"\leftarrow", r"\to"), "=": (r"\Leftarrow", r"\Rightarrow")}
_LONG = {
    r"\to": r"\longrightarrow",
    r"\leftarrow": r"\longleftarrow",
    r"\Rightarrow": r"\Longrightarrow",
    r"\Leftarrow": r"\Longleftarrow",
}
STRETCHED = {  # to their labels
    r"\longrightarrow": r"\xrightarrow",
    r"\longleftarrow": r"\xleftarrow",
    r"\Longrightarrow": r"\xRightarrow",
    r"\Longleftarrow": r"\xLeftarrow",
    r"\longleftrightarrow": r"\xleftrightarrow",
}
_LONG_WIDTH = (1.45, 1.8)  # type sizes: that of arrows of two pieces, \longrightarrow
_BOTH = {r"\leftarrow": r"\longleftrightarrow", r"\Leftarrow": r"\Longleftrightarrow"}
_LEAST = 3  # pieces: two make the long arrows of `accents`


def stretched(glyphs: Sequence[Glyph]) -> tuple[str, int]:
    """Return the LaTeX of the arrow that characters begin with, and how many of them it takes.

    Its pieces are drawn one after the other, level, each over the end of the one before: a shaft
    of three pieces or more with its head among them. No arrow takes 0.
    """
    shaft = glyphs[0].latex
    shaft = next((sign for sign, heads in _SHAFTS.items() if shaft in (sign, *heads)), "")
    if not shaft:
        return "", 0
    left, right = _SHAFTS[shaft]
    count = 1
    while count < len(glyphs) and glyphs[count - 1].latex != right:
        piece = glyphs[count]
        if piece.latex not in (shaft, right) or not _continues(glyphs[count - 1], piece):
            break
        count += 1
    if count < _LEAST:
        return "", 0
    first, last = glyphs[0].latex, glyphs[count - 1].latex
    if first == left:
        return (_BOTH[left] if last == right else _LONG[left]), count
    return (_LONG[right], count) if last == right else ("", 0)


def is_stretched(arrow: Glyph) -> bool:
    """Tell whether an arrow is as long as its label needs, and not as long arrows are."""
    width = (arrow.right - arrow.left) / arrow.size
    return arrow.latex in STRETCHED and not _LONG_WIDTH[0] < width < _LONG_WIDTH[1]


def _continues(before: Glyph, piece: Glyph) -> bool:
    level = abs(piece.base - before.base) < 0.05 * piece.size
    overlap = piece.left < before.right - 0.05 * piece.size and piece.left > before.left - 0.01
    return level and overlap and abs(piece.size - before.size) < 0.05 * piece.size
