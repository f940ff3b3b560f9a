"""Folds fractions of small figures at a slanted stroke, as nicefrac and xfrac set them."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import DIGIT, PRIME
from ocr_service.engines.typeset.characters.nodes import AXIS, Array, Fraction, Glyph, Node, hull

__all__ = ["fold_solidi"]

_FIGURES = frozenset({DIGIT, PRIME})
_MAX_STROKES = 50  # of a row


def fold_solidi(nodes: Sequence[Node], size: float) -> Sequence[Node]:
    """Return nodes with fractions of small figures at a slanted stroke folded: a half as in "½"."""
    strokes = [node for node in nodes if isinstance(node, Glyph) and node.text in {"/", "⁄"}]
    for stroke in strokes[:_MAX_STROKES] if len(nodes) > 2 else ():
        over = [node for node in nodes if _touches(node, stroke, size, before=True)]
        under = [node for node in nodes if _touches(node, stroke, size, before=False)]
        if not over or not under:
            continue
        taken = [*over, stroke, *under]
        axis = stroke.base - AXIS * size
        folded = Fraction(*hull(taken), axis, size, over, under)
        gone = set(map(id, taken))
        nodes = [*(node for node in nodes if id(node) not in gone), folded]
    return nodes


def _touches(node: Node, stroke: Glyph, size: float, *, before: bool) -> bool:
    """Tell whether small type is raised right before a stroke, or level right after it."""
    if isinstance(node, Fraction | Array) or node.size > 0.85 * stroke.size:
        return False
    gap = stroke.left - node.right if before else node.left - stroke.right
    rise = stroke.base - node.base
    many = isinstance(node, Glyph) and node.kind in _FIGURES
    near = -0.35 * size < gap < (0.9 if many else 0.12) * size
    if before:
        return near and rise > 0.2 * size
    raised = isinstance(node, Glyph) and node.kind is PRIME
    return near and (abs(rise) < 0.12 * size or raised)
