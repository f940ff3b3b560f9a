"""An index in Qdrant gives the answers of the library's own, and comes back from it the same."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.qdrant.editions import sweep
from indexer.qdrant.engine import Engine, EngineError
from indexer.qdrant.pull import pull_books
from indexer.qdrant.push import push_books
from indexer.qdrant.spread import SpreadEngine
from indexer.qdrant.stored_books import StoredBooks
from indexer.words.terms import index_terms
from ocr_service.library.library import Library
from search.index.asked import Atom, WordQuery
from search.index.qdrant.qdrant_index import QdrantIndex
from search.question.filters import Filter
from search.question.options import Mode
from search.searcher import Searcher
from tests.support.engines import make_engine

QUESTIONS = {
    Mode.KEYWORD: (
        "unbiased estimator",
        '"random walk"',
        '"sample mean" variance',
        "+matrix -vector rank",
        "matrx rank",
        "theorem 1",
        "kind:theorem convergence",
        "probability page:1-5",
        "the bias of an estimatr",
    ),
    Mode.HYBRID: (
        "german tank problem",
        '"maximum likelihood estimator"',
        "will a drunk bird find its way home?",
        r"singular value decomposition $A = U \Sigma V^T$",
        "+eigenvalue symmetric",
    ),
    Mode.SEMANTIC: ("how many tanks are there?", "will a drunk bird find its way home?"),
    Mode.FORMULA: (r"A = U \Sigma V^T", r"\bar{x} = \frac{1}{n}\sum x_i", "x^2", "(1.2)"),
}


@pytest.fixture(scope="module")
def edge(
    shelf_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Searcher]]:
    """Yield an Edge engine to which the shelf was pushed, and a searcher over it."""
    engine = make_engine("edge", tmp_path_factory.mktemp("pushed"))
    yield engine, pushed(shelf_library, engine)
    engine.close()


def pushed(path: Path, engine: Engine) -> Searcher:
    library = Library(path)
    books = StoredBooks.open(library)
    assert len(push_books(books, engine, "here").pushed) == len(books.manifest.books)
    again = push_books(books, engine, "here")
    assert (again.pushed, again.unchanged) == ((), len(books.manifest.books))
    return searcher(path, engine)


def searcher(path: Path, engine: Engine) -> Searcher:
    library = Library(path)
    return Searcher(library, QdrantIndex.open(engine, "here", library.index_path / "encoders"))


def assert_same(one: Searcher, other: Searcher, question: str, mode: Mode) -> None:
    """Check that two searchers answer alike, but for the last digits of scores."""
    first, second = (each.ask(question, mode=mode) for each in (one, other))
    assert [place(hit.source) for hit in first.hits] == [place(hit.source) for hit in second.hits]
    assert [hit.score for hit in first.hits] == pytest.approx(
        [hit.score for hit in second.hits], abs=1e-4
    )
    assert [hit.snippet for hit in first.hits] == [hit.snippet for hit in second.hits]
    assert first.certainty == second.certainty
    if mode is Mode.HYBRID:
        assert one.about(question) == other.about(question)


def place(source: object) -> tuple[object, ...]:
    return tuple(getattr(source, name) for name in ("book_id", "page", "char_start"))


@pytest.mark.parametrize(
    ("mode", "question"), [(mode, one) for mode, all_ in QUESTIONS.items() for one in all_]
)
def test_edge_answers_like_the_library(
    shelf_library: Path, edge: tuple[Engine, Searcher], mode: Mode, question: str
) -> None:
    own = Searcher.open(shelf_library)
    assert own.ask(question, mode=mode).hits
    assert_same(own, edge[1], question, mode)


def test_indexes_of_books_are_the_same(shelf_library: Path, edge: tuple[Engine, Searcher]) -> None:
    own = Searcher.open(shelf_library)
    for term in ("matrix", "random walk"):
        assert own.index_of(term) == edge[1].index_of(term)
    assert own.manifest.books.keys() == edge[1].manifest.books.keys()


def test_the_clients_local_mode_answers_alike(shelf_library: Path, tmp_path: Path) -> None:
    one_book = tmp_path / "one"  # the local mode looks at every point for every question
    edge, client = make_engine("edge", tmp_path), make_engine("client", tmp_path)
    books = StoredBooks.open(Library(shelf_library))
    (book,) = (book for book in books.manifest.books if "random-walk" in book)
    push_books(books, edge, "here", chosen=[book])
    pull(edge, one_book, shelf_library)
    edge.close()
    own, other = Searcher.open(one_book), pushed(one_book, client)
    for question in ('"random walk" origin', "wlks in the plane"):
        assert_same(own, other, question, Mode.KEYWORD)
    # A phrase whose best passage is far down without the phrase was once lost here.
    assert_same(own, other, '"random walk"', Mode.HYBRID)
    client.close()


def pull(engine: Engine, path: Path, encoders: Path) -> int:
    """Pull into a new library, with the encoders of another one; return how many passages."""
    library = Library(path)
    shutil.copytree(encoders / "index" / "encoders", library.index_path / "encoders")
    (library.path / "books").mkdir()
    with library.lock():
        return pull_books(library, engine, "here").passages


def test_a_pulled_index_is_the_same(
    shelf_library: Path, edge: tuple[Engine, Searcher], tmp_path: Path
) -> None:
    passages = pull(edge[0], tmp_path / "pulled", shelf_library)
    own, copy = Searcher.open(shelf_library), Searcher.open(tmp_path / "pulled")
    assert passages == own.manifest.live_rows
    for mode, questions in QUESTIONS.items():
        for question in questions[:2]:
            assert_same(own, copy, question, mode)
    assert own.index_of("matrix") == copy.index_of("matrix")


def test_a_shard_that_is_away_is_told(
    shelf_library: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Mortal:
        """An engine that can be killed."""

        def __init__(self, engine: Engine) -> None:
            self.engine = engine
            self.alive = True

        def __getattr__(self, name: str) -> object:
            if not self.alive and name != "close":
                raise EngineError("no answer")
            return getattr(self.engine, name)

    shards = [Mortal(make_engine("edge", tmp_path / str(number))) for number in range(3)]
    engine = SpreadEngine(shards)  # type: ignore[arg-type]
    other, own = pushed(shelf_library, engine), Searcher.open(shelf_library)
    assert_same(own, other, "unbiased estimator", Mode.KEYWORD)
    assert_same(own, other, "german tank problem", Mode.HYBRID)
    shards[0].alive = False
    hits = other.search("unbiased estimator", mode=Mode.KEYWORD)
    with caplog.at_level(logging.WARNING):
        assert other.search("unbiased estimator", mode=Mode.KEYWORD) == hits
    assert "only 67 % of the index was searched" in caplog.text
    shards[0].alive = True
    assert_same(own, other, "unbiased estimator", Mode.KEYWORD)
    engine.close()


def test_counts_leave_out_what_is_not_seen(shelf_library: Path, tmp_path: Path) -> None:
    engine = make_engine("edge", tmp_path)
    books = StoredBooks.open(Library(shelf_library))
    book = max(books.manifest.books, key=lambda one: books.entry(one).first_row)
    push_books(books, engine, "here", chosen=[book])
    before = QdrantIndex.open(engine, "here", tmp_path)
    changed = replace(books.entry(book), digest="another version")
    again = replace(books, manifest=replace(books.manifest, books={book: changed}))
    push_books(again, engine, "here")  # the edition before it stays for a while
    rows = changed.last_row - changed.first_row
    titled = WordQuery(
        required=((Atom("title", (index_terms(changed.title, changed.language)[0],)),),)
    )
    for each in (before, QdrantIndex.open(engine, "here", tmp_path)):
        passages = each.passages
        assert passages.count(WordQuery()) == passages.count(WordQuery(Filter((book,)))) == rows
        assert passages.count(titled) == rows
    word = Atom("body", (index_terms("probability", changed.language)[0],))
    either = WordQuery(required=((word, replace(word, field="heading")),))
    own = Searcher.open(shelf_library)._index.passages
    expected = own.count(replace(either, filter=Filter((book,))))
    assert expected > 0
    for _ in range(2):
        passages = QdrantIndex.open(engine, "here", tmp_path).passages
        assert passages.count(either) == expected
        assert passages.count(WordQuery()) == rows
        assert sweep(engine, grace=0) in {0, 1}
    engine.close()
