"""What all points of a collection have in common: its format, its encoder, its mean lengths."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from indexer.qdrant.engine import Engine, EngineError, EnginePoint, Selection
from indexer.qdrant.points import PointKind, point_id
from indexer.stores.generations import INDEX_VERSION
from ocr_service.common.errors import LibraryError

__all__ = ["TYPICAL_LENGTHS", "CollectionState", "open_state", "touch", "write_state"]

# Raise this when points have another form: collections are then pushed anew.
FORMAT = 2

# The mean number of terms of each field in three books of mathematics.
TYPICAL_LENGTHS = {
    "body": 120.0,
    "heading": 6.0,
    "title": 5.0,
    "pairs": 30.0,
    "open_pairs": 30.0,
    "item_name": 2.0,
    "item_body": 25.0,
    "item_section": 4.0,
}

_ID = point_id(PointKind.STATE, 0)
_KEYS = ("state", "revision")
_ANYTHING = Selection()


@dataclass(frozen=True, slots=True)
class CollectionState:
    """The encoder of the vectors, and the mean number of terms of each field.

    The means are fixed when the collection is made, because every passage's weights depend on them.
    """

    encoder: str
    encoder_key: str
    dimension: int
    averages: Mapping[str, float] = field(default_factory=dict)
    format: int = FORMAT
    version: int = INDEX_VERSION


def write_state(engine: Engine, state: CollectionState) -> None:
    """Make a collection, and note what it has in common."""
    engine.prepare(state.dimension)
    payload = {"kind": "state", "state": asdict(state), "revision": uuid.uuid4().hex}
    engine.upsert([EnginePoint(_ID, payload)], only_new=True)  # another may make it meanwhile


def open_state(engine: Engine, place: str) -> tuple[CollectionState, str] | None:
    """Return what a collection has in common and its revision, None if there is no collection.

    Raises:
        LibraryError: another Octavo made it.
        EngineError: the engine is away, or the collection is of something else.
    """
    if not engine.exists():
        return None
    found = engine.read([_ID], _KEYS)
    if not found:
        if next(iter(engine.scan(_ANYTHING, (), 1)), None) is not None:
            raise EngineError(f"{place}: this collection is no index of Octavo's; name another")
        return None
    return _state(found[0].payload, place)


def _state(payload: Mapping[str, Any], place: str) -> tuple[CollectionState, str]:
    data = payload["state"]
    if (data.get("format"), data.get("version")) != (FORMAT, INDEX_VERSION):
        raise LibraryError(
            f"{place}: the index has format {data.get('version')}.{data.get('format')}, this "
            f"Octavo reads {INDEX_VERSION}.{FORMAT}; push it into a new collection"
        )
    return CollectionState(**data), str(payload["revision"])


def touch(engine: Engine) -> None:
    """Let readers know that books have changed."""
    engine.set_payload({"revision": uuid.uuid4().hex}, [_ID])
