"""Restricts a search to books and pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ocr_service.common.errors import QueryError
from search.question.page_list import check_order
from search.question.query import Query

__all__ = ["Filter", "make_filter", "parse_page_range"]


@dataclass(frozen=True, slots=True)
class Filter:
    """`books` are ids, empty for all; `pages` the first and last 1-based page number."""

    books: tuple[str, ...] = ()
    pages: tuple[int, int] | None = None


def make_filter(  # noqa: PLR0913 - each is a restriction of its own
    query: Query,
    books: Sequence[str],
    pages: tuple[int, int] | None,
    resolve: Callable[[str], tuple[str, ...]],
    *,
    authors: Sequence[str] = (),
    by_author: Callable[[str], tuple[str, ...]] | None = None,
) -> Filter | None:
    """Return the filter of the caller and the question together, or None if it matches nothing.

    `resolve` maps the name of a book to ids, `by_author` the name of an author.

    Raises:
        NotFoundError: no such book or author.
    """
    kinds = [(books, resolve), (query.books, resolve)]
    if by_author is not None:
        kinds += [(authors, by_author), (query.authors, by_author)]
    both: tuple[str, ...] = ()
    for names, find in kinds:
        found = tuple(dict.fromkeys(book for name in names for book in find(name)))
        if found and both and not set(found) & set(both):
            return None
        both = tuple(book for book in both if book in found) if found and both else both or found
    ranges = [span for span in (pages, query.pages) if span is not None]
    span = (max(low for low, _ in ranges), min(high for _, high in ranges)) if ranges else None
    if span and span[0] > span[1]:
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
    check_order(text, first, last)
    return first, last
