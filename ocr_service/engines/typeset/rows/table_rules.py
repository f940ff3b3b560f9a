"""Tells the rules of tables and frames, stacked and of equal length, from bars of fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice

from ocr_service.engines.typeset.characters.nodes import Glyph, Rule

__all__ = ["without_boxes", "without_frames"]

_WIDE = 50.0  # points: three longer rules with the same ends belong to a table
_BESIDE = 1.5  # type sizes: what is further away is in another column
_VERY_WIDE = 150.0  # points: two longer rules do
_CORNER = 1.5  # points between the ends of two sides of a box
_MAX_PAIRS = 200_000  # of a level and an upright rule that are compared
_TALLEST = 1_000  # points: no character is higher


def without_boxes(rules: Sequence[Rule]) -> list[Rule]:
    """Return the level rules but for the upper and lower sides of boxes, as around a word."""
    level = [rule for rule in rules if rule.level and rule.width > 1.0]
    upright = [rule for rule in rules if not rule.level]
    if len(level) * len(upright) > _MAX_PAIRS:
        return level
    return [rule for rule in level if not _is_boxed(rule, upright)]


def _is_boxed(rule: Rule, upright: Sequence[Rule]) -> bool:
    """Tell whether two upright rules of one height hang or stand at the ends of a level one."""
    sides = [side for side in upright if _meets(rule, side)]
    lefts = [side for side in sides if abs(side.left - rule.left) < _CORNER]
    rights = [side for side in sides if abs(side.right - rule.right) < _CORNER]
    return any(
        one is not other
        and abs(one.top - other.top) < _CORNER
        and abs(one.bottom - other.bottom) < _CORNER
        for one in lefts
        for other in rights
    )


def _meets(rule: Rule, side: Rule) -> bool:
    """Tell whether an upright rule begins or ends where a level one does."""
    return abs(side.top - rule.y) < _CORNER or abs(side.bottom - rule.y) < _CORNER


def without_frames(rules: Sequence[Rule], glyphs: Sequence[Glyph]) -> list[Rule]:
    """Return level rules without those that begin and end where others do, as in tables.

    A fraction has something beside its bar, such as a sign of equality; the rule of a table has
    nothing.
    """
    ends: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for rule in rules:
        ends[round(rule.left), round(rule.right)].add(round(rule.y))
    levels = _by_level(glyphs)
    return [
        rule
        for rule in rules
        if rule.width < _WIDE
        or not _is_stacked(rule, ends)
        or _has_neighbour(rule, levels.get(round(rule.y), ()))
    ]


def _is_stacked(rule: Rule, ends: Mapping[tuple[int, int], set[int]]) -> bool:
    """Tell whether others, as many as in a table, begin and end where a rule does."""
    least = 2 if rule.width > _VERY_WIDE else 3
    places: set[int] = set()
    for left in (-1, 0, 1):
        for right in (-1, 0, 1):
            there = ends.get((round(rule.left) + left, round(rule.right) + right), ())
            places.update(islice(there, least))
    return len(places) >= least


def _by_level(glyphs: Sequence[Glyph]) -> dict[int, list[Glyph]]:
    """Return the characters by each whole y that they reach, in points."""
    levels: defaultdict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        for y in range(round(glyph.top), min(round(glyph.bottom), round(glyph.top) + _TALLEST) + 1):
            levels[y].append(glyph)
    return levels


def _has_neighbour(rule: Rule, glyphs: Sequence[Glyph]) -> bool:
    return any(
        glyph.top < rule.y < glyph.bottom
        and (
            -1 < glyph.left - rule.right < _BESIDE * glyph.size
            or -1 < rule.left - glyph.right < _BESIDE * glyph.size
        )
        for glyph in glyphs
    )
