"""Defines books, pages and regions. Standard library only: a search loads nothing heavy.

Their format on disk is in `book_folder.py` and, for people, in `docs/format.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from ocr_service.common.path_text import path_text, text_path
from ocr_service.text.invisible import without_invisible
from ocr_service.text.late_pattern import late_pattern
from ocr_service.text.page_label import label_or_number

__all__ = [
    "EDITABLE",
    "Book",
    "Box",
    "Page",
    "PageBookmark",
    "PageRecord",
    "PageStatus",
    "Region",
    "UnprintedHeading",
    "storable",
]

Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a place on a page, as fractions of its width and height."""

EDITABLE = ("title", "authors", "year")
"""The fields of a book that a person may set."""

_UNSTORABLE = late_pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` without characters that damage a text file, a terminal or a model's input.

    These are control characters but for tab and newline, byte-order marks, half surrogates, and
    invisible characters (see `ocr_service.text.invisible`).
    """
    printable = _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return without_invisible(printable)


class PageStatus(StrEnum):
    """How reading one page ended. A failure is data, never an exception.

    A page is `UNREAD` if no build has been asked to read it yet.
    """

    OK = "ok"
    BLANK = "blank"
    TRUNCATED = "truncated"
    LOOPING = "looping"
    FAILED = "failed"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Book:
    """A book of a library.

    `book_id` is a readable slug, unique in its library. `source` is the path it was read from, as
    `ocr_service.common.path_text` writes it, `sha256` the digest of that file's content. `title` is
    never empty. `year` is the year of publication. `edited` names the fields that a person has set:
    no build changes them.
    """

    book_id: str
    title: str
    authors: tuple[str, ...]
    source: str
    sha256: str
    page_count: int
    language: str | None = None
    year: int | None = None
    edited: tuple[str, ...] = ()

    def with_edits_of(self, other: Book) -> Book:
        """Return this book with the fields that a person has set in `other`."""
        values = {name: getattr(other, name) for name in EDITABLE if name in other.edited}
        return replace(self, **values, edited=other.edited)

    def to_dict(self) -> dict[str, Any]:
        """Return the book as plain JSON values."""
        return {
            "book_id": self.book_id,
            "title": self.title,
            "authors": list(self.authors),
            "source": self.source,
            "sha256": self.sha256,
            "page_count": self.page_count,
            "language": self.language,
            "year": self.year,
            "edited": list(self.edited),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build a book from `to_dict`'s values; an older Octavo wrote no year and no edits."""
        title, authors = without_invisible(data["title"]), map(without_invisible, data["authors"])
        source = path_text(text_path(data["source"]))  # an older Octavo wrote half surrogates
        edited = tuple(name for name in data.get("edited", ()) if name in EDITABLE)
        read = {"title": title, "authors": tuple(authors), "source": source, "edited": edited}
        return cls(**{**data, **read})


@dataclass(frozen=True, slots=True)
class Region:
    """One part of a page, as an engine read it.

    `label` is one of title, section_header, text, list_item, table, equation, image, caption,
    footnote, code, page_header, page_footer, page_number, or whatever else a model said.
    `box` counts from the page's top left corner. `text` is the region's markdown, with its `#` or
    `-` mark if it has one. `size` is the type size of most of its text in points, 0 where the file
    does not say it; `bold` tells whether all of it is bold.
    """

    label: str
    box: Box
    text: str = ""
    size: float = 0.0
    bold: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the region as plain JSON values, without its type where it is not known."""
        data: dict[str, Any] = {
            "label": self.label,
            "box": [round(value, 4) for value in self.box],
            "text": self.text,
        }
        if self.size:
            data["size"] = round(self.size, 1)
        if self.bold:
            data["bold"] = True
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build a region from `to_dict`'s values."""
        left, top, right, bottom = data["box"]
        text, size = without_invisible(data["text"]), float(data.get("size", 0.0))
        return cls(data["label"], (left, top, right, bottom), text, size, bool(data.get("bold")))


@dataclass(frozen=True, slots=True)
class PageBookmark:
    """An entry of a file's outline: `level` is 1-based (1 = chapter), `page_index` 0-based."""

    level: int
    title: str
    page_index: int


@dataclass(frozen=True, slots=True)
class UnprintedHeading:
    """An entry of the outline that its page does not show as a heading.

    Its section begins at the offset `start` of the page's markdown.
    """

    level: int
    title: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a finished book, as people and the index use it.

    `page_index` is 0-based; `page_number` = index + 1 is what people type. `page_label` is what is
    printed on the page ("xiv", "45"), or the number if that is not known. `markdown` is without
    running heads, running feet and page numbers. `bookmarks` are the entries of the file's outline
    that lead to the page, in the order of the outline. `unprinted` has the headings of the outline
    that the page does not show. `overlay_of` is the 0-based index of the last state of a slide of
    which this page is an earlier one, None for all other pages. `left_out` has the running lines
    that are not in `markdown`, by what they are: "head", "foot", "number" or "stamp".
    """

    book_id: str
    page_index: int
    page_label: str
    markdown: str
    regions: tuple[Region, ...]
    status: PageStatus
    engine: str
    bookmarks: tuple[PageBookmark, ...] = ()
    unprinted: tuple[UnprintedHeading, ...] = ()
    overlay_of: int | None = None
    left_out: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def page_number(self) -> int:
        """The 1-based number of the page in its file."""
        return self.page_index + 1


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One page as an engine returned it: one line of `ocr.jsonl`.

    `raw` is the engine's own text of the whole page (markdown for the local engines), `regions`
    its parts in reading order, running heads included. `source_sha256` is the digest of the file
    that was read: one append-only `ocr.jsonl` holds the pages of every version of a file. If the
    book is a folder of page images, `image_sha256` is the digest of this page's image: a page is
    not read again when others are added. `page_size` is the page's width and height in points as
    displayed, None if it is not known.
    """

    source_sha256: str
    page_index: int
    page_label: str
    status: PageStatus
    engine: str
    raw: str = ""
    regions: tuple[Region, ...] = ()
    seconds: float = 0.0
    attempts: int = 1
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    finish_reason: str | None = None
    error: str | None = None
    notes: tuple[str, ...] = field(default=())
    page_size: tuple[float, float] | None = None
    image_sha256: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values, without those that are None or empty lists."""
        data: dict[str, Any] = {
            "source_sha256": self.source_sha256,
            "page_index": self.page_index,
            "page_label": self.page_label,
            "status": str(self.status),
            "engine": self.engine,
            "raw": self.raw,
            "regions": [region.to_dict() for region in self.regions],
            "seconds": round(self.seconds, 3),
            "attempts": self.attempts,
            "prompt_tokens": self.prompt_tokens,
            "output_tokens": self.output_tokens,
            "finish_reason": self.finish_reason,
            "error": self.error,
            "notes": list(self.notes),
            "page_size": self.page_size and [round(side, 1) for side in self.page_size],
            "image_sha256": self.image_sha256,
        }
        return {key: value for key, value in data.items() if value is not None and value != []}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Build a record from `to_dict`'s values, also of a library that an older Octavo made."""
        return cls(
            **{
                **data,
                "page_label": label_or_number(data["page_label"], data["page_index"]),
                "raw": without_invisible(data.get("raw", "")),
                "status": PageStatus(data["status"]),
                "regions": tuple(Region.from_dict(item) for item in data.get("regions", [])),
                "notes": tuple(data.get("notes", [])),
                "page_size": _page_size(data.get("page_size")),
            }
        )


def _page_size(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    width, height = value
    return float(width), float(height)
