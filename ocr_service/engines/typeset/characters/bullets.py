"""Finds the bullets of lists that are no characters of the text, and writes them as "•".

Browsers draw them as discs, slides have pictures of balls, or triangles of a font for mathematics,
small and raised. A number within a disc becomes that of its item: "1.".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ocr_service.engines.typeset.characters.faces import Face, FontFamily
from ocr_service.engines.typeset.characters.kinds import DIGIT, LETTER, TEXT_SIGN
from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox

__all__ = ["with_bullets"]

_LEAST, _LARGEST = 0.15, 1.1  # type sizes: the side of a bullet
_SQUARE = 0.25  # share by which its sides may differ
_MOST = 40  # shapes of this size; with more they are the points of a plot
_NEAR, _FAR = 0.1, 2.4  # type sizes between a bullet and its text
_BEFORE = 3.0  # type sizes: what stands so far to the left is text before it
_SIGNS = frozenset({r"\blacktriangleright", r"\triangleright", r"\blacksquare", r"\rhd"})


def with_bullets(
    glyphs: Sequence[Glyph], shapes: Iterable[InkBox]
) -> tuple[list[Glyph], set[InkBox]]:
    """Return a page's characters with those of its bullets, and the shapes that are bullets."""
    sizes = sorted(glyph.size for glyph in glyphs)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    small = {box for box in shapes if _is_small(box, usual)}
    found: dict[InkBox, Glyph] = {}
    for box in small if len(small) <= _MOST else ():
        if (text := _text_beside(box, glyphs, usual)) is not None:
            found[box] = text
    signs = [glyph for glyph in glyphs if glyph.latex in _SIGNS]
    of_signs = {
        id(sign): text
        for sign in signs
        if (text := _text_beside(sign.box, glyphs, usual)) is not None
    }
    if not found and not of_signs:
        return list(glyphs), set()
    placed: list[tuple[float, Glyph]] = []
    for glyph in glyphs:
        text = of_signs.get(id(glyph))
        placed.append((glyph.order, _bullet(glyph.box, text) if text else glyph))
    for box, text in found.items():
        placed += _mark(box, text, glyphs)
    placed.sort(key=lambda pair: pair[0])
    for order, (_, glyph) in enumerate(placed):
        glyph.order = order
    return [glyph for _, glyph in placed], set(found)


def _is_small(box: InkBox, size: float) -> bool:
    wide, high = box[2] - box[0], box[3] - box[1]
    low, most = _LEAST * size, _LARGEST * size
    return low < wide < most and low < high < most and abs(wide - high) < _SQUARE * max(wide, high)


def _text_beside(box: InkBox, glyphs: Sequence[Glyph], usual: float) -> Glyph | None:
    """Return the letter that begins the text to the right of a shape; None if it is no bullet."""
    middle = (box[1] + box[3]) / 2
    level = [
        glyph
        for glyph in glyphs
        if glyph.base - 0.9 * glyph.size < middle < glyph.base + 0.15 * glyph.size
        and box[0] - _BEFORE * usual < glyph.left < box[2] + _FAR * usual
        and not _holds(box, glyph)
        and glyph.box != box
    ]
    if any(glyph.left < box[2] for glyph in level):
        return None
    first = min(level, key=lambda glyph: glyph.left, default=None)
    if first is None or first.left - box[2] < _NEAR * first.size:
        return None
    return first if first.kind in {LETTER, DIGIT, TEXT_SIGN} or first.face.is_math else None


def _mark(box: InkBox, text: Glyph, glyphs: Sequence[Glyph]) -> list[tuple[float, Glyph]]:
    """Return the characters of a bullet; those of the number in it are levelled, in place."""
    inside = [glyph for glyph in glyphs if _holds(box, glyph)]
    if not inside:
        return [(text.order - 0.5, _bullet(box, text))]
    for glyph in inside:
        glyph.base, glyph.size = text.base, text.size
    last = max(inside, key=lambda glyph: glyph.left)
    stop = (last.right, text.base - 0.1 * text.size, last.right + 0.2 * text.size, text.base)
    return [(last.order + 0.5, replace(_bullet(stop, text), text=".", latex="."))]


def _holds(box: InkBox, glyph: Glyph) -> bool:
    within = box[0] <= glyph.middle <= box[2]
    return within and box[1] <= (glyph.top + glyph.bottom) / 2 <= box[3] and glyph.kind is DIGIT


def _bullet(box: InkBox, text: Glyph) -> Glyph:
    return Glyph(*box, text.base, text.size, "•", r"\bullet", TEXT_SIGN, Face(FontFamily.TEXT))
