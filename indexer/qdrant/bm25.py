"""Weighs terms so that the dot product of two sparse vectors is BM25, as tantivy computes it.

A passage's vector holds how far each term is saturated, a question's vector how rare each term is.
So the rarity is always that of the whole collection, over all its shards.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

__all__ = ["rarity", "saturation", "saturations"]

_K1, _B = 1.2, 0.75
_EXACT = 40  # lengths up to this are kept as they are
_STEPS = 8  # of equal width, then they double


def _lengths() -> list[int]:
    """Return the lengths that tantivy's norms of a byte distinguish."""
    lengths = list(range(_EXACT + 1))
    step = 2
    while len(lengths) < 256:
        lengths += [lengths[-1] + step * place for place in range(1, _STEPS + 1)]
        step *= 2
    return lengths[:256]


_LENGTHS = _lengths()


def saturation(count: int, length: int, average: float) -> float:
    """Return how far `count` occurrences in a field of `length` terms count, up to k1 + 1.

    `average` is the mean number of terms of the field.
    """
    kept = _LENGTHS[bisect_right(_LENGTHS, length) - 1]
    norm = _K1 * (1 - _B + _B * kept / max(average, 1e-6))
    return (_K1 + 1) * count / (count + norm)


def saturations(terms: Sequence[str], average: float) -> dict[str, float]:
    """Return for each term of a field how far its occurrences count; see `saturation`."""
    length = len(terms)
    return {term: saturation(count, length, average) for term, count in Counter(terms).items()}


def rarity(count: int, frequency: int) -> float:
    """Return the weight of a term that `frequency` of `count` documents have."""
    every = max(count, frequency)
    return math.log(1 + (every - frequency + 0.5) / (frequency + 0.5))
