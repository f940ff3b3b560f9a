"""Knows which inputs are books of the library already, and what is left to read of each."""

from __future__ import annotations

from collections.abc import KeysView
from dataclasses import replace
from pathlib import Path

from ocr_service.books.book_reader import CLEANING_VERSION, stored_pages
from ocr_service.books.page_selection import ReadOptions, missing_pages, without_redone
from ocr_service.common.path_text import text_path
from ocr_service.inputs.content import SourceContent, read_content
from ocr_service.library.library import Library
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import Book, PageStatus
from ocr_service.library.sources import InputSource
from ocr_service.workers.tasks import PageTask, SourceInfo

__all__ = ["Catalogue"]


class Catalogue:
    """The books of a library by their files' content and path, as `options` would read them."""

    def __init__(self, library: Library, options: ReadOptions) -> None:
        """Read what all books are; their manifests are read when they are first needed.

        Raises:
            LibraryError: a manifest is damaged or of another version.
        """
        self._library = library
        self._options = options
        self._by_content: dict[str, str] = {}
        self._by_path: dict[str, str] = {}
        self._contents: dict[InputSource, SourceContent] = {}  # of inputs that are still to be read
        self._books = library.books()
        self._manifests: dict[str, Manifest] = {}
        for book_id, book in self._books.items():
            self._note_book(book_id, book)

    def __getitem__(self, book_id: str) -> Manifest:
        """Return the manifest of a book that is in the library.

        Raises:
            LibraryError: it is damaged.
        """
        if book_id not in self._manifests:
            self._manifests[book_id] = self._library.folder(book_id).existing_manifest()
        return self._manifests[book_id]

    @property
    def book_ids(self) -> KeysView[str]:
        """The ids of all books."""
        return self._books.keys()

    def note(self, book_id: str, manifest: Manifest) -> None:
        """Take up a book's new manifest."""
        self._manifests[book_id] = manifest
        self._note_book(book_id, manifest.book)

    def _note_book(self, book_id: str, book: Book) -> None:
        self._books[book_id] = book
        self._by_content.setdefault(book.sha256, book_id)
        self._by_path[book.source] = book_id

    def content(self, source: InputSource) -> SourceContent:
        """Return the digest of an input's content, computed once until `forget`.

        Raises:
            InputError: it cannot be read.
        """
        if source not in self._contents:
            self._contents[source] = read_content(source)
        return self._contents[source]

    def digest(self, source: InputSource) -> str:
        """Return the sha256 of an input's content, computed once until `forget`.

        Raises:
            InputError: it cannot be read.
        """
        return self.content(source).sha256

    def forget(self, source: InputSource) -> None:
        """Drop an input's digest: the file may change after it is read."""
        self._contents.pop(source, None)

    def same_content(self, sha256: str) -> str | None:
        """Return the id of the book read from a file with this digest, if it still is that file."""
        same = self._by_content.get(sha256)
        if same is not None and self._books[same].sha256 == sha256:
            return same
        return None

    def book_of(self, source: InputSource) -> str | None:
        """Return the id of the book with an input's content, or else of the one with its path.

        Raises:
            InputError: the input cannot be read.
        """
        return self.same_content(self.digest(source)) or self._by_path.get(source.place)

    def is_done(self, source: InputSource) -> bool:
        """Return whether there is nothing to read of an input.

        Raises:
            InputError: it cannot be read.
        """
        book_id = self.book_of(source)
        return book_id is not None and self._is_complete(book_id, self.digest(source))

    def missing(self, source: InputSource, info: SourceInfo) -> list[PageTask]:
        """Return the pages to read of an input that `info` describes and that is no text.

        Raises:
            InputError: it cannot be read.
            OSError: the library cannot be read.
        """
        book_id, content = self.book_of(source), self.content(source)
        if book_id is None:
            return missing_pages(source.path, content, info.labels, {}, self._options)
        folder = self._library.folder(book_id)
        options = without_redone(self._options, folder, content.sha256)
        records = stored_pages(folder, content)
        return missing_pages(source.path, content, info.labels, records, options)

    def set_language(self, book_id: str) -> None:
        """Store the language that the options name, if it is not the book's already.

        Raises:
            OSError: the library cannot be written.
        """
        manifest, language = self[book_id], self._options.language
        if language not in (None, manifest.book.language):
            self._rewrite(
                book_id, replace(manifest, book=replace(manifest.book, language=language))
            )

    def set_path(self, book_id: str, path: str) -> None:
        """Store that a book's file has moved to `path`.

        Raises:
            OSError: the library cannot be written.
        """
        manifest = self[book_id]
        self._rewrite(book_id, replace(manifest, book=replace(manifest.book, source=path)))

    def other_path(self, source: InputSource) -> tuple[str, Path] | None:
        """Return the book with an input's content and the path it was read from, if another one.

        Raises:
            InputError: the input cannot be read.
        """
        same = self.same_content(self.digest(source))
        if same is None or self._books[same].source == source.place:
            return None
        return same, text_path(self._books[same].source)

    def _rewrite(self, book_id: str, manifest: Manifest) -> None:
        self._library.folder(book_id).write_manifest(manifest)
        self.note(book_id, manifest)

    def _is_complete(self, book_id: str, sha256: str) -> bool:
        """Return whether a book is published, from this content, with all that is asked for."""
        manifest, options = self[book_id], self._options
        published = manifest.digest is not None and manifest.cleaning == CLEANING_VERSION
        if not published or manifest.book.sha256 != sha256 or options.redo is not None:
            return False
        if not (self._library.folder(book_id).path / "document.mmd").exists():
            return False
        if options.retry_failed and PageStatus.FAILED in manifest.statuses:
            return False
        unread = (
            number
            for number, status in enumerate(manifest.statuses, 1)
            if status is PageStatus.UNREAD
        )
        if any(options.includes(number) for number in unread):
            return False
        return not options.replaced.intersection(manifest.engines)
