"""Books of a collection are looked up one by one, and names mean what they mean in a library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.qdrant.editions import LIVE, Edition, begin_edition
from indexer.qdrant.engine import Engine, EnginePoint
from indexer.qdrant.numbers import allocate
from indexer.qdrant.points import PointKind, point_id
from indexer.qdrant.state import CollectionState, write_state
from indexer.stores.book_entries import BookEntry
from ocr_service.common.errors import NotFoundError
from ocr_service.library.library import Library
from ocr_service.library.names import books_of_author, resolve_names
from search.index.qdrant.qdrant_index import QdrantIndex
from search.searcher import Searcher
from tests.support.engines import ENGINES, make_engine

SIZE = 10
BOOKS = {
    "algebra": ("Algebra", ["Emil Artin"], "en"),
    "algebra-2": ("Algebra", ["Serge Lang"], "en"),
    "algebraic-topology": ("Algebraic Topology", ["Allen Hatcher"], "en"),
    "die-grundlagen": ("Die Grundlagen der Geometrie", ["David Hilbert"], "de"),
    "foundations": ("The Foundations of Geometry", ["David Hilbert", "Emil Müller"], None),
    "lobachevskii": ("Лобачевский: Теория множеств", ["Николай Лобачевский"], "ru"),
    "o-neill": ("Semi-Riemannian Geometry", ["Barrett O'Neill"], "en"),
    "untitled": ("", [], "en"),
}
NAMES = (
    "algebra", "Algebra", "alg", "algebraic", "ALGEBRAIC TOPOLOGY", "topology", "topo", "hilbert",
    "David Hil", "hilbert david", "Emil", "müller", "Mueller", "Grundlagen der Geo", "of geometry",
    "geometry", "теория", "Teoriya", "лобачевский", "o'neill", "oneill", "O Neill", "a", "die",
    "algebra-2", "Hilbrt", "algebraical", "geometry foundations", "xyzzy", "", "!", "Serge Artin",
)  # fmt: skip


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    made = make_engine(request.param, tmp_path_factory.mktemp("engine"))
    write_state(made, CollectionState("model", "key", 2))
    made.upsert([one.point() for one in editions(made)])
    yield made
    made.close()


def editions(engine: Engine) -> Iterator[Edition]:
    for place, (book_id, (title, authors, language)) in enumerate(BOOKS.items()):
        first = allocate(engine, SIZE)
        entry = BookEntry(title, authors, "", first, first + SIZE, place, 100 + place, language)
        yield Edition(first, book_id, LIVE, entry, SIZE)


@pytest.fixture
def index(engine: Engine, tmp_path: Path) -> QdrantIndex:
    """An index that has asked nothing yet."""
    return QdrantIndex.open(engine, "here", tmp_path)


def meaning(name: str, books: Mapping[str, BookEntry]) -> object:
    try:
        return resolve_names(name, sorted(books), lambda: books)
    except NotFoundError as error:
        return "several" if "could be" in str(error) else "none"


def of_author(name: str, books: Mapping[str, BookEntry]) -> object:
    try:
        return books_of_author(name, books)
    except NotFoundError:
        return "none"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_means_the_same_books(engine: Engine, index: QdrantIndex, name: str) -> None:
    every = {one: index.manifest.books[one] for one in BOOKS}
    fresh = QdrantIndex.open(engine, "here", index.encoders)
    for near in (False, True):
        some = fresh.named(name, near=near)
        assert meaning(name, some) == meaning(name, every)
        assert of_author(name, some) == of_author(name, every)


def test_a_misspelt_name_is_told_what_is_near(index: QdrantIndex) -> None:
    searcher = Searcher(Library(index.encoders), index)
    for name, near in (("Hilbrt", "foundations"), ("algebraical", "algebraic-topology")):
        with pytest.raises(NotFoundError, match=f"no such book; did you mean .*{near}"):
            searcher.resolve(name)
    with pytest.raises(NotFoundError, match="no author has this name; did you mean David Hilbert"):
        searcher.search("x", authors=["Hilbrt"])


def test_what_is_known_of_all_books(index: QdrantIndex) -> None:
    assert index.languages == {"en", "de", "ru", None}
    assert index.most_pages == 107
    assert len(index.manifest.books) == len(BOOKS)
    assert set(index.manifest.books) == set(BOOKS)
    assert "algebr" not in index.manifest.books
    assert index.manifest.books["o-neill"].authors == ["Barrett O'Neill"]
    assert index.manifest.missing == ()


def test_opening_asks_for_no_book(engine: Engine, tmp_path: Path) -> None:
    class CountingEngine:
        """An engine that counts the points that come from it."""

        def __init__(self) -> None:
            self.points = 0

        def __getattr__(self, name: str) -> object:
            return getattr(engine, name)

        def scan(self, *arguments: object, **options: object) -> Iterator[object]:
            for one in engine.scan(*arguments, **options):  # type: ignore[arg-type]
                self.points += 1
                yield one

    counting = CountingEngine()
    index = QdrantIndex.open(counting, "here", tmp_path)  # type: ignore[arg-type]
    assert index.manifest.encoder == "model"
    assert counting.points == 0
    assert index.named("algebraic-topology", near=False).keys() == {"algebraic-topology"}
    assert counting.points == 1


def test_a_book_that_is_being_written_is_none(engine: Engine, tmp_path: Path) -> None:
    number = allocate(engine, SIZE)
    entry = BookEntry("Sanskrit Grammar", ["Pāṇini"], "", number, number + SIZE, 0, 999, "sa")
    begun = Edition(number, "grammar", "", entry, SIZE, missing=((number, number + 1),))
    begin_edition(engine, begun)
    engine.upsert([EnginePoint(number, {"kind": "passage", "book": "grammar", "edition": number})])
    index = QdrantIndex.open(engine, "here", tmp_path)
    assert "grammar" not in index.manifest.books
    assert "grammar" not in index.named("grammar", near=True)
    assert "sa" not in index.languages
    assert (index.most_pages, len(index.manifest.books)) == (107, len(BOOKS))
    assert (index.passages.passages, index.manifest.missing) == (0, ())
    engine.upsert([replace(begun, status=LIVE).point()])
    index = QdrantIndex.open(engine, "here", tmp_path)
    assert index.passages.passages == 1
    assert index.manifest.missing == ((number, number + 1),)
    assert index.languages >= {"sa"}
    engine.set_payload({"status": "retired", "by": None}, [point_id(PointKind.EDITION, number)])
    assert "grammar" not in QdrantIndex.open(engine, "here", tmp_path).manifest.books
