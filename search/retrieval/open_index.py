"""Opens one generation of the index: the files that all retrievers read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import tantivy

from indexer.stores.fulltext import FORMULAS, PASSAGES, open_index
from indexer.stores.generations import IndexManifest, RowFiles
from search.retrieval.item_index import ItemIndex

__all__ = ["OpenIndex"]


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """The open files of one generation.

    A build that replaces the generation cannot take them away any more. `path` is the folder of the
    index, `generation` the folder of this generation in it.
    """

    path: Path
    generation: Path
    manifest: IndexManifest
    passages: tantivy.Index
    formulas: tantivy.Index
    row_files: RowFiles
    items: ItemIndex

    @classmethod
    def open(cls, path: Path, generation: Path) -> Self:
        """Open a generation.

        Raises:
            LibraryError: it is damaged, or was made by another version.
            FileNotFoundError: it is gone.
        """
        return cls(
            path=path,
            generation=generation,
            manifest=IndexManifest.read(generation, lazy=True),
            passages=open_index(generation, PASSAGES),
            formulas=open_index(generation, FORMULAS),
            row_files=RowFiles.open(generation),
            items=ItemIndex(generation),
        )

    @property
    def vector_rows(self) -> int:
        """The number of rows that the files of vectors must hold.

        The books are looked through only if the last rows may be of none, or without a vector.
        """
        rows, dimension = self.manifest.rows, self.manifest.dimension
        return rows if self.row_files.holds(rows, dimension) else self.manifest.vector_rows

    @property
    def whole(self) -> bool:
        """Whether all vectors are there that the manifest speaks of."""
        return self.row_files.holds(self.vector_rows, self.manifest.dimension)

    @property
    def has_formulas(self) -> bool:
        """Whether a book has formulas."""
        return any(entry.formulas for entry in self.manifest.books.values())
