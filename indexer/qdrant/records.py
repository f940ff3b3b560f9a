"""Reads what both engines of Qdrant answer with: records of points, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from indexer.qdrant.engine import FoundPoint

__all__ = [
    "DENSE",
    "KEYWORDS",
    "NUMBERS",
    "TERMS",
    "VALUES",
    "found_point",
    "scanned",
    "unit_vectors",
]

DENSE, TERMS = "dense", "terms"  # the names of a point's vectors
KEYWORDS = ("kind", "book", "status", "language")  # payload keys that have an index
NUMBERS = ("edition", "page")
VALUES = 1_000  # of a key with few, all of which are asked for

_PAGE = 512  # points of one scroll


def found_point(record: Any) -> FoundPoint:
    """Return a record that was read, not searched for."""
    return FoundPoint(int(record.id), 0.0, record.payload or {})


def unit_vectors(records: Iterable[Any]) -> dict[int, Sequence[float]]:
    """Return the unit vectors of the records that have one, by the ids of their points."""
    return {
        int(record.id): record.vector[DENSE]
        for record in records
        if isinstance(record.vector, dict) and DENSE in record.vector
    }


def scanned(
    scroll: Callable[[Any, int], tuple[Sequence[Any], Any]], limit: int | None
) -> Iterator[FoundPoint]:
    """Yield the points of all pages, at most `limit`.

    `scroll` takes an offset, None at first, and the number of points wanted; it returns records and
    the offset of the next page, None after the last.
    """
    offset: Any = None
    left = limit
    while left is None or left > 0:
        records, offset = scroll(offset, min(left or _PAGE, _PAGE))
        yield from map(found_point, records)
        left = None if left is None else left - len(records)
        if offset is None:
            return
