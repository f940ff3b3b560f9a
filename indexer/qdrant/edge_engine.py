"""Keeps a collection in a folder by Qdrant Edge: the server's engine, within this process."""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import qdrant_edge as edge

from indexer.qdrant.engine import (
    WORDS,
    AnyValue,
    AnyWord,
    Between,
    Condition,
    Either,
    EngineError,
    EngineFacts,
    EnginePoint,
    FoundPoint,
    Ids,
    PhraseOf,
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

__all__ = ["EdgeEngine"]

T = TypeVar("T")

_SENT = 256  # points of one update


class EdgeEngine:
    """One shard in a folder, which only one process may open."""

    share = 1.0

    def __init__(self, folder: Path) -> None:
        """Open the shard in `folder`, if there is one.

        Raises:
            EngineError: it cannot be opened.
        """
        self._folder = folder
        self._opened: edge.EdgeShard | None = None
        self._lock = threading.Lock()
        if (folder / "edge_config.json").exists():
            self._opened = self._tried(lambda: edge.EdgeShard.load(str(folder)))

    @property
    def _shard(self) -> edge.EdgeShard:
        if self._opened is None:
            raise EngineError(f"{self._folder}: no index here; make it with 'octavo index push'")
        return self._opened

    def facts(self) -> EngineFacts:
        """Return what the engine is; one shard, which answers."""
        return EngineFacts(f"Qdrant Edge {importlib.metadata.version('qdrant-edge-py')}")

    def exists(self) -> bool:
        """Return whether there is a collection."""
        return self._opened is not None

    def prepare(self, dimension: int) -> None:
        """Create the collection and its indexes, if it does not exist."""
        with self._lock:
            if self._opened is None:
                self._create(dimension)

    def _create(self, dimension: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        eight_bits = edge.ScalarQuantizationConfig(type=edge.ScalarType.Int8, always_ram=True)
        dense = edge.EdgeVectorParams(
            size=dimension, distance=edge.Distance.Dot, quantization_config=eight_bits
        )
        config = edge.EdgeConfig(
            vectors={DENSE: dense},
            sparse_vectors={TERMS: edge.EdgeSparseVectorParams()},
            # No graph for each book, kind and range of pages too: they take most of the time.
            hnsw_config=edge.HnswIndexConfig(
                m=16, ef_construct=100, full_scan_threshold=10_000, payload_m=0
            ),
        )
        shard = self._tried(lambda: edge.EdgeShard.create(str(self._folder), config))
        text = edge.TextIndexParams(
            tokenizer=edge.TokenizerType.Whitespace,
            lowercase=False,
            phrase_matching=True,
            on_disk=True,
        )
        schemas: list[tuple[str, Any]] = [(WORDS, text)]
        schemas += [(key, edge.PayloadSchemaType.Keyword) for key in KEYWORDS]
        schemas += [(key, edge.PayloadSchemaType.Integer) for key in NUMBERS]
        for key, schema in schemas:
            shard.update(edge.UpdateOperation.create_field_index(key, schema))
        self._opened = shard

    def upsert(
        self,
        points: Sequence[EnginePoint],
        *,
        only_new: bool = False,
        only_if: Selection | None = None,
    ) -> None:
        """Store points, if not `only_new` over others; over others only where `only_if` holds."""
        mode = edge.UpdateMode.InsertOnly if only_new else None
        condition = None if only_if is None else _filter(only_if)
        for start in range(0, len(points), _SENT):
            part = [_point(point) for point in points[start : start + _SENT]]
            self._update(edge.UpdateOperation.upsert_points(part, condition, mode))

    def nearest(
        self, vector: Sequence[float], selection: Selection, limit: int, *, exact: bool
    ) -> list[FoundPoint]:
        """Return the points nearest to a unit vector, with cosines, best first."""
        quantized = edge.QuantizationSearchParams(ignore=exact, rescore=True, oversampling=2.0)
        params = edge.SearchParams(exact=exact, quantization=quantized)
        query = edge.Query.Nearest(list(vector), using=DENSE)
        return self._query(query, selection, limit, (), params)

    def scored(
        self,
        weights: Mapping[int, float],
        selection: Selection,
        limit: int,
        keys: Sequence[str] = (),
    ) -> list[FoundPoint]:
        """Return the points with the greatest dot product with a sparse vector, best first."""
        vector = edge.SparseVector(list(weights), list(weights.values()))
        return self._query(edge.Query.Nearest(vector, using=TERMS), selection, limit, keys)

    def _query(
        self,
        query: edge.Query,
        selection: Selection,
        limit: int,
        keys: Sequence[str],
        params: edge.SearchParams | None = None,
    ) -> list[FoundPoint]:
        request = edge.QueryRequest(
            limit=limit,
            query=query,
            filter=_filter(selection),
            with_payload=list(keys) or False,
            params=params,
        )
        found = self._tried(lambda: self._shard.query(request))
        return [FoundPoint(int(one.id), one.score, one.payload or {}) for one in found]

    def read(self, ids: Sequence[int], keys: Sequence[str]) -> list[FoundPoint]:
        """Return points by their ids, those that there are, in any order."""
        records = self._tried(lambda: self._shard.retrieve(list(ids), list(keys), False))
        return list(map(found_point, records))

    def vectors(self, ids: Sequence[int]) -> dict[int, Sequence[float]]:
        """Return the unit vectors of points that have one."""
        records = self._tried(lambda: self._shard.retrieve(list(ids), False, [DENSE]))
        return unit_vectors(records)

    def scan(
        self, selection: Selection, keys: Sequence[str], limit: int | None = None
    ) -> Iterator[FoundPoint]:
        """Yield points in the order of their ids, at most `limit`."""
        wanted = _filter(selection)
        return scanned(
            lambda offset, size: self._scrolled(
                edge.ScrollRequest(
                    offset=offset, limit=size, filter=wanted, with_payload=list(keys)
                )
            ),
            limit,
        )

    def _scrolled(self, request: edge.ScrollRequest) -> tuple[list[edge.Record], Any]:
        return self._tried(lambda: self._shard.scroll(request))

    def numbers(
        self, selection: Selection, key: str, limit: int, *, last: bool = False
    ) -> list[tuple[int, int]]:
        """Return the ids and a whole number of at most `limit` points, without their payloads."""
        direction = edge.Direction.Desc if last else edge.Direction.Asc
        request = edge.ScrollRequest(
            limit=limit,
            filter=_filter(selection),
            with_payload=False,
            order_by=edge.OrderBy(key, direction),  # returns the number from its index
        )
        records, _ = self._scrolled(request)
        return [(int(one.id), int(one.order_value or 0)) for one in records]

    def values(self, key: str, selection: Selection) -> dict[str, int]:
        """Return the values of a key that has an index of words, and how many points have each."""
        some = selection != Selection()  # of all, the index tells it without a look at any
        wanted = _filter(selection) if some else None
        request = edge.FacetRequest(key, limit=VALUES, exact=some, filter=wanted)
        found = self._tried(lambda: self._shard.facet(request))
        return {str(one.value): one.count for one in found.hits if one.count}

    def count(self, selection: Selection) -> int:
        """Return how many points are selected."""
        return self._count(selection, exact=True)

    def frequency(self, code: str) -> int:
        """Return how many points have a code, deleted ones perhaps included."""
        return self._count(Selection((AnyWord((code,)),)), exact=False)

    def _count(self, selection: Selection, *, exact: bool) -> int:
        request = edge.CountRequest(exact=exact, filter=_filter(selection))
        return self._tried(lambda: self._shard.count(request))

    def set_payload(self, payload: Mapping[str, Any], ids: Sequence[int]) -> None:
        """Change some keys of the payload of points."""
        self._update(edge.UpdateOperation.set_payload(list(ids), dict(payload)))

    def delete(self, selection: Selection) -> None:
        """Delete points."""
        self._update(edge.UpdateOperation.delete_points_by_filter(_filter(selection)))

    def optimize(self) -> None:
        """Merge segments and build the graph of vectors, which a server does by itself."""
        self._tried(self._shard.optimize)

    def close(self) -> None:
        """Write everything to the disk, and let another process open the shard."""
        if self._opened is not None:
            self._tried(self._opened.flush)
            self._tried(self._opened.close)
            self._opened = None

    def _update(self, operation: edge.UpdateOperation) -> None:
        self._tried(lambda: self._shard.update(operation))

    def _tried(self, work: Callable[[], T]) -> T:
        """Return a result.

        Raises:
            EngineError: the engine cannot do the work.
        """
        try:
            return work()
        except EngineError:
            raise
        except Exception as error:  # the engine's own kinds have no common base
            raise EngineError(f"{self._folder}: {_said(str(error))}") from error


def _said(error: str) -> str:
    if "WouldBlock" in error:
        return "another process has this index open; one at a time can (a server serves many)"
    what = "the disk is full" if "space" in error.lower() else "the index cannot be used"
    return f"{what} ({error[:300]})"


def _point(point: EnginePoint) -> edge.Point:
    vector: dict[str, Any] = {}
    if point.terms:
        vector[TERMS] = edge.SparseVector(list(point.terms), list(point.terms.values()))
    if point.dense is not None:
        vector[DENSE] = [float(value) for value in point.dense]
    return edge.Point(point.id, vector, dict(point.payload))


def _filter(selection: Selection) -> edge.Filter:
    return edge.Filter(
        must=[_condition(one) for one in selection.must] or None,
        must_not=[_condition(one) for one in selection.must_not] or None,
    )


def _condition(one: Condition) -> Any:
    if isinstance(one, Ids):
        return edge.HasIdCondition(set(one.ids))
    if isinstance(one, Either):
        either = [_condition(each) for each in one.conditions]
        return edge.Filter(should=either) if either else _condition(Ids(()))
    if isinstance(one, Between):
        return edge.FieldCondition(one.key, range=edge.RangeFloat(gte=one.low, lte=one.high))
    field = one.key if isinstance(one, AnyValue) else WORDS
    return edge.FieldCondition(field, match=_match(one))


def _match(one: AnyValue | AnyWord | PhraseOf) -> Any:
    if isinstance(one, AnyValue):
        return edge.MatchAny(list(one.values))  # type: ignore[arg-type]
    codes = " ".join(one.codes)
    if isinstance(one, PhraseOf):
        return edge.MatchPhrase(codes)
    if len(one.codes) == 1:
        return edge.MatchText(codes)
    return edge.MatchTextAny(codes)
