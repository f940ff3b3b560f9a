"""Writes what books list and state into the folder of a new generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import tantivy

from indexer.listings.book_items import book_items
from indexer.stores.items import ItemBooks, ListedBook, item_documents
from ocr_service.library.library import Library
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import Page

__all__ = ["ItemWriter"]


class ItemWriter:
    """Adds and deletes the items of books, and notes of which pages they were made."""

    def __init__(self, folder: Path, writer: tantivy.IndexWriter) -> None:
        """Write with `writer` into the generation in `folder`, which may hold those of others."""
        self._folder = folder
        self._writer = writer
        self._books = dict(ItemBooks.read(folder).books)
        if not self._books:
            writer.delete_all_documents()  # of another version

    def delete(self, book_id: str) -> None:
        """Delete the items of a book, if there are any."""
        self._writer.delete_documents_by_term("book_id", book_id)
        self._books.pop(book_id, None)

    def add(self, manifest: Manifest, pages: Sequence[Page], language: str | None) -> None:
        """Find and add the items of a book, which has none yet."""
        titles: dict[int, list[str]] = defaultdict(list)
        for mark in manifest.outline:
            titles[mark.page_index].append(mark.title)
        items = book_items(pages, titles)
        book_id = manifest.book.book_id
        for document in item_documents(book_id, pages, items, language):
            self._writer.add_document(document)
        self._books[book_id] = ListedBook(manifest.digest or "", items.list_pages)

    def renew(self, library: Library, manifest: Manifest, language: str | None) -> None:
        """Find the items of a book of the library, and replace those that it has."""
        folder = library.folder(manifest.book.book_id)
        pages = [folder.page(manifest, index) for index in range(manifest.book.page_count)]
        self.delete(manifest.book.book_id)
        self.add(manifest, pages, language)

    def finish(self) -> None:
        """Note which books have items. Call this when the writer has committed.

        Raises:
            OSError: the disk is full or not writable.
        """
        ItemBooks(self._books).write(self._folder)
