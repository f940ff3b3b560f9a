"""Remembers what each `book.json` looked like from outside when a generation was compared with it.

    stamps.json   book id -> inode, size, time of modification and time of change, both in ns

A book whose file has the same stamp is indexed as it is, and its file need not be parsed: parsing
those of a thousand books takes seconds, looking at them milliseconds. The file is only a shortcut:
without it, or with other stamps (of a copied library), the books are parsed and compared.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from ocr_service.common.files import write_atomic

__all__ = ["Stamp", "is_settled", "read_stamps", "stamp_of", "write_stamps"]

Stamp = tuple[int, int, int, int]

_STAMPS = "stamps.json"
_COARSEST_NS = 2_000_000_000  # of the times that file systems keep: FAT's


def stamp_of(path: str | Path) -> Stamp | None:
    """Return the stamp of a file, None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a thousand of them are looked at
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def is_settled(stamp: Stamp, now_ns: int) -> bool:
    """Return whether every later change of the file gives it another stamp.

    `now_ns` is the time just before the stamp was taken. A file that has changed within the last
    tick of its file system's clock can change once more in the same tick, and keep its size; and of
    a file from the future nothing is known.
    """
    return max(stamp[2:]) + _COARSEST_NS < now_ns


def read_stamps(folder: Path) -> dict[str, Stamp]:
    """Return the stamps of a generation's books; none if they are missing or damaged."""
    try:
        data = json.loads((folder / _STAMPS).read_text(encoding="utf-8"))
        return {book_id: (int(a), int(b), int(c), int(d)) for book_id, (a, b, c, d) in data.items()}
    except (OSError, AttributeError, TypeError, ValueError):
        return {}


def write_stamps(folder: Path, stamps: Mapping[str, Stamp]) -> None:
    """Replace the stamps of a generation; others that share the file keep theirs.

    Raises:
        OSError: the disk is full or not writable.
    """
    write_atomic(folder / _STAMPS, json.dumps(stamps, ensure_ascii=False))
