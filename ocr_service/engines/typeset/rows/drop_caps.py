"""Makes a drop cap a letter of the line that it begins. Pure.

A drop cap is as high as several lines; as it stands it would be taken for the row of all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median_low

from ocr_service.engines.typeset.characters.nodes import Glyph

__all__ = ["level_drop_caps"]

_LARGER = 1.5  # sizes of the letter after it, and of the page: no letter with a power
_LOWER = 0.7  # sizes of the letter after it that its baseline is below that letter's
_BESIDE = 1.5  # sizes of the letter after it between the two
_LEAST_GLYPHS = 40  # of a page that has lines beside a letter


def level_drop_caps(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Return the characters of a page, each drop cap as large and as high as the letter after."""
    if len(glyphs) < _LEAST_GLYPHS:
        return list(glyphs)
    usual = median_low(glyph.size for glyph in glyphs)
    levelled = [
        replace(
            glyph,
            top=after.top,
            right=after.left,
            bottom=after.bottom,
            base=after.base,
            size=after.size,
        )
        if glyph.size > _LARGER * usual and _begins_word(glyph, after)
        else glyph
        for glyph, after in pairwise(glyphs)
    ]
    return [*levelled, glyphs[-1]]


def _begins_word(glyph: Glyph, after: Glyph) -> bool:
    """Tell whether a capital stands to the left of a small letter and goes down below its line."""
    if not (glyph.text.isalpha() and glyph.text.isupper() and after.text.isalpha()):
        return False
    large = glyph.size > _LARGER * after.size and not glyph.face.is_math
    low = glyph.base - after.base > _LOWER * after.size
    gap = after.left - glyph.right
    beside = -0.5 * after.size < gap < _BESIDE * after.size
    return large and low and beside and glyph.top < after.base
