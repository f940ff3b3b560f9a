"""Tells of each word of a question how rare it is on the shelf, and which passages have it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tantivy

from search.question.filters import Filter
from search.question.query import Query
from search.retrieval.keyword import KeywordRetriever, QuestionPart, as_typed
from search.retrieval.ranked import any_of

__all__ = ["AskedWord", "AskedWords"]

# What a whole book is called tells nothing of one passage: titles do not count.
_FIELDS = (("body", 1.0), ("heading", 1.0))
_LISTED = 4_096  # passages whose pages are listed, at most

BookPage = tuple[int, int]  # the place of a book, and a 1-based page


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
    query: tantivy.Query

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
        first_rows: Sequence[int] = (0,),
    ) -> None:
        """Look the words up in the passages that the filter admits.

        `first_rows` are the sorted first rows of the books, by which their pages are told apart.
        """
        self._first_rows = first_rows
        self._index = keyword.index
        self._filter = filter_.clauses(keyword.index.schema)
        self.passages = self._count(tantivy.Query.all_query())
        parts, corrections = keyword.parts(query)
        others = {correction.typed for correction in corrections}
        self.words: Sequence[AskedWord] = tuple(
            self._look_up(keyword, part, typed, corrected=typed in others)
            for part, typed in _single_words(parts)
        )

    def rows_with(self, word: AskedWord, rows: Sequence[int]) -> set[int]:
        """Return those of the rows that have the word."""
        if not rows or not word.passages:
            return set()
        among = tantivy.Query.term_set_query(self._index.schema, "row", list(rows))
        searcher = self._index.searcher()
        hits = searcher.search(_all_of([among, word.query]), len(rows), count=False).hits
        found = searcher.fast_field_values("row", [address for _, address in hits])
        return {int(row or 0) for row in found}

    def pages_with_all(self) -> int | None:
        """Return how many pages have all known words; None for one word, or too many pages."""
        known = sorted((word for word in self.words if word.known), key=lambda one: one.passages)
        if len(known) < 2:
            return None
        common: set[BookPage] | None = None
        for word in known:
            pages = self._pages(word, common)
            if pages is None:
                return None
            common = pages if common is None else common & pages
        return len(common or ())

    def _look_up(
        self, keyword: KeywordRetriever, part: QuestionPart, typed: str, *, corrected: bool
    ) -> AskedWord:
        query = any_of(keyword.queries(part, _FIELDS))
        count = self._count(query)
        every = self.passages
        rarity = 0 if corrected else count
        worth = math.log(1 + (every - rarity + 0.5) / (rarity + 0.5))
        return AskedWord(typed, worth, count, corrected, query)

    def _count(self, query: tantivy.Query) -> int:
        must = [*self._filter, (tantivy.Occur.Must, query)]
        found = self._index.searcher().search(tantivy.Query.boolean_query(must), 1, count=True)
        return int(getattr(found, "count", 0) or 0)  # which tantivy's type stubs do not have

    def _pages(self, word: AskedWord, among: set[BookPage] | None) -> set[BookPage] | None:
        """Return the pages that have a word, among the given ones; None if there are too many."""
        queries = [word.query]
        if among is not None:
            numbers = sorted({page for _, page in among})
            queries.append(tantivy.Query.term_set_query(self._index.schema, "page", numbers))
        must = tantivy.Query.boolean_query([*self._filter, (tantivy.Occur.Must, _all_of(queries))])
        searcher = self._index.searcher()
        hits = searcher.search(must, _LISTED + 1, count=False).hits
        if len(hits) > _LISTED:
            return None
        addresses = [address for _, address in hits]
        rows, pages = (searcher.fast_field_values(name, addresses) for name in ("row", "page"))
        return {
            (bisect_right(self._first_rows, int(row or 0)), int(page or 0))
            for row, page in zip(rows, pages, strict=True)
        }


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


def _all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])
