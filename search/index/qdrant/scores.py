"""Scores points that have a phrase, from their codes; an engine scores single terms only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from indexer.qdrant.bm25 import saturation
from indexer.qdrant.codes import code
from indexer.qdrant.engine import WORDS
from indexer.qdrant.points import PASSAGE_FIELDS, Averages
from search.index.asked import Atom

__all__ = ["score_of"]

Rarity = Callable[[str, str], float]


def score_of(
    payload: Mapping[str, Any], atoms: Sequence[Atom], rarity: Rarity, averages: Averages
) -> float:
    """Return the BM25 score of a passage for atoms; `payload` has its codes and lengths."""
    codes = str(payload[WORDS]).split()
    lengths = dict(zip(PASSAGE_FIELDS, payload["lengths"], strict=True))
    score = 0.0
    for atom in atoms:
        if count := _occurrences(codes, atom):
            worth = sum(rarity(atom.field, term) for term in atom.terms)
            again = saturation(count, lengths[atom.field], averages[atom.field])
            score += atom.weight * worth * again
    return score


def _occurrences(codes: Sequence[str], atom: Atom) -> int:
    wanted = [code(atom.field, term) for term in atom.terms]
    first, width = wanted[0], len(wanted)
    if width == 1:
        return codes.count(first)
    return sum(
        codes[place : place + width] == wanted for place, one in enumerate(codes) if one == first
    )
