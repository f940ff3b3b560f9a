"""Answers what is next to what in a row: gaps between nodes, relations, operations, colons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from ocr_service.engines.typeset.characters.faces import Face
from ocr_service.engines.typeset.characters.kinds import BINARY, NEGATION, OPERATORS, RELATION
from ocr_service.engines.typeset.characters.nodes import Function, Glyph, Node, Scripts

__all__ = [
    "NARROW_SPACE",
    "WORD_SPACE",
    "core",
    "gap_before",
    "is_bar",
    "is_colon",
    "is_operator",
    "is_relation",
    "narrow_faces",
]

_OPERATORS = OPERATORS | {RELATION, BINARY, NEGATION}
WORD_SPACE = 0.16  # type sizes: a wider gap between letters separates words
NARROW_SPACE = 0.1  # the same in type that is set with narrow spaces; less is kerning
_LETTERS = 0.03  # type sizes: letters that touch are nearer
_LEAST_SPACES = 3


def gap_before(nodes: Sequence[Node], index: int) -> float:
    """Return the gap before a node, in points; 1e9 for the first."""
    return nodes[index].left - nodes[index - 1].right if index else 1e9


def narrow_faces(nodes: Sequence[Node]) -> set[Face]:
    """Return the faces of a row that are set with spaces narrower than those of other type.

    Their letters touch, and most of their gaps are of one narrow kind.
    """
    gaps: defaultdict[Face, list[float]] = defaultdict(list)
    for before, node in pairwise(nodes):
        if isinstance(before, Glyph) and isinstance(node, Glyph) and before.face == node.face:
            gaps[node.face].append((node.left - before.right) / max(node.size, 1.0))
    return {face for face, found in gaps.items() if face.is_text and _are_narrow(found)}


def _are_narrow(gaps: Sequence[float]) -> bool:
    narrow = sum(NARROW_SPACE < gap <= WORD_SPACE for gap in gaps)
    wide = sum(gap > WORD_SPACE for gap in gaps)
    touching = sum(abs(gap) < _LETTERS for gap in gaps)
    return narrow >= _LEAST_SPACES and narrow > wide and touching > 2 * (narrow + wide)


def core(node: Node) -> Node | None:
    """Return a node without its scripts."""
    return node.nucleus if isinstance(node, Scripts) else node


def is_relation(node: Node) -> bool:
    """Tell whether a node is a relation."""
    nucleus = core(node)
    return isinstance(nucleus, Glyph) and nucleus.kind is RELATION


def is_operator(node: Node) -> bool:
    """Tell whether a node is a relation or operation, which TeX sets with space on both sides."""
    nucleus = core(node)
    if isinstance(nucleus, Function):
        return True
    return isinstance(nucleus, Glyph) and nucleus.kind in _OPERATORS and nucleus.text != "/"


def is_colon(nodes: Sequence[Node], index: int) -> bool:
    """Tell whether a node is a colon of mathematics, which has a space before it."""
    node = nodes[index]
    if not (isinstance(node, Glyph) and node.text == ":" and index):
        return False
    return gap_before(nodes, index) > 0.15 * node.size


def is_bar(nodes: Sequence[Node], index: int) -> bool:
    r"""Tell whether a node is a bar with even spaces on both sides: the relation `\mid`."""
    if not 0 < index < len(nodes) - 1 or getattr(nodes[index], "latex", "") != "|":
        return False
    sides = gap_before(nodes, index), gap_before(nodes, index + 1)
    return 0 < max(sides) < min(0.6 * nodes[index].size, 1.3 * min(sides))
