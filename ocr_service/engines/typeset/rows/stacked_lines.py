"""Parts a row in which lines of words stand over one another.

A figure as tall as several lines, or a cell that stands beside the middle of two, is level with
each of them and makes one row of all. Formulas may rightly have words over words: in fractions,
limits and cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from ocr_service.engines.typeset.characters.nodes import Glyph, Rule

__all__ = ["stacked_lines"]

_WORD, _SHORT = 4, 2  # letters of what is surely a word, and of one on a baseline
_FEW_SIGNS = 0.1  # share of the characters
_TOUCH = 0.15  # type sizes between the letters of a word
_ON_BASELINE = 0.05
_SAME_LINE = 0.3  # type sizes between the baselines of one line's cells
_APART = 0.5  # type sizes between the baselines of two lines
_ALIKE = 0.75  # of the larger type: smaller type is a limit or a note
_OVERLAP = 0.5  # of the narrower word
_MOST_WORDS = 200  # of a row


def stacked_lines(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> list[list[Glyph]]:
    """Return the lines of a row from top to bottom, or all of it as one.

    Args:
        glyphs: The row's characters in the order drawn.
        rules: The level rules of the page: words over and under one are a fraction.
    """
    if _is_formula(glyphs):
        return [list(glyphs)]
    words = [*_words(glyphs, _WORD)][:_MOST_WORDS]
    if not any(_is_over(*pair, rules) for pair in combinations(words, 2)):
        return [list(glyphs)]
    bases = _baselines([*_words(glyphs, _SHORT)], max(word[0].size for word in words))
    lines: list[list[Glyph]] = [[] for _ in bases]
    for glyph in glyphs:
        nearest = min(range(len(bases)), key=lambda line: abs(bases[line] - glyph.base))
        lines[nearest].append(glyph)
    return [line for line in lines if line]


def _is_formula(glyphs: Sequence[Glyph]) -> bool:
    """Tell whether a row has more of mathematics than a sign or two."""
    signs = [glyph for glyph in glyphs if glyph.face.is_math]
    return len(signs) > _FEW_SIGNS * len(glyphs) or any(glyph.tall for glyph in signs)


def _words(glyphs: Sequence[Glyph], least: int) -> Iterator[list[Glyph]]:
    """Yield the runs of so many letters or more, drawn one after another without a gap."""
    word: list[Glyph] = []
    for glyph in glyphs:
        if word and not (glyph.text.isalpha() and _touches(word[-1], glyph)):
            if len(word) >= least:
                yield word
            word = []
        if glyph.text.isalpha():
            word.append(glyph)
    if len(word) >= least:
        yield word


def _touches(before: Glyph, glyph: Glyph) -> bool:
    level = abs(glyph.base - before.base) < _ON_BASELINE * glyph.size
    return level and abs(glyph.left - before.right) < _TOUCH * glyph.size


def _is_over(one: Sequence[Glyph], other: Sequence[Glyph], rules: Sequence[Rule]) -> bool:
    """Tell whether one of two words stands over the other, as large, with no rule between."""
    sizes = sorted((one[0].size, other[0].size))
    upper, lower = sorted((one, other), key=lambda word: word[0].base)
    if sizes[0] < _ALIKE * sizes[1] or lower[0].base - upper[0].base < _APART * sizes[0]:
        return False
    left, right = max(one[0].left, other[0].left), min(one[-1].right, other[-1].right)
    narrower = min(word[-1].right - word[0].left for word in (one, other))
    if right - left < _OVERLAP * narrower:
        return False
    return not any(
        upper[0].base < rule.y < lower[0].base and rule.left < right and left < rule.right
        for rule in rules
    )


def _baselines(words: Sequence[Sequence[Glyph]], size: float) -> list[float]:
    """Return the baselines of words in type of about this size, from top to bottom."""
    bases: list[float] = []
    alike = [word for word in words if _ALIKE * size <= word[0].size]
    for word in sorted(alike, key=lambda word: word[0].base):
        if not bases or word[0].base - bases[-1] > _SAME_LINE * word[0].size:
            bases.append(word[0].base)
    return bases
