r"""Finds where the arrows of vectors stand: one may be over the names of two points, "AB".

MuPDF gives combining characters the place of what precedes them; its trace of the page has theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from string import ascii_uppercase

from ocr_service.engines.typeset.characters.nodes import Glyph
from ocr_service.pdf.page_tree import Native

__all__ = ["STRETCHED", "names_two_points", "place_arrows"]

STRETCHED = 1.5  # times a letter's size: an accent that was enlarged to cover several
_ARROW = "\u20d7"


def place_arrows(glyphs: list[Glyph], page: Native) -> list[Glyph]:
    """Return the characters, arrows before two capitals where they were drawn."""
    arrows = [glyph for glyph in glyphs if glyph.text == _ARROW]
    if not any(_is_over_points(arrow, glyphs) for arrow in arrows):
        return glyphs
    drawn = [
        (float(char[2][0]), float(char[3][2]))
        for span in page.get_texttrace()
        for char in span["chars"]
        if char[0] == ord(_ARROW)
    ]
    if len(drawn) != len(arrows):
        return glyphs
    placed = list(glyphs)
    for arrow, (left, right) in zip(arrows, drawn, strict=True):
        placed[arrow.order] = replace(arrow, left=left, right=right)
    return placed


def _is_over_points(arrow: Glyph, glyphs: Sequence[Glyph]) -> bool:
    """Tell whether an arrow of a letter's size is before two capitals."""
    letters = glyphs[arrow.order + 1 : arrow.order + 3]
    return names_two_points(letters) and arrow.size < STRETCHED * letters[0].size


def names_two_points(letters: Sequence[Glyph]) -> bool:
    """Tell whether two characters are capital letters side by side."""
    if len(letters) < 2 or not all(letter.latex in ascii_uppercase for letter in letters):
        return False
    first, second = letters
    return abs(first.base - second.base) < 0.05 * first.size and second.left > first.left
