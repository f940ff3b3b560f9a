"""Shows the books and the state of an index outside the library."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from indexer.qdrant.editions import RETIRED, WRITING, Edition, list_editions, live_editions
from indexer.qdrant.engine import EngineError
from indexer.qdrant.leases import count_leases
from indexer.stores.row_ranges import count_rows
from ocr_service.console.json_values import JSON_VERSION, plain
from ocr_service.console.progress import counted
from ocr_service.library.pages import storable
from search.index.qdrant.qdrant_index import QdrantIndex
from search.output.coverage import percent

__all__ = [
    "CollectionBook",
    "IndexStatus",
    "index_status",
    "index_status_text",
    "indexed_books",
]


@dataclass(frozen=True, slots=True)
class CollectionBook:
    """A book of an index outside the library.

    `pages`, `passages` and `formulas` are counts; `coverage` is the share of the passages that can
    be found by meaning. `state` is "indexed", or "unfinished" while it is being stored for the
    first time: it cannot be found yet.
    """

    book_id: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    language: str | None
    pages: int
    passages: int
    formulas: int
    coverage: float
    state: str


@dataclass(frozen=True, slots=True)
class HalfStored:
    """A book that is being stored, or whose builder has died: `points` of it are there.

    `since` is the time at which it was begun, in seconds since 1970.
    """

    book_id: str
    points: int
    since: float


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The state of an index outside the library.

    `answering` of `shards` answer; of the others nothing is counted. `coverage` is the share of the
    passages that can be found by meaning. `builders` is the number of inputs that builders read at
    this moment, `retired` that of editions of books that were replaced or dropped, whose points are
    still there.
    """

    schema_version: int
    index: str
    engine: str
    shards: int
    answering: int
    books: int
    pages: int
    passages: int
    formulas: int
    coverage: float
    encoder: str
    dimension: int
    half_stored: tuple[HalfStored, ...]
    retired: int
    builders: int


def indexed_books(index: QdrantIndex) -> list[dict[str, Any]]:
    """Return the books of an index: `CollectionBook`s as plain JSON values, by id.

    Raises:
        EngineError: the index is away, or refuses.
    """
    editions = list_editions(index.engine)
    shown = {one.book_id: one for one in editions if one.status == WRITING}
    shown |= live_editions(editions)
    return [plain(_book(shown[book_id])) for book_id in sorted(shown)]


def _book(edition: Edition) -> CollectionBook:
    entry = edition.entry
    unfinished = edition.status == WRITING
    return CollectionBook(
        book_id=edition.book_id,
        title=entry.title,
        authors=tuple(entry.authors),
        year=entry.year,
        language=entry.language,
        pages=entry.page_count,
        passages=edition.rows,
        formulas=entry.formulas,
        coverage=1.0 - count_rows(edition.missing) / max(edition.rows, 1),
        state="unfinished" if unfinished else "indexed",
    )


def index_status(index: QdrantIndex, address: str) -> dict[str, Any]:
    """Return the state of an index: an `IndexStatus` as plain JSON values.

    Raises:
        EngineError: the index is away, or refuses.
    """
    engine = index.engine
    facts = engine.facts()
    try:
        editions = list_editions(engine)
        half = [one for one in editions if one.status == WRITING]
        half_stored = tuple(
            HalfStored(one.book_id, one.stored_points(engine), one.since) for one in half
        )
        builders = count_leases(engine)
    except EngineError as error:
        if facts.answering == facts.shards:
            raise
        share = f"{facts.answering} of {facts.shards} shards answer"
        raise EngineError(f"{error} ({share})") from error
    live = live_editions(editions).values()
    rows = sum(one.rows for one in live)
    status = IndexStatus(
        schema_version=JSON_VERSION,
        index=address,
        engine=facts.version,
        shards=facts.shards,
        answering=facts.answering,
        books=len(live),
        pages=sum(one.entry.page_count for one in live),
        passages=rows,
        formulas=sum(one.entry.formulas for one in live),
        coverage=1.0 - sum(count_rows(one.missing) for one in live) / max(rows, 1),
        encoder=index.state.encoder,
        dimension=index.state.dimension,
        half_stored=half_stored,
        retired=sum(one.status == RETIRED for one in editions),
        builders=builders,
    )
    data: dict[str, Any] = plain(status)
    return data


def index_status_text(state: dict[str, Any]) -> str:
    """Return the state of an index as text for a terminal."""
    passages, formulas = (
        counted(state["passages"], "passage"),
        counted(state["formulas"], "formula"),
    )
    lines = [
        f"index     {state['index']}",
        f"engine    {state['engine']}",
        f"books     {state['books']}, {counted(state['pages'], 'page')}",
        f"holds     {passages}, {formulas}",
        f"encoder   {state['encoder']}, {state['dimension']} dimensions",
    ]
    if state["shards"] > 1:
        lines.insert(2, f"shards    {state['answering']} of {state['shards']} answer")
    if state["coverage"] < 1:
        lines.append(
            f"vectors   {percent(state['coverage'])} of the passages can be found by meaning"
        )
    if state["builders"]:
        lines.append(f"building  {counted(state['builders'], 'input')} being read")
    now = time.time()
    lines += [
        f"half      {one['book_id']}: {counted(one['points'], 'point')} stored, begun "
        f"{round((now - one['since']) / 60)} min ago; it cannot be found before it is whole"
        for one in state["half_stored"]
    ]
    if state["retired"]:
        lines.append(
            f"retired   {counted(state['retired'], 'edition')} of books that were replaced or "
            "dropped; the next push or build deletes the points"
        )
    return storable("\n".join(lines))
