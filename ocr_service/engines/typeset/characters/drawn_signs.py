"""Reads the signs that browsers draw as paths, as KaTeX has them: roots, and the tallest brackets.

A root is drawn as long as any may be, 400 type sizes, and cut off where its bar ends. A tall
bracket is a narrow path; its middle and its quarters say which it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from ocr_service.engines.typeset.characters.faces import Face, FontFamily
from ocr_service.engines.typeset.characters.kinds import CLOSING, OPENING, ROOT, GlyphKind
from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox, Rule
from ocr_service.pdf.page_tree import Native

__all__ = ["shown_drawings", "take_signs"]

_FAR = 1.5  # of a page's width
_ROOT = 400.0  # type sizes: the length of a root before it is cut off
_BAR = 0.04  # type sizes: the thickness of its bar
_TALLEST, _TALL = 60.0, 2.4  # widths: brackets are higher than they are wide, by so much
_LEAST = 30.0  # points: lower brackets are characters
_FACE = Face(FontFamily.UNICODE_MATH, unicode=True)
_BRACKETS = {
    ("(", "left"): ("(", OPENING), ("(", "right"): (")", CLOSING),
    ("[", "left"): ("[", OPENING), ("[", "right"): ("]", CLOSING),
    ("{", "left"): (r"\{", OPENING), ("{", "right"): (r"\}", CLOSING),
}  # fmt: skip

_Drawing = dict[str, Any]  # of MuPDF


def shown_drawings(page: Native, most: int) -> list[_Drawing]:
    """Return the page's drawings, up to `most`.

    What reaches far beyond the page is cut to what is shown of it, and has its whole length, in
    points, as "length".
    """
    drawings: list[_Drawing] = page.get_cdrawings()[:most]
    farthest = _FAR * float(page.rect.width)
    if all(drawing["rect"][2] < farthest for drawing in drawings):
        return drawings
    shown: Sequence[float] = tuple(page.rect)
    found = []
    for drawing in page.get_cdrawings(extended=True)[:most]:
        if drawing["type"] == "clip":
            shown = drawing["scissor"]
        elif drawing["type"] != "group":
            left, top, right, bottom = drawing["rect"]
            if right >= farthest:
                cut = (max(left, shown[0]), max(top, shown[1]), shown[2], min(bottom, shown[3]))
                found.append({**drawing, "rect": cut, "length": right - left})
            else:
                found.append(drawing)
    return found


def take_signs(
    drawings: Sequence[_Drawing], glyphs: Sequence[Glyph]
) -> tuple[list[Glyph], list[Rule], list[_Drawing]]:
    """Return a page's characters with the signs among its drawings, their bars, and the others.

    Each sign comes where it would be drawn in type: before what it is over, or beside it.
    """
    placed: list[tuple[float, Glyph]] = [(glyph.order, glyph) for glyph in glyphs]
    bars: list[Rule] = []
    rest: list[_Drawing] = []
    for drawing in drawings:
        if "length" in drawing:
            root, bar = _root(drawing)
            inside = _orders_within((bar.left, root.top, bar.right, root.bottom), glyphs)
            if inside:
                placed.append((min(inside) - 0.5, root))
                bars.append(bar)
        elif (bracket := _bracket(drawing)) is not None and glyphs:
            placed.append((_place_beside(bracket, glyphs), bracket))
        else:
            rest.append(drawing)
    if len(placed) > len(glyphs):
        placed.sort(key=lambda pair: pair[0])
        for order, (_, glyph) in enumerate(placed):
            glyph.order = order
    return [glyph for _, glyph in placed], bars, rest


def _root(drawing: _Drawing) -> tuple[Glyph, Rule]:
    left, top, right, bottom = drawing["rect"]
    size = drawing["length"] / _ROOT
    lines = (point for item in drawing["items"] if item[0] == "l" for point in item[1:3])
    start = min((x for x, y in lines if y < top + 2 * _BAR * size), default=left)
    root = _sign((left, top, start, bottom), size, "√", r"\sqrt", ROOT)
    return root, Rule(start, top, right, top + _BAR * size)


def _bracket(drawing: _Drawing) -> Glyph | None:
    """Return the tall bracket that a path draws, None if it draws none."""
    left, top, right, bottom = drawing["rect"]
    wide, high = right - left, bottom - top
    if drawing["type"] != "f" or not (high > _LEAST and _TALL * wide < high < _TALLEST * wide):
        return None
    items = [item for item in drawing["items"] if item[0] in "cl"]
    points = list(chain.from_iterable(item[1:] for item in items))
    if len(points) < 8:
        return None

    def across(low: float, up: float) -> float:
        """Return where the path is between two heights, from 0, its left edge, to 1."""
        found = [x for x, y in points if low <= (y - top) / high <= up]
        return (sum(found) / len(found) - left) / wide if found else 0.5

    ends = (across(0, 0.05) + across(0.95, 1)) / 2
    middle = across(0.45, 0.55)
    side = "left" if middle < ends else "right"
    quarter = abs((across(0.15, 0.35) + across(0.65, 0.85)) / 2 - middle)
    if all(item[0] == "l" for item in items):
        shape = "["
    else:
        shape = "{" if quarter > 0.25 * abs(ends - middle) and abs(ends - middle) > 0.6 else "("
    latex, kind = _BRACKETS[shape, side]
    return _sign((left, top, right, bottom), high / 3, latex.lstrip("\\"), latex, kind)


def _sign(box: InkBox, size: float, text: str, latex: str, kind: GlyphKind) -> Glyph:
    tall = kind is not ROOT
    base = (box[1] + box[3]) / 2 if tall else box[3]
    return Glyph(*box, base, size, text, latex, kind, _FACE, tall=tall)


def _orders_within(box: InkBox, glyphs: Sequence[Glyph]) -> list[int]:
    left, top, right, bottom = box
    return [
        glyph.order
        for glyph in glyphs
        if left < glyph.middle < right and top < (glyph.top + glyph.bottom) / 2 < bottom
    ]


def _place_beside(bracket: Glyph, glyphs: Sequence[Glyph]) -> float:
    """Return the order of a bracket: before the first of what follows it, or after what it ends."""
    level = [g for g in glyphs if bracket.top < (g.top + g.bottom) / 2 < bracket.bottom]
    if bracket.kind is OPENING:
        after = [g for g in level if g.left > bracket.left]
        nearest = min((g.left for g in after), default=0.0)
        column = [g.order for g in after if g.left < nearest + bracket.size]
        return min(column, default=len(glyphs)) - 0.5
    before = [g for g in level if g.right < bracket.right]
    nearest = max((g.right for g in before), default=0.0)
    return max((g.order for g in before if g.right > nearest - bracket.size), default=-1) + 0.5
