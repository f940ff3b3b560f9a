"""Opens an index that is kept in Qdrant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from indexer.qdrant.engine import Engine
from indexer.qdrant.state import CollectionState, open_state
from indexer.stores.generations import BookEntry, IndexManifest
from ocr_service.common.errors import LibraryError
from search.index.qdrant.books import QdrantBooks
from search.index.qdrant.formulas import QdrantFormulas
from search.index.qdrant.items import QdrantItems
from search.index.qdrant.passages import QdrantPassages
from search.index.qdrant.vectors import QdrantVectors
from search.index.qdrant.visible import VisibleEditions

__all__ = ["QdrantIndex"]


@dataclass(frozen=True)
class QdrantIndex:
    """The books of a collection as they were when it was opened.

    `revision` changes whenever a book does. `encoders` is a folder that may have the prepared
    encoder; if it has not, the user's cache does.
    """

    engine: Engine
    state: CollectionState
    revision: str
    books: QdrantBooks
    encoders: Path

    @classmethod
    def open(cls, engine: Engine, place: str, encoders: Path) -> Self:
        """Open a collection; `place` names it in messages.

        Raises:
            LibraryError: there is none, or another version made it.
            EngineError: the engine is away, or refuses.
        """
        opened = open_state(engine, place)
        if opened is None:
            raise LibraryError(f"{place}: no index here; make it with 'octavo index push'")
        state, revision = opened
        return cls(
            engine, state, revision, QdrantBooks(engine, VisibleEditions.open(engine)), encoders
        )

    def current_revision(self) -> str:
        """Return the revision of the collection now.

        Raises:
            LibraryError: it is gone, or another version made it anew.
            EngineError: the engine is away.
        """
        opened = open_state(self.engine, "the index")
        return opened[1] if opened else ""

    def named(self, name: str, *, near: bool) -> Mapping[str, BookEntry]:
        """Return the books that a name may mean; if `near`, also those with names near to it."""
        return self.books.named(name, near=near)

    @cached_property
    def most_pages(self) -> int:
        """The number of pages of the longest book."""
        return self.books.most_pages

    @cached_property
    def languages(self) -> frozenset[str | None]:
        """The languages of the books, by ISO 639-1 codes; None is one that nobody has told."""
        return frozenset(code or None for code in self.books.visible.values("language"))

    @property
    def share(self) -> float:
        """The share of the index that the last answers came from: 1 if all shards answer."""
        return self.engine.share

    @cached_property
    def manifest(self) -> IndexManifest:
        """Which books are indexed, and with which encoder."""
        return IndexManifest(
            encoder=self.state.encoder,
            encoder_key=self.state.encoder_key,
            dimension=self.state.dimension,
            rows=self.books.visible.after,
            books=self.books,
            missing=self.books.unembedded(),
        )

    @cached_property
    def encoder_folder(self) -> Path:
        """The folder of the prepared encoder that encodes questions."""
        from indexer.encoder.store import is_described, prepared_encoder

        own = self.encoders / self.state.encoder_key
        if is_described(own):
            return own
        import platformdirs

        cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
        return prepared_encoder(self.state.encoder, self.state.encoder_key, cache)

    @property
    def whole(self) -> bool:
        """Whether all vectors are there that the manifest speaks of."""
        return True

    @cached_property
    def passages(self) -> QdrantPassages:
        """The passages."""
        return QdrantPassages(self.engine, self.books, self.state.averages)

    @cached_property
    def formulas(self) -> QdrantFormulas:
        """The formulas."""
        return QdrantFormulas(self.engine, self.books)

    @cached_property
    def items(self) -> QdrantItems:
        """What books list and state."""
        return QdrantItems(self.engine, self.books)

    def vectors(self) -> QdrantVectors:
        """Return the vectors."""
        return QdrantVectors(self.engine, self.books, self.passages.passages)
