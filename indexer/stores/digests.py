"""Remembers which text each vector was made of, so that no text is embedded twice.

    digests.u64   two words a row: a digest of the text that was embedded and of its encoder

A row's digest is written after its vector, so a row with a digest has its vector, also if the
process was killed right after. Rows without a vector, and those of an older Octavo, have zeros.
Rows of removed books keep theirs: a book that comes back finds its vectors.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Digests",
    "find_rows",
    "read_digests",
    "text_digests",
    "truncate_digests",
    "write_digests",
]

Digests = NDArray[np.uint64]  # shape (n, 2)

DIGESTS = "digests.u64"
_SIZE = 16  # bytes a row
_BITS = 20  # of a digest, by which candidates are selected before whole digests are compared


def text_digests(texts: Sequence[str], encoder_key: str) -> Digests:
    """Return the digests of texts as this encoder embeds them, shape (len(texts), 2)."""
    key = encoder_key.encode()
    joined = b"".join(
        blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE, key=key).digest()
        for text in texts
    )
    return np.frombuffer(joined, dtype=np.uint64).reshape(-1, 2)


def read_digests(folder: Path, rows: int) -> Digests:
    """Map the digests of the first `rows` rows, or of as many as the file in `folder` has."""
    path = folder / DIGESTS
    try:
        held = min(rows, path.stat().st_size // _SIZE)
    except FileNotFoundError:
        held = 0
    if not held:
        return np.empty((0, 2), dtype=np.uint64)
    return np.memmap(path, dtype=np.uint64, mode="r", shape=(held, 2))


def find_rows(stored: Digests, wanted: Digests) -> NDArray[np.int64]:
    """Return for each of `wanted` a row of `stored` with the same digest; -1 if there is none."""
    found = np.full(len(wanted), -1, dtype=np.int64)
    if not len(stored) or not len(wanted):
        return found
    mask = np.uint64((1 << _BITS) - 1)
    chosen = np.zeros(1 << _BITS, dtype=np.bool_)
    chosen[wanted[:, 0] & mask] = True
    near = np.flatnonzero(chosen[stored[:, 0] & mask])
    rows = {stored[row].tobytes(): row for row in near.tolist()}
    for place, digest in enumerate(wanted):
        found[place] = rows.get(digest.tobytes(), -1)
    return found


def write_digests(folder: Path, first_row: int, digests: Digests) -> None:
    """Write digests from row `first_row` on, after the vectors of these rows.

    Raises:
        OSError: the disk is full or not writable.
    """
    path = folder / DIGESTS
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(first_row * _SIZE)
        file.write(np.ascontiguousarray(digests, np.uint64).tobytes())
        file.flush()
        os.fsync(file.fileno())


def truncate_digests(folder: Path, rows: int) -> None:
    """Forget the digests after the first `rows` rows, which a killed build may have left.

    Those rows get other passages.

    Raises:
        OSError: the disk is not writable.
    """
    path = folder / DIGESTS
    if path.exists() and path.stat().st_size > rows * _SIZE:
        os.truncate(path, rows * _SIZE)
