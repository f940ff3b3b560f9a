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

from search.index.ranked import Ranked, best_first
from search.question.kind import Kind
from search.retrieval.hits import Contribution

__all__ = ["Ranking", "agreement_weight", "formula_rarity", "fuse", "fusion_weights", "nearness"]

# How much words count; the rest to 1 is for the meaning, and as much for a formula. Most passages
# listed for a question of a few words have them all: which one answers is told by the meaning. Of
# many words a passage has but a share, by which its score is multiplied already. Words in quotes or
# with a + are meant literally, and of a number or a label an encoder knows nothing.
_WORDS = {
    Kind.FEW_WORDS: 0.25,
    Kind.MANY_WORDS: 0.4,
    Kind.FORMULA: 0.25,
    Kind.QUOTED: 2 / 3,
    Kind.LABEL: 2 / 3,
}

# Least and greatest score of each retriever; None: take it from the list.
_ENDS = {"keyword": (0.0, None), "semantic": (None, 1.0), "formula": (0.0, 1.0)}

# How much more BM25 counts a word that a passage repeats, at most: k1 + 1.
_AGAIN = 2.2

# What is subtracted from a score, and the factor it is then multiplied by.
ScoreScale = tuple[float, float]
_UNSCALED = (0.0, 1.0)

_PARTS = 10  # of a list; the last of the first part tells how many are near
# How much neighbours count, times nearness, and at most: half from a nearness of a third on.
_AGREEMENT, _MOST_AGREEMENT = 1.5, 0.5

_DIGITS = 6  # of a mean of neighbours' scores, as hits show it

_HAVING = 0.75  # least evidence of a passage that has a formula: half for that, half for likeness

NEIGHBOURS = "neighbours"  # the name under which they contribute


def fusion_weights(kind: Kind, rarity: float = 1.0) -> Mapping[str, float]:
    """Return how much each retriever counts for a kind of question.

    `rarity` is how much the question's formulas tell beside its words, from 0 to 1.
    """
    words = _WORDS[kind]
    return {"keyword": words, "semantic": 1 - words, "formula": (1 - words) * rarity}


def formula_rarity(found: Ranked, passages: int) -> float:
    """Return how much a formula tells: 1 if one passage has it or a larger one, 0 if all have.

    Like a word's, its information is the logarithm of its rarity: of "n - 1", which every other
    page has, a question says next to nothing.
    """
    having = sum(score >= _HAVING for _, score in found)
    return 1 - math.log(having) / math.log(passages) if 1 < having < passages else float(having < 2)


def nearness(semantic: Ranked) -> float:
    """Return how near the hundredth of a thousand is: 1 as the first, 0 as the last.

    Of fewer it is the last of the nearest tenth.
    """
    if not semantic:
        return 0.0
    best, last = semantic[0][1], semantic[-1][1]
    tenth = semantic[len(semantic) // _PARTS][1]
    return (tenth - last) / (best - last) if best > last else 0.0


def agreement_weight(semantic: Ranked) -> float:
    """Return how much the neighbours of a passage count, from 0 to .5.

    Where many passages are about as near as the nearest, the question is about a topic, and what
    they say together is more often right than one alone. Where few stand out, as for a name or one
    fact, their neighbours are about something else.
    """
    return min(_MOST_AGREEMENT, _AGREEMENT * nearness(semantic))


class Ranking:
    """Rows, best first, and how each got its score.

    Attributes:
        ranked: (row, score); equal scores are ordered by row.
    """

    def __init__(
        self,
        lists: Mapping[str, Ranked],
        scales: Mapping[str, ScoreScale],
        found: Mapping[int, float] | None = None,
        kind: Kind | None = None,
    ) -> None:
        """Use `fuse` instead."""
        self._lists = lists
        self._scales = scales
        self._found = found
        self._kind = kind
        self._own = 1.0  # the share of a score that comes from the lists
        self._shifts: dict[str, dict[int, float]] = {}
        self._agreement: dict[int, tuple[int, float]] = {}  # row -> rank, score from its neighbours
        self.ranked: Ranked = self._merged()

    def _merged(self) -> Ranked:
        if len(self._lists) == 1 and list(self._scales.values()) == [_UNSCALED]:
            return list(*self._lists.values())
        scores: dict[int, float] = {}
        for name, ranked in self._lists.items():
            for row, score in ranked:
                scores[row] = scores.get(row, 0.0) + self._share(name, row, score)
        return best_first(scores.items())

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

    def shift(self, name: str, amounts: Mapping[int, float]) -> None:
        """Add amounts to the scores of rows; those that no list has begin at 0.

        Negative amounts for such rows do nothing. `name` is what contributes.
        """
        scores = dict(self.ranked)
        for row, amount in amounts.items():
            if row in scores or amount > 0:
                scores[row] = scores.get(row, 0.0) + amount
        shifts = self._shifts.setdefault(name, {})
        for row in amounts.keys() & scores.keys():
            shifts[row] = shifts.get(row, 0.0) + amounts[row]
        self.ranked = best_first(scores.items())

    def contributions(self, row: int) -> tuple[Contribution, ...]:
        """Return what each retriever contributes to a row.

        With several retrievers, their shares add up to the row's score.
        """
        parts = []
        for name, places in self._places.items():
            if row in places:
                score = self._lists[name][places[row]][1]
                place = places[row] + 1
                if self._scales[name] == _UNSCALED:
                    shifted = any(row in amounts for amounts in self._shifts.values())
                    parts.append(Contribution(name, place, score, score if shifted else None))
                else:
                    share, found = self._share(name, row, score), self._share_found(name, row)
                    parts.append(Contribution(name, place, score, share, found, self._kind))
        if row in self._agreement:
            rank, score = self._agreement[row]
            share = (1.0 - self._own) * score
            parts.append(Contribution(NEIGHBOURS, rank, score, share, kind=self._kind))
        for name, amounts in self._shifts.items():
            if row in amounts:
                amount = amounts[row]
                rank = 1 + sum(other > amount for other in amounts.values())
                parts.append(Contribution(name, rank, amount, amount, kind=self._kind))
        return tuple(parts)

    def _share(self, name: str, row: int, score: float) -> float:
        low, factor = self._scales[name]
        found = self._share_found(name, row)
        return self._own * (score - low) * factor * (1.0 if found is None else found)

    def _share_found(self, name: str, row: int) -> float | None:
        """Return how much of the question's words a row has, which counts for keywords only."""
        if name != "keyword" or self._found is None:
            return None
        return self._found.get(row, 0.0)

    @cached_property
    def _places(self) -> dict[str, dict[int, int]]:
        return {
            name: {row: place for place, (row, _) in enumerate(ranked)}
            for name, ranked in self._lists.items()
        }


def fuse(
    lists: Mapping[str, Ranked],
    weights: Mapping[str, float],
    once: float | None = None,
    found: Mapping[int, float] | None = None,
    kind: Kind | None = None,
) -> Ranking:
    """Merge lists into one ranking; the keys of `lists` and `weights` are the retrievers' names.

    `once` is the keyword score of a passage with each word of the question once. The best passages
    for a short question repeat its words, those for a long one have a third of them: as the scale
    ends at `once` or above, words count less if few were found. `found` is the share of the
    question that each row has, by which its keyword score is multiplied, so that a few words, often
    repeated, do not pull a passage up. An empty list leaves its weight to the others. The scores of
    a single list stay as they are.
    """
    if len(lists) == 1:
        return Ranking(lists, dict.fromkeys(lists, _UNSCALED))
    filled = {name: ranked for name, ranked in lists.items() if ranked}
    total = sum(weights[name] for name in filled) or 1.0
    scales = {}
    for name, ranked in filled.items():
        low, high = _ends(name, ranked)
        if name == "keyword" and once:
            # Between the best score found and the best possible; never less than each word once.
            high = max(once, math.sqrt(high * max(once, high / _AGAIN)))
        # If all scores are equal, each becomes 1.
        scales[name] = (
            (low, weights[name] / total / (high - low))
            if high > low
            else (low - 1.0, weights[name] / total)
        )
    return Ranking(filled, scales, found, kind)


def _ends(name: str, ranked: Ranked) -> tuple[float, float]:
    """Return the scores of a non-empty list that become 0 and 1."""
    low, high = _ENDS.get(name, (None, None))
    return ranked[-1][1] if low is None else low, ranked[0][1] if high is None else high
