"""A book is taken by one builder, until it is done, given back, or the builder is dead."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from indexer.qdrant.engine import Engine
from indexer.qdrant.leases import Leases
from indexer.qdrant.state import CollectionState, write_state
from tests.support.engines import ENGINES, make_engine


@pytest.fixture(scope="module", params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    made = make_engine(request.param, tmp_path_factory.mktemp("engine"))
    write_state(made, CollectionState("model", "key", 2))
    yield made
    made.close()


def test_a_lease_has_one_owner(engine: Engine) -> None:
    one, two = Leases(engine), Leases(engine)
    assert one.take("book 1")
    assert not two.take("book 1")
    assert one.take("book 1")
    assert two.take("other 1")
    one.give_back("book 1")
    assert two.take("book 1")
    assert not one.take("book 1")


def test_a_dead_builder_loses_its_lease(engine: Engine) -> None:
    now = [1_000.0]
    dead, other = (Leases(engine, 60, clock=lambda: now[0]) for _ in range(2))
    assert dead.take("book 2")
    now[0] += 59
    assert not other.take("book 2")
    now[0] += 2
    assert other.take("book 2")
    dead.finish("book 2")  # it was not dead after all: that changes nothing
    assert not other.is_done("book 2")


def test_what_is_done_is_not_taken_again(engine: Engine) -> None:
    one, two = Leases(engine), Leases(engine)
    assert one.take("book 3")
    one.finish("book 3")
    assert two.is_done("book 3")
    assert not two.take("book 3")


def test_many_builders_share_the_books(engine: Engine) -> None:
    books = [f"book 4.{number}" for number in range(6)]

    def build(leases: Leases) -> list[str]:
        return [book for book in books if leases.take(book)]

    with ThreadPoolExecutor(4) as threads:
        taken = list(threads.map(build, [Leases(engine) for _ in range(4)]))
    assert sorted(book for part in taken for book in part) == books
