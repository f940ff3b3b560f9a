"""Gives numbers to editions: blocks that no other edition gets.

A block is taken before its edition is stored. A reader that opens the collection between the two
must not take the edition's points for those of a whole book: numbers that were taken last are kept
with the counter until their editions are there.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Any

from indexer.qdrant.engine import AnyValue, Between, Engine, EnginePoint, FoundPoint, Selection
from indexer.qdrant.points import PointKind, point_id
from ocr_service.common.errors import LibraryError

__all__ = ["allocate", "numbers_taken"]

_COUNTER = point_id(PointKind.STATE, 1)
_ATTEMPTS = 100
_PATIENCE = 3_600.0  # seconds after which a builder that has not begun an edition is taken for dead

_Taken = Sequence[tuple[int, float]]  # the first numbers of blocks, and when they were taken


def allocate(engine: Engine, size: int) -> int:
    """Return the first of `size` numbers that nobody else gets.

    Raises:
        LibraryError: others take numbers all the time.
    """
    token = uuid.uuid4().hex
    engine.upsert([_counter(0, "", ())], only_new=True)
    for _ in range(_ATTEMPTS):
        (found,) = engine.read([_COUNTER], ("next", "taken"))
        first, now = int(found.payload["next"]), time.time()
        waiting = _unstored(engine, [one for one in _taken(found) if one[1] > now - _PATIENCE])
        free = Selection((Between("edition", first, first),))
        after = first + max(size, 1)
        engine.upsert([_counter(after, token, (*waiting, (first, now)))], only_if=free)
        (found,) = engine.read([_COUNTER], ("next", "token"))
        if found.payload["token"] == token:
            return first
    raise LibraryError("the index: no numbers for a book, other builders take them all; try again")


def numbers_taken(engine: Engine) -> tuple[int, tuple[int, ...]]:
    """Return the number after all that were given, and those given last.

    If the engine that counts them is away, the number is that after the last edition.
    """
    found = engine.read([_COUNTER], ("next", "taken"))
    if found:
        return int(found[0].payload["next"]), tuple(first for first, _ in _taken(found[0]))
    editions = Selection((AnyValue("kind", ("edition",)),))
    last = engine.numbers(editions, "edition", 1, last=True)
    sizes = engine.read([id_ for id_, _ in last], ("edition", "size")) if last else []
    ends = (int(one.payload["edition"]) + int(one.payload["size"]) for one in sizes)
    return max(ends, default=0), ()


def _taken(counter: FoundPoint) -> _Taken:
    return [(int(first), float(when)) for first, when in counter.payload["taken"]]


def _unstored(engine: Engine, taken: _Taken) -> _Taken:
    """Return the blocks whose editions are not there."""
    ids = [point_id(PointKind.EDITION, first) for first, _ in taken]
    there = {one.id for one in engine.read(ids, ())} if ids else set()
    return [one for id_, one in zip(ids, taken, strict=True) if id_ not in there]


def _counter(first: int, token: str, taken: _Taken) -> EnginePoint:
    payload: dict[str, Any] = {"kind": "counter", "next": first, "edition": first, "token": token}
    return EnginePoint(_COUNTER, payload | {"taken": [list(one) for one in taken]})
