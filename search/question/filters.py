"""Restricts a search to books and pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import tantivy

from ocr_service.common.errors import QueryError
from search.question.query import Query

__all__ = ["Filter", "make_filter", "parse_page_range"]


@dataclass(frozen=True, slots=True)
class Filter:
    """`books` are ids, empty for all; `pages` the first and last 1-based page number."""

    books: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None

    def clauses(self, schema: tantivy.Schema) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """Return clauses to add to a tantivy query; they do not change scores."""
        queries = []
        if self.books:
            queries.append(tantivy.Query.term_set_query(schema, "book_id", list(self.books)))
        if self.pages:
            low, high = self.pages
            queries.append(
                tantivy.Query.range_query(schema, "page", tantivy.FieldType.Unsigned, low, high)
            )
        return [
            (tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)) for query in queries
        ]


def make_filter(
    query: Query,
    books: Sequence[str],
    pages: tuple[int, int] | None,
    resolve: Callable[[str], str],
) -> Filter | None:
    """Return the filter of the caller and the question together, or None if it matches nothing.

    `resolve` maps a name to a book's id.

    Raises:
        NotFoundError: no such book.
    """
    asked = tuple(dict.fromkeys(resolve(name) for name in books))
    named = tuple(dict.fromkeys(resolve(name) for name in query.books))
    both = tuple(book for book in asked if book in named) if asked and named else asked or named
    ranges = [span for span in (pages, query.pages) if span is not None]
    span = (max(low for low, _ in ranges), min(high for _, high in ranges)) if ranges else None
    if (asked and named and not both) or (span and span[0] > span[1]):
        return None
    return Filter(both, span)


def parse_page_range(text: str) -> tuple[int, int]:
    """Parse `51` or `30-60` to the first and last 1-based page number.

    Raises:
        QueryError: the text is neither.
    """
    match = re.fullmatch(r"\s*(\d{1,7})\s*(?:[-–]\s*(\d{1,7}))?\s*", text)
    if match is None:
        raise QueryError(f"'{text[:40]}' is not a page or a page range; write 51 or 30-60")
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    if first < 1 or last < first:
        raise QueryError(f"'{text[:40]}' is not a page range; pages count from 1 upwards")
    return first, last
