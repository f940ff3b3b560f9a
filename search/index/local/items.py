"""Looks up what books list and state: entries of indexes and contents, and statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import tantivy

from indexer.stores.fulltext import ITEMS, open_index
from indexer.stores.items import EntryDoc, ItemBooks, StatementDoc, read_item, statement_number
from ocr_service.common.errors import LibraryError
from search.index.asked import StatementQuery
from search.index.local.queries import with_value
from search.question.filters import Filter

__all__ = ["LocalItems"]

_Words = Sequence[tuple[str, ...]]  # the terms that each word may have in the index
_FIELDS = (("name", 3.0), ("body", 1.0), ("section", 0.5))  # weights of a word of a statement
_MOST = 1_000  # statements of one answer


class LocalItems:
    """The items of one generation. An index that an older Octavo made has none."""

    def __init__(self, generation: Path) -> None:
        """Open nothing yet."""
        self._generation = generation

    @cached_property
    def list_pages(self) -> Mapping[str, tuple[int, ...]]:
        """The 1-based pages of each book that are lists throughout."""
        return {key: one.list_pages for key, one in self._books.books.items() if one.list_pages}

    @property
    def is_there(self) -> bool:
        """Whether there is an index of items at all."""
        return self._index is not None

    def entries(self, words: _Words, filter_: Filter, limit: int, *, every: bool) -> list[EntryDoc]:
        """Return the entries with any of these words, or with `every` one, best first."""
        if self._index is None or not words:
            return []
        occur = tantivy.Occur.Must if every else tantivy.Occur.Should
        among = tantivy.Query.boolean_query([(occur, self._any("name", one)) for one in words])
        found = self._search([*self._of("entry", filter_), (tantivy.Occur.Must, among)], limit)
        return [doc for doc, _ in found if isinstance(doc, EntryDoc)]

    def statements(
        self, asked: StatementQuery, filter_: Filter
    ) -> list[tuple[StatementDoc, float]]:
        """Return statements with scores, best first, at most a thousand.

        A statement with one of the words will do; more of them rank it higher.
        """
        if self._index is None:
            return []
        clauses = self._of("statement", filter_)
        if filter_.pages:
            low, high = filter_.pages
            span = tantivy.Query.range_query(
                self._schema, "page", tantivy.FieldType.Unsigned, low, high
            )
            clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(span, 0.0)))
        if asked.kinds:
            clauses.append((tantivy.Occur.Must, self._terms("kind", asked.kinds)))
        for field, number in (("number", asked.number), ("group", asked.group)):
            if number:
                clauses.append((tantivy.Occur.Must, self._terms(field, [statement_number(number)])))
        if asked.words:
            weighed = [
                tantivy.Query.boost_query(self._any(field, word), weight)
                for word in asked.words
                for field, weight in _FIELDS
            ]
            either = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in weighed])
            # A number is asked for more than the words beside it.
            occur = tantivy.Occur.Should if asked.number else tantivy.Occur.Must
            clauses.append((occur, either))
        kept = [
            (doc, score)
            for doc, score in self._search(clauses, _MOST)
            if isinstance(doc, StatementDoc)
        ]
        # Equal ones in the order of the books and their pages.
        kept.sort(key=lambda pair: (-round(pair[1], 3), pair[0].book_id, pair[0].order))
        return kept

    # --------------------------------------------------------------------------------- the steps

    @cached_property
    def _books(self) -> ItemBooks:
        return ItemBooks.read(self._generation)

    @cached_property
    def _index(self) -> tantivy.Index | None:
        if not self._books.books:
            return None
        try:
            return open_index(self._generation, ITEMS)
        except LibraryError:  # damaged: searches go on without it, and the next build makes it
            return None

    @property
    def _schema(self) -> tantivy.Schema:
        if self._index is None:
            raise LibraryError(f"{self._generation}: the index has no items")
        return self._index.schema

    def _of(self, type_: str, filter_: Filter) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        books = [self._terms("book_id", filter_.books)] if filter_.books else []
        return [(tantivy.Occur.Must, query) for query in (self._terms("type", [type_]), *books)]

    def _terms(self, field: str, values: Iterable[str]) -> tantivy.Query:
        """Return a query for one of these values that does not change scores."""
        return with_value(self._schema, field, values)

    def _any(self, field: str, terms: Iterable[str]) -> tantivy.Query:
        queries = [tantivy.Query.term_query(self._schema, field, term) for term in terms]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in queries])

    def _search(
        self, clauses: list[tuple[tantivy.Occur, tantivy.Query]], limit: int
    ) -> list[tuple[EntryDoc | StatementDoc, float]]:
        if self._index is None:
            return []
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        return [(read_item(searcher.doc(address)), score) for score, address in hits]
