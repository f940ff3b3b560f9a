"""Finds the nearest vectors among those that are mapped into memory."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from indexer.encoder.encoder import Vectors
from indexer.stores.generations import IndexManifest
from indexer.stores.row_ranges import RowRange, merge_ranges
from indexer.stores.vectors import VectorStore
from search.index.ranked import Ranked
from search.question.filters import Filter

__all__ = ["LocalVectors"]


class LocalVectors:
    """The vectors of one generation.

    Attributes:
        store: the open store.
    """

    def __init__(self, store: VectorStore, manifest: IndexManifest) -> None:
        """Search an open store; the manifest says which rows have a vector."""
        self.store = store
        self._manifest = manifest

    @cached_property
    def _everything(self) -> list[RowRange]:
        """The rows of all books that have a vector."""
        return merge_ranges(self._manifest.embedded_ranges())

    def nearest(self, vector: Vectors, filter_: Filter, limit: int) -> Ranked:
        """Return the passages nearest to a unit vector by their cosines, best first."""
        books = filter_.books
        return self.store.search(
            vector,
            self._manifest.embedded_ranges(books) if books else self._everything,
            limit,
            filter_.pages,
            exact=bool(books),
        )

    def of(self, rows: Sequence[int]) -> Vectors:
        """Return the vectors of rows that have one, shape (len(rows), dimension)."""
        return self.store.vectors[list(rows)]
