"""Shards in processes of their own: one is killed and restored, a book is replaced under load."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.qdrant.codes import number
from indexer.qdrant.editions import Edition, list_editions, live_editions
from indexer.qdrant.engine import AnyValue, EngineError, EnginePoint, Selection
from indexer.qdrant.push import push_books
from indexer.qdrant.spread import SpreadEngine
from indexer.qdrant.stored_books import StoredBooks
from ocr_service.library.library import Library
from search.index.qdrant.visible import VisibleEditions
from search.question.options import Mode
from search.searcher import Searcher
from tests.search.index.test_equivalence import assert_same, searcher
from tests.support.shards import RemoteShard


@pytest.fixture
def shards(tmp_path: Path) -> Iterator[list[RemoteShard]]:
    made = [RemoteShard(tmp_path / str(place)) for place in range(3)]
    yield made
    for shard in made:
        shard.kill()


def test_a_killed_shard_comes_back_whole(shelf_library: Path, shards: list[RemoteShard]) -> None:
    engine = SpreadEngine(shards)
    books = StoredBooks.open(Library(shelf_library))
    push_books(books, engine, "here")
    own, other = Searcher.open(shelf_library), searcher(shelf_library, engine)
    assert_same(own, other, "unbiased estimator", Mode.KEYWORD)
    assert engine.share == 1.0
    held = [
        sum(number("book", book) % 3 == place for book in books.manifest.books)
        for place in range(3)
    ]
    victim = held.index(max(held))
    shards[victim].kill()
    hits = other.search("estimator", mode=Mode.KEYWORD)
    assert round(engine.share, 2) == 0.67
    gone = {book for book in books.manifest.books if number("book", book) % 3 == victim}
    assert gone.isdisjoint(hit.source.book_id for hit in hits)
    fresh = searcher(shelf_library, engine)
    assert not any(book in fresh.manifest.books for book in gone)
    with pytest.raises(EngineError, match="does not answer"):  # no book is written in part
        engine.upsert([EnginePoint(1, {"kind": "x", "book": min(gone), "edition": 1})])
    shards[victim].start()
    assert_same(own, other, "unbiased estimator", Mode.KEYWORD)
    assert engine.share == 1.0
    assert all(book in fresh.manifest.books for book in books.manifest.books)
    assert push_books(books, engine, "here").pushed == ()


def test_a_book_is_replaced_while_questions_are_asked(
    shelf_library: Path, shards: list[RemoteShard]
) -> None:
    engine = SpreadEngine(shards)
    library = Library(shelf_library)
    books = StoredBooks.open(library)
    book = min(
        books.manifest.books, key=lambda one: books.entry(one).last_row - books.entry(one).first_row
    )
    push_books(books, engine, "here", chosen=[book])
    other = searcher(shelf_library, engine)
    question = books.entry(book).title
    expected = [hit.snippet for hit in other.search(question, mode=Mode.KEYWORD)]
    assert expected
    over, seen, sizes = threading.Event(), [], []

    def ask() -> None:
        while not over.is_set():
            asking = searcher(shelf_library, engine)
            seen.append([hit.snippet for hit in asking.search(question, mode=Mode.KEYWORD)])
            visible = VisibleEditions.open(engine)
            sizes.append(len(list(engine.scan(visible.selection("passage"), ()))))

    asker = threading.Thread(target=ask)
    asker.start()
    entry = books.entry(book)
    rows = entry.last_row - entry.first_row
    for place in range(3):
        changed = replace(entry, digest=f"version {place}")
        again = replace(books, manifest=replace(books.manifest, books={book: changed}))
        assert push_books(again, engine, "here").pushed == (book,)
    over.set()
    asker.join()
    assert set(sizes) == {rows}  # never more, never less
    assert all(one == expected for one in seen)
    assert len(seen) >= 2
    live: Edition = live_editions(list_editions(engine))[book]
    assert live.entry.digest == "version 2"
    mine = Selection((AnyValue("kind", ("passage",)), AnyValue("edition", (live.number,))))
    assert engine.count(mine) == rows
