"""Finds out which vectors an index has, after a build was killed or made by an older Octavo."""

from __future__ import annotations

import numpy as np

from indexer.building.indexed_book import passage_texts
from indexer.building.plan_index import StoredGeneration
from indexer.encoder.info import EncoderInfo
from indexer.stores.digests import (
    Digests,
    read_digests,
    text_digests,
    truncate_digests,
    write_digests,
)
from indexer.stores.fulltext import PASSAGES, open_index
from indexer.stores.generations import RowFiles
from indexer.stores.row_ranges import (
    RowRange,
    common_ranges,
    merge_ranges,
    runs,
    without_ranges,
)
from ocr_service.common.errors import LibraryError

__all__ = ["note_older_digests", "rows_without_vector"]

_NOTED = 512  # passages whose digests are noted at a time


def rows_without_vector(stored: StoredGeneration, encoder_key: str) -> list[RowRange]:
    """Return the live rows without a vector: a killed build has made more than it published.

    Vectors that the manifest speaks of and the files do not hold are made again.

    Raises:
        OSError: the disk is full or not writable.
    """
    manifest, folder = stored.manifest, stored.folder
    held = RowFiles.open(folder).count(manifest.dimension)
    truncate_digests(folder, min(manifest.rows, held[0]))
    digests = read_digests(folder, manifest.rows)
    live = merge_ranges(manifest.live_ranges())
    unmade = [
        part for first, last in manifest.missing for part in _without_digest(digests, first, last)
    ]
    lost = common_ranges(live, [(min(held), manifest.rows)])
    missing = merge_ranges(common_ranges(live, unmade) + lost)
    embedded = without_ranges(live, missing)
    _note_digests(stored, without_ranges(embedded, [(0, len(digests))]), encoder_key)
    return missing


def note_older_digests(older: StoredGeneration, encoder_key: str, info: EncoderInfo) -> bool:
    """Note of which texts the vectors of another version were made.

    Return whether they are of the encoder that `info` describes, and can be read.

    Raises:
        OSError: the disk is full or not writable.
    """
    manifest = older.manifest
    held = RowFiles.open(older.folder).count(info.dimension)
    same = (manifest.encoder_key, manifest.dimension) == (encoder_key, info.dimension)
    if not same or min(held) < manifest.vector_rows:
        return False
    known = len(read_digests(older.folder, manifest.rows))
    try:
        rows = without_ranges(manifest.embedded_ranges(), [(0, known)])
        _note_digests(older, rows, encoder_key)
    except (LibraryError, KeyError, TypeError, ValueError):  # another schema
        return False
    return True


def _note_digests(stored: StoredGeneration, rows: list[RowRange], encoder_key: str) -> None:
    """Write the digests of vectors that an older Octavo made."""
    folder, words = stored.folder, open_index(stored.folder, PASSAGES)
    for first, last in rows:
        for start in range(first, last, _NOTED):
            span = range(start, min(last, start + _NOTED))
            texts = passage_texts(words, stored.manifest, list(span))
            for begin, end in runs([text.row for text in texts]):
                part = texts[begin:end]
                digests = text_digests([text.text for text in part], encoder_key)
                write_digests(folder, part[0].row, digests)


def _without_digest(digests: Digests, first: int, last: int) -> list[RowRange]:
    """Return those of the rows from `first` to before `last` that have no digest."""
    known = np.any(digests[first:last] != 0, axis=1)
    bare = [first + place for place in np.flatnonzero(~known).tolist()]
    return merge_ranges([(row, row + 1) for row in bare] + [(max(first, first + len(known)), last)])
