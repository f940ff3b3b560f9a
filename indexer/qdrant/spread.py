"""Several engines as one: books spread by hash, questions asked of all.

If an engine does not answer, the others do, and `share` tells how much of the collection they have.
Writing needs them all.
"""

from __future__ import annotations

import heapq
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from indexer.qdrant.codes import number
from indexer.qdrant.engine import (
    Engine,
    EngineError,
    EngineFacts,
    EnginePoint,
    FoundPoint,
    Selection,
)
from indexer.qdrant.points import PointKind, point_id

__all__ = ["SpreadEngine"]

T = TypeVar("T")

_EVERYWHERE = (point_id(PointKind.STATE, 0),)  # each engine has what all have in common


class SpreadEngine:
    """Engines that each have some of the books."""

    def __init__(self, engines: Sequence[Engine]) -> None:
        """Use open engines, always in the same order."""
        self._engines = engines
        self._threads = ThreadPoolExecutor(len(engines))
        self._lock = threading.Lock()
        self._away: set[int] = set()

    @property
    def share(self) -> float:
        """The share of the collection that the last answers came from."""
        with self._lock:
            return 1 - len(self._away) / len(self._engines)

    def facts(self) -> EngineFacts:
        """Return what the engines are; one that is away is a shard that does not answer."""
        found = self._ask(lambda engine: engine.facts())
        away = len(self._engines) - len(found)
        return EngineFacts(
            ", ".join(dict.fromkeys(one.version for one in found)),
            sum(one.shards for one in found) + away,
            sum(one.answering for one in found),
        )

    def exists(self) -> bool:
        """Return whether there is a collection."""
        return any(self._ask(lambda engine: engine.exists()))

    def prepare(self, dimension: int) -> None:
        """Create the collection and its indexes, if it does not exist."""
        self._tell(lambda engine: engine.prepare(dimension))

    def upsert(
        self,
        points: Sequence[EnginePoint],
        *,
        only_new: bool = False,
        only_if: Selection | None = None,
    ) -> None:
        """Store points, if not `only_new` over others; over others only where `only_if` holds."""
        parts: list[list[EnginePoint]] = [[] for _ in self._engines]
        for point in points:
            for place in self._places(point):
                parts[place].append(point)
        for engine, part in zip(self._engines, parts, strict=True):
            if part:
                engine.upsert(part, only_new=only_new, only_if=only_if)

    def _places(self, point: EnginePoint) -> Sequence[int]:
        every = range(len(self._engines))
        if point.id in _EVERYWHERE:
            return every
        if "edition" in point.payload and "book" in point.payload:
            return (number("book", point.payload["book"]) % len(every),)
        return (point.id % len(every),)

    def nearest(
        self, vector: Sequence[float], selection: Selection, limit: int, *, exact: bool
    ) -> list[FoundPoint]:
        """Return the points nearest to a unit vector, with cosines, best first."""
        return _best(
            self._ask(lambda engine: engine.nearest(vector, selection, limit, exact=exact)), limit
        )

    def scored(
        self,
        weights: Mapping[int, float],
        selection: Selection,
        limit: int,
        keys: Sequence[str] = (),
    ) -> list[FoundPoint]:
        """Return the points with the greatest dot product with a sparse vector, best first."""
        return _best(
            self._ask(lambda engine: engine.scored(weights, selection, limit, keys)), limit
        )

    def read(self, ids: Sequence[int], keys: Sequence[str]) -> list[FoundPoint]:
        """Return points by their ids, those that there are, in any order."""
        found = self._ask(lambda engine: engine.read(ids, keys))
        return list({one.id: one for part in found for one in part}.values())

    def vectors(self, ids: Sequence[int]) -> dict[int, Sequence[float]]:
        """Return the unit vectors of points that have one."""
        found: dict[int, Sequence[float]] = {}
        for part in self._ask(lambda engine: engine.vectors(ids)):
            found |= part
        return found

    def scan(
        self, selection: Selection, keys: Sequence[str], limit: int | None = None
    ) -> Iterator[FoundPoint]:
        """Yield points in the order of their ids, at most `limit`."""
        parts = self._ask(lambda engine: list(engine.scan(selection, keys, limit)))
        merged = heapq.merge(*parts, key=lambda one: one.id)
        for place, one in enumerate(merged):
            if limit is not None and place >= limit:
                return
            yield one

    def numbers(
        self, selection: Selection, key: str, limit: int, *, last: bool = False
    ) -> list[tuple[int, int]]:
        """Return the ids and a whole number of at most `limit` points, without their payloads."""
        parts = self._ask(lambda engine: engine.numbers(selection, key, limit, last=last))
        every = (one for part in parts for one in part)
        return sorted(every, key=lambda one: one[1], reverse=last)[:limit]

    def values(self, key: str, selection: Selection) -> dict[str, int]:
        """Return the values of a key that has an index of words, and how many points have each."""
        found: Counter[str] = Counter()
        for part in self._ask(lambda engine: engine.values(key, selection)):
            found.update(part)
        return dict(found)

    def count(self, selection: Selection) -> int:
        """Return how many points are selected."""
        return sum(self._ask(lambda engine: engine.count(selection)))

    def frequency(self, code: str) -> int:
        """Return how many points have a code, deleted ones perhaps included."""
        return sum(self._ask(lambda engine: engine.frequency(code)))

    def set_payload(self, payload: Mapping[str, Any], ids: Sequence[int]) -> None:
        """Change some keys of the payload of points."""

        def change(engine: Engine) -> None:
            if held := [one.id for one in engine.read(ids, ())]:
                engine.set_payload(payload, held)

        self._tell(change)

    def delete(self, selection: Selection) -> None:
        """Delete points."""
        self._tell(lambda engine: engine.delete(selection))

    def close(self) -> None:
        """Close all engines."""
        for engine in self._engines:
            engine.close()
        self._threads.shutdown()

    def _tell(self, work: Callable[[Engine], None]) -> None:
        list(self._threads.map(work, self._engines))

    def _ask(self, ask: Callable[[Engine], T]) -> list[T]:
        """Return the answers of the engines that answer.

        Raises:
            EngineError: none does.
        """
        futures = [self._threads.submit(ask, engine) for engine in self._engines]
        answers, errors = [], {}
        for place, future in enumerate(futures):
            try:
                answers.append(future.result())
            except EngineError as error:
                errors[place] = error
        if not answers:
            raise next(iter(errors.values()))
        with self._lock:
            self._away = set(errors)
        return answers


def _best(parts: Sequence[Sequence[FoundPoint]], limit: int) -> list[FoundPoint]:
    every = [one for part in parts for one in part]
    return sorted(every, key=lambda one: (-one.score, one.id))[:limit]
