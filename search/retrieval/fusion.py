"""Merges ranked lists into one. Pure, standard library only: a keyword search loads nothing else.

The fused score is a weighted mean of scaled scores, which does better than reciprocal rank fusion
on most collections (Bruch, Gai and Ingber, An Analysis of Fusion Functions for Hybrid Retrieval,
2022). As there, a scale ends at the least or greatest possible score where that is known: BM25
begins at 0 and a cosine ends at 1. With both ends taken from the list, a passage that happens to be
the nearest, at a cosine of .3, would count as much as a true answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from search.question.query import Query
from search.retrieval.hits import Contribution
from search.retrieval.keyword import Ranked, best_first

__all__ = ["Ranking", "fuse", "fusion_weights"]

# Anything from .3 to .4 for keywords does nearly as well on five text sets and on page topics of
# three books (docs/benchmarks.md). A formula in the question weighs as much as its meaning.
_WEIGHTS = {"keyword": 0.35, "semantic": 0.65, "formula": 0.65}
# Words in quotes or with a + are meant literally.
_WORDS_MATTER = {**_WEIGHTS, "keyword": 1.3}

# Least and greatest score of each retriever; None: take it from the list.
_ENDS = {"keyword": (0.0, None), "semantic": (None, 1.0), "formula": (0.0, 1.0)}

# How much more BM25 counts a word that a passage repeats, at most: k1 + 1.
_AGAIN = 2.2

ScoreScale = tuple[
    float, float
]  # what is subtracted from a score, and the factor it is then multiplied by
_UNSCALED = (0.0, 1.0)

_DIGITS = 6  # of a mean of neighbours' scores, as hits show it

NEIGHBOURS = "neighbours"  # the name under which they contribute


def fusion_weights(query: Query) -> Mapping[str, float]:
    """Return how much each retriever counts for a question."""
    literal = any(clause.phrase or clause.sign == "+" for clause in query.clauses)
    return _WORDS_MATTER if literal else _WEIGHTS


class Ranking:
    """Rows, best first, and how each got its score.

    Attributes:
        ranked: (row, score); equal scores are ordered by row.
    """

    def __init__(self, lists: Mapping[str, Ranked], scales: Mapping[str, ScoreScale]) -> None:
        """Use `fuse` instead."""
        self._lists = lists
        self._scales = scales
        self._own = 1.0  # the share of a score that comes from the lists
        self._agreement: dict[int, tuple[int, float]] = {}  # row -> rank, score from its neighbours
        scores: dict[int, float] = {}
        for name, ranked in lists.items():
            low, factor = scales[name]
            for row, score in ranked:
                scores[row] = scores.get(row, 0.0) + (score - low) * factor
        self.ranked: Ranked = best_first(scores.items())

    def agree(
        self,
        depth: int,
        weight: float,
        agreement: Callable[[Sequence[int], Sequence[float]], Sequence[float]],
    ) -> None:
        """Mix the scores of the best `depth` rows with those of their neighbours, by `weight`.

        Passages that are near other good answers are more often relevant than isolated ones (Diaz,
        Regularizing Ad Hoc Retrieval Scores, 2005). `agreement` maps rows and their scores to the
        mean scores of their neighbours among them.
        """
        best, rest = self.ranked[:depth], self.ranked[depth:]
        rows, scores = [row for row, _ in best], [score for _, score in best]
        near = agreement(rows, scores)
        # Passages with the same neighbours have equal means but for the last bits: and equal ranks.
        shown = [round(mean, _DIGITS) for mean in near]
        ranks: dict[float, int] = {}
        for rank, mean in enumerate(sorted(shown, reverse=True), 1):
            ranks.setdefault(mean, rank)
        self._agreement = {
            row: (ranks[mean], exact) for row, mean, exact in zip(rows, shown, near, strict=True)
        }
        self._own = 1.0 - weight
        mixed = (
            (row, self._own * score + weight * by_others)
            for (row, score), by_others in zip(best, near, strict=True)
        )
        self.ranked = best_first(mixed) + [(row, self._own * score) for row, score in rest]

    def contributions(self, row: int) -> tuple[Contribution, ...]:
        """Return what each retriever contributes to a row.

        With several retrievers, their shares add up to the row's score.
        """
        parts = []
        for name, places in self._places.items():
            if row in places:
                score = self._lists[name][places[row]][1]
                share = None if self._scales[name] == _UNSCALED else self._share(name, score)
                parts.append(Contribution(name, places[row] + 1, score, share))
        if row in self._agreement:
            rank, score = self._agreement[row]
            parts.append(Contribution(NEIGHBOURS, rank, score, (1.0 - self._own) * score))
        return tuple(parts)

    def _share(self, name: str, score: float) -> float:
        low, factor = self._scales[name]
        return self._own * (score - low) * factor

    @cached_property
    def _places(self) -> dict[str, dict[int, int]]:
        return {
            name: {row: place for place, (row, _) in enumerate(ranked)}
            for name, ranked in self._lists.items()
        }


def fuse(
    lists: Mapping[str, Ranked], weights: Mapping[str, float], once: float | None = None
) -> Ranking:
    """Merge lists into one ranking; the keys of `lists` and `weights` are the retrievers' names.

    `once` is the keyword score of a passage with each word of the question once. The best passages
    for a short question repeat its words, those for a long one have a third of them: scaling by
    `once` lets words count less if few were found. An empty list leaves its weight to the others.
    The scores of a single list stay as they are.
    """
    if len(lists) == 1:
        return Ranking(lists, dict.fromkeys(lists, _UNSCALED))
    filled = {name: ranked for name, ranked in lists.items() if ranked}
    total = sum(weights[name] for name in filled) or 1.0
    scales = {}
    for name, ranked in filled.items():
        low, high = _ends(name, ranked)
        if name == "keyword" and once:
            # Between the best score found and the best possible.
            high = math.sqrt(high * max(once, high / _AGAIN))
        # If all scores are equal, each becomes 1.
        scales[name] = (
            (low, weights[name] / total / (high - low))
            if high > low
            else (low - 1.0, weights[name] / total)
        )
    return Ranking(filled, scales)


def _ends(name: str, ranked: Ranked) -> tuple[float, float]:
    """Return the scores of a non-empty list that become 0 and 1."""
    low, high = _ENDS.get(name, (None, None))
    return ranked[-1][1] if low is None else low, ranked[0][1] if high is None else high
