"""What stands next to what in a row: white between nodes, relations, operations, colons."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import BINARY, NEGATION, OPERATORS, RELATION
from ocr_service.engines.typeset.characters.nodes import Function, Glyph, Node, Scripts

__all__ = ["WORD_SPACE", "core", "gap_before", "is_colon", "is_operator", "is_relation"]

_OPERATORS = OPERATORS | {RELATION, BINARY, NEGATION}
WORD_SPACE = 0.16  # type sizes: a gap between letters from here on parts words


def gap_before(nodes: Sequence[Node], index: int) -> float:
    """Return the white before a node, in points; much for the first."""
    return nodes[index].left - nodes[index - 1].right if index else 1e9


def core(node: Node) -> Node | None:
    """Return a node without its scripts."""
    return node.nucleus if isinstance(node, Scripts) else node


def is_relation(node: Node) -> bool:
    """Tell a relation."""
    nucleus = core(node)
    return isinstance(nucleus, Glyph) and nucleus.kind is RELATION


def is_operator(node: Node) -> bool:
    """Tell a relation or operation, which TeX sets with space on both sides."""
    nucleus = core(node)
    if isinstance(nucleus, Function):
        return True
    return isinstance(nucleus, Glyph) and nucleus.kind in _OPERATORS and nucleus.text != "/"


def is_colon(nodes: Sequence[Node], index: int) -> bool:
    """Tell a colon of mathematics: white stands before it."""
    node = nodes[index]
    if not (isinstance(node, Glyph) and node.text == ":" and index):
        return False
    return gap_before(nodes, index) > 0.15 * node.size
