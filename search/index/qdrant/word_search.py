"""Finds and scores points by their terms.

An engine adds up the weights of single terms by itself. It knows whether a point has a phrase, but
not what that is worth: points with a phrase are fetched, and scored here from their codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from indexer.qdrant.bm25 import rarity
from indexer.qdrant.codes import code, dimension
from indexer.qdrant.engine import (
    WORDS,
    AnyWord,
    Condition,
    Either,
    Engine,
    PhraseOf,
    Selection,
)
from indexer.qdrant.points import Averages
from search.index.asked import AnyOf, Atom, WordQuery
from search.index.qdrant.scores import score_of

__all__ = ["WordSearch", "any_of", "conditions", "phrase_of", "weights_of"]


def weights_of(atoms: Iterable[Atom], weigh: Callable[[str, str], float]) -> dict[int, float]:
    """Return the sparse vector of single terms; `weigh` tells the rarity of a term of a field."""
    weights: dict[int, float] = {}
    for atom in atoms:
        if len(atom.terms) == 1:
            place = dimension(atom.field, atom.terms[0])
            weights[place] = weights.get(place, 0.0) + atom.weight * weigh(
                atom.field, atom.terms[0]
            )
    return weights


def conditions(asked: WordQuery) -> tuple[list[Condition], list[Condition]]:
    """Return what a point must have, and must not have."""
    must = [any_of(group) for group in asked.required]
    if asked.some:
        must.append(any_of(asked.optional))
    return must, [any_of(group) for group in asked.excluded if group]


def any_of(group: AnyOf) -> Condition:
    """Return the condition that a point has one of a group of words and phrases."""
    words = tuple(code(atom.field, atom.terms[0]) for atom in group if len(atom.terms) == 1)
    phrases: list[AnyWord | PhraseOf] = [phrase_of(atom) for atom in group if len(atom.terms) > 1]
    if words and not phrases:
        return AnyWord(words)
    return Either((*([AnyWord(words)] if words else []), *phrases))


def phrase_of(atom: Atom) -> PhraseOf:
    """Return the condition that a point has the terms one after the other."""
    return PhraseOf(tuple(code(atom.field, term) for term in atom.terms))


class WordSearch:
    """Searches the passages of one collection by their terms."""

    def __init__(self, engine: Engine, count: int, averages: Averages) -> None:
        """Search points; `count` is the number of passages."""
        self._engine = engine
        self._count = count
        self._averages = averages
        self.frequency = lru_cache(maxsize=1 << 16)(self._frequency)

    def _frequency(self, field: str, term: str) -> int:
        """Return the number of points, of removed books too, that have a term in a field."""
        return self._engine.frequency(code(field, term))

    def rarity(self, field: str, term: str) -> float:
        """Return the weight of a term, by the passages of all shards that have it."""
        return rarity(self._count, self.frequency(field, term))

    def best(self, asked: WordQuery, selection: Selection, limit: int) -> list[tuple[int, float]]:
        """Return the ids and scores of the points that match best, of those of `selection`."""
        atoms = (*asked.optional, *(atom for group in asked.required for atom in group))
        phrases = [atom for atom in atoms if len(atom.terms) > 1]
        found: dict[int, float] = {}
        if not (phrases and _every_one_has_a_phrase(asked)):
            found |= self._by_terms(atoms, selection, limit)
        if phrases:
            # A phrase adds to a score: a point that has one may be far down without it.
            found |= self._by_phrases(atoms, phrases, selection, limit)
        return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]

    def _by_terms(
        self, atoms: Sequence[Atom], selection: Selection, limit: int
    ) -> dict[int, float]:
        weights = weights_of(atoms, self.rarity)
        if not weights:
            return {one.id: 0.0 for one in self._engine.scan(selection, (), limit)}
        return {one.id: one.score for one in self._engine.scored(weights, selection, limit)}

    def _by_phrases(
        self, atoms: Sequence[Atom], phrases: Sequence[Atom], selection: Selection, limit: int
    ) -> dict[int, float]:
        """Return the scores of the points that have one of the phrases."""
        singles = [replace(one, terms=(term,)) for one in phrases for term in one.terms]
        likely = weights_of((*atoms, *singles), self.rarity)
        having = Either(tuple(phrase_of(atom) for atom in phrases))
        among = replace(selection, must=(*selection.must, having))
        keys = (WORDS, "lengths")
        return {
            one.id: score_of(one.payload, atoms, self.rarity, self._averages)
            for one in self._engine.scored(likely, among, limit, keys)
        }


def _every_one_has_a_phrase(asked: WordQuery) -> bool:
    """Return whether no point matches without a phrase."""
    groups = [*asked.required, *([asked.optional] if asked.some else [])]
    return any(group and all(len(atom.terms) > 1 for atom in group) for group in groups)
