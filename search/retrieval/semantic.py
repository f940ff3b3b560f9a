"""Ranks passages by the cosine of their vectors with the question's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from indexer.encoder.encoder import Encoder, Vectors
from indexer.encoder.info import EncoderInfo
from indexer.stores.generations import IndexManifest, RowFiles
from indexer.stores.vectors import VectorStore
from ocr_service.common.errors import EncoderError, LibraryError
from search.question.filters import Filter
from search.retrieval.keyword import Ranked

__all__ = ["SemanticRetriever"]

_NEAR = 10  # a passage's neighbours are the nearest tenth: ten of a hundred
_SHARPNESS = 3  # power of the cosine by which a neighbour counts: nearer ones count more


class SemanticRetriever:
    """Searches the mapped vectors with the index's encoder."""

    def __init__(
        self, index: Path, generation: Path, manifest: IndexManifest, files: RowFiles
    ) -> None:
        """Open the encoder and the vectors of a generation, whose `files` are mapped already.

        Raises:
            EncoderError: the encoder cannot be loaded, or is not the one that made the vectors.
        """
        folder = index / "encoders" / manifest.encoder_key
        self.slow = not (folder / "model.onnx").exists()
        if self.slow:
            from indexer.encoder.export import OriginalEncoder, open_encoder

            self._encoder: Encoder | OriginalEncoder = open_encoder(folder)
        else:
            self._encoder = Encoder(folder)
        _check_same(self._encoder.info, manifest, folder)
        # Repeated questions are encoded once.
        self._encode = lru_cache(maxsize=16)(self._encoder.encode_query)
        self._books = manifest.books
        self._damage: LibraryError | None = None
        try:
            self._vectors = VectorStore(generation, manifest.rows, manifest.dimension, files)
        except LibraryError as error:
            self._damage = error

    def search(self, text: str, filter_: Filter, limit: int, *, alone: bool = True) -> Ranked:
        """Return (row, cosine) of the nearest passages, best first.

        If vectors are missing, a search that has other retrievers (not `alone`) continues without
        this one: a warning is logged, and nothing is returned.

        Raises:
            LibraryError: vectors are missing, and this is the only retriever.
        """
        if self._damage is not None:
            if alone:
                raise self._damage
            logging.getLogger(__name__).warning("octavo: searching by words only: %s", self._damage)
            return []
        return self._nearest(self._encode(text), filter_, limit)

    def agreement(self, rows: Sequence[int], scores: Sequence[float]) -> Sequence[float]:
        """Return for each passage the mean score of its neighbours, the nearest tenth of `rows`.

        A neighbour counts by its cosine to the third power. With fewer than ten rows there are no
        neighbours, and each passage keeps its own score.
        """
        count = len(rows) // _NEAR
        if count == 0:
            return list(scores)
        vectors = self._vectors.vectors[list(rows)]
        cosines = vectors @ vectors.T
        np.fill_diagonal(cosines, -1.0)
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        weights = np.take_along_axis(cosines, nearest, 1).clip(1e-6) ** _SHARPNESS
        means = (weights * np.array(scores)[nearest]).sum(1) / weights.sum(1)
        return [float(mean) for mean in means]

    def _nearest(self, vector: Vectors, filter_: Filter, limit: int) -> Ranked:
        wanted = filter_.books or tuple(self._books)
        ranges = [
            (self._books[book_id].first_row, self._books[book_id].last_row) for book_id in wanted
        ]
        return self._vectors.search(
            vector / float(np.linalg.norm(vector)),
            ranges,
            limit,
            filter_.pages,
            exact=bool(filter_.books),
        )


def _check_same(info: EncoderInfo, manifest: IndexManifest, folder: Path) -> None:
    if info.dimension != manifest.dimension or not info.fingerprint.startswith(
        manifest.encoder_key
    ):
        raise EncoderError(
            f"{folder}: this is not the encoder that made the index ({manifest.encoder}, "
            f"{manifest.dimension} dimensions); delete the folder and run 'octavo build' again"
        )
