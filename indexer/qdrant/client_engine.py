"""Talks to a Qdrant server by its client, or to the client's local mode."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from indexer.qdrant.client_models import client_filter, point_struct
from indexer.qdrant.engine import (
    WORDS,
    AnyWord,
    EngineError,
    EngineFacts,
    EnginePoint,
    FoundPoint,
    Selection,
)
from indexer.qdrant.records import (
    DENSE,
    KEYWORDS,
    NUMBERS,
    TERMS,
    VALUES,
    found_point,
    scanned,
    unit_vectors,
)

__all__ = ["ClientEngine"]

T = TypeVar("T")

_SENT = 128  # points of one request
_ATTEMPTS, _PAUSE = 3, 0.5  # seconds, doubled each time


class ClientEngine:
    """One collection of a server."""

    share = 1.0

    def __init__(
        self,
        client: QdrantClient,
        collection: str,
        place: str,
        kept: tuple[int | None, int | None] = (None, None),
    ) -> None:
        """Use an open client; `place` names the server in messages.

        `kept` are the numbers of shards and of replicas of a collection that is made; None is the
        server's default.
        """
        self._kept = kept
        self._client = client
        self._name = collection
        self._place = place

    def facts(self) -> EngineFacts:
        """Return the server's version, and how many of the collection's shards a node answers for.

        A server that runs by itself knows nothing of shards, and neither does the local mode.
        """
        version = f"Qdrant {self._asked(self._client.info).version}"
        try:
            found = self._asked(lambda: self._client.collection_cluster_info(self._name))
        except (EngineError, NotImplementedError):
            return EngineFacts(version)
        states = [(one.shard_id, one.state) for one in found.local_shards]
        states += [(one.shard_id, one.state) for one in found.remote_shards]
        active = {shard for shard, state in states if state == models.ReplicaState.ACTIVE}
        return EngineFacts(version, found.shard_count, len(active))

    def exists(self) -> bool:
        """Return whether there is a collection."""
        return bool(self._asked(lambda: self._client.collection_exists(self._name)))

    def prepare(self, dimension: int) -> None:
        """Create the collection and its indexes, if it does not exist."""
        if self.exists():
            return
        dense = models.VectorParams(
            size=dimension,
            distance=models.Distance.DOT,
            on_disk=True,
            # No graph for each book, kind and range of pages too: they take most of the time.
            hnsw_config=models.HnswConfigDiff(payload_m=0),
            quantization_config=models.ScalarQuantization(
                scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
            ),
        )
        try:
            self._create(dense)
        except EngineError:
            if not self.exists():  # made by another builder meanwhile
                raise
        text = models.TextIndexParams(
            type=models.TextIndexType.TEXT,
            tokenizer=models.TokenizerType.WHITESPACE,
            lowercase=False,
            phrase_matching=True,
            on_disk=True,
        )
        schemas: list[tuple[str, Any]] = [(WORDS, text)]
        schemas += [(key, models.PayloadSchemaType.KEYWORD) for key in KEYWORDS]
        schemas += [(key, models.PayloadSchemaType.INTEGER) for key in NUMBERS]
        for key, schema in schemas:
            self._index(key, schema)

    def _create(self, dense: models.VectorParams) -> None:
        self._asked(
            lambda: self._client.create_collection(
                self._name,
                vectors_config={DENSE: dense},
                sparse_vectors_config={TERMS: models.SparseVectorParams()},
                on_disk_payload=True,
                shard_number=self._kept[0],
                replication_factor=self._kept[1],
            )
        )

    def _index(self, key: str, schema: Any) -> None:
        self._asked(lambda: self._client.create_payload_index(self._name, key, field_schema=schema))

    def upsert(
        self,
        points: Sequence[EnginePoint],
        *,
        only_new: bool = False,
        only_if: Selection | None = None,
    ) -> None:
        """Store points, if not `only_new` over others; over others only where `only_if` holds."""
        mode = models.UpdateMode.INSERT_ONLY if only_new else None
        condition = None if only_if is None else client_filter(only_if)
        for start in range(0, len(points), _SENT):
            part = [point_struct(point) for point in points[start : start + _SENT]]
            self._store(part, mode, condition)

    def _store(
        self,
        points: list[models.PointStruct],
        mode: models.UpdateMode | None,
        condition: models.Filter | None,
    ) -> None:
        self._asked(
            lambda: self._client.upsert(
                self._name,
                points,
                update_mode=mode,
                update_filter=condition,
                wait=True,
                # Leases and numbers are given by conditional writes, which all replicas must see
                # in the same order.
                ordering=models.WriteOrdering.STRONG if mode or condition else None,
            )
        )

    def nearest(
        self, vector: Sequence[float], selection: Selection, limit: int, *, exact: bool
    ) -> list[FoundPoint]:
        """Return the points nearest to a unit vector, with cosines, best first."""
        quantized = models.QuantizationSearchParams(ignore=exact, rescore=True, oversampling=2.0)
        params = models.SearchParams(exact=exact, quantization=quantized)
        return self._query(list(vector), DENSE, selection, limit, (), params)

    def scored(
        self,
        weights: Mapping[int, float],
        selection: Selection,
        limit: int,
        keys: Sequence[str] = (),
    ) -> list[FoundPoint]:
        """Return the points with the greatest dot product with a sparse vector, best first."""
        query = models.SparseVector(indices=list(weights), values=list(weights.values()))
        return self._query(query, TERMS, selection, limit, keys)

    def _query(  # noqa: PLR0913, PLR0917 - one request
        self,
        query: Any,
        using: str,
        selection: Selection,
        limit: int,
        keys: Sequence[str],
        params: models.SearchParams | None = None,
    ) -> list[FoundPoint]:
        answer = self._asked(
            lambda: self._client.query_points(
                self._name,
                query=query,
                using=using,
                query_filter=client_filter(selection),
                limit=limit,
                with_payload=list(keys) or False,
                search_params=params,
            )
        )
        return [FoundPoint(int(p.id), p.score, p.payload or {}) for p in answer.points]

    def read(self, ids: Sequence[int], keys: Sequence[str]) -> list[FoundPoint]:
        """Return points by their ids, those that there are, in any order."""
        records = self._asked(
            lambda: self._client.retrieve(
                self._name,
                list(ids),
                with_payload=list(keys) or False,
                consistency=models.ReadConsistencyType.MAJORITY,
            )
        )
        return list(map(found_point, records))

    def vectors(self, ids: Sequence[int]) -> dict[int, Sequence[float]]:
        """Return the unit vectors of points that have one."""
        records = self._asked(
            lambda: self._client.retrieve(
                self._name, list(ids), with_payload=False, with_vectors=[DENSE]
            )
        )
        return unit_vectors(records)

    def scan(
        self, selection: Selection, keys: Sequence[str], limit: int | None = None
    ) -> Iterator[FoundPoint]:
        """Yield points in the order of their ids, at most `limit`."""
        wanted = client_filter(selection)
        return scanned(
            lambda offset, size: self._asked(
                lambda: self._client.scroll(
                    self._name, wanted, size, offset=offset, with_payload=list(keys)
                )
            ),
            limit,
        )

    def numbers(
        self, selection: Selection, key: str, limit: int, *, last: bool = False
    ) -> list[tuple[int, int]]:
        """Return the ids and a whole number of at most `limit` points, without their payloads."""
        direction = models.Direction.DESC if last else models.Direction.ASC
        order = models.OrderBy(key=key, direction=direction)
        wanted = client_filter(selection)
        records, _ = self._asked(
            # What it is ordered by comes back from the index.
            lambda: self._client.scroll(self._name, wanted, limit, order, with_payload=False)
        )
        return [(int(one.id), int(one.order_value or 0)) for one in records]

    def values(self, key: str, selection: Selection) -> dict[str, int]:
        """Return the values of a key that has an index of words, and how many points have each."""
        some = selection != Selection()  # of all, the index tells it without a look at any
        wanted = client_filter(selection) if some else None
        found = self._asked(
            lambda: self._client.facet(self._name, key, wanted, limit=VALUES, exact=some)
        )
        return {str(one.value): one.count for one in found.hits if one.count}

    def count(self, selection: Selection) -> int:
        """Return how many points are selected."""
        return self._count(selection, exact=True)

    def frequency(self, code: str) -> int:
        """Return how many points have a code, deleted ones perhaps included."""
        return self._count(Selection((AnyWord((code,)),)), exact=False)

    def _count(self, selection: Selection, *, exact: bool) -> int:
        wanted = client_filter(selection)
        return int(self._asked(lambda: self._client.count(self._name, wanted, exact=exact)).count)

    def set_payload(self, payload: Mapping[str, Any], ids: Sequence[int]) -> None:
        """Change some keys of the payload of points."""
        self._asked(
            lambda: self._client.set_payload(self._name, dict(payload), list(ids), wait=True)
        )

    def delete(self, selection: Selection) -> None:
        """Delete points."""
        chosen = models.FilterSelector(filter=client_filter(selection))
        self._asked(lambda: self._client.delete(self._name, chosen, wait=True))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _asked(self, ask: Callable[[], T]) -> T:
        """Return an answer; ask again if the server is away for a moment.

        Raises:
            EngineError: the server is away, slow, full, or refuses.
        """
        pause = _PAUSE
        for attempt in range(_ATTEMPTS):
            try:
                return ask()
            except UnexpectedResponse as error:
                if (error.status_code or 0) < 500 or attempt == _ATTEMPTS - 1:
                    raise EngineError(self._refused(error)) from error
            except (ApiException, OSError) as error:
                if attempt == _ATTEMPTS - 1:
                    raise EngineError(self._away(error)) from error
            time.sleep(pause)
            pause *= 2
        raise AssertionError("unreachable")

    def _refused(self, error: UnexpectedResponse) -> str:
        said = error.content.decode("utf-8", "replace")[:300]
        if error.status_code in (401, 403):
            return (
                f"{self._place}: the index refuses the token; give a valid one in "
                "OCTAVO_INDEX_TOKEN"
            )
        if not said.lstrip().startswith("{") and error.status_code in {404, 501}:
            return f"{self._place}: something answers there, but no Qdrant; check HOST:PORT"
        if error.status_code == 404:
            return f"{self._place}: no collection '{self._name}'; make it with 'octavo index push'"
        if "space" in said.lower() or "disk" in said.lower() or error.status_code == 507:
            return f"{self._place}: the index's disk is full; give it more, nothing is lost: {said}"
        if error.status_code in (405, 422) or "missing field" in said or "unknown" in said:
            return f"{self._place}: not a Qdrant of version 1.16 or newer: {said}"
        return f"{self._place}: the index answers with an error {error.status_code}: {said}"

    def _away(self, error: Exception) -> str:
        if "timed out" in str(error).lower() or "timeout" in str(error).lower():
            return f"{self._place}: the index is too slow (no answer in time); ask again later"
        return f"{self._place}: the index cannot be reached ({error}); is it running?"
