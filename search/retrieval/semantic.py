"""Ranks passages by the cosine of their vectors with the question's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.encoder.encoder import Encoder, open_query_encoder
from indexer.encoder.info import EncoderInfo
from indexer.stores.generations import IndexManifest
from ocr_service.common.errors import EncoderError, LibraryError
from search.index.protocol import Index
from search.index.ranked import Ranked, best_first
from search.question.filters import Filter

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from indexer.encoder.export import PreparedEncoder

__all__ = ["SemanticRetriever"]

_NEAR = 10  # a passage's neighbours are the nearest tenth: ten of a hundred
_ALIKE, _FEWEST_ALIKE = 10, 3  # passages from which one without a vector is estimated
_SHARPNESS = 3  # power of the cosine by which a neighbour counts: nearer ones count more


class SemanticRetriever:
    """Searches the mapped vectors with the index's encoder."""

    def __init__(self, index: Index) -> None:
        """Open the encoder and the vectors of an open index.

        Raises:
            EncoderError: the encoder cannot be loaded, or is not the one that made the vectors.
        """
        manifest = index.manifest
        folder = index.encoder_folder
        self.slow = False
        if (folder / "model.onnx").exists():
            self._encoder: PreparedEncoder = open_query_encoder(folder)
        else:
            from indexer.encoder.export import OriginalEncoder, open_encoder

            self._encoder = open_encoder(folder)
            self.slow = isinstance(self._encoder, OriginalEncoder)
        _check_same(self._encoder.info, manifest, folder)
        # Repeated questions are encoded once.
        self._encode = lru_cache(maxsize=16)(self._encoder.encode_query)
        self._manifest = manifest
        self._damage: LibraryError | None = None
        try:
            self._vectors = index.vectors()
        except LibraryError as error:
            self._damage = error

    @property
    def tokenizer(self) -> Tokenizer | None:
        """The encoder's tokenizer, None if it does not show it."""
        return self._encoder.tokenizer if isinstance(self._encoder, Encoder) else None

    def search(self, text: str, filter_: Filter, limit: int, *, alone: bool = True) -> Ranked:
        """Return (row, cosine) of the nearest passages that have a vector, best first.

        If vectors are missing, a search that has other retrievers (not `alone`) continues without
        this one: a warning is logged, and nothing is returned.

        Raises:
            LibraryError: vectors are missing, and this is the only retriever.
        """
        if self._damage is not None:
            if alone:
                raise self._damage
            import logging  # 3 ms, and seldom needed

            logging.getLogger(__name__).warning("octavo: searching by words only: %s", self._damage)
            return []
        vector = self._encode(text)
        return self._vectors.nearest(vector / float(np.linalg.norm(vector)), filter_, limit)

    def cosines(self, text: str, rows: Sequence[int]) -> dict[int, float]:
        """Return the cosine of each of the rows that has a vector with a question."""
        if self._damage is not None or not rows:
            return {}
        known = [row for row, yes in zip(rows, self._embedded(rows), strict=True) if yes]
        vector = self._encode(text)
        values = self._vectors.of(known) @ (vector / float(np.linalg.norm(vector)))
        return dict(zip(known, values.tolist(), strict=True))

    def agreement(self, rows: Sequence[int], scores: Sequence[float]) -> Sequence[float]:
        """Return for each passage the mean score of its neighbours, the nearest tenth of `rows`.

        A neighbour counts by its cosine to the third power. With fewer than ten rows there are no
        neighbours, and each passage keeps its own score; so does one that has no vector yet.
        """
        if self._manifest.missing:
            known = self._embedded(rows)
            if not known.all():
                return self._agreement_of_some(rows, scores, known)
        count = len(rows) // _NEAR
        if count == 0:
            return list(scores)
        vectors = self._vectors.of(rows)
        # Not by BLAS: it shares even so small a product among threads, which then wait in a loop
        # for the next one, and take 14 ms of CPU time for 1.
        cosines = np.einsum("ik,jk->ij", vectors, vectors)
        np.fill_diagonal(cosines, -1.0)
        nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        weights = np.take_along_axis(cosines, nearest, 1).clip(1e-6) ** _SHARPNESS
        means = (weights * np.array(scores)[nearest]).sum(1) / weights.sum(1)
        return [float(mean) for mean in means]

    def _agreement_of_some(
        self, rows: Sequence[int], scores: Sequence[float], known: NDArray[np.bool_]
    ) -> list[float]:
        means = list(scores)
        places = np.flatnonzero(known).tolist()
        agreed = self.agreement([rows[place] for place in places], [scores[p] for p in places])
        for place, mean in zip(places, agreed, strict=True):
            means[place] = mean
        return means

    def with_estimates(self, text: str, near: Ranked, found: Ranked) -> Ranked:
        """Add to `near`, which `search` returned, those of `found` that have no vector yet.

        A passage must not fall behind because its vector is made later. It is taken to be as near
        as the passages that words find about as well: the mean cosine of those next to it in
        `found` that have a vector.
        """
        if self._damage is not None or not self._manifest.missing or not near:
            return near
        known = self._embedded([row for row, _ in found])
        if known.all() or not known.any():
            return near
        vector = self._encode(text)
        places = np.flatnonzero(known)
        rows = [found[place][0] for place in places.tolist()]
        cosines = self._vectors.of(rows) @ (vector / float(np.linalg.norm(vector)))
        sums = np.concatenate([[0.0], np.cumsum(cosines)])
        unknown = np.flatnonzero(~known)
        middle = np.searchsorted(places, unknown)
        # The fewer have a vector, the farther apart they are in the list.
        count = max(_FEWEST_ALIKE, round(_ALIKE * len(places) / len(found)))
        first = np.clip(middle - count // 2, 0, max(0, len(places) - count))
        last = np.minimum(first + count, len(places))
        means = (sums[last] - sums[first]) / (last - first)
        # None below the last of `near`, which stands for all that is farther away.
        estimates = np.maximum(means, near[-1][1]).tolist()
        rows_of = [found[place][0] for place in unknown.tolist()]
        return best_first([*near, *zip(rows_of, estimates, strict=True)])

    def _embedded(self, rows: Sequence[int]) -> NDArray[np.bool_]:
        """Return which of the rows have a vector."""
        bounds = np.array(self._manifest.missing, dtype=np.int64).reshape(-1)
        inside = np.searchsorted(bounds, np.array(rows, dtype=np.int64), side="right") % 2
        known: NDArray[np.bool_] = inside == 0
        return known


def _check_same(info: EncoderInfo, manifest: IndexManifest, folder: Path) -> None:
    if info.dimension != manifest.dimension or not info.fingerprint.startswith(
        manifest.encoder_key
    ):
        raise EncoderError(
            f"{folder}: this is not the encoder that made the index ({manifest.encoder}, "
            f"{manifest.dimension} dimensions); delete the folder and run 'octavo build' again"
        )
