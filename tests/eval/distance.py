"""How far two sequences of symbols are from each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache

__all__ = ["edit_distance", "similarity"]


def edit_distance(first: Sequence[str], second: Sequence[str]) -> int:
    """Return Levenshtein's distance, by Myers' bit vectors (Hyyrö 2003)."""
    if len(first) < len(second):
        first, second = second, first
    if not second:
        return len(first)
    places: dict[str, int] = defaultdict(int)
    for index, symbol in enumerate(second):
        places[symbol] |= 1 << index
    full = (1 << len(second)) - 1
    top = 1 << (len(second) - 1)
    positive, negative, distance = full, 0, len(second)
    for symbol in first:
        equal = places.get(symbol, 0)
        vertical = equal | negative
        diagonal = (((equal & positive) + positive) ^ positive) | equal
        up = negative | ~(diagonal | positive) & full
        down = positive & diagonal
        distance += bool(up & top) - bool(down & top)
        up = (up << 1 | 1) & full
        down = down << 1 & full
        positive = down | ~(vertical | up) & full
        negative = up & vertical
    return distance


@lru_cache(maxsize=500_000)
def similarity(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Return 1 - edit distance / longer length, over the symbols of two formulas in a line."""
    if first == second:
        return 1.0
    longer = max(len(first), len(second))
    common = sum((Counter(first) & Counter(second)).values())
    if common * 4 < longer:  # too different for the exact figure to matter
        return common / longer / 2
    return 1 - edit_distance(first, second) / longer
