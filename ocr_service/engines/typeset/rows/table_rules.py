"""Tells the rules of tables and frames, stacked and of equal length, from bars of fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph, Rule

__all__ = ["without_frames"]

_WIDE = 50.0  # points: three longer rules with the same ends belong to a table
_BESIDE = 1.5  # type sizes: what is further away is in another column
_VERY_WIDE = 150.0  # points: two longer rules do


def without_frames(rules: Sequence[Rule], glyphs: Sequence[Glyph]) -> list[Rule]:
    """Return level rules without those that begin and end where others do, as in tables.

    A fraction has something beside its bar, such as a sign of equality; the rule of a table has
    nothing.
    """
    ends: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for rule in rules:
        ends[round(rule.left), round(rule.right)].append(rule.y)
    kept = []
    for rule in rules:
        places = {
            round(y)
            for left in (-1, 0, 1)
            for right in (-1, 0, 1)
            for y in ends.get((round(rule.left) + left, round(rule.right) + right), ())
        }
        least = 2 if rule.width > _VERY_WIDE else 3
        if rule.width < _WIDE or len(places) < least or _has_neighbour(rule, glyphs):
            kept.append(rule)
    return kept


def _has_neighbour(rule: Rule, glyphs: Sequence[Glyph]) -> bool:
    return any(
        glyph.top < rule.y < glyph.bottom
        and (
            -1 < glyph.left - rule.right < _BESIDE * glyph.size
            or -1 < rule.left - glyph.right < _BESIDE * glyph.size
        )
        for glyph in glyphs
    )
