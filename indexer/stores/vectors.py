"""Stores unit vectors in one memory-mapped file, a row for each passage.

    vectors.f32   float32, row after row
    pages.i32     int32, the 1-based page number of each row
    signs.u64     the signs of the vectors, see `signs.py`

    digests.u64   what each vector was made of, see `digests.py`

The index's manifest says which rows belong to which book, and which of them have no vector yet. The
vector of a row is written once, before a manifest says that it is there, so generations can share
the files. Bytes of other rows are of removed books, or were left by a killed build.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.encoder.encoder import Vectors
from indexer.stores.generations import PAGE_NUMBERS, VECTORS, RowFiles
from indexer.stores.row_ranges import RowRange, merge_ranges
from indexer.stores.signs import differing_signs, map_signs, write_signs
from ocr_service.common.errors import LibraryError

__all__ = ["EXACT_ROWS", "RowRange", "VectorStore", "merge_ranges", "write_vectors"]

Rows = NDArray[np.int64]

EXACT_ROWS = 100_000  # up to this many rows every vector is compared

# Among more rows, those with the most equal signs are compared: this many for each hit asked for,
# and at least the second number. Chosen on real vectors, see docs/benchmarks.md.
_CANDIDATES_EACH, _FEWEST_CANDIDATES = 8, 4_000
_DEAD = np.iinfo(np.uint16).max


def write_vectors(folder: Path, first_row: int, vectors: Vectors, pages: NDArray[np.int32]) -> None:
    """Write `vectors`, shape (n, dimension), and their page numbers from row `first_row` on.

    Raises:
        OSError: the disk is full or not writable.
    """
    dimension = vectors.shape[1]
    _write_at(
        folder / VECTORS, first_row * dimension * 4, np.ascontiguousarray(vectors, np.float32)
    )
    _write_at(folder / PAGE_NUMBERS, first_row * 4, np.ascontiguousarray(pages, np.int32))
    write_signs(folder, first_row, vectors)


def _write_at(path: Path, offset: int, data: NDArray[np.float32] | NDArray[np.int32]) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(offset)
        file.write(data.tobytes())
        file.flush()
        os.fsync(file.fileno())


class VectorStore:
    """Reads the store. Opening it only maps three files."""

    def __init__(
        self, folder: Path, rows: int, dimension: int, files: RowFiles | None = None
    ) -> None:
        """Open the first `rows` rows of the store in `folder`, or of its already mapped `files`.

        Raises:
            LibraryError: the files hold fewer rows.
        """
        files = files or RowFiles.open(folder)
        if not files.holds(rows, dimension):
            raise LibraryError(
                f"{folder}: the index is damaged (vectors are missing); run 'octavo build' again: "
                "it repairs the index, and no page is read twice"
            )
        self.vectors: Vectors = np.frombuffer(
            files.vectors, dtype=np.float32, count=rows * dimension
        ).reshape(rows, dimension)
        self.pages: NDArray[np.int32] = np.frombuffer(files.pages, dtype=np.int32, count=rows)
        self._signs = map_signs(files.signs, rows, dimension)

    def search(
        self,
        query: Vectors,
        ranges: Sequence[RowRange],
        limit: int,
        pages: tuple[int, int] | None = None,
        *,
        exact: bool = False,
    ) -> list[tuple[int, float]]:
        """Return the `limit` rows within `ranges` nearest to `query`: (row, cosine), best first.

        `pages` keeps rows of page numbers from the first to the second, both included. Equal scores
        are ordered by row. With `exact` or `pages`, or up to `EXACT_ROWS` rows, every vector is
        compared; otherwise only those whose signs are most like the query's.
        """
        live = merge_ranges(ranges)
        count = sum(last - first for first, last in live)
        if exact or pages is not None or count <= EXACT_ROWS:
            rows, scores = self._scan(query, live, limit, pages)
        else:
            rows = self._candidates(query, live, min(count, _candidates_for(limit)))
            scores = self.vectors[rows] @ query
        rows, scores = _nearest(rows, scores, limit)
        order = np.lexsort((rows, -scores))
        return list(zip(rows[order].tolist(), scores[order].tolist(), strict=True))

    def _scan(
        self,
        query: Vectors,
        live: Sequence[RowRange],
        limit: int,
        pages: tuple[int, int] | None,
    ) -> tuple[Rows, Vectors]:
        """Compare all rows; return the nearest of each range with their scores."""
        found: list[tuple[Rows, Vectors]] = [(np.empty(0, np.int64), np.empty(0, np.float32))]
        for first, last in live:
            # One product per range: the threads of every product wait for each other at its end.
            scores = self.vectors[first:last] @ query
            rows = np.arange(first, last, dtype=np.int64)
            if pages is not None:
                on_page = self.pages[first:last]
                kept = (on_page >= pages[0]) & (on_page <= pages[1])
                scores, rows = scores[kept], rows[kept]
            found.append(_nearest(rows, scores, limit))
        return np.concatenate([r for r, _ in found]), np.concatenate([s for _, s in found])

    def _candidates(self, query: Vectors, live: Sequence[RowRange], count: int) -> Rows:
        """Return at least `count` live rows, those whose signs differ least from the query's."""
        differing = differing_signs(self._signs, query, len(self.vectors))
        dead_from = 0
        for first, last in [*live, (len(differing), len(differing))]:
            differing[dead_from:first] = _DEAD
            dead_from = last
        # A sample estimates how many differing signs to allow, which avoids sorting all rows.
        sample = differing[:: max(1, len(differing) // 16_384)]
        place = min(len(sample) - 1, count * len(sample) // len(differing))
        allowed = min(int(np.partition(sample, place)[place]), self.vectors.shape[1])
        while np.count_nonzero(near := differing <= allowed) < count:
            allowed += 1
        return np.flatnonzero(near)


def _candidates_for(limit: int) -> int:
    return max(_FEWEST_CANDIDATES, _CANDIDATES_EACH * limit)


def _nearest(rows: Rows, scores: Vectors, limit: int) -> tuple[Rows, Vectors]:
    """Return the `limit` best, in any order."""
    if len(scores) <= limit:
        return rows, scores
    best = np.argpartition(-scores, limit - 1)[:limit]
    return rows[best], scores[best]
