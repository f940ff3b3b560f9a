"""How to search and how much to return, each value checked. Standard library only.

Values that a program passes and values that a person types are checked alike, with one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from numbers import Integral
from typing import TypeGuard

from ocr_service.common.errors import QueryError

__all__ = [
    "MAX_HITS",
    "MAX_PAGE",
    "MAX_RERANKED",
    "Mode",
    "check_books",
    "check_limit",
    "check_mode",
    "check_pages",
    "check_rerank",
    "check_text",
    "is_whole",
]

MAX_HITS = 1_000  # hits of one search
MAX_RERANKED = 50  # passages that a cross-encoder reads
_LISTED = {"books": "ids", "authors": "names"}
MAX_PAGE = 9_999_999  # a range may end far behind the last page, to say "to the end"


class Mode(StrEnum):
    """How to search."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"
    FORMULA = "formula"


def check_mode(mode: object) -> Mode:
    """Return the mode with this name.

    Raises:
        QueryError: there is none.
    """
    try:
        return Mode(mode)  # type: ignore[arg-type]
    except ValueError:
        raise QueryError(
            f"{_shown(mode)} is not a search mode; use one of {', '.join(Mode)}"
        ) from None


def check_text(value: object, name: str) -> str:
    """Return `value`, the argument `name`, if it is a text.

    Raises:
        QueryError: it is not.
    """
    if not isinstance(value, str):
        raise QueryError(f"{name} must be a string, not {_shown(value)}")
    return value


def check_limit(limit: object) -> int:
    """Return the number of hits to return.

    Raises:
        QueryError: it is not a whole number from 1 to `MAX_HITS`.
    """
    if not is_whole(limit) or not 1 <= limit <= MAX_HITS:
        raise QueryError(
            f"the number of hits (limit, -k) must be from 1 to {MAX_HITS:,}, not {_shown(limit)}"
        )
    return int(limit)


def check_books(books: object, name: str = "books") -> Sequence[str]:
    """Return the names of books, or of authors; `name` is the argument's.

    Raises:
        QueryError: they are not a sequence of strings.
    """
    if isinstance(books, str):
        raise QueryError(f'{name} must be a list of {_LISTED[name]}; write ["{books[:80]}"]')
    if not isinstance(books, Sequence) or not all(isinstance(one, str) for one in books):
        raise QueryError(f"{name} must be a list of {_LISTED[name]}, not {_shown(books)}")
    return books


def check_pages(pages: object) -> tuple[int, int] | None:
    """Return the first and last 1-based page number, or None for all pages.

    Raises:
        QueryError: they are not two whole numbers from 1 upwards, the smaller first.
    """
    if pages is None:
        return None
    try:
        first, last = pages  # type: ignore[misc]
    except (TypeError, ValueError):
        first = last = None
    if not (is_whole(first) and is_whole(last)) or not 1 <= first <= last:
        raise QueryError(
            f"{_shown(pages)} is not a page range; give the first and the last page, "
            "counted from 1, such as (30, 60)"
        )
    return int(first), min(int(last), MAX_PAGE)


def check_rerank(rerank: object, mode: Mode, limit: int) -> str | None:
    """Return the cross-encoder that orders the hits, or None for none.

    Raises:
        QueryError: it is not a name, or there is nothing that it could order.
    """
    if rerank is None:
        return None
    if not isinstance(rerank, str) or not rerank.strip():
        raise QueryError(
            f"{_shown(rerank)} is not a cross-encoder; give its folder or hub id, "
            "or leave out rerank"
        )
    if mode is Mode.FORMULA:
        raise QueryError(
            "a cross-encoder reads passages, not formulas; leave out rerank, or use another mode"
        )
    if limit > MAX_RERANKED:
        raise QueryError(
            f"only the best {MAX_RERANKED} passages can be reranked; ask for at most "
            f"{MAX_RERANKED} hits (limit, -k), or leave out rerank"
        )
    return rerank


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is a whole number; True and False are not."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def _shown(value: object) -> str:
    """Return a value as an error message shows it: on one line, bounded."""
    try:
        return repr(value)[:60]
    except Exception:  # a number of too many digits, or an object's own fault
        return type(value).__name__
