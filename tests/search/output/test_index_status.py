"""`octavo books` and `octavo status` show an index outside the library."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer.qdrant.editions import begin_edition, list_editions
from indexer.qdrant.engine import Engine, EngineError, EnginePoint
from indexer.qdrant.leases import Leases
from indexer.qdrant.numbers import allocate
from indexer.qdrant.push import push_books
from indexer.qdrant.spread import SpreadEngine
from indexer.qdrant.stored_books import StoredBooks
from ocr_service.library.library import Library
from search.index.qdrant.qdrant_index import QdrantIndex
from search.output.index_status import index_status, index_status_text, indexed_books
from search.output.status import books_text
from tests.conftest import call_octavo
from tests.search.commands.test_json import printed, validator
from tests.support.engines import ENGINES, make_engine
from tests.support.helpers import make_page_folder

SETS = ["# A Course in Sets\n\nby Ann Bell\n\n1999", "A set has elements. $x \\in A \\cup B$"]
TEXT = ["# Tops\n\nA top spins.", "It falls."]


@pytest.fixture(scope="module")
def library(encoder_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two books, which tests only read."""
    assert encoder_cache.is_dir()
    folder = tmp_path_factory.mktemp("status")
    make_page_folder(folder / "in" / "sets", SETS)
    make_page_folder(folder / "in" / "tops", TEXT)
    done = call_octavo("build", folder / "in", "--library", folder / "library")
    assert done.returncode == 0, done.stderr
    return folder / "library"


def opened(engine: Engine, library: Path) -> QdrantIndex:
    return QdrantIndex.open(engine, "here", library / "index" / "encoders")


@pytest.mark.parametrize("kind", ENGINES)
def test_what_an_index_holds(kind: str, library: Path, tmp_path: Path) -> None:
    engine = make_engine(kind, tmp_path)
    books = StoredBooks.open(Library(library))
    push_books(books, engine, "here", chosen=["sets"])
    index = opened(engine, library)
    (row,) = indexed_books(index)
    assert row["authors"] == ["Ann Bell"]
    assert (row["book_id"], row["year"], row["pages"], row["passages"]) == ("sets", 1999, 2, 2)
    assert (row["formulas"], row["coverage"], row["state"]) == (1, 1.0, "indexed")
    state = index_status(index, "here")
    counts = ("books", "pages", "passages", "formulas", "retired", "builders")
    assert [state[key] for key in counts] == [1, 2, 2, 1, 0, 0]
    assert (state["shards"], state["answering"], state["half_stored"]) == (1, 1, [])
    assert state["engine"].startswith("Qdrant")
    engine.close()


@pytest.mark.parametrize("kind", ENGINES)
def test_half_a_book_is_told(kind: str, library: Path, tmp_path: Path) -> None:
    engine = make_engine(kind, tmp_path)
    books = StoredBooks.open(Library(library))
    push_books(books, engine, "here", chosen=["sets"])
    (held,) = list_editions(engine)
    begun = replace(held, number=allocate(engine, 2), book_id="new-book", missing=())
    begin_edition(engine, begun)
    payload = {"kind": "passage", "book": "new-book", "edition": begun.number, "page": 1}
    engine.upsert([EnginePoint(begun.number, payload)])
    assert Leases(engine).take("an input")
    index = opened(engine, library)
    states = {row["book_id"]: row["state"] for row in indexed_books(index)}
    assert states == {"new-book": "unfinished", "sets": "indexed"}
    assert "[unfinished]" in books_text(indexed_books(index))
    state = index_status(index, "here")
    (half,) = state["half_stored"]
    assert (half["book_id"], half["points"]) == ("new-book", 1)
    assert (state["books"], state["builders"]) == (1, 1)
    text = index_status_text(state)
    assert "half      new-book: 1 point stored, begun 0 min ago; it cannot be found" in text
    assert "building  1 input being read" in text
    engine.close()


def test_a_shard_that_is_away_is_counted(library: Path, tmp_path: Path) -> None:
    class SilentEngine:
        """An engine that does not answer."""

        def __getattr__(self, name: str) -> Any:
            raise EngineError("no answer")

    parts: list[Any] = [make_engine("edge", tmp_path / str(place)) for place in range(3)]
    books = StoredBooks.open(Library(library))
    push_books(books, SpreadEngine(parts), "here")
    index = opened(SpreadEngine([parts[0], SilentEngine(), parts[2]]), library)
    state = index_status(index, "here")
    assert (state["shards"], state["answering"]) == (3, 2)
    assert "shards    2 of 3 answer" in index_status_text(state)


def test_commands_ask_the_index(library: Path, tmp_path: Path) -> None:
    address = f"edge:{tmp_path}/edge"
    for command in ("books", "status"):
        done = call_octavo(command, "--index", address)
        assert (done.returncode, done.stdout) == (5, "")
        assert "no index here; make it with 'octavo index push'" in done.stderr
    assert call_octavo("--library", library, "index", "push", "--index", address).returncode == 0
    told = call_octavo("books", "--index", address).stdout.splitlines()
    assert [line.split()[0] for line in told] == ["sets", "tops"]
    for command in ("books", "status"):
        document = printed(call_octavo(command, "--index", address, "--json"))
        validator(f"{command}_index").validate(document)
    lines = call_octavo("books", "--index", address, "--jsonl").stdout.splitlines()
    assert [json.loads(line)["book_id"] for line in lines] == ["sets", "tops"]
    assert f"index     {address}" in call_octavo("status", "--index", address).stdout
    done = call_octavo("context", "a top spins", "--index", address, "--library", tmp_path / "none")
    assert (done.returncode, done.stdout) == (5, "")
    assert "the pages of what was found are not here" in done.stderr
