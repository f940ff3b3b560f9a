"""Which books and pages a search is confined to."""

from __future__ import annotations

import re
from dataclasses import dataclass

import tantivy

from ocr_service.errors import QueryError

__all__ = ["Filter", "parse_page_range"]


@dataclass(frozen=True, slots=True)
class Filter:
    """`books` are ids, empty for all; `pages` the first and last 1-based page number."""

    books: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None

    def clauses(self, schema: tantivy.Schema) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """Return what to add to a tantivy query; it does not change scores."""
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


def parse_page_range(text: str) -> tuple[int, int]:
    """Parse `51` or `30-60` to the first and last 1-based page number.

    Raises:
        QueryError: it is neither.
    """
    match = re.fullmatch(r"\s*(\d{1,7})\s*(?:[-–]\s*(\d{1,7}))?\s*", text)
    if match is None:
        raise QueryError(f"'{text[:40]}' is no page and no range of pages; write 51 or 30-60")
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    if first < 1 or last < first:
        raise QueryError(f"'{text[:40]}' is no range of pages; pages count from 1 upwards")
    return first, last
