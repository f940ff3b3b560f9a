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
from ocr_service.engines.typeset.characters.symbols import bolded, unicode_symbol

__all__ = ["mark_variables"]

_TOUCH = 0.3  # type sizes: less than a word's space, more than TeX's thick space
_WORD = 0.15  # type sizes: letters of one word are nearer
_LETTERS = {FontFamily.MATH_ITALIC, FontFamily.UNICODE_MATH}
_BESIDE_VARIABLES = frozenset({RELATION, BINARY, DIGIT, ACCENT})
_ARTICLES = frozenset("aAI")
_NAMES = frozenset("max min sup inf lim mod log sin cos tan exp det dim ker gcd arg deg".split())
_UPRIGHT = Face(FontFamily.TEXT)
_DIFFERENTIALS = frozenset({"dx", "dy", "dz", "dt"})


def mark_variables(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Return a page's characters, its italic variables in a face of mathematical letters.

    A page without a sign of mathematics is returned unchanged, and so is one that has more letters
    of such a font than italic ones that touch a sign. Scripts do not count: some packages have such
    a font for them alone.
    """
    if not any(glyph.face.is_math or glyph.kind is RELATION for glyph in glyphs):
        return list(glyphs)
    runs = [run for run in _italic_runs(glyphs) if _is_variable(glyphs, *run)]
    sizes = sorted(glyphs[first].size for first, last in runs if _is_sure(glyphs, first, last))
    least = 0.85 * sizes[len(sizes) // 2] if sizes else 0.0
    letters = sum(_is_letter(glyph) and glyph.size > least for glyph in glyphs)
    if letters and letters >= len(sizes):
        return list(glyphs)
    marked = list(glyphs)
    for first, last in runs:
        if "".join(glyph.text for glyph in glyphs[first : last + 1]) in _NAMES:
            for place in range(first, last + 1):
                marked[place] = replace(marked[place], face=_UPRIGHT)
            continue
        for place in range(first, last + 1):
            face = Face(FontFamily.MATH_ITALIC, bold=marked[place].face.bold)
            latex = _latex(face, marked[place].text)
            marked[place] = replace(marked[place], face=face, latex=latex)
    return marked


def _latex(face: Face, letter: str) -> str:
    """Return the LaTeX of a variable; Greek ones have names."""
    known = None if letter.isascii() else unicode_symbol(letter)
    return known.latex if known is not None and known.latex else bolded(face, letter)


def _italic_runs(glyphs: Sequence[Glyph]) -> list[tuple[int, int]]:
    """Return the places (first, last) of letters of the italic text font, word by word."""
    runs = []
    index = 0
    while index < len(glyphs):
        end = index
        if _is_italic(glyphs[index]):
            while end + 1 < len(glyphs) and _goes_on(glyphs[end], glyphs[end + 1]):
                end += 1
            runs.append((index, end))
        index = end + 1
    return runs


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
    count = last - first + 1
    text = "".join(glyph.text for glyph in glyphs[first : last + 1])
    if text in _DIFFERENTIALS:
        return True
    if count > 3 or _is_abbreviation(glyphs, first, last):
        return False
    if _touches_signs(glyphs, first, last) or _has_limit(glyphs, first, last):
        return True
    if count > 1:
        return False
    beside = (*glyphs[max(0, first - 1) : first], *glyphs[last + 1 : last + 2])
    return not (text in _ARTICLES and any(map(_is_italic, beside)))


def _has_limit(glyphs: Sequence[Glyph], first: int, last: int) -> bool:
    """Tell whether what is drawn after letters is smaller and below them: "max" over "x"."""
    if last + 1 >= len(glyphs):
        return False
    limit, letter = glyphs[last + 1], glyphs[last]
    below = 0 < limit.top - letter.base < letter.size and limit.size < 0.85 * letter.size
    return below and glyphs[first].left <= limit.middle <= letter.right


def _is_abbreviation(glyphs: Sequence[Glyph], first: int, last: int) -> bool:
    """Tell whether a letter is part of "i.e." or "e.g.": a full stop is between two letters."""
    if first != last:
        return False
    return any(
        0 <= stop < len(glyphs)
        and 0 <= other < len(glyphs)
        and glyphs[stop].text == "."
        and _is_italic(glyphs[other])
        and abs(glyphs[other].left - glyphs[first].left) < 1.2 * glyphs[first].size
        and abs(glyphs[other].base - glyphs[first].base) < 0.05 * glyphs[first].size
        for stop, other in ((first - 1, first - 2), (last + 1, last + 2))
    )


def _is_sure(glyphs: Sequence[Glyph], first: int, last: int) -> bool:
    """Tell whether letters touch a sign of mathematics, and are no label such as "(a)"."""
    ends = glyphs[max(0, first - 1)].text + glyphs[min(len(glyphs) - 1, last + 1)].text
    return ends != "()" and _touches_signs(glyphs, first, last)


def _touches_signs(glyphs: Sequence[Glyph], first: int, last: int) -> bool:
    """Tell whether letters touch a sign of mathematics on either side."""
    before = glyphs[first - 1] if first else None
    after = glyphs[last + 1] if last + 1 < len(glyphs) else None
    return _touches(before, glyphs[first]) or _touches(glyphs[last], after)


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
