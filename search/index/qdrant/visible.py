"""Which editions of books readers see, as it was when the index was opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Self

from indexer.qdrant.editions import (
    EDITION_KEYS,
    REPLACING,
    RETIRED,
    WRITING,
    Edition,
    changing_editions,
)
from indexer.qdrant.engine import AnyValue, Between, Condition, Engine, Selection
from indexer.qdrant.numbers import numbers_taken
from indexer.qdrant.points import PointKind, point_id

__all__ = ["VisibleEditions"]


class VisibleEditions:
    """All editions with numbers up to a bound, but for some.

    To know this takes a few requests, however many books there are.
    """

    def __init__(self, engine: Engine, after: int, hidden: frozenset[int]) -> None:
        """Use `open`, or take the number after the last edition, and those that are not seen."""
        self._engine = engine
        self._after = after
        self._hidden = tuple(sorted(hidden))
        # Values that points of editions have that are not seen do not count.
        self._values = lru_cache(maxsize=8)(self._counted)

    @classmethod
    def open(cls, engine: Engine) -> Self:
        """Ask which editions are seen at this moment.

        Raises:
            EngineError: the engine is away, or refuses.
        """
        after, taken = numbers_taken(engine)
        changing = {one.number: one for one in changing_editions(engine)}
        # A block may have been taken whose edition was not there, or has gone live, since then.
        ids = [point_id(PointKind.EDITION, number) for number in taken if number not in changing]
        found = engine.read(ids, EDITION_KEYS) if ids else []
        begun = {one.number: one for one in (Edition.of(each.payload) for each in found)}
        changing |= begun
        hidden = {number for number in taken if number not in changing}
        writing = {one.number for one in changing.values() if one.status == WRITING}
        hidden |= writing
        for one in changing.values():
            # One whose successor is not seen yet is the one to see.
            followed = one.by is None or (one.by < after and one.by not in writing)
            hidden |= {one.number} if one.status == RETIRED and followed else set()
            if one.status == REPLACING and one.number < after:
                hidden |= set(one.replaces)
        return cls(engine, after, frozenset(number for number in hidden if number < after))

    @property
    def after(self) -> int:
        """The number after those of all editions that are seen."""
        return self._after

    @property
    def unseen(self) -> list[Condition]:
        """What points of editions that are not seen have: one of these."""
        begun: Condition = Between("edition", self._after, None)
        return [begun, AnyValue("edition", self._hidden)] if self._hidden else [begun]

    def shows(self, number: int) -> bool:
        """Return whether an edition is seen."""
        return number < self._after and number not in self._hidden

    def selection(self, kind: str, *more: Condition) -> Selection:
        """Return the points of a kind, of all editions that are seen."""
        seen = Between("edition", None, self._after - 1)
        hidden = (AnyValue("edition", self._hidden),) if self._hidden else ()
        return Selection((AnyValue("kind", (kind,)), *more, seen), hidden)

    def values(self, key: str) -> Mapping[str, int]:
        """Return how many points of editions that are seen have each value of a key."""
        return self._values(key)

    def _counted(self, key: str) -> Mapping[str, int]:
        # To ask of each point whether it is seen takes longer than to count all and the others.
        found = Counter(self._engine.values(key, Selection()))
        for condition in self.unseen:
            found.subtract(self._engine.values(key, Selection((condition,))))
        return {value: count for value, count in found.items() if count > 0}
