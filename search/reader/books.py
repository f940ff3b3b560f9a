"""Holds what the screens need of a book, read once: labels, regions, outline, statements."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from indexer.passages.blocks import BlockKind, split_blocks
from indexer.passages.statements import Statement, find_statements
from ocr_service.common.errors import LibraryError, NotFoundError
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.library import Library
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import Page, Region
from search.live.page_views import has_images
from search.output.citation import shown_label

__all__ = ["OpenBook", "OpenBooks", "OutlineLine", "PlacedStatement"]

_HELD = 8  # books


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """A heading of a book, and its page (1-based)."""

    level: int
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class PlacedStatement:
    """A statement, and its page (1-based)."""

    statement: Statement
    number: int

    @property
    def anchor(self) -> str:
        """The part of the address after `#` that leads to it: "eq-2.6", "theorem-4.2"."""
        kind = "eq" if self.statement.kind == "equation" else self.statement.kind
        return f"{kind}-{self.statement.number}"


@dataclass(slots=True)
class OpenBook:
    """A finished book as it was when it was opened."""

    folder: BookFolder
    manifest: Manifest
    regions: dict[int, tuple[Region, ...]] = field(repr=False)

    @property
    def book_id(self) -> str:
        """The book's id."""
        return self.folder.book_id

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of each page, in order."""
        return self.manifest.labels

    @property
    def count(self) -> int:
        """How many pages it has."""
        return self.manifest.book.page_count

    @property
    def has_images(self) -> bool:
        """Whether its pages can be rendered."""
        return has_images(self.manifest)

    @property
    def image_key(self) -> str:
        """What changes in the addresses of its images when its file does."""
        return self.manifest.book.sha256[:8]

    def label(self, number: int) -> str:
        """Return the label of a page (1-based number) as it is shown."""
        return shown_label(self.labels[number - 1], number)

    def page(self, number: int) -> Page:
        """Return a page (1-based number).

        Raises:
            NotFoundError: no such page.
            LibraryError: its file is missing.
        """
        return self.folder.page(self.manifest, number - 1)


class OpenBooks:
    """The books that were looked at last. Safe to use from several threads."""

    def __init__(self, library: Library) -> None:
        """Hold books of this library."""
        self._library = library
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[str, OpenBook, BookContents]] = OrderedDict()

    def book(self, name: str) -> OpenBook:
        """Return the book that `name` means, as it is now.

        Raises:
            NotFoundError: no such book.
            LibraryError: it is not completely read yet, or damaged.
        """
        return self._open(name)[1]

    def contents(self, name: str) -> BookContents:
        """Return the outline and statements of a book; the first call reads all its pages.

        Raises:
            NotFoundError: no such book.
            LibraryError: it is not completely read yet, or damaged.
        """
        return self._open(name)[2]

    def _open(self, name: str) -> tuple[str, OpenBook, BookContents]:
        book_id = self._library.resolve(name)
        folder = self._library.folder(book_id)
        manifest = folder.manifest()
        if manifest is None or manifest.digest is None:
            raise LibraryError(
                f"{book_id}: this book is being read; its pages come when it is done"
            )
        key = f"{manifest.digest} {manifest.book.sha256}"
        with self._lock:
            held = self._held.get(book_id)
            if held is None or held[0] != key:
                records = folder.records(manifest.book.sha256)
                regions = {index: record.regions for index, record in records.items()}
                book = OpenBook(folder, manifest, regions)
                held = self._held[book_id] = (key, book, BookContents(book))
            self._held.move_to_end(book_id)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
            return held


class BookContents:
    """The headings and numbered statements of a book, found when first asked for."""

    def __init__(self, book: OpenBook) -> None:
        """Describe this book."""
        self._book = book

    @cached_property
    def outline(self) -> tuple[OutlineLine, ...]:
        """The headings in order."""
        return tuple(self._headings())

    @cached_property
    def statements(self) -> tuple[PlacedStatement, ...]:
        """The numbered statements in order."""
        return tuple(
            PlacedStatement(statement, page.page_number)
            for page in self._pages()
            for statement in find_statements(page.markdown)
        )

    @cached_property
    def targets(self) -> dict[str, PlacedStatement]:
        """Where each anchor first stands."""
        found: dict[str, PlacedStatement] = {}
        for placed in self.statements:
            found.setdefault(placed.anchor, placed)
        return found

    def _headings(self) -> Iterator[OutlineLine]:
        for page in self._pages():
            if "#" not in page.markdown:
                continue
            for block in split_blocks(page.markdown):
                if block.kind is BlockKind.HEADING and block.text:
                    yield OutlineLine(block.level, " ".join(block.text.split()), page.page_number)

    def _pages(self) -> Iterator[Page]:
        for number in range(1, self._book.count + 1):
            try:
                yield self._book.page(number)
            except (LibraryError, NotFoundError):  # a build is replacing the book
                continue
