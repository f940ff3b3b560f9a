"""An engine stores, finds, scores and changes points, and does so in the same way as the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from indexer.qdrant.engine import (
    AnyValue,
    AnyWord,
    Between,
    Either,
    Engine,
    EngineError,
    EnginePoint,
    Ids,
    PhraseOf,
    Selection,
)
from indexer.qdrant.spread import SpreadEngine
from tests.support.engines import ENGINES, make_engine

POINTS = [
    EnginePoint(1, {"kind": "a", "edition": 0, "page": 1, "has": "aa bb cc"}, {7: 1.0}, [1.0, 0.0]),
    EnginePoint(2, {"kind": "a", "edition": 0, "page": 2, "has": "bb aa"}, {7: 2.0, 8: 1.0}),
    EnginePoint(3, {"kind": "a", "edition": 5, "page": 9, "has": "cc aa"}, {8: 3.0}, [0.6, 0.8]),
    EnginePoint(4, {"kind": "b", "edition": 5, "page": 9}),
]


def filled(kind: str, folder: Path) -> Engine:
    if kind == "spread":
        made: Engine = SpreadEngine([make_engine("edge", folder / str(n)) for n in range(2)])
    else:
        made = make_engine(kind, folder)
    assert not made.exists()
    made.prepare(2)
    made.prepare(2)
    assert made.exists()
    made.upsert(POINTS)
    made.upsert(POINTS)  # a repeated write doubles nothing
    return made


@pytest.fixture(scope="module", params=[*ENGINES, "spread"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Yield an engine with points, which tests only read."""
    made = filled(request.param, tmp_path_factory.mktemp("engine"))
    yield made
    made.close()


@pytest.mark.parametrize(
    ("must", "expected"),
    [
        ((), [1, 2, 3, 4]),
        ((AnyValue("kind", ("a",)),), [1, 2, 3]),
        ((AnyValue("edition", (5, 6)),), [3, 4]),
        ((Between("page", 2, 8),), [2]),
        ((Between("edition", None, 4),), [1, 2]),
        ((AnyWord(("bb",)),), [1, 2]),
        ((AnyWord(("bb", "cc")),), [1, 2, 3]),
        ((PhraseOf(("aa", "bb")),), [1]),
        ((Either((PhraseOf(("aa", "bb")), PhraseOf(("cc", "aa")))),), [1, 3]),
        ((Either((AnyWord(("bb",)), PhraseOf(("cc", "aa")))), Between("page", 2)), [2, 3]),
        ((Either(()),), []),
        ((Ids((2, 4)),), [2, 4]),
    ],
)
def test_selections(engine: Engine, must: Any, expected: list[int]) -> None:
    assert [one.id for one in engine.scan(Selection(must), ())] == expected
    assert engine.count(Selection(must)) == len(expected)


def test_what_is_excluded_is_left_out(engine: Engine) -> None:
    without = Selection((AnyValue("kind", ("a",)),), (AnyWord(("cc",)),))
    assert [one.id for one in engine.scan(without, ("has",))] == [2]
    assert [one.id for one in engine.scan(Selection(), (), limit=3)] == [1, 2, 3]


def test_numbers_come_with_the_ids(engine: Engine) -> None:
    having = Selection((AnyWord(("aa",)),))
    assert sorted(engine.numbers(having, "page", 10)) == [(1, 1), (2, 2), (3, 9)]
    assert len(engine.numbers(having, "page", 2)) == 2
    assert engine.numbers(having, "page", 1, last=True) == [(3, 9)]


def test_values_are_counted(engine: Engine) -> None:
    assert engine.values("kind", Selection()) == {"a": 3, "b": 1}
    assert engine.values("kind", Selection((Between("edition", 5),))) == {"a": 1, "b": 1}
    assert engine.values("language", Selection()) == {}


def test_a_code_is_counted_by_the_index(engine: Engine) -> None:
    assert [engine.frequency(code) for code in ("aa", "bb", "dd")] == [3, 2, 0]


def test_scores_are_dot_products(engine: Engine) -> None:
    found = engine.scored({7: 1.0, 8: 2.0}, Selection(), 10, ("has",))
    assert [(one.id, one.score) for one in found] == [(3, 6.0), (2, 4.0), (1, 1.0)]
    assert found[0].payload == {"has": "cc aa"}
    within = Selection((AnyWord(("bb",)),))
    assert [one.id for one in engine.scored({7: 1.0, 8: 2.0}, within, 1)] == [2]


def test_the_nearest_vectors_come_first(engine: Engine) -> None:
    found = engine.nearest([0.0, 1.0], Selection(), 10, exact=True)
    assert [one.id for one in found] == [3, 1]
    assert found[0].score == pytest.approx(0.8, abs=1e-6)
    vectors = engine.vectors([1, 2, 3])
    assert sorted(vectors) == [1, 3]
    assert list(vectors[3]) == pytest.approx([0.6, 0.8])


@pytest.mark.parametrize("kind", [*ENGINES, "spread"])
def test_conditional_writes(kind: str, tmp_path: Path) -> None:
    engine = filled(kind, tmp_path)
    engine.upsert([EnginePoint(4, {"kind": "c", "edition": 5})], only_new=True)
    engine.upsert(
        [EnginePoint(4, {"kind": "c", "edition": 5})], only_if=Selection((Between("edition", 6),))
    )
    assert engine.read([4], ("kind",))[0].payload == {"kind": "b"}
    engine.upsert(
        [EnginePoint(4, {"kind": "c", "edition": 5})], only_if=Selection((Between("edition", 5),))
    )
    assert engine.read([4, 99], ("kind",))[0].payload == {"kind": "c"}
    engine.set_payload({"kind": "d"}, [4])
    engine.delete(Selection((AnyValue("edition", (0,)),)))
    assert [(one.id, one.payload) for one in engine.scan(Selection(), ("kind",))] == [
        (3, {"kind": "a"}),
        (4, {"kind": "d"}),
    ]
    engine.close()
    if kind == "edge":
        assert make_engine("edge", tmp_path).count(Selection()) == 2  # it was stored


def test_a_folder_in_use_is_told(tmp_path: Path) -> None:
    engine = filled("edge", tmp_path)
    with pytest.raises(EngineError, match="another process has this index open"):
        make_engine("edge", tmp_path)
    engine.close()


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no index here"):
        make_engine("edge", tmp_path).count(Selection())
