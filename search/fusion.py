"""Ranked lists -> one. Pure.

Scores are scaled and averaged with weights, which does better than adding reciprocal ranks on most
collections (Bruch, Gai and Ingber, An Analysis of Fusion Functions for Hybrid Retrieval, 2022). As
there, the ends of a scale are what the score can be at most or at least, where that is known:
BM25 begins at 0 and a cosine ends at 1. With both ends taken from the list, one passage that is
nearest to a question by chance, at a cosine of .3, would count as much as a true answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from search.hits import Contribution
from search.keyword import Ranked
from search.query import Query

__all__ = ["Fused", "fuse", "fusion_weights"]

Fused = tuple[int, float, tuple[Contribution, ...]]  # row, score, why

# Anything from .3 to .4 for keywords does nearly as well on Cranfield, Vaswani and page topics of
# three books (docs/benchmarks.md). A formula in the question weighs as much as its words' meaning.
_WEIGHTS = {"keyword": 0.35, "semantic": 0.65, "formula": 0.65}
# Who puts words in quotes, or a + before one, wants these words.
_WORDS_MATTER = {**_WEIGHTS, "keyword": 1.3}

# Least and greatest score of each retriever; None stands for the one in the list at hand.
_ENDS = {"keyword": (0.0, None), "semantic": (None, 1.0), "formula": (0.0, 1.0)}


def fusion_weights(query: Query) -> Mapping[str, float]:
    """Return how much each retriever counts for a question."""
    literal = any(clause.phrase or clause.sign == "+" for clause in query.clauses)
    return _WORDS_MATTER if literal else _WEIGHTS


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
        low, high = _ends(name, ranked)
        for rank, (row, score) in enumerate(ranked, 1):
            scaled = (score - low) / (high - low) if high > low else 1.0
            share = weights[name] / total * scaled
            scores[row] = scores.get(row, 0.0) + share
            parts.setdefault(row, []).append(Contribution(name, rank, score, share))
    order = sorted(scores, key=lambda row: (-scores[row], row))
    return [(row, scores[row], tuple(parts[row])) for row in order]


def _ends(name: str, ranked: Ranked) -> tuple[float, float]:
    """Return the scores, in a list that is not empty, that become 0 and 1."""
    low, high = _ENDS.get(name, (None, None))
    return ranked[-1][1] if low is None else low, ranked[0][1] if high is None else high
