"""Stores the books of a library in a collection, without reading or embedding them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from indexer.qdrant.editions import (
    Edition,
    begin_edition,
    editions_of,
    live_editions,
    publish_edition,
    sweep,
)
from indexer.qdrant.engine import Engine, EnginePoint
from indexer.qdrant.numbers import allocate
from indexer.qdrant.points import (
    formula_point,
    item_point,
    passage_point,
    passage_terms,
    word_point,
)
from indexer.qdrant.state import CollectionState, open_state, write_state
from indexer.qdrant.stored_books import StoredBooks
from indexer.stores.row_ranges import common_ranges
from ocr_service.common.errors import LibraryError

__all__ = ["PushReport", "push_books", "unstored_books"]

_BATCH = 512  # points stored at a time
_SHORTEST, _LONGEST = 3, 60  # letters of a word that misspelt ones are compared with


@dataclass(frozen=True, slots=True)
class PushReport:
    """The ids of the books that were stored, and how many were there already."""

    pushed: tuple[str, ...] = ()
    unchanged: int = 0
    passages: int = 0
    formulas: int = 0


def push_books(
    books: StoredBooks,
    engine: Engine,
    place: str,
    tell: Callable[[str], None] = lambda _: None,
    chosen: Sequence[str] | None = None,
) -> PushReport:
    """Store the books that the collection has not, or has otherwise; or those `chosen` of them.

    Books of other libraries stay. A push that was cut short is continued by the next.

    Raises:
        LibraryError: the collection is of another version, or of another encoder.
        EngineError: the engine is away, full, or refuses.
    """
    state = _state(books, engine, place)
    wanted = [one for one in unstored_books(books, engine) if chosen is None or one in chosen]
    report = PushReport(unchanged=len(chosen or books.manifest.books) - len(wanted))
    for book_id in wanted:
        entry = _push(books, engine, state, book_id).entry
        tell(f"{book_id}: stored")
        report = replace(
            report,
            pushed=(*report.pushed, book_id),
            passages=report.passages + entry.last_row - entry.first_row,
            formulas=report.formulas + entry.formulas,
        )
    sweep(engine)
    return report


def unstored_books(books: StoredBooks, engine: Engine) -> list[str]:
    """Return the books that the collection has not, or has otherwise, in the order of their rows.

    Raises:
        EngineError: the engine is away, or refuses.
    """
    entries = books.manifest.books
    live = live_editions(editions_of(engine, entries))
    return [
        book_id
        for book_id in sorted(entries, key=lambda one: entries[one].first_row)
        if book_id not in live or not _is_same(books, book_id, live[book_id])
    ]


def _state(books: StoredBooks, engine: Engine, place: str) -> CollectionState:
    """Return what the collection has in common, which is made if there is none."""
    manifest = books.manifest
    opened = open_state(engine, place)
    if opened is None:
        made = CollectionState(
            manifest.encoder, manifest.encoder_key, manifest.dimension, books.averages()
        )
        write_state(engine, made)
        return made
    state, _ = opened
    if state.encoder_key != manifest.encoder_key:
        raise LibraryError(
            f"{place}: its vectors were made by the encoder {state.encoder}, this library's by "
            f"{manifest.encoder}; push into another collection"
        )
    return state


def _is_same(books: StoredBooks, book_id: str, held: Edition) -> bool:
    listed = books.listed.books.get(book_id)
    return (
        held.entry.digest == books.entry(book_id).digest
        and held.missing == _missing(books, book_id, held.number)
        and held.list_pages == (listed.list_pages if listed else ())
    )


def _missing(books: StoredBooks, book_id: str, first: int) -> tuple[tuple[int, int], ...]:
    """Return the rows of a book without a vector, as if its rows began at `first`."""
    entry = books.entry(book_id)
    own = common_ranges([(entry.first_row, entry.last_row)], books.manifest.missing)
    shift = first - entry.first_row
    return tuple((start + shift, end + shift) for start, end in own)


def _push(books: StoredBooks, engine: Engine, state: CollectionState, book_id: str) -> Edition:
    """Store a book, and let readers see it when it is whole."""
    entry, listed = books.entry(book_id), books.listed.books.get(book_id)
    items = books.items(book_id)
    rows = entry.last_row - entry.first_row
    size = max(rows, entry.formulas, len(items), 1)
    first = allocate(engine, size)
    edition = Edition(
        number=first,
        book_id=book_id,
        status="",
        entry=replace(entry, first_row=first, last_row=first + rows),
        size=size,
        items=len(items),
        list_pages=listed.list_pages if listed else (),
        missing=_missing(books, book_id, first),
    )
    begin_edition(engine, edition)
    words: set[str] = set()
    for batch in _batches(_points(books, edition, state, words)):
        engine.upsert(batch)
    listed_points = (
        item_point(doc, text, entry.language, first + place, first, state.averages)
        for place, (doc, text) in enumerate(items)
    )
    for batch in _batches(listed_points):
        engine.upsert(batch)
    for batch in _batches(word_point(word) for word in sorted(words)):
        engine.upsert(batch, only_new=True)
    publish_edition(engine, edition)
    return edition


def _points(
    books: StoredBooks, edition: Edition, state: CollectionState, words: set[str]
) -> Iterator[EnginePoint]:
    """Yield the points of passages and formulas; add the words of passages to `words`."""
    entry, number = edition.entry, edition.number
    shift = number - books.entry(edition.book_id).first_row
    for doc in books.passages(edition.book_id):
        terms = passage_terms(doc, entry.title, entry.language)
        words |= {
            place[0]
            for place in terms["body"]
            if _SHORTEST <= len(place[0]) <= _LONGEST and place[0].isalpha()
        }
        moved = replace(doc, row=doc.row + shift)
        vector, listed = books.vector(doc.row), doc.page in edition.list_pages
        yield passage_point(moved, terms, number, state.averages, vector, listed=listed)
    for place, formula in enumerate(books.formulas(edition.book_id)):
        moved_formula = replace(formula, row=formula.row + shift)
        yield formula_point(moved_formula, number + place, number, state.averages)


def _batches(points: Iterator[EnginePoint]) -> Iterator[list[EnginePoint]]:
    while batch := list(islice(points, _BATCH)):
        yield batch
