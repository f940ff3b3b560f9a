"""How well a row was taken apart: scripts in scripts beyond what people write, and loose pieces."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import (
    Accent,
    Array,
    Brace,
    Fraction,
    Glyph,
    Item,
    Radical,
    Scripts,
)

__all__ = ["loose_pieces", "script_depth"]

_DEEPEST = 40


def script_depth(items: Sequence[Item], depth: int = 0) -> int:
    """Return how many scripts of scripts there are at the deepest place; 0 for none."""
    if depth > _DEEPEST:
        return depth
    deepest = depth
    for item in items:
        for inner, level in _parts(item):
            if inner:
                deepest = max(deepest, script_depth(inner, depth + level))
    return deepest


def loose_pieces(items: Sequence[Item], depth: int = 0) -> int:
    """Return how many accents, braces and root signs stand over nothing."""
    if depth > _DEEPEST:
        return 1
    count = 0
    for item in items:
        if isinstance(item, Glyph) and item.face.is_math:
            count += item.kind in {"a", "P", "s"}
        count += sum(loose_pieces(inner, depth + 1) for inner, _ in _parts(item))
    return count


def _parts(item: Item) -> list[tuple[Sequence[Item], int]]:
    """Return the lists an item holds, each with 1 if it is a script and 0 if not."""
    match item:
        case Scripts():
            nucleus = [item.nucleus] if item.nucleus else []
            return [(nucleus, 0), (item.sup, 1), (item.sub, 1)]
        case Fraction():
            return [(item.over, 0), (item.under, 0)]
        case Radical():
            return [(item.body, 0), (item.index, 0)]
        case Accent() | Brace():
            return [(item.body, 0)]
        case Array():
            return [(cell, 0) for row in item.rows for cell in row]
    return []
