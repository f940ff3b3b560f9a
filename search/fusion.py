"""Ranked lists -> one. Pure.

Scores are scaled to 0..1 within each list and averaged with weights, which does better than adding
reciprocal ranks on most collections (Bruch, Gai and Ingber, An Analysis of Fusion Functions for
Hybrid Retrieval, 2022).
"""

from __future__ import annotations

from collections.abc import Mapping

from search.hits import Contribution
from search.keyword import Ranked

__all__ = ["Fused", "fuse"]

Fused = tuple[int, float, tuple[Contribution, ...]]  # row, score, why


def fuse(lists: Mapping[str, Ranked], weights: Mapping[str, float]) -> list[Fused]:
    """Return (row, score, contributions), best first; equal scores are ordered by row.

    `lists` and `weights` go by the retrievers' names; an empty list gives its weight to the others.
    """
    total = sum(weights[name] for name, ranked in lists.items() if ranked) or 1.0
    scores: dict[int, float] = {}
    parts: dict[int, list[Contribution]] = {}
    for name, ranked in lists.items():
        if not ranked:
            continue
        low, high = ranked[-1][1], ranked[0][1]
        span = high - low
        for rank, (row, score) in enumerate(ranked, 1):
            scaled = (score - low) / span if span > 0 else 1.0
            scores[row] = scores.get(row, 0.0) + weights[name] / total * scaled
            parts.setdefault(row, []).append(Contribution(name, rank, score))
    order = sorted(scores, key=lambda row: (-scores[row], row))
    return [(row, scores[row], tuple(parts[row])) for row in order]
