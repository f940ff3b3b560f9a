"""Measures how well a row was parsed: the depth of its scripts, loose pieces, brackets in pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import ACCENT, PIECE, ROOT
from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Array,
    Brace,
    Fraction,
    Glyph,
    Node,
    Radical,
    Scripts,
)

__all__ = ["is_balanced", "loose_pieces", "script_depth"]

_DEEPEST = 40
_PIECES = frozenset({ACCENT, PIECE, ROOT})


_TEXT = re.compile(r"\\(?:text|tag|operatorname|mathrm)\s*\{[^{}]*\}")
_BRACKET = re.compile(
    r"\\(?:left|right)(?![A-Za-z])\s*(?:\\[A-Za-z]+|\\?.)"
    r"|\\[{}]|\\[lr](?:floor|ceil|angle)(?![A-Za-z])|[()\[\]]"
)
_OPENING = re.compile(r"\\l|\\\{|[(\[]")


def is_balanced(latex: str) -> bool | None:
    """Tell whether the brackets of a formula are in pairs; None if it has none.

    Brackets of two shapes may be a pair, as those of half-open intervals are.
    """
    depth = 0
    found = _BRACKET.findall(_TEXT.sub("", latex))
    for bracket in found:
        depth += 1 if _OPENING.match(bracket) else -1
        if depth < 0:
            return False
    return depth == 0 if found else None


def script_depth(nodes: Sequence[Node], depth: int = 0) -> int:
    """Return how deep scripts are nested; 0 for no scripts."""
    if depth > _DEEPEST:
        return depth
    deepest = depth
    for node in nodes:
        for inner, level in _parts(node):
            if inner:
                deepest = max(deepest, script_depth(inner, depth + level))
    return deepest


def loose_pieces(nodes: Sequence[Node], depth: int = 0) -> int:
    """Return how many accents, braces and root signs belong to nothing."""
    if depth > _DEEPEST:
        return 1
    count = 0
    for node in nodes:
        if isinstance(node, Glyph) and node.face.is_math:
            count += node.kind in _PIECES
        count += sum(loose_pieces(inner, depth + 1) for inner, _ in _parts(node))
    return count


def _parts(node: Node) -> list[tuple[Sequence[Node], int]]:
    """Return the lists of a node's parts, each with 1 if it is a script and 0 if not."""
    match node:
        case Scripts():
            nucleus = [node.nucleus] if node.nucleus else []
            return [(nucleus, 0), (node.sup, 1), (node.sub, 1)]
        case Fraction():
            return [(node.over, 0), (node.under, 0)]
        case Radical():
            return [(node.body, 0), (node.index, 0)]
        case Accent() | Brace():
            return [(node.body, 0)]
        case Array():
            return [(cell, 0) for row in node.rows for cell in row]
    return []
