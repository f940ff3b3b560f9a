"""The states of books in a collection, so that no reader ever sees half a book.

An edition is a book as it was indexed once. It has a block of numbers for its passages, formulas
and items that no other edition gets, and is called by the first of them, which is also the row of
its first passage. It is first `writing`; when all its points are there, one change of one point
makes it `live`, or `replacing` if there are others of its book, which are then `retired`. Points of
a retired edition stay for a while, for readers that began before; when they are gone, the one that
has replaced it is `live` too.

So all that a reader has to know of a million books are the few editions that are not `live`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexer.qdrant.book_names import edition_codes, name_grams
from indexer.qdrant.engine import WORDS, AnyValue, Condition, Engine, EnginePoint, Selection
from indexer.qdrant.points import PointKind, point_id
from indexer.qdrant.state import touch
from indexer.stores.book_entries import BookEntry, parse_entries
from indexer.stores.row_ranges import RowRange
from ocr_service.common.errors import LibraryError

__all__ = [
    "EDITION_KEYS",
    "GRACE",
    "LIVE",
    "REPLACING",
    "RETIRED",
    "WRITING",
    "Edition",
    "begin_edition",
    "changing_editions",
    "editions_of",
    "list_editions",
    "live_editions",
    "publish_edition",
    "retire_book",
    "sweep",
]

WRITING, LIVE, REPLACING, RETIRED = "writing", "live", "replacing", "retired"
GRACE = 60.0  # seconds for which the points of a retired edition stay

_AT_ONCE = 512  # books asked for by one request


@dataclass(frozen=True, slots=True)
class Edition:
    """A book as it was indexed once; `number` is the first of its block.

    `entry` describes it with its rows; `items` is the number of its entries and statements, and
    `list_pages` are its 1-based pages that are lists throughout. `missing` are rows without a
    vector. `since` is the time of its last change of `status`, in seconds since 1970. `replaces`
    are the editions before it, `by` is the one after it.
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
    replaces: tuple[int, ...] = ()
    by: int | None = None

    def point(self) -> EnginePoint:
        """Return the edition as a point."""
        entry = self.entry
        payload = {
            "kind": "edition",
            "book": self.book_id,
            "edition": self.number,
            "status": self.status,
            "entry": entry.to_dict(),
            "size": self.size,
            "items": self.items,
            "list_pages": list(self.list_pages),
            "missing": [list(span) for span in self.missing],
            "since": self.since,
            "replaces": list(self.replaces),
            "by": self.by,
            # What it is found by.
            "language": entry.language or "",
            "page": entry.page_count,
            WORDS: edition_codes(self.book_id, entry, embedded=not self.missing),
        }
        names = name_grams((self.book_id, entry.title, *entry.authors))
        return EnginePoint(point_id(PointKind.EDITION, self.number), payload, names)

    @property
    def rows(self) -> int:
        """The number of its passages."""
        return self.entry.last_row - self.entry.first_row

    def stored_points(self, engine: Engine) -> int:
        """Return how many of its points are there, its own left out."""
        mine = AnyValue("edition", (self.number,))
        return engine.count(Selection((mine,), (AnyValue("kind", ("edition", "counter")),)))

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
            replaces=tuple(map(int, payload["replaces"])),
            by=payload.get("by"),
        )


EDITION_KEYS = (
    "book", "edition", "status", "entry", "size", "items", "list_pages", "missing", "since",
    "replaces", "by",
)  # fmt: skip


def list_editions(engine: Engine) -> list[Edition]:
    """Return all editions, by their numbers."""
    return list(_found(engine))


def editions_of(engine: Engine, books: Iterable[str]) -> list[Edition]:
    """Return the editions of books."""
    ids = tuple(books)
    parts = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
    return [one for part in parts for one in _found(engine, AnyValue("book", part))]


def changing_editions(engine: Engine) -> list[Edition]:
    """Return the editions that are not live, and those that have replaced others of late."""
    return list(_found(engine, AnyValue("status", (WRITING, REPLACING, RETIRED))))


def _found(engine: Engine, *more: Condition) -> Iterator[Edition]:
    selection = Selection((AnyValue("kind", ("edition",)), *more))
    return (Edition.of(one.payload) for one in engine.scan(selection, EDITION_KEYS))


def live_editions(editions: Iterable[Edition]) -> dict[str, Edition]:
    """Return the edition of each book that readers see: the last of those that are live."""
    ordered = sorted(editions, key=lambda one: one.number)
    return {one.book_id: one for one in ordered if one.status in {LIVE, REPLACING}}


def begin_edition(engine: Engine, edition: Edition) -> None:
    """Note that an edition is being written, before any of its points.

    What another builder has begun of the same book, and not finished, is retired.
    """
    for other in editions_of(engine, [edition.book_id]):
        if other.status == WRITING:
            _retire(engine, [other], None)
    engine.upsert([replace(edition, status=WRITING, since=time.time()).point()])


def publish_edition(engine: Engine, edition: Edition) -> None:
    """Let readers see an edition instead of those of its book before it.

    Raises:
        LibraryError: another builder has taken the book over meanwhile.
    """
    others = editions_of(engine, [edition.book_id])
    if any(one.number == edition.number and one.status == RETIRED for one in others):
        raise _taken_over(edition)
    before = tuple(one.number for one in _seen_before(edition, others))
    status = REPLACING if before else LIVE
    shown = replace(edition, status=status, since=time.time(), replaces=before)
    engine.upsert([shown.point()])
    # Asked again: of two builders that publish at one moment at least one sees the other's.
    others = editions_of(engine, [edition.book_id])
    _retire(engine, _seen_before(edition, others), edition.number)
    touch(engine)
    last = live_editions(others).get(edition.book_id)
    if last is not None and last.number > edition.number:
        _retire(engine, [edition], last.number)
        raise _taken_over(edition)


def _seen_before(edition: Edition, others: Iterable[Edition]) -> list[Edition]:
    seen = (one for one in others if one.status in {LIVE, REPLACING})
    return [one for one in seen if one.number < edition.number]


def _taken_over(edition: Edition) -> LibraryError:
    return LibraryError(f"{edition.book_id}: another builder has taken this book over")


def retire_book(engine: Engine, book_id: str) -> bool:
    """Let readers see a book no more; return whether there was one."""
    editions = [one for one in editions_of(engine, [book_id]) if one.status != RETIRED]
    _retire(engine, editions, None)
    touch(engine)
    return bool(editions)


def _retire(engine: Engine, editions: Sequence[Edition], by: int | None) -> None:
    for edition in editions:
        changed = {"status": RETIRED, "since": time.time(), "by": by}
        engine.set_payload(changed, [point_id(PointKind.EDITION, edition.number)])


def sweep(engine: Engine, grace: float = GRACE) -> int:
    """Delete the points of editions that were retired long enough ago; return how many."""
    until = time.time() - grace
    changing = changing_editions(engine)
    old = [one for one in changing if one.status == RETIRED and one.since <= until]
    for edition in old:
        mine = AnyValue("edition", (edition.number,))
        # The edition's own point goes last: a sweep that is cut short is done again.
        engine.delete(Selection((mine,), (AnyValue("kind", ("edition", "counter")),)))
        engine.delete(Selection((mine, AnyValue("kind", ("edition",)))))
    for edition in changing:
        if edition.status == REPLACING and edition.since <= until:
            _settle(engine, edition)
    return len(old)


def _settle(engine: Engine, edition: Edition) -> None:
    """Let an edition be live when those that it has replaced are gone."""
    ids = [point_id(PointKind.EDITION, number) for number in edition.replaces]
    held = [Edition.of(one.payload) for one in engine.read(ids, EDITION_KEYS)]
    # Those that a publisher left that died meanwhile.
    _retire(engine, _seen_before(edition, held), edition.number)
    if not held:
        engine.set_payload({"status": LIVE}, [point_id(PointKind.EDITION, edition.number)])
