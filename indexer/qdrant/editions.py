"""The states of books in a collection, so that no reader ever sees half a book.

An edition is a book as it was indexed once. It has a block of numbers for its passages, formulas
and items that no other edition gets, and is called by the first of them, which is also the row of
its first passage. An edition is first `writing`; when all its points are there, it becomes `live`
by one change of one point, and the one before it `retired`. A reader knows the live editions of one
moment, and looks at no other points. Points of a retired edition stay for a while, for readers that
began before.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexer.qdrant.engine import AnyValue, Between, Engine, EnginePoint, Selection
from indexer.qdrant.points import PointKind, point_id
from indexer.qdrant.state import touch
from indexer.stores.book_entries import BookEntry, parse_entries
from indexer.stores.row_ranges import RowRange
from ocr_service.common.errors import LibraryError

__all__ = [
    "GRACE",
    "LIVE",
    "RETIRED",
    "WRITING",
    "Edition",
    "allocate",
    "begin_edition",
    "list_editions",
    "live_editions",
    "publish_edition",
    "retire_book",
    "sweep",
]

WRITING, LIVE, RETIRED = "writing", "live", "retired"
GRACE = 60.0  # seconds for which the points of a retired edition stay

_COUNTER = point_id(PointKind.STATE, 1)
_ATTEMPTS = 100


@dataclass(frozen=True, slots=True)
class Edition:
    """A book as it was indexed once; `number` is the first of its block.

    `entry` describes it with its rows; `items` is the number of its entries and statements, and
    `list_pages` are its 1-based pages that are lists throughout. `missing` are rows without a
    vector. `since` is the time of its last change of `status`, in seconds since 1970.
    """

    number: int
    book_id: str
    status: str
    entry: BookEntry
    size: int
    items: int = 0
    list_pages: tuple[int, ...] = ()
    missing: tuple[RowRange, ...] = ()
    since: float = 0.0

    def point(self) -> EnginePoint:
        """Return the edition as a point."""
        payload = {
            "kind": "edition",
            "book": self.book_id,
            "edition": self.number,
            "status": self.status,
            "entry": self.entry.to_dict(),
            "size": self.size,
            "items": self.items,
            "list_pages": list(self.list_pages),
            "missing": [list(span) for span in self.missing],
            "since": self.since,
        }
        return EnginePoint(point_id(PointKind.EDITION, self.number), payload)

    @classmethod
    def of(cls, payload: Any) -> Edition:
        """Return the edition of a payload."""
        return cls(
            number=int(payload["edition"]),
            book_id=payload["book"],
            status=payload["status"],
            entry=parse_entries({"": payload["entry"]})[""],
            size=int(payload["size"]),
            items=int(payload["items"]),
            list_pages=tuple(map(int, payload["list_pages"])),
            missing=tuple((int(first), int(last)) for first, last in payload["missing"]),
            since=float(payload["since"]),
        )


_KEYS = ("book", "edition", "status", "entry", "size", "items", "list_pages", "missing", "since")


def list_editions(engine: Engine, book_id: str | None = None) -> list[Edition]:
    """Return all editions, or those of a book, by their numbers."""
    must: list[Any] = [AnyValue("kind", ("edition",))]
    if book_id is not None:
        must.append(AnyValue("book", (book_id,)))
    return [Edition.of(one.payload) for one in engine.scan(Selection(tuple(must)), _KEYS)]


def live_editions(editions: Iterable[Edition]) -> dict[str, Edition]:
    """Return the edition of each book that readers see: the last of those that are live."""
    ordered = sorted(editions, key=lambda one: one.number)
    return {one.book_id: one for one in ordered if one.status == LIVE}


def allocate(engine: Engine, size: int) -> int:
    """Return the first of `size` numbers that nobody else gets.

    Raises:
        LibraryError: others take numbers all the time.
    """
    token = uuid.uuid4().hex
    engine.upsert([_counter(0, "")], only_new=True)
    for _ in range(_ATTEMPTS):
        (found,) = engine.read([_COUNTER], ("next", "token"))
        first = int(found.payload["next"])
        free = Selection((Between("edition", first, first),))
        engine.upsert([_counter(first + max(size, 1), token)], only_if=free)
        (found,) = engine.read([_COUNTER], ("next", "token"))
        if found.payload["token"] == token:
            return first
    raise LibraryError("the index: no numbers for a book, other builders take them all; try again")


def _counter(first: int, token: str) -> EnginePoint:
    payload = {"kind": "counter", "next": first, "edition": first, "token": token}
    return EnginePoint(_COUNTER, payload)


def begin_edition(engine: Engine, edition: Edition) -> None:
    """Note that an edition is being written, before any of its points.

    What another builder has begun of the same book, and not finished, is retired.
    """
    for other in list_editions(engine, edition.book_id):
        if other.status == WRITING:
            _retire(engine, [other])
    engine.upsert([replace(edition, status=WRITING, since=time.time()).point()])


def publish_edition(engine: Engine, edition: Edition) -> None:
    """Let readers see an edition instead of those of its book before it.

    Raises:
        LibraryError: another builder has taken the book over meanwhile.
    """
    others = list_editions(engine, edition.book_id)
    if any(one.number == edition.number and one.status == RETIRED for one in others):
        raise LibraryError(f"{edition.book_id}: another builder has taken this book over")
    engine.upsert([replace(edition, status=LIVE, since=time.time()).point()])
    _retire(engine, [one for one in others if one.status == LIVE and one.number < edition.number])
    touch(engine)


def retire_book(engine: Engine, book_id: str) -> bool:
    """Let readers see a book no more; return whether there was one."""
    editions = [one for one in list_editions(engine, book_id) if one.status != RETIRED]
    _retire(engine, editions)
    touch(engine)
    return bool(editions)


def _retire(engine: Engine, editions: Sequence[Edition]) -> None:
    for edition in editions:
        changed = {"status": RETIRED, "since": time.time()}
        engine.set_payload(changed, [point_id(PointKind.EDITION, edition.number)])


def sweep(engine: Engine, grace: float = GRACE) -> int:
    """Delete the points of editions that were retired long enough ago; return how many."""
    until = time.time() - grace
    old = [one for one in list_editions(engine) if one.status == RETIRED and one.since <= until]
    for edition in old:
        mine = AnyValue("edition", (edition.number,))
        # The edition's own point goes last: a sweep that is cut short is done again.
        engine.delete(Selection((mine,), (AnyValue("kind", ("edition", "counter")),)))
        engine.delete(Selection((mine, AnyValue("kind", ("edition",)))))
    return len(old)
