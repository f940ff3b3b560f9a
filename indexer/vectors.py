"""The embedding store: unit vectors in one memory-mapped file, a row for each passage.

    vectors.f32   float32, row after row
    pages.i32     int32, the 1-based page number of each row

Rows are only ever added; the index's manifest tells which rows belong to which book and are alive.
Bytes behind the last row that the manifest knows are left-overs of a killed build.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.encoder import Vectors
from indexer.generations import PAGE_NUMBERS, VECTORS, RowFiles
from ocr_service.errors import LibraryError

__all__ = ["RowRange", "VectorStore", "append_vectors", "merge_ranges"]

RowRange = tuple[int, int]  # first row, and the row after the last

_BLOCK = 16_384  # rows scored at a time: 25 MB of 384 dimensions


def append_vectors(folder: Path, rows: int, vectors: Vectors, pages: NDArray[np.int32]) -> None:
    """Write `vectors`, shape (n, dimension), and their page numbers behind the first `rows` rows.

    Raises:
        OSError: the disk is full or not writable.
    """
    dimension = vectors.shape[1]
    _write_at(folder / VECTORS, rows * dimension * 4, np.ascontiguousarray(vectors, np.float32))
    _write_at(folder / PAGE_NUMBERS, rows * 4, np.ascontiguousarray(pages, np.int32))


def _write_at(path: Path, offset: int, data: NDArray[np.float32] | NDArray[np.int32]) -> None:
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(offset)
        file.write(data.tobytes())
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


class VectorStore:
    """Reads the store; opening it costs no more than mapping two files."""

    def __init__(
        self, folder: Path, rows: int, dimension: int, files: RowFiles | None = None
    ) -> None:
        """Take the first `rows` rows of the store in `folder`, or of its files, mapped before.

        Raises:
            LibraryError: the files hold fewer rows.
        """
        files = files or RowFiles.open(folder, rows)
        if len(files.vectors) < rows * dimension * 4 or len(files.pages) < rows * 4:
            raise LibraryError(
                f"{folder}: the index is damaged (vectors are missing); delete the library's "
                "index folder and run 'octavo build' again: no page is read twice"
            )
        self.vectors: Vectors = np.frombuffer(
            files.vectors, dtype=np.float32, count=rows * dimension
        ).reshape(rows, dimension)
        self.pages: NDArray[np.int32] = np.frombuffer(files.pages, dtype=np.int32, count=rows)

    def search(
        self,
        query: Vectors,
        ranges: Sequence[RowRange],
        limit: int,
        pages: tuple[int, int] | None = None,
    ) -> list[tuple[int, float]]:
        """Return the `limit` rows within `ranges` nearest to `query`: (row, cosine), best first.

        The search is exact. `pages` keeps rows of page numbers from the first to the second, both
        included. Equal scores are ordered by row.
        """
        rows_found: list[NDArray[np.int64]] = []
        scores_found: list[Vectors] = []
        for first, last in merge_ranges(ranges):
            for start in range(first, last, _BLOCK):
                end = min(start + _BLOCK, last)
                scores = self.vectors[start:end] @ query
                rows = np.arange(start, end, dtype=np.int64)
                if pages is not None:
                    on_page = self.pages[start:end]
                    kept = (on_page >= pages[0]) & (on_page <= pages[1])
                    scores, rows = scores[kept], rows[kept]
                if len(scores) > limit:
                    best = np.argpartition(-scores, limit - 1)[:limit]
                    scores, rows = scores[best], rows[best]
                rows_found.append(rows)
                scores_found.append(scores)
        if not rows_found:
            return []
        rows, scores = np.concatenate(rows_found), np.concatenate(scores_found)
        order = np.lexsort((rows, -scores))[:limit]
        return [(int(rows[i]), float(scores[i])) for i in order]


def merge_ranges(ranges: Sequence[RowRange]) -> list[RowRange]:
    """Return the ranges sorted, with those that touch joined."""
    merged: list[RowRange] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        elif last > first:
            merged.append((first, last))
    return merged
