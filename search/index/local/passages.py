"""Finds passages in a tantivy index."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import tantivy

from indexer.stores.fulltext import PassageDoc, stored_values
from search.index.asked import AnyOf, WordQuery
from search.index.local.queries import any_of, atoms, beside, ranked_rows, word_query
from search.index.protocol import BookPage
from search.index.ranked import Ranked

__all__ = ["LocalPassages"]

_ROWS = 2_000  # passages of the pages of one query, at most
_PAIRS = 200  # pages looked up by one query


class LocalPassages:
    """The passages of one generation; safe to use from several threads.

    Attributes:
        index: the open index, which does not change.
    """

    def __init__(
        self,
        index: tantivy.Index,
        first_rows: Callable[[], Sequence[int]] = lambda: (0,),
        list_pages: Callable[[], Mapping[str, Sequence[int]]] = dict,
    ) -> None:
        """Search an open index.

        `first_rows` returns the sorted first rows of the books, `list_pages` the 1-based pages of
        each book that are lists throughout; both are called when they are first needed.
        """
        self.index = index
        self._read_first_rows = first_rows
        self._read_list_pages = list_pages
        self._schema = index.schema
        self._searcher = index.searcher()

    @property
    def passages(self) -> int:
        """The number of passages."""
        return self._searcher.num_docs

    def frequency(self, field: str, term: str) -> int:
        """Return the number of passages that have a term, removed ones included."""
        return self._searcher.doc_freq(field, term)

    def best(self, asked: WordQuery, limit: int) -> Ranked:
        """Return the passages that match best; equal scores are ordered by row."""
        return ranked_rows(self.index, word_query(asked, self._schema), limit)

    def worth(self, rows: Sequence[int], groups: Sequence[tuple[AnyOf, float]]) -> dict[int, float]:
        """Return for each of the rows the sum of the weights of the groups that it has."""
        among = tantivy.Query.term_set_query(self._schema, "row", list(rows))
        required = [(tantivy.Occur.Must, tantivy.Query.const_score_query(among, 1.0))]
        optional = [
            tantivy.Query.const_score_query(any_of(atoms(group, self._schema)), weight)
            for group, weight in groups
        ]
        scored = ranked_rows(self.index, beside(required, optional), max(1, len(rows)))
        return {row: score - 1.0 for row, score in scored}

    def count(self, asked: WordQuery) -> int:
        """Return how many passages match."""
        found = self._searcher.search(word_query(asked, self._schema), 1, count=True)
        return int(getattr(found, "count", 0) or 0)  # which tantivy's type stubs do not have

    def places(self, asked: WordQuery, limit: int) -> set[BookPage] | None:
        """Return the pages of the passages that match; None if these are more than `limit`."""
        hits = self._searcher.search(word_query(asked, self._schema), limit + 1, count=False).hits
        if len(hits) > limit:
            return None
        addresses = [address for _, address in hits]
        rows, pages = (
            self._searcher.fast_field_values(name, addresses) for name in ("row", "page")
        )
        return {
            (bisect_right(self._first_rows, int(row or 0)), int(page or 0))
            for row, page in zip(rows, pages, strict=True)
        }

    @cached_property
    def _first_rows(self) -> Sequence[int]:
        return self._read_first_rows()

    def at(self, rows: Sequence[int]) -> dict[int, PassageDoc]:
        """Return the passages of rows, by row; rows that have none are left out."""
        if not rows:
            return {}
        query = any_of(tantivy.Query.term_query(self._schema, "row", row) for row in rows)
        return {doc.row: doc for doc in self._docs(query, len(rows))}

    def listed(self, rows: Sequence[int]) -> set[int]:
        """Return those of the rows that are on pages which are lists throughout."""
        return set(self._list_rows.intersection(rows))

    @cached_property
    def _list_rows(self) -> frozenset[int]:
        listed = self._read_list_pages().items()
        return frozenset(self.rows_of([(book, page) for book, every in listed for page in every]))

    def rows_of(self, pages: Sequence[tuple[str, int]]) -> list[int]:
        """Return the rows of the passages of pages, given by book and 1-based number."""
        by_book: dict[str, list[int]] = {}
        for book, page in pages:
            by_book.setdefault(book, []).append(page)
        queries = []
        for book, numbers in by_book.items():
            both = [
                tantivy.Query.term_query(self._schema, "book_id", book),
                tantivy.Query.term_set_query(self._schema, "page", numbers),
            ]
            queries.append(tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in both]))
        rows: list[int] = []
        for start in range(0, len(queries), _PAIRS):
            found = any_of(queries[start : start + _PAIRS])
            rows += [row for row, _ in ranked_rows(self.index, found, _ROWS)]
        return rows

    def like(self, term: str, distance: int, limit: int, *, prefix: bool) -> Sequence[PassageDoc]:
        """Return passages with a term in their body within an edit distance of `term`.

        With `prefix`, a term that begins with one within this distance will do.
        """
        query = tantivy.Query.fuzzy_term_query(self._schema, "body", term, distance, prefix=prefix)
        return self._docs(query, limit)

    def _docs(self, query: tantivy.Query, limit: int) -> list[PassageDoc]:
        hits = self._searcher.search(query, limit, count=False).hits
        return [PassageDoc(**stored_values(self._searcher.doc(address))) for _, address in hits]
