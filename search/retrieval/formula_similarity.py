"""Measures how similar two formulas are: the share of their symbol pairs that agree.

The measure is that of Tangent-3 (Zanibbi et al., SIGIR 2016) over pairs: Dice's coefficient of the
two bags of symbol pairs after unification, which gives each variable of one formula the name of one
variable of the other. Pairs that agree except for variable names vote for the assignment; the most
votes win.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from indexer.formulas.terms import open_term, split_term

__all__ = ["PairOverlap", "PairSimilarity"]

_Named = tuple[str, str, int]  # the labels of a pair, and its count
_MAX_NAMED = 8  # pairs of one open form that vote; bounds the time of long formulas


@dataclass(frozen=True, slots=True)
class PairOverlap:
    """How much a formula agrees with the query formula.

    `similarity` is between 0 and 1; 1 means equal except for the names of variables. `covers` is
    true if the formula has all pairs of the query, whatever their variables: every formula that
    contains the query does.
    """

    similarity: float
    covers: bool


class PairSimilarity:
    """Compares formulas with one query formula.

    `terms` are the query's pairs as index terms, repetitions included.
    """

    def __init__(self, terms: list[str]) -> None:
        self._total = len(terms)
        self._groups: dict[str, list[_Named]] = {}  # by open term
        for term, count in Counter(terms).items():
            first, second, _ = split_term(term)
            self._groups.setdefault(open_term(term), []).append((first, second, count))
        self._needed = {key: sum(pair[2] for pair in group) for key, group in self._groups.items()}

    def compare(self, terms: str, open_terms: str) -> PairOverlap:
        """Compare a formula, given its pairs as the index stores them, joined by spaces.

        `open_terms` are the same pairs in the same order, with their variables left open.
        """
        keys = open_terms.split()
        groups = self._groups
        shared = Counter(
            [pair for pair in zip(keys, terms.split(), strict=True) if pair[0] in groups]
        )
        theirs: dict[str, list[_Named]] = {}
        same = enough = 0
        for (key, term), count in shared.items():
            if term == key:  # no variable in it
                needed = groups[key][0][2]
                same += min(needed, count)
                enough += needed <= count
            else:
                first, second, _ = split_term(term)
                theirs.setdefault(key, []).append((first, second, count))
        for key, named in theirs.items():
            enough += sum(pair[2] for pair in named) >= self._needed[key]
        same += self._unified(theirs)
        similarity = 2.0 * same / max(1, self._total + len(keys))
        return PairOverlap(similarity, enough == len(groups))

    def _unified(self, theirs: dict[str, list[_Named]]) -> int:
        """Return how many pairs with variables agree after unification."""
        votes: dict[tuple[str, str], float] = {}
        for key, named in theirs.items():
            named = named[:_MAX_NAMED]  # noqa: PLW2901
            share = 1.0 / len(named)
            for first, second, count in self._groups[key][:_MAX_NAMED]:
                for other_first, other_second, other_count in named:
                    vote = share * (count if count < other_count else other_count)
                    if first[0] == "v":
                        pair = (first, other_first)
                        votes[pair] = votes.get(pair, 0.0) + vote
                    if second[0] == "v":
                        pair = (second, other_second)
                        votes[pair] = votes.get(pair, 0.0) + vote
        names = _elect(votes.items())
        same = 0
        for key, named in theirs.items():
            counts = {(first, second): count for first, second, count in named}
            for first, second, count in self._groups[key]:
                found = counts.get((names.get(first, first), names.get(second, second)))
                if found:
                    same += min(count, found)
        return same


def _elect(votes: Iterable[tuple[tuple[str, str], float]]) -> dict[str, str]:
    """Assign each variable the free one with the most votes; among equals, its own name."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    order = sorted(votes, key=lambda item: (-item[1], item[0][0] != item[0][1], item[0]))
    for (mine, theirs), _ in order:
        if mine not in names and theirs not in taken:
            names[mine] = theirs
            taken.add(theirs)
    return names
