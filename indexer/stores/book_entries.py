"""Describes the books of a generation, and parses their descriptions when they are first needed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ocr_service.common.errors import LibraryError
from ocr_service.text.invisible import without_invisible

__all__ = ["BookEntries", "BookEntry", "damaged", "parse_entries"]


@dataclass(frozen=True, slots=True)
class BookEntry:
    """What the index holds of one book, with the digest of its pages and its range of rows."""

    title: str
    authors: list[str]
    digest: str
    first_row: int
    last_row: int  # the row after the last
    formulas: int
    page_count: int
    language: str | None = None  # ISO 639-1; selects the stemmer
    year: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as plain JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


class BookEntries(Mapping[str, BookEntry]):
    """The books of a manifest by id, parsed from its text when one is first asked for.

    To open an index of a thousand books costs as little as one of a single book. Any access raises
    `LibraryError` if the text is damaged.
    """

    def __init__(self, text: str, folder: Path) -> None:
        """Take the JSON text of the books of the generation in `folder`."""
        self._text = text
        self._folder = folder

    @cached_property
    def _books(self) -> dict[str, BookEntry]:
        try:
            return parse_entries(json.loads(self._text))
        except (AttributeError, TypeError, ValueError) as error:
            raise damaged(self._folder, error) from error

    def __getitem__(self, book_id: str) -> BookEntry:
        """Return the entry of a book."""
        return self._books[book_id]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the books."""
        return iter(self._books)

    def __len__(self) -> int:
        """Return the number of books."""
        return len(self._books)


def parse_entries(data: Mapping[str, Any]) -> dict[str, BookEntry]:
    """Return entries from plain JSON values; an older Octavo kept invisible characters."""
    return {
        book_id: BookEntry(
            **{
                **entry,
                "title": without_invisible(entry["title"]),
                "authors": [without_invisible(name) for name in entry["authors"]],
            }
        )
        for book_id, entry in data.items()
    }


def damaged(folder: Path, error: Exception) -> LibraryError:
    """Return what to raise when the index in `folder` cannot be understood."""
    return LibraryError(
        f"{folder}: the index is damaged ({error}); delete the library's index folder and "
        "run 'octavo build' again: no page is read twice"
    )
