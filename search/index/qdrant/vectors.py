"""Finds the nearest vectors in a collection."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from indexer.encoder.encoder import Vectors
from indexer.qdrant.engine import Engine
from indexer.stores.vectors import EXACT_ROWS
from ocr_service.common.errors import LibraryError
from search.index.qdrant.books import QdrantBooks
from search.index.ranked import Ranked, best_first
from search.question.filters import Filter

__all__ = ["QdrantVectors"]


class QdrantVectors:
    """The unit vectors of the passages of a collection."""

    def __init__(self, engine: Engine, books: QdrantBooks, rows: int) -> None:
        """Search an open collection of so many passages."""
        self._engine = engine
        self._books = books
        self._all_compared = rows <= EXACT_ROWS

    def nearest(self, vector: Vectors, filter_: Filter, limit: int) -> Ranked:
        """Return the passages nearest to a unit vector by their cosines, best first."""
        selection = self._books.selection("passage", filter_)
        # As in a library's own index: a graph of all vectors has few ways between those of a few.
        exact = self._all_compared or bool(filter_.books or filter_.pages)
        found = self._engine.nearest(vector.tolist(), selection, limit, exact=exact)
        return best_first((one.id, one.score) for one in found)

    def of(self, rows: Sequence[int]) -> Vectors:
        """Return the vectors of rows that have one, shape (len(rows), dimension).

        Raises:
            LibraryError: one is gone.
        """
        found = self._engine.vectors(rows)
        if any(row not in found for row in rows):
            raise LibraryError("the index has changed while it was searched; ask again")
        return np.array([found[row] for row in rows], dtype=np.float32)
