"""The semantic retriever: nearest passages to the question's vector."""

from __future__ import annotations

from pathlib import Path

from indexer.encoder import Encoder
from indexer.generations import IndexManifest, RowFiles
from indexer.vectors import VectorStore
from search.filters import Filter
from search.keyword import Ranked

__all__ = ["SemanticRetriever"]


class SemanticRetriever:
    """Holds the encoder and the mapped vectors."""

    def __init__(
        self, index: Path, generation: Path, manifest: IndexManifest, files: RowFiles
    ) -> None:
        """Open the encoder and the vectors of a generation, whose `files` are mapped already.

        Raises:
            EncoderError: the encoder cannot be loaded.
        """
        folder = index / "encoders" / manifest.encoder_key
        self.slow = not (folder / "model.onnx").exists()
        if self.slow:
            from indexer.encoder_export import OriginalEncoder, open_encoder

            self._encoder: Encoder | OriginalEncoder = open_encoder(folder)
        else:
            self._encoder = Encoder(folder)
        self._vectors = VectorStore(generation, manifest.rows, manifest.dimension, files)
        self._books = manifest.books

    def search(self, text: str, filter_: Filter, limit: int) -> Ranked:
        """Return (row, cosine) of the nearest passages, best first."""
        wanted = filter_.books or tuple(self._books)
        ranges = [
            (self._books[book_id].first_row, self._books[book_id].last_row) for book_id in wanted
        ]
        return self._vectors.search(self._encoder.encode_query(text), ranges, limit, filter_.pages)
