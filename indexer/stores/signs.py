"""Stores the signs of vectors, a bit per dimension, to preselect near ones among millions.

    signs.u64   blocks of 4,096 rows; in a block, for each 64 dimensions, a word for each row

The number of differing signs estimates the angle between two vectors (Charikar, Similarity
Estimation Techniques from Rounding Algorithms, 2002). Words of the same dimensions lie side by
side, so that numpy compares thousands of rows in one instruction stream; the file has 1/32 of the
vectors' size. Rows without a vector have zeros, as has the rest of the last block.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from indexer.stores.generations import SIGNS, SIGNS_BLOCK

if TYPE_CHECKING:
    from indexer.encoder.encoder import Vectors

__all__ = ["differing_signs", "map_signs", "pack_signs", "write_signs"]

SignWords = NDArray[np.uint64]

_STRIDE = 8  # blocks compared at a time: 1.5 MB of 384 dimensions


def pack_signs(vectors: Vectors) -> SignWords:
    """Return the signs of vectors, shape (n, dimension), as words, shape (n, words)."""
    bits = np.packbits(vectors > 0, axis=1)
    padded = np.zeros((len(bits), _words(vectors.shape[1]) * 8), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64)


def write_signs(folder: Path, first_row: int, vectors: Vectors) -> None:
    """Write the signs of `vectors`, shape (n, dimension), from row `first_row` on.

    Raises:
        OSError: the disk is full or not writable.
    """
    signs = pack_signs(vectors)
    if not len(signs):
        return
    first, filled = divmod(first_row, SIGNS_BLOCK)
    places = filled + np.arange(len(signs))
    words = signs.shape[1]
    blocks = np.zeros((-(-(filled + len(signs)) // SIGNS_BLOCK), words, SIGNS_BLOCK), np.uint64)
    path, size = folder / SIGNS, words * SIGNS_BLOCK * 8
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(first * size)
        before = np.frombuffer(file.read(blocks.nbytes), dtype=np.uint64)
        blocks.reshape(-1)[: len(before)] = before
        blocks[places // SIGNS_BLOCK, :, places % SIGNS_BLOCK] = signs
        # Rows shared with an older generation are written again unchanged.
        file.seek(first * size)
        file.write(blocks.tobytes())
        file.flush()
        os.fsync(file.fileno())


def map_signs(file: mmap.mmap | bytes, rows: int, dimension: int) -> SignWords:
    """Return the file's blocks, shape (blocks, words, rows of a block)."""
    shape = (-(-rows // SIGNS_BLOCK), _words(dimension), SIGNS_BLOCK)
    return np.frombuffer(file, dtype=np.uint64, count=int(np.prod(shape))).reshape(shape)


def differing_signs(blocks: SignWords, query: Vectors, rows: int) -> NDArray[np.uint16]:
    """Return the number of signs that differ from the query's, for the first `rows` rows."""
    word = pack_signs(query[None])[0][None, :, None]
    counts = np.empty((len(blocks), SIGNS_BLOCK), dtype=np.uint16)
    for start in range(0, len(blocks), _STRIDE):
        end = start + _STRIDE
        bits = np.bitwise_count(blocks[start:end] ^ word)
        total = counts[start:end]
        total[:] = bits[:, 0]
        for plane in range(1, bits.shape[1]):
            total += bits[:, plane]
    return counts.reshape(-1)[:rows]


def _words(dimension: int) -> int:
    return -(-dimension // 64)
