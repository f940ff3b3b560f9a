"""Opens regular files only: reading a named pipe or a device may wait for ever."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from ocr_service.common.errors import InputError

__all__ = ["open_regular", "read_start", "require_regular"]

_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def require_regular(path: Path) -> None:
    """Check that a path, or what it links to, is no named pipe, device or socket.

    Raises:
        InputError: it is.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # reported when it is opened
    _require(path, mode)


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading. What is no regular file is never waited for, and not read.

    Raises:
        InputError: it is a named pipe, a device or a socket.
        OSError: it cannot be opened.
    """
    require_regular(path)  # opening alone may have an effect on a device
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        _require(path, os.fstat(descriptor).st_mode)  # it may have been replaced since
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_start(path: Path, size: int) -> bytes:
    """Return the first `size` bytes of a regular file; nothing if it cannot be read."""
    try:
        with open_regular(path) as file:
            return file.read(size)
    except (InputError, OSError):
        return b""


def _require(path: Path, mode: int) -> None:
    for is_kind, name in _SPECIAL:
        if is_kind(mode):
            raise InputError(f"{path}: this is {name} and no file; leave it out")
