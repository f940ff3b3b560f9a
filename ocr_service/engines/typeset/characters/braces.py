"""Finds braces along a formula whose pieces all have one Unicode character, as in STIX."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.kinds import PIECE
from ocr_service.engines.typeset.characters.nodes import Glyph

__all__ = ["BRACES", "name_brace_pieces"]

BRACES = frozenset({r"\overbrace", r"\underbrace"})
_PARTS = ("left", "right", "left", "right")  # of both halves
_BESIDE = 0.6  # type sizes: a wider gap separates two braces


def name_brace_pieces(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Return a page's characters, each row of three or more such pieces as the four of TeX's fonts.

    The lines between the ends of a brace under a formula are often those of one over it: a single
    piece of a lower brace makes it one. A brace that is one character stays as it is.
    """
    done: list[Glyph] = []
    index = 0
    while index < len(glyphs):
        end = index + 1
        if glyphs[index].latex in BRACES:
            while end < len(glyphs) and _goes_on(glyphs[end - 1], glyphs[end]):
                end += 1
        run = glyphs[index:end]
        done += _pieces(run) if len(run) >= 3 else run
        index = end
    return done


def _goes_on(before: Glyph, glyph: Glyph) -> bool:
    near = -_BESIDE < (glyph.left - before.right) / glyph.size < _BESIDE
    return glyph.latex in BRACES and near and abs(glyph.base - before.base) < glyph.size


def _pieces(run: Sequence[Glyph]) -> list[Glyph]:
    """Return the first, two middle and the last characters of a brace as its four pieces."""
    above = all(glyph.latex == r"\overbrace" for glyph in run)
    middle = len(run) // 2
    chosen = (run[0], run[middle], run[middle], run[-1])
    bend = ("down", "up") if above else ("up", "down")
    ends = (bend[0], bend[1], bend[1], bend[0])
    return [
        replace(glyph, latex="brace", kind=PIECE, piece=f"{part} {end}")
        for glyph, part, end in zip(chosen, _PARTS, ends, strict=True)
    ]
