"""Fractions of small figures at a slanted stroke, as nicefrac and xfrac set them."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import AXIS, Array, Fraction, Glyph, Item, hull

__all__ = ["fold_solidi"]

_MAX_STROKES = 50  # of a row


def fold_solidi(items: Sequence[Item], size: float) -> Sequence[Item]:
    """Return items with fractions of small figures at a slanted stroke folded: one half as "½"."""
    strokes = [item for item in items if isinstance(item, Glyph) and item.text in {"/", "⁄"}]
    for stroke in strokes[:_MAX_STROKES] if len(items) > 2 else ():
        over = [item for item in items if _touches(item, stroke, size, before=True)]
        under = [item for item in items if _touches(item, stroke, size, before=False)]
        if not over or not under:
            continue
        taken = [*over, stroke, *under]
        axis = stroke.base - AXIS * size
        folded = Fraction(*hull(taken), axis, size, over, under)
        gone = set(map(id, taken))
        items = [*(item for item in items if id(item) not in gone), folded]
    return items


def _touches(item: Item, stroke: Glyph, size: float, *, before: bool) -> bool:
    """Tell whether small type is raised right before a stroke, or stands level right after it."""
    if isinstance(item, Fraction | Array) or item.size > 0.85 * stroke.size:
        return False
    gap = stroke.left - item.right if before else item.left - stroke.right
    rise = stroke.base - item.base
    many = isinstance(item, Glyph) and item.kind in "dp"
    near = -0.35 * size < gap < (0.9 if many else 0.12) * size
    if before:
        return near and rise > 0.2 * size
    raised = isinstance(item, Glyph) and item.kind == "p"
    return near and (abs(rise) < 0.12 * size or raised)
