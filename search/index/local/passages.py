"""Finds passages in a tantivy index."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

import tantivy

from indexer.stores.fulltext import PAGE_WORDS, PassageDoc, stored_values
from search.index.asked import AnyOf, WordQuery, any_term
from search.index.local.queries import any_of, atoms, beside, ranked_rows, with_value, word_query
from search.index.ranked import Ranked
from search.question.filters import Filter

__all__ = ["LocalPassages"]

_ROWS = 2_000  # passages of the pages of one query, at most
_LISTED = 4_096  # passages whose pages are listed, at most
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
        is_undeleted: Callable[[], bool] = lambda: False,
    ) -> None:
        """Search an open index.

        `first_rows` returns the sorted first rows of the books, `list_pages` the 1-based pages of
        each book that are lists throughout, `is_undeleted` whether no passage of the index was ever
        removed; they are called when they are first needed.
        """
        self.index = index
        self._read_first_rows = first_rows
        self._read_list_pages = list_pages
        self._is_undeleted = is_undeleted
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
        required = [(tantivy.Occur.Must, with_value(self._schema, "row", rows, 1.0))]
        optional = [
            tantivy.Query.const_score_query(any_of(atoms(group, self._schema)), weight)
            for group, weight in groups
        ]
        scored = ranked_rows(self.index, beside(required, optional), max(1, len(rows)))
        return {row: score - 1.0 for row, score in scored}

    def count(self, asked: WordQuery) -> int:
        """Return how many passages match."""
        if asked == WordQuery():
            return self.passages
        if asked == WordQuery(required=asked.required) and len(asked.required) == 1:
            return self._having(asked.required[0])
        return self._counted(asked)

    def _having(self, group: AnyOf) -> int:
        """Return how many passages have an atom of a group.

        How many have one word its list tells, unless passages were removed: these are in the lists.
        Those that have only rarer ones are counted.
        """
        if not self._undeleted or any(len(atom.terms) > 1 for atom in group):
            return self._counted(WordQuery(required=(group,)))
        often = max(group, key=lambda atom: self.frequency(atom.field, atom.terms[0]))
        others = tuple(atom for atom in group if atom != often)
        count = self.frequency(often.field, often.terms[0])
        if others:
            count += self._counted(WordQuery(required=(others,), excluded=((often,),)))
        return count

    def _counted(self, asked: WordQuery) -> int:
        found = self._searcher.search(word_query(asked, self._schema), 1, count=True)
        return int(getattr(found, "count", 0) or 0)  # which tantivy's type stubs do not have

    def count_pages(self, filter_: Filter, groups: Sequence[AnyOf]) -> int | None:
        """Return how many pages have an atom of each group, in one passage or in several.

        The first passage of a page has all terms of the page. Phrases are looked for in each
        passage; None if one is in too many.
        """
        phrases = [group for group in groups if any(len(atom.terms) > 1 for atom in group)]
        words = [group for group in groups if group not in phrases]
        asked = [WordQuery(filter_, required=(group,)) for group in phrases]
        if words:
            on_page = [any_term(PAGE_WORDS, _terms(group)) for group in words]
            asked.append(WordQuery(filter_, required=tuple(on_page)))
        if not phrases:
            return self.count(asked[0])
        found = [self._pages(one) for one in asked]
        known = [pages for pages in found if pages is not None]
        return len(set.intersection(*known)) if len(known) == len(found) else None

    def _pages(self, asked: WordQuery) -> set[tuple[int, int]] | None:
        """Return the pages of the passages that match, by book; None if there are too many."""
        query = word_query(asked, self._schema)
        hits = self._searcher.search(query, _LISTED + 1, count=False).hits
        if len(hits) > _LISTED:
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
    def _undeleted(self) -> bool:
        return self._is_undeleted()

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
                with_value(self._schema, "page", numbers),
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


def _terms(group: AnyOf) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for atom in group for term in atom.terms))
