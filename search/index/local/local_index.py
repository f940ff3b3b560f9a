"""Opens one generation of the index: the files that all retrievers read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from indexer.stores.fulltext import FORMULAS, PASSAGES, open_index
from indexer.stores.generations import BookEntry, IndexManifest, RowFiles
from search.index.local.formulas import LocalFormulas
from search.index.local.items import LocalItems
from search.index.local.passages import LocalPassages

if TYPE_CHECKING:
    from search.index.local.vectors import LocalVectors

__all__ = ["LocalIndex"]


@dataclass(frozen=True, slots=True)
class LocalIndex:
    """The open files of one generation.

    A build that replaces the generation cannot take them away any more. `path` is the folder of the
    index, `generation` the folder of this generation in it.
    """

    path: Path
    generation: Path
    manifest: IndexManifest
    passages: LocalPassages
    formulas: LocalFormulas
    items: LocalItems
    row_files: RowFiles

    @classmethod
    def open(cls, path: Path, generation: Path) -> Self:
        """Open a generation.

        Raises:
            LibraryError: it is damaged, or was made by another version.
            FileNotFoundError: it is gone.
        """
        manifest, items = IndexManifest.read(generation, lazy=True), LocalItems(generation)
        return cls(
            path=path,
            generation=generation,
            manifest=manifest,
            passages=LocalPassages(
                open_index(generation, PASSAGES),
                lambda: sorted(entry.first_row for entry in manifest.books.values()),
                lambda: items.list_pages,
                lambda: manifest.rows == manifest.live_rows,  # removed ones leave gaps
            ),
            formulas=LocalFormulas(open_index(generation, FORMULAS)),
            items=items,
            row_files=RowFiles.open(generation),
        )

    def named(self, name: str, *, near: bool) -> Mapping[str, BookEntry]:  # noqa: ARG002 - all are
        """Return the books that a name may mean: all."""
        return self.manifest.books

    @property
    def most_pages(self) -> int:
        """The number of pages of the longest book."""
        return max((entry.page_count for entry in self.manifest.books.values()), default=0)

    @property
    def languages(self) -> frozenset[str | None]:
        """The languages of the books, by ISO 639-1 codes; None is one that nobody has told."""
        return frozenset(entry.language for entry in self.manifest.books.values())

    @property
    def share(self) -> float:
        """The share of the index that the last answers came from."""
        return 1.0

    @property
    def encoder_folder(self) -> Path:
        """The folder of the prepared encoder that encodes questions."""
        return self.path / "encoders" / self.manifest.encoder_key

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

    def vectors(self) -> LocalVectors:
        """Open the vectors.

        Raises:
            LibraryError: some are missing.
        """
        # numpy: only when needed
        from indexer.stores.vectors import VectorStore
        from search.index.local.vectors import LocalVectors

        store = VectorStore(
            self.generation, self.vector_rows, self.manifest.dimension, self.row_files
        )
        return LocalVectors(store, self.manifest)
