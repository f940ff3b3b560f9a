"""Translates errors of the operating system while a command writes to a library."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ocr_service.common.errors import storage_error
from ocr_service.library.library import Library

__all__ = ["storage_errors"]


@contextlib.contextmanager
def storage_errors(library: Library) -> Iterator[None]:
    """Translate errors of the operating system to errors of the library.

    Raises:
        OctavoError: the disk is full, not writable, or similar.
    """
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: tantivy's wrapping of them
        known = storage_error(error, str(library.path))
        raise (known or error) from error
