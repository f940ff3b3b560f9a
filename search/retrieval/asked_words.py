"""Tells of each word of a question how rare it is on the shelf, and which passages have it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.index.asked import AnyOf, WordQuery
from search.question.filters import Filter
from search.question.query import Query
from search.retrieval.keyword import KeywordRetriever, QuestionPart, as_typed

__all__ = ["AskedWord", "AskedWords"]

# What a whole book is called tells nothing of one passage: titles do not count.
_FIELDS = (("body", 1.0), ("heading", 1.0))
_BITS = 20  # words asked for by one query; scores have 24 bits


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of the question as typed, or a phrase in quotes.

    `worth` grows with its rarity; `passages` is the number of passages searched that have it, or,
    if `corrected`, the word that was searched instead.
    """

    typed: str
    worth: float
    passages: int
    corrected: bool
    atoms: AnyOf

    @property
    def known(self) -> bool:
        """Whether a passage has the word as it is typed."""
        return self.passages > 0 and not self.corrected


class AskedWords:
    """The words of one question, without stop words, excluded words and formulas.

    Attributes:
        words: the words and phrases.
        passages: how many passages are searched.
    """

    def __init__(
        self,
        keyword: KeywordRetriever,
        query: Query,
        filter_: Filter,
    ) -> None:
        """Look the words up in the passages that the filter admits."""
        self._index = keyword.index
        self._filter = filter_
        self.passages = self._index.count(WordQuery(filter_))
        parts, corrections = keyword.parts(query)
        others = {correction.typed for correction in corrections}
        self.words: Sequence[AskedWord] = tuple(
            self._look_up(keyword, part, typed, corrected=typed in others)
            for part, typed in _single_words(parts)
        )

    def rows_with_each(self, rows: Sequence[int]) -> list[set[int]]:
        """Return for each word those of the rows that have it."""
        found: list[set[int]] = []
        for start in range(0, len(self.words) if rows else 0, _BITS):
            some = self.words[start : start + _BITS]
            # One query for many words: the sum of different powers of two tells which a row has.
            groups = [(word.atoms, float(1 << bit)) for bit, word in enumerate(some) if word.atoms]
            sums = self._index.worth(rows, groups) if groups else {}
            found += [
                {row for row, total in sums.items() if round(total) >> bit & 1}
                for bit in range(len(some))
            ]
        return found or [set() for _ in self.words]

    def pages_with_all(self) -> int | None:
        """Return how many pages have all known words; None for one word, or too many pages."""
        known = sorted((word for word in self.words if word.known), key=lambda one: one.passages)
        if len(known) < 2:
            return None
        return self._index.count_pages(self._filter, [word.atoms for word in known])

    def _look_up(
        self, keyword: KeywordRetriever, part: QuestionPart, typed: str, *, corrected: bool
    ) -> AskedWord:
        atoms = keyword.atoms(part, _FIELDS)
        count = self._index.count(WordQuery(self._filter, required=(atoms,))) if atoms else 0
        every = self.passages
        rarity = 0 if corrected else count
        worth = math.log(1 + (every - rarity + 0.5) / (rarity + 0.5))
        return AskedWord(typed, worth, count, corrected, atoms)


def _single_words(parts: Sequence[QuestionPart]) -> Iterator[tuple[QuestionPart, str]]:
    """Yield each word of the parts as a part of its own, with what was typed for it.

    A phrase stays one, and so does a word of Chinese, Japanese or Korean, which is several terms.
    """
    for part in parts:
        clause = part.clause
        if clause.sign == "-" or clause.latex:
            continue
        if clause.phrase:
            yield part, f'"{clause.text}"' if len(part.words) > 1 else clause.text
            continue
        typed = [as_typed(clause, place, part.words) for place in range(len(part.words))]
        if len(set(typed)) < len(part.words):
            yield part, clause.text
            continue
        for word, text in zip(part.words, typed, strict=True):
            yield QuestionPart(clause, [word], part.weight), text
