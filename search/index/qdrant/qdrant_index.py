"""Opens an index that is kept in Qdrant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from indexer.qdrant.editions import list_editions
from indexer.qdrant.engine import Engine
from indexer.qdrant.state import CollectionState, open_state
from indexer.stores.generations import IndexManifest
from ocr_service.common.errors import LibraryError
from search.index.qdrant.formulas import QdrantFormulas
from search.index.qdrant.items import QdrantItems
from search.index.qdrant.passages import QdrantPassages
from search.index.qdrant.vectors import QdrantVectors
from search.index.qdrant.visible import VisibleBooks

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
    visible: VisibleBooks
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
        return cls(engine, state, revision, VisibleBooks(list_editions(engine)), encoders)

    def current_revision(self) -> str:
        """Return the revision of the collection now.

        Raises:
            LibraryError: it is gone, or another version made it anew.
            EngineError: the engine is away.
        """
        opened = open_state(self.engine, "the index")
        return opened[1] if opened else ""

    @property
    def share(self) -> float:
        """The share of the index that the last answers came from: 1 if all shards answer."""
        return self.engine.share

    @cached_property
    def manifest(self) -> IndexManifest:
        """Which books are indexed, and with which encoder."""
        books = self.visible.books
        missing = sorted(span for one in books.values() for span in one.missing)
        return IndexManifest(
            encoder=self.state.encoder,
            encoder_key=self.state.encoder_key,
            dimension=self.state.dimension,
            rows=max((one.entry.last_row for one in books.values()), default=0),
            books={book_id: one.entry for book_id, one in books.items()},
            missing=tuple(missing),
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
        return QdrantPassages(self.engine, self.visible, self.state.averages)

    @cached_property
    def formulas(self) -> QdrantFormulas:
        """The formulas."""
        return QdrantFormulas(self.engine, self.visible)

    @cached_property
    def items(self) -> QdrantItems:
        """What books list and state."""
        return QdrantItems(self.engine, self.visible)

    def vectors(self) -> QdrantVectors:
        """Return the vectors."""
        return QdrantVectors(self.engine, self.visible, self.passages.passages)
