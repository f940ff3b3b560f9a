"""Folds braces along a list that are one character, as office programs and OpenType fonts have."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Brace, Glyph, Node, baseline, hull, size_of

__all__ = ["brace_over"]

_BESIDE = 0.3  # type sizes that the list may extend over the brace
_APART = 1.2  # type sizes between the list and the brace


def brace_over(brace: Glyph, nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes drawn before a brace, those along it folded with it; else the brace last."""
    size = size_of(nodes)
    body = [node for node in nodes if _is_along(node, brace, size)]
    if not body:
        return [*nodes, brace]
    main = max(body, key=lambda node: node.size)
    rest = [node for node in nodes if node not in body]
    box = hull([brace, *body])
    return [*rest, Brace(*box, baseline(main, main.size), size_of(body), brace.latex, body)]


def _is_along(node: Node, brace: Glyph, size: float) -> bool:
    """Tell whether a node is between the ends of a brace, under it or over it."""
    within = brace.left - _BESIDE * size < node.left and node.right < brace.right + _BESIDE * size
    if brace.latex == r"\overbrace":
        near = -0.2 * size < node.top - brace.bottom < _APART * size
    else:
        near = -0.2 * size < brace.top - node.bottom < _APART * size
    return within and near
