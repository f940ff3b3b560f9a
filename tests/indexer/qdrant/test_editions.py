"""A book's editions follow each other without a moment in which half of one is seen."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.qdrant.editions import (
    LIVE,
    REPLACING,
    RETIRED,
    Edition,
    begin_edition,
    editions_of,
    list_editions,
    live_editions,
    publish_edition,
    retire_book,
    sweep,
)
from indexer.qdrant.engine import AnyValue, Engine, EnginePoint, Selection
from indexer.qdrant.numbers import allocate
from indexer.qdrant.state import CollectionState, open_state, write_state
from indexer.stores.book_entries import BookEntry
from ocr_service.common.errors import LibraryError
from search.index.qdrant.visible import VisibleEditions
from tests.support.engines import ENGINES, make_engine


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    made = make_engine(request.param, tmp_path_factory.mktemp("engine"))
    write_state(made, CollectionState("model", "key", 2))
    yield made
    made.close()


def edition(engine: Engine, book: str, size: int) -> Edition:
    first = allocate(engine, size)
    entry = BookEntry(book, [], f"digest {first}", first, first + size, 0, 1)
    made = Edition(first, book, "", entry, size)
    begin_edition(engine, made)
    return made


def store(engine: Engine, made: Edition, rows: range) -> None:
    engine.upsert(
        [
            EnginePoint(
                made.number + row, {"kind": "passage", "book": made.book_id, "edition": made.number}
            )
            for row in rows
        ]
    )


def seen(engine: Engine, visible: VisibleEditions) -> list[int]:
    return [one.id for one in engine.scan(visible.selection("passage"), ())]


def test_numbers_are_given_once(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as threads:
        firsts = list(threads.map(lambda _: allocate(engine, 10), range(8)))
    assert len({first // 10 for first in firsts}) == 8


def test_a_reader_sees_whole_editions_only(engine: Engine) -> None:
    old = edition(engine, "book 2", 5)
    store(engine, old, range(5))
    publish_edition(engine, old)
    before = VisibleEditions.open(engine)
    new = edition(engine, "book 2", 4)
    store(engine, new, range(2))
    half_way = VisibleEditions.open(engine)
    expected = list(range(old.number, old.number + 5))
    assert seen(engine, before) == seen(engine, half_way) == expected
    store(engine, new, range(4))
    publish_edition(engine, new)
    assert seen(engine, before) == expected  # a reader that began before
    after = VisibleEditions.open(engine)
    assert seen(engine, after) == list(range(new.number, new.number + 4))
    assert sweep(engine) == 0  # too early
    assert sweep(engine, grace=0) == 1
    assert seen(engine, after) == list(range(new.number, new.number + 4))
    assert engine.count(Selection((AnyValue("edition", (old.number,)),))) == 0


def test_a_publisher_that_died_leaves_one_edition_to_see(engine: Engine) -> None:
    old = edition(engine, "book 3", 2)
    store(engine, old, range(2))
    publish_edition(engine, old)
    new = edition(engine, "book 3", 2)
    store(engine, new, range(2))
    before = seen(engine, VisibleEditions.open(engine))
    # The one change that lets it be seen; the old one is not retired any more.
    engine.upsert([replace(new, status=REPLACING, replaces=(old.number,)).point()])
    after = seen(engine, VisibleEditions.open(engine))
    assert set(before) ^ set(after) == {old.number + i for i in range(2)} | {
        new.number + i for i in range(2)
    }
    assert live_editions(list_editions(engine))["book 3"].number == new.number
    for _ in range(3):  # finishes what the publisher has left
        sweep(engine, grace=0)
    assert [one.status for one in editions_of(engine, ["book 3"])] == [LIVE]
    assert seen(engine, VisibleEditions.open(engine)) == after


def test_numbers_taken_while_a_reader_opens_are_not_seen(engine: Engine) -> None:
    first = allocate(engine, 3)  # its edition is not there yet
    last = edition(engine, "book 6", 2)
    store(engine, last, range(2))
    publish_edition(engine, last)
    reader = VisibleEditions.open(engine)
    entry = BookEntry("book 7", [], "", first, first + 3, 0, 1)
    begun = Edition(first, "book 7", "", entry, 3)
    begin_edition(engine, begun)
    store(engine, begun, range(2))
    assert not {first, first + 1} & set(seen(engine, reader))
    assert last.number in seen(engine, reader)
    store(engine, begun, range(3))
    publish_edition(engine, begun)
    assert not {first, first + 1} & set(seen(engine, reader))
    assert {first, first + 1, first + 2} <= set(seen(engine, VisibleEditions.open(engine)))


def test_a_book_taken_over_is_not_published(engine: Engine) -> None:
    slow = edition(engine, "book 4", 3)
    quick = edition(engine, "book 4", 3)
    publish_edition(engine, quick)
    with pytest.raises(LibraryError, match="another builder"):
        publish_edition(engine, slow)
    assert live_editions(list_editions(engine))["book 4"].number == quick.number


def test_readers_are_told_of_changes(engine: Engine) -> None:
    revisions = [open_state(engine, "here")]
    publish_edition(engine, edition(engine, "book 5", 1))
    revisions.append(open_state(engine, "here"))
    assert retire_book(engine, "book 5")
    revisions.append(open_state(engine, "here"))
    assert len({one[1] for one in revisions if one}) == 3
    assert [one.status for one in editions_of(engine, ["book 5"])] == [RETIRED]
    assert not retire_book(engine, "other 5")


def test_a_collection_of_another_version_is_refused(tmp_path: Path) -> None:
    engine = make_engine("client", tmp_path)
    write_state(engine, CollectionState("model", "key", 2))
    found = engine.scan(Selection((AnyValue("kind", ("state",)),)), ("state",))
    (state,) = list(found)
    engine.set_payload({"state": {**state.payload["state"], "format": 0}}, [state.id])
    with pytest.raises(LibraryError, match=r"format 7\.0, this Octavo reads"):
        open_state(engine, "here")
