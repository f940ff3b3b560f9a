"""Finds variables that are set in the italic of the text font, as files in Times have them.

Such files have no font of mathematical letters: x in "f(x)" and in "exact" are the same character.
Its neighbours decide: a letter alone, or two or three that touch a sign of mathematics, are
variables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.faces import Face, FontFamily
from ocr_service.engines.typeset.characters.kinds import ACCENT, BINARY, DIGIT, LETTER, RELATION
from ocr_service.engines.typeset.characters.nodes import Glyph

__all__ = ["mark_variables"]

_TOUCH = 0.3  # type sizes: less than a word's space, more than TeX's thick space
_WORD = 0.15  # type sizes: letters of one word are nearer
_LETTERS = {FontFamily.MATH_ITALIC, FontFamily.UNICODE_MATH}
_BESIDE_VARIABLES = frozenset({RELATION, BINARY, DIGIT, ACCENT})
_ARTICLES = frozenset("aAI")


def mark_variables(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Return a page's characters, its italic variables in a face of mathematical letters.

    A page that has such a font, or no sign of mathematics at all, is returned unchanged.
    """
    signs = any(glyph.face.is_math or glyph.kind is RELATION for glyph in glyphs)
    if not signs or any(map(_is_letter, glyphs)):
        return list(glyphs)
    marked = list(glyphs)
    index = 0
    while index < len(marked):
        if not _is_italic(marked[index]):
            index += 1
            continue
        end = index
        while end + 1 < len(marked) and _goes_on(marked[end], marked[end + 1]):
            end += 1
        if _is_variable(marked, index, end):
            for place in range(index, end + 1):
                face = Face(FontFamily.MATH_ITALIC, bold=marked[place].face.bold)
                latex = marked[place].text
                marked[place] = replace(
                    marked[place],
                    face=face,
                    latex=rf"\boldsymbol{{{latex}}}" if face.bold else latex,
                )
        index = end + 1
    return marked


def _is_letter(glyph: Glyph) -> bool:
    """Tell whether a character is a Latin variable of a font of mathematics."""
    plain = glyph.text.isascii() and "math" not in glyph.latex
    return glyph.kind is LETTER and glyph.face.family in _LETTERS and plain


def _is_italic(glyph: Glyph) -> bool:
    face = glyph.face
    return glyph.kind is LETTER and face.is_text and face.italic and not face.mono


def _goes_on(before: Glyph, glyph: Glyph) -> bool:
    level = abs(before.base - glyph.base) < 0.05 * glyph.size
    return _is_italic(glyph) and level and -0.3 < (glyph.left - before.right) / glyph.size < _WORD


def _is_variable(glyphs: Sequence[Glyph], first: int, last: int) -> bool:
    """Tell whether the letters at these places are variables."""
    before = glyphs[first - 1] if first else None
    after = glyphs[last + 1] if last + 1 < len(glyphs) else None
    sides = (_touches(before, glyphs[first]), _touches(glyphs[last], after))
    count = last - first + 1
    if count > 3:
        return False
    if any(sides):
        return True
    if count > 1:
        return False
    emphasis = [side for side in (before, after) if side is not None and _is_italic(side)]
    return not (glyphs[first].text in _ARTICLES and emphasis)


def _touches(left: Glyph | None, right: Glyph | None) -> bool:
    """Tell whether one of two neighbours is a sign of mathematics next to an italic letter."""
    if left is None or right is None:
        return False
    size = max(left.size, right.size)
    if not -0.6 * size < right.left - left.right < _TOUCH * size:
        return False
    if min(left.size, right.size) < 0.85 * size:
        return True
    other = left if not _is_italic(left) else right
    if _is_italic(other):
        return abs(left.base - right.base) > 0.05 * size
    if other.face.is_math or other.kind in _BESIDE_VARIABLES:
        return True
    return other.text in {"(", "[", "|"} if other is left else other.text in {"(", "|", "/"}
