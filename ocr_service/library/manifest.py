"""The manifest of a book, `book.json`, as `docs/format.md` describes it. Standard library only."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from ocr_service.common.errors import LibraryError
from ocr_service.library.pages import Book, PageBookmark, PageStatus, UnprintedHeading
from ocr_service.text.invisible import without_invisible
from ocr_service.text.page_label import label_or_number

__all__ = ["SCHEMA_VERSION", "Manifest", "ReadAgain"]

SCHEMA_VERSION = 1

_PAGES = b',\n "labels": ['  # where the lists of pages begin; within a string there is no newline

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Says that pages are being read again, and are not published yet.

    `start` is the size in bytes that `ocr.jsonl` had before; `how` names what they are read with.
    """

    start: int
    how: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of `book.json`: the book, and the label, status and engine of each page.

    `digest` covers all pages; the index is out of date if it was built from another one. It is
    None, and the page lists are empty, while the book is being read. `errors` and `notes` (what was
    lost or guessed) are keyed by 0-based page index. Books of an older Octavo have no notes until
    they are published again. `cleaning` is the version of the rules that turned raw text into
    markdown; 0 if pages are stored that are not published. `read_again` outlives a killed build.
    `outline` is the file's. `unprinted` and `overlays` are those of `Page`, by 0-based page index.
    """

    book: Book
    cleaning: int = 0
    digest: str | None = None
    labels: tuple[str, ...] = ()
    statuses: tuple[PageStatus, ...] = ()
    engines: tuple[str, ...] = ()
    errors: dict[int, str] = field(default_factory=dict)
    notes: dict[int, tuple[str, ...]] = field(default_factory=dict)
    read_again: ReadAgain | None = None
    outline: tuple[PageBookmark, ...] = ()
    unprinted: dict[int, tuple[UnprintedHeading, ...]] = field(default_factory=dict)
    overlays: dict[int, int] = field(default_factory=dict)

    @property
    def failed_pages(self) -> dict[int, str]:
        """Why pages failed, by 1-based page number."""
        return {index + 1: reason for index, reason in sorted(self.errors.items())}

    @property
    def noted_pages(self) -> dict[int, str]:
        """What was lost or guessed on pages that were read, by 1-based page number."""
        return {index + 1: "; ".join(notes) for index, notes in sorted(self.notes.items())}

    def to_json(self) -> str:
        """Return the text of `book.json`. It contains no times: equal books give equal files."""
        data: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "book": self.book.to_dict(),
            "cleaning": self.cleaning,
            "digest": self.digest,
            "labels": list(self.labels),
            "statuses": [str(status) for status in self.statuses],
            "engines": list(self.engines),
            "errors": {str(page): reason for page, reason in self.failed_pages.items()},
        }
        optional = {
            "notes": _by_number(self.notes, list),
            "read_again": self.read_again and asdict(self.read_again),
            "outline": [[one.level, one.title, one.page_index + 1] for one in self.outline],
            "unprinted": _by_number(
                self.unprinted, lambda found: [[one.level, one.title, one.start] for one in found]
            ),
            "overlays": _by_number(self.overlays, lambda last: last + 1),
        }
        data |= {key: value for key, value in optional.items() if value}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, place: str) -> Manifest:
        """Parse `book.json`.

        Raises:
            LibraryError: the file was made by another version of Octavo, or is damaged.
        """
        with _understanding(place):
            data = json.loads(text)
            _check_version(data, place)
            labels = enumerate(data["labels"])
            return cls(
                book=Book.from_dict(data["book"]),
                cleaning=int(data["cleaning"]),
                digest=data["digest"],
                labels=tuple(label_or_number(label, index) for index, label in labels),
                statuses=tuple(PageStatus(status) for status in data["statuses"]),
                engines=tuple(data["engines"]),
                errors=_by_index(data["errors"], str),
                notes=_by_index(data.get("notes", {}), tuple),
                read_again=ReadAgain(**again) if (again := data.get("read_again")) else None,
                outline=tuple(
                    PageBookmark(int(level), without_invisible(title), int(number) - 1)
                    for level, title, number in data.get("outline", [])
                ),
                unprinted=_by_index(data.get("unprinted", {}), _unprinted),
                overlays=_by_index(data.get("overlays", {}), lambda last: int(last) - 1),
            )

    @staticmethod
    def book_from_start(start: bytes, place: str) -> Book | None:
        """Parse the book in the first bytes of a `book.json`; None if they do not hold all of it.

        That of a thousand pages takes a hundred times as long to parse as a whole.

        Raises:
            LibraryError: the file was made by another version of Octavo, or is damaged.
        """
        head, found, _ = start.partition(_PAGES)
        if not found:
            return None
        with _understanding(place):
            data = json.loads(head + b"}")
            _check_version(data, place)
            return Book.from_dict(data["book"])


def _check_version(data: dict[str, Any], place: str) -> None:
    version = data["schema_version"]
    if version != SCHEMA_VERSION:
        raise LibraryError(
            f"{place}: written in format {version}, this Octavo reads format "
            f"{SCHEMA_VERSION}; use the Octavo that made it, or build a new library"
        )


@contextlib.contextmanager
def _understanding(place: str) -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise LibraryError(
            f"{place}: damaged ({error}); delete this file and run 'octavo build' on the book "
            "again: no page is read twice"
        ) from error


def _by_number(values: dict[int, _Value], plain: Callable[[_Value], Any]) -> dict[str, Any]:
    """Return values by 0-based index as JSON has them, by 1-based number in order."""
    return {str(index + 1): plain(value) for index, value in sorted(values.items())}


def _by_index(data: dict[str, Any], parse: Callable[[Any], _Value]) -> dict[int, _Value]:
    """Return what JSON has by 1-based number, by 0-based index."""
    return {int(number) - 1: parse(value) for number, value in data.items()}


def _unprinted(headings: list[Any]) -> tuple[UnprintedHeading, ...]:
    return tuple(
        UnprintedHeading(int(level), without_invisible(title), int(start))
        for level, title, start in headings
    )
