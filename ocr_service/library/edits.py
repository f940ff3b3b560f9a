"""Changes what a library says of a book: its title, authors and year.

What a person has set is kept when the book is read again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ocr_service.common.errors import QueryError
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import EDITABLE, storable
from ocr_service.text.imprint import FIRST_YEAR, LAST_YEAR

__all__ = ["BookEdit", "edit_book", "parse_year"]

_LONGEST = 300  # characters of a title or a name


@dataclass(frozen=True, slots=True)
class BookEdit:
    """What to set; None leaves a field as it is. `authors` may be (), and `year` 0, for none."""

    title: str | None = None
    authors: tuple[str, ...] | None = None
    year: int | None = None


def parse_year(text: str) -> int:
    """Return the year that a text names; 0 for an empty one.

    Raises:
        QueryError: it is no year.
    """
    if not text.strip():
        return 0
    year = int(text) if text.strip().isascii() and text.strip().isdecimal() else 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise QueryError(f"'{text[:40]}' is not a year; give one from {FIRST_YEAR} to {LAST_YEAR}")
    return year


def edit_book(folder: BookFolder, edit: BookEdit) -> Manifest:
    """Set a book's fields in its manifest and return that. Only for the holder of the lock.

    Raises:
        QueryError: a title is empty or too long.
        LibraryError: the book has no manifest, or a damaged one.
        OSError: the library cannot be written.
    """
    manifest = folder.existing_manifest()
    values: dict[str, Any] = {}
    if edit.title is not None:
        values["title"] = _line(edit.title, "the title")
    if edit.authors is not None:
        values["authors"] = tuple(_line(name, "an author") for name in edit.authors if name.strip())
    if edit.year is not None:
        values["year"] = edit.year or None
    edited = tuple(name for name in EDITABLE if name in values or name in manifest.book.edited)
    manifest = replace(manifest, book=replace(manifest.book, **values, edited=edited))
    folder.write_manifest(manifest)
    return manifest


def _line(text: str, what: str) -> str:
    line = " ".join(storable(text).split())
    if not line or len(line) > _LONGEST:
        raise QueryError(f"{what} must have 1 to {_LONGEST} characters")
    return line
