"""Moves passages in a ranking by what the lists of their books say.

Pages that an index or contents name for the question are lifted; the pages of these lists
themselves, which have all words and no answer, are lowered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import tantivy

from search.question.filters import Filter
from search.question.query import Query
from search.retrieval.fusion import Ranking
from search.retrieval.keyword import KeywordRetriever
from search.retrieval.named_pages import EntryMatch, match_entries, named_pages
from search.retrieval.open_index import OpenIndex
from search.retrieval.ranked import any_of, ranked_rows

__all__ = ["INDEX", "LIST_PAGE", "ListEvidence"]

INDEX, LIST_PAGE = "index", "list page"  # the names under which they contribute

_LIFT = 0.5  # of the best score, for a page that an entry with all words of the question names
_LOWERED = 0.5  # of its own score, that a page of a list keeps
_ROWS = 2_000  # passages of named pages, at most
_PAIRS = 200  # pages looked up by one query


class ListEvidence:
    """What the lists of the books in one generation say about passages."""

    def __init__(
        self, index: OpenIndex, keyword: KeywordRetriever, languages: Mapping[str, str | None]
    ) -> None:
        """Read nothing yet."""
        self._index = index
        self._keyword = keyword
        self._languages = languages

    def matches(self, query: Query, filter_: Filter) -> list[EntryMatch]:
        """Return the entries that are about the question, best first."""
        words = self._keyword.telling_words(query)
        if not words or not self._index.items.is_there:
            return []
        return match_entries(
            self._index.items, words, filter_, self._keyword.rarity, self._languages
        )

    def lift(self, ranking: Ranking, query: Query, filter_: Filter) -> None:
        """Lift the passages of the pages that lists name for a question."""
        named = named_pages(self.matches(query, filter_))
        if filter_.pages:
            low, high = filter_.pages
            named = {key: value for key, value in named.items() if low <= key[1] <= high}
        if not named:
            return
        best = ranking.ranked[0][1] if ranking.ranked else 1.0
        strengths = self._strengths(named)
        if query.signed:
            allowed = self._keyword.allowed(query, list(strengths))
            strengths = {row: value for row, value in strengths.items() if row in allowed}
        ranking.shift(INDEX, {row: _LIFT * best * value for row, value in strengths.items()})

    def lower(self, ranking: Ranking) -> None:
        """Lower the passages of pages that are lists."""
        found = [(row, score) for row, score in ranking.ranked if row in self._list_rows]
        if found:
            ranking.shift(
                LIST_PAGE, {row: -(1 - _LOWERED) * score for row, score in found if score > 0}
            )

    def _strengths(self, named: Mapping[tuple[str, int], float]) -> dict[int, float]:
        """Return by row how strongly its page is named."""
        levels: dict[float, list[tuple[str, int]]] = {}
        for key, value in named.items():
            levels.setdefault(value, []).append(key)
        return {
            row: value
            for value in sorted(levels)
            for row in self.rows(levels[value])
            if row not in self._list_rows
        }

    @cached_property
    def _list_rows(self) -> frozenset[int]:
        """The rows of passages on pages that are lists throughout."""
        pages = [
            (book, page) for book, all_ in self._index.items.list_pages.items() for page in all_
        ]
        return frozenset(self.rows(pages))

    def rows(self, pages: Sequence[tuple[str, int]]) -> Iterable[int]:
        """Yield the rows of the passages of pages, given by book and 1-based number."""
        by_book: dict[str, list[int]] = {}
        for book, page in pages:
            by_book.setdefault(book, []).append(page)
        schema = self._index.passages.schema
        queries = []
        for book, numbers in by_book.items():
            both = [
                tantivy.Query.term_query(schema, "book_id", book),
                tantivy.Query.term_set_query(schema, "page", numbers),
            ]
            queries.append(tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in both]))
        for start in range(0, len(queries), _PAIRS):
            found = any_of(queries[start : start + _PAIRS])
            for row, _ in ranked_rows(self._index.passages, found, _ROWS):
                yield row
