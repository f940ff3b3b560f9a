"""Parses lists of pages: `51`, `30-60`, `3, 7-9, 40-`. Pure, standard library only."""

from __future__ import annotations

import re

from ocr_service.common.errors import QueryError
from search.question.options import MAX_PAGE

__all__ = ["PagesFromTo", "check_order", "parse_page_list"]

_PART = re.compile(r"(\d{1,7})\s*(?:([-–])\s*(\d{1,7})?)?")
_MOST = 100  # parts of a list
PagesFromTo = tuple[int, int]  # first and last page


def parse_page_list(text: str) -> list[PagesFromTo]:
    """Return the first and last 1-based page of each part, in the order of the list.

    A range without an end, `40-`, goes on to the last page of the book.

    Raises:
        QueryError: the text is no list of pages.
    """
    spans: list[PagesFromTo] = []
    for part in text.split(",")[: _MOST + 1]:
        match = _PART.fullmatch(part.strip())
        if match is None or len(spans) == _MOST:
            raise QueryError(
                f"'{text[:40]}' is not a list of pages; write 51, 30-60, 40- or 3,7-9,51"
            )
        first = int(match[1])
        last = int(match[3]) if match[3] else MAX_PAGE if match[2] else first
        check_order(part, first, last)
        spans.append((first, last))
    return spans


def check_order(text: str, first: int, last: int) -> None:
    """Check that the first and the last page, as in `text`, are pages in their order.

    Raises:
        QueryError: they are not; the message says what they should be.
    """
    shown = f"'{text.strip()[:40]}' is not a page range"
    if first < 1:
        raise QueryError(f"{shown}; pages count from 1 upwards")
    if last < first:
        raise QueryError(f"{shown}: it ends before it begins; write {last or 1}-{first}")
