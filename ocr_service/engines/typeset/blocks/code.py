"""Finds the lines of program code, with or without line numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

from ocr_service.engines.layout.code import code_block, is_typewritten
from ocr_service.engines.typeset.blocks.lines import PageLine
from ocr_service.engines.typeset.characters.nodes import Glyph

__all__ = ["code_markdown", "goes_on_in_code", "is_code", "typewritten_paragraphs"]

_LEAST_CHARACTERS = 3
_MOST_DIGITS = 4  # of a line number
_APART = 0.3  # type sizes between a line number and its line
_NEW_PARAGRAPH = 1.4  # distances of lines


def is_code(line: PageLine) -> bool:
    """Tell whether a line is set in type of one width, but for a number in front of it."""
    if line.mono:
        return len(line.plain) >= _LEAST_CHARACTERS
    glyphs = _in_order(line)
    digits = next((i for i, glyph in enumerate(glyphs) if not glyph.text.isdigit()), len(glyphs))
    rest = glyphs[digits:]
    if not 0 < digits <= _MOST_DIGITS or len(rest) < _LEAST_CHARACTERS:
        return False
    apart = rest[0].left - glyphs[digits - 1].right > _APART * line.size
    written = [glyph for glyph in rest if not glyph.face.is_math]
    return apart and bool(written) and all(glyph.face.mono for glyph in written)


def goes_on_in_code(line: PageLine, before: PageLine) -> bool:
    """Tell whether a line below a line of code is code: short, or the number of an empty line."""
    if line.mono:
        return True
    number, other = _in_order(line), _in_order(before)
    alone = len(number) <= _MOST_DIGITS and all(glyph.text.isdigit() for glyph in number)
    return alone and other[0].text.isdigit() and abs(number[-1].right - other[0].right) < line.size


def code_markdown(lines: Sequence[PageLine]) -> str:
    """Return lines as a fenced block."""
    return code_block(
        [(line.base, [(g.text, g.left, g.right) for g in _in_order(line)]) for line in lines]
    )


def typewritten_paragraphs(lines: Sequence[PageLine]) -> list[list[PageLine]]:
    """Return the paragraphs of lines that are running text; empty if they are code."""
    if not is_typewritten([line.plain for line in lines]):
        return []
    steps = [below.base - above.base for above, below in pairwise(lines)]
    usual = median_low(steps) if steps else 0.0
    paragraphs = [[lines[0]]]
    for step, line in zip(steps, lines[1:], strict=True):
        if step > _NEW_PARAGRAPH * usual:
            paragraphs.append([])
        paragraphs[-1].append(line)
    return paragraphs


def _in_order(line: PageLine) -> list[Glyph]:
    return sorted(line.glyphs, key=lambda glyph: glyph.left)
