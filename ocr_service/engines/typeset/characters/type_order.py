"""Puts the formulas of KaTeX and MathJax in the order in which TeX draws them.

A browser paints what is shifted from its line after all that is not: first the text of a page, then
parts of its formulas. Here a formula in a line comes after the character to its left, a display
after the text above it, and the parts of both from left to right, those over one another from top
to bottom.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph

__all__ = ["in_type_order", "is_of_browser"]

_FONTS = ("katex_", "mathjax_", "mjxtex", "mjxzero")
_SLACK = 1.5  # points that letters may lean over each other
_LEVEL = 0.75  # type sizes: the middles of a line's characters are nearer
_NEAR = 7.0  # points: parts of one display are nearer to each other than lines are
_Edges = Callable[[Glyph], tuple[float, float]]


def is_of_browser(font: str) -> bool:
    """Tell whether a font, by its bare name, is one of KaTeX or MathJax."""
    return font.lower().startswith(_FONTS)


def in_type_order(glyphs: Sequence[Glyph], own: frozenset[int]) -> list[Glyph]:
    """Return a page's characters with each formula in its place, numbered anew.

    Args:
        glyphs: the characters in the order drawn.
        own: the `order` of those in the fonts of KaTeX or MathJax.
    """
    rest = [glyph for glyph in glyphs if glyph.order not in own]
    lines = sorted(rest, key=_middle)
    heights = [_middle(glyph) for glyph in lines]
    inline: defaultdict[float, list[Glyph]] = defaultdict(list)
    apart: list[Glyph] = []
    for glyph in glyphs:
        if glyph.order not in own:
            continue
        reach = _LEVEL * glyph.size
        middle = _middle(glyph)
        level = lines[bisect(heights, middle - reach) : bisect(heights, middle + reach)]
        place = _place_in_line(glyph, level)
        if place is None:
            apart.append(glyph)
        else:
            inline[place].append(glyph)
    placed = [(float(glyph.order), 0.0, [glyph]) for glyph in rest]
    placed += [(place, 0.0, _in_order(part)) for place, part in inline.items()]
    for part in _parted(apart, _down, _NEAR):
        top = min(glyph.top for glyph in part)
        above = [glyph for glyph in rest if glyph.base <= top + 1]
        nearest = max((glyph.base for glyph in above), default=0.0)
        last = max((glyph.order for glyph in above if glyph.base > nearest - 2), default=-1)
        placed.append((last + 0.5, top, _in_order(part)))
    placed.sort(key=lambda one: one[:2])
    result = [glyph for *_, part in placed for glyph in part]
    for order, glyph in enumerate(result):
        glyph.order = order
    return result


def _place_in_line(glyph: Glyph, level: Sequence[Glyph]) -> float | None:
    """Return where a character comes in its line of text, given what is about level with it.

    That is between the orders of what it stands between; None if it is in no line. The line is the
    nearest that leaves a gap there.
    """
    lines: defaultdict[int, list[Glyph]] = defaultdict(list)
    for other in level:
        lines[round(other.base)].append(other)
    found: list[tuple[float, float]] = []
    for line in lines.values():
        before = [other for other in line if other.middle < glyph.middle]
        after = [other for other in line if other.middle >= glyph.middle]
        last = max(before, key=lambda other: other.right, default=None)
        first = min(after, key=lambda other: other.left, default=None)
        if last is not None and last.right < glyph.left + _SLACK:
            place = last.order + 0.3
        elif last is None and first is not None:
            place = first.order - 0.3
        else:
            continue
        if first is None or first.left > glyph.right - _SLACK:
            off = abs(_middle(glyph) - (line[0].base - 0.25 * line[0].size))
            found.append((off, place))
    return min(found)[1] if found else None


def _middle(glyph: Glyph) -> float:
    return (glyph.top + glyph.bottom) / 2


def _across(glyph: Glyph) -> tuple[float, float]:
    return glyph.left, glyph.right


def _down(glyph: Glyph) -> tuple[float, float]:
    return glyph.top, glyph.bottom


def _parted(glyphs: Sequence[Glyph], edges: _Edges, gap: float) -> list[list[Glyph]]:
    """Part characters where nothing is, in one direction; `gap` is the least, in points."""
    parts: list[list[Glyph]] = []
    end = 0.0
    for glyph in sorted(glyphs, key=edges):
        first, last = edges(glyph)
        if not parts or first > end + gap:
            parts.append([])
            end = last
        parts[-1].append(glyph)
        end = max(end, last)
    return parts


def _in_order(part: Sequence[Glyph]) -> list[Glyph]:
    """Return characters from left to right, those over one another from top to bottom."""
    for edges in (_across, _down):
        parts = _parted(part, edges, 0.0)
        if len(parts) > 1:
            return [glyph for each in parts for glyph in _in_order(each)]
    return sorted(part, key=_across)
