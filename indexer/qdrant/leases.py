"""Which builder works on which book, so that ten builders share the books and none is done twice.

A lease is a point with an owner and a time of expiry. It is taken, renewed and given back by
conditional writes, which an engine does one after the other. A builder that dies leaves a lease
that expires.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from indexer.qdrant.codes import number
from indexer.qdrant.engine import AnyValue, Between, Engine, EnginePoint, Ids, Selection
from indexer.qdrant.points import PointKind, point_id

__all__ = ["LEASE_SECONDS", "Leases", "count_leases"]

LEASE_SECONDS = 600.0
_NEVER = 1 << 40  # a time that does not come


class Leases:
    """The leases of one builder."""

    def __init__(
        self,
        engine: Engine,
        seconds: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take leases for so many seconds; builders' clocks must agree within a part of that."""
        self._engine = engine
        self._seconds = seconds
        self._clock = clock
        self.owner = uuid.uuid4().hex

    def take(self, name: str) -> bool:
        """Take or renew the lease of a book; return whether it is ours now."""
        lease = self._lease(name, self._clock() + self._seconds)
        self._engine.upsert([lease], only_new=True)
        if self._is_ours(name):
            self._renew(lease)
        else:
            expired = Selection((Ids((lease.id,)), Between("page", None, int(self._clock()))))
            self._engine.upsert([lease], only_if=expired)
        return self._is_ours(name)  # another builder may have taken one that had expired

    def give_back(self, name: str) -> None:
        """Let others take the book at once."""
        self._renew(self._lease(name, 0.0))

    def finish(self, name: str) -> None:
        """Note that the book is done: nobody takes it again."""
        self._renew(self._lease(name, _NEVER))

    def is_done(self, name: str) -> bool:
        """Return whether the book is done."""
        found = self._engine.read([_id(name)], ("page",))
        return bool(found) and int(found[0].payload["page"]) >= _NEVER

    def _renew(self, lease: EnginePoint) -> None:
        ours = Selection((Ids((lease.id,)), AnyValue("book", (self.owner,))))
        self._engine.upsert([lease], only_if=ours)

    def _is_ours(self, name: str) -> bool:
        found = self._engine.read([_id(name)], ("book",))
        return bool(found) and found[0].payload["book"] == self.owner

    def _lease(self, name: str, until: float) -> EnginePoint:
        # The owner and the expiry are in keys that have an index: conditions look at them.
        payload = {"kind": "lease", "book": self.owner, "page": int(until), "name": name}
        return EnginePoint(_id(name), payload)


def count_leases(engine: Engine) -> int:
    """Return how many inputs are being read: their leases have not expired, and are not done."""
    held = Between("page", int(time.time()), _NEVER - 1)
    return engine.count(Selection((AnyValue("kind", ("lease",)), held)))


def _id(name: str) -> int:
    return point_id(PointKind.LEASE, number("lease", name))
