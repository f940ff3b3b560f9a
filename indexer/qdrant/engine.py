"""Defines the few operations that an engine of points must have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ocr_service.common.errors import ExitCode, OctavoError

__all__ = [
    "WORDS",
    "AnyValue",
    "AnyWord",
    "Between",
    "Condition",
    "Either",
    "Engine",
    "EngineError",
    "EngineFacts",
    "EnginePoint",
    "FoundPoint",
    "Ids",
    "PhraseOf",
    "Selection",
]

WORDS = "has"  # the payload key whose text has the codes of a point


class EngineError(OctavoError):
    """The engine of an index outside the library is away, refuses, or is of another kind."""

    exit_code = ExitCode.INDEX


@dataclass(frozen=True, slots=True)
class AnyValue:
    """The payload has one of these values."""

    key: str
    values: tuple[str, ...] | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The payload has a number from `low` to `high`, both included; None is no bound."""

    key: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class AnyWord:
    """The point has one of these codes."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhraseOf:
    """The point has these codes one after the other."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ids:
    """The point is one of these."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these conditions holds; of none, none does."""

    conditions: tuple[AnyWord | PhraseOf, ...]


Condition = AnyValue | Between | AnyWord | PhraseOf | Ids | Either


@dataclass(frozen=True, slots=True)
class Selection:
    """Points for which all of `must` and none of `must_not` hold."""

    must: tuple[Condition, ...] = ()
    must_not: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class EnginePoint:
    """A point to store. `terms` is its sparse vector, `dense` its unit vector."""

    id: int
    payload: Mapping[str, Any]
    terms: Mapping[int, float] = field(default_factory=dict)
    dense: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class FoundPoint:
    """A point that was found; `payload` has the keys that were asked for."""

    id: int
    score: float
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """What an engine is, and how many of the shards of its collection answer."""

    version: str
    shards: int = 1
    answering: int = 1


class Engine(Protocol):
    """A collection of points. Safe to use from several threads.

    Every method may raise `EngineError`. Writing a point again replaces it.
    """

    @property
    def share(self) -> float:
        """The share of the collection that the last answers came from: 1 if all shards answer."""

    def facts(self) -> EngineFacts:
        """Return what the engine is, and how many of its shards answer."""

    def prepare(self, dimension: int) -> None:
        """Create the collection and its indexes, if it does not exist."""

    def exists(self) -> bool:
        """Return whether there is a collection."""

    def upsert(
        self,
        points: Sequence[EnginePoint],
        *,
        only_new: bool = False,
        only_if: Selection | None = None,
    ) -> None:
        """Store points, if not `only_new` over others; over others only where `only_if` holds."""

    def nearest(
        self, vector: Sequence[float], selection: Selection, limit: int, *, exact: bool
    ) -> list[FoundPoint]:
        """Return the points nearest to a unit vector, with cosines, best first."""

    def scored(
        self,
        weights: Mapping[int, float],
        selection: Selection,
        limit: int,
        keys: Sequence[str] = (),
    ) -> list[FoundPoint]:
        """Return the points with the greatest dot product with a sparse vector, best first."""

    def read(self, ids: Sequence[int], keys: Sequence[str]) -> list[FoundPoint]:
        """Return points by their ids, those that there are, in any order."""

    def vectors(self, ids: Sequence[int]) -> dict[int, Sequence[float]]:
        """Return the unit vectors of points that have one."""

    def scan(
        self, selection: Selection, keys: Sequence[str], limit: int | None = None
    ) -> Iterator[FoundPoint]:
        """Yield points in the order of their ids, at most `limit`."""

    def numbers(
        self, selection: Selection, key: str, limit: int, *, last: bool = False
    ) -> list[tuple[int, int]]:
        """Return the ids and a whole number of at most `limit` points, without their payloads.

        They are those with the least numbers, or with the greatest if `last`.
        """

    def values(self, key: str, selection: Selection) -> dict[str, int]:
        """Return the values of a key that has an index of words, and how many points have each.

        Of all points the index tells it, deleted ones perhaps included for a while.
        """

    def count(self, selection: Selection) -> int:
        """Return how many points are selected."""

    def frequency(self, code: str) -> int:
        """Return how many points have a code, by the engine's index: no point is looked at.

        Points that were deleted may be among them for a while.
        """

    def set_payload(self, payload: Mapping[str, Any], ids: Sequence[int]) -> None:
        """Change some keys of the payload of points."""

    def delete(self, selection: Selection) -> None:
        """Delete points."""

    def close(self) -> None:
        """Close the collection; nothing that was stored is lost."""
