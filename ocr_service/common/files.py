"""Writes files so that a power cut at any moment leaves the old or the new file, never half of one.

Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = [
    "append_line",
    "making_folder",
    "read_lines",
    "remove_folder",
    "replace_folder",
    "sync",
    "sync_files",
    "write_atomic",
]


def sync(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk; do nothing on Windows, which forbids it."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_files(folder: Path) -> None:
    """Flush the files of a folder to disk."""
    for path in folder.iterdir():
        sync(path)


def write_atomic(path: Path, data: str | bytes) -> None:
    """Write `data` to a file beside `path`, sync it, and rename it onto `path`.

    Only one process may write `path` at a time. It overwrites what a killed one left beside it.

    Half surrogates, which stand for the bytes of a file name that is not UTF-8, become JSON
    escapes.

    Raises:
        OSError: the disk is full or not writable; `path` is then unchanged.
    """
    beside = path.with_name(f".{path.name}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def append_line(path: Path, value: dict[str, Any]) -> None:
    """Append `value` to `path` as one line of JSON, and sync it.

    An incomplete last line, left by a crash, is ended first, so that only that line is lost. A
    write that fails half-way (a full disk) is undone.

    Raises:
        OSError: the disk is full or not writable; the file is then unchanged.
    """
    line = json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace") + b"\n"
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":
                line = b"\n" + line
        try:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(path, size)
            raise


def read_lines(path: Path, start: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the JSON object of each line of `path` from byte `start` on; skip incomplete lines.

    A missing file has no lines.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        file.seek(start)
        for line in file:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                yield value


@contextlib.contextmanager
def making_folder(place: Path) -> Iterator[Path]:
    """Yield an empty folder that replaces `place` when the block ends without an exception.

    Only one process may make `place` at a time. It removes what a killed one left beside it.

    Raises:
        OSError: the disk is full or not writable; `place` is then unchanged.
    """
    beside = place.with_name(f".{place.name}.tmp")
    remove_folder(beside)
    beside.mkdir(parents=True)
    try:
        yield beside
        replace_folder(beside, place)
    except BaseException:
        remove_folder(beside)
        raise


def remove_folder(path: Path) -> None:
    """Delete a folder with all that is in it, as far as that is possible; it need not exist."""
    import shutil  # 2 ms, which no search needs to wait for

    shutil.rmtree(path, ignore_errors=True)


def replace_folder(new: Path, old: Path) -> None:
    """Replace the folder `old`, which need not exist, by the folder `new`.

    Two renames: between them a reader finds no folder, but never a mixture of both.
    """
    away = old.with_name(f".{old.name}.away")
    remove_folder(away)
    if old.exists():
        old.rename(away)
    new.rename(old)
    sync(old.parent)
    remove_folder(away)
