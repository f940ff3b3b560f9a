"""Finds the ruled tables of a page without a model: level rules, and cells between them. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ocr_service.engines.layout.ink import Ink, Rect
from ocr_service.engines.layout.page_text import LayerLine, LayerText

__all__ = ["ruled_tables"]

_LEAST_WIDTH = 80.0  # points: a shorter rule is a fraction's
_GRID = 4.0  # points by which the ends of the rules of one table differ at most
_LEAST_HEIGHT = 20.0  # points between the first and the last rule
_LEAST_CELLS = 6  # lines of text between them that stand beside another


def ruled_tables(ink: Ink, text: LayerText) -> list[Rect]:
    """Return the boxes of ruled tables, in points: two level rules or more, and cells between."""
    stacks: defaultdict[tuple[int, int], list[Rect]] = defaultdict(list)
    for rule in ink.rules:
        if rule[2] - rule[0] >= _LEAST_WIDTH:
            stacks[round(rule[0] / _GRID), round(rule[2] / _GRID)].append(rule)
    lines = [line for block in text.blocks for line in block if line.level]
    found = []
    for rules in stacks.values():
        top, bottom = min(rule[1] for rule in rules), max(rule[3] for rule in rules)
        if bottom - top < _LEAST_HEIGHT:
            continue
        box = (rules[0][0], top, rules[0][2], bottom)
        if _cells_in(box, lines) >= _LEAST_CELLS:
            found.append(box)
    return found


def _cells_in(box: Rect, lines: Sequence[LayerLine]) -> int:
    """Return how many lines within a box stand beside another."""
    inside = sorted(
        (line.box for line in lines if _is_in(line.box, box)),
        key=lambda other: (other[1] + other[3]) / 2,
    )
    return sum(
        any(_are_level(one, other) for other in inside[max(0, place - 1) : place + 2])
        for place, one in enumerate(inside)
    )


def _is_in(line: Rect, box: Rect) -> bool:
    middle = (line[1] + line[3]) / 2
    return box[1] < middle < box[3] and box[0] - 3 < line[0] and line[2] < box[2] + 3


def _are_level(one: Rect, other: Rect) -> bool:
    apart = one[2] < other[0] or other[2] < one[0]
    height = min(one[3], other[3]) - max(one[1], other[1])
    return apart and height > 0.5 * min(one[3] - one[1], other[3] - other[1])
