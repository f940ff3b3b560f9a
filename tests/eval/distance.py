"""Measures how similar two formulas are, each a sequence of symbols."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

__all__ = ["similarity"]


@lru_cache(maxsize=500_000)
def similarity(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Return 1 - edit distance / longer length, over the symbols of two formulas in a line."""
    if first == second:
        return 1.0
    longer = max(len(first), len(second))
    common = sum((Counter(first) & Counter(second)).values())
    if common * 4 < longer:  # too different for the exact figure to matter
        return common / longer / 2
    return 1 - Levenshtein.distance(first, second) / longer
