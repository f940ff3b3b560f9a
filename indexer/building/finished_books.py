"""Knows which books of a library are read completely, parsing only what may have changed."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Self

from indexer.stores.book_stamps import Stamp, is_settled, stamp_of
from ocr_service.library.library import Library
from ocr_service.library.manifest import Manifest

__all__ = ["FinishedBooks"]


class FinishedBooks:
    """The books that are read completely, as they were when `look` was last called."""

    def __init__(self, library: Library) -> None:
        """Look at nothing yet."""
        self._library = library
        self._stamps: dict[str, Stamp | None] = {}
        self._looked_ns = 0
        self._parsed: dict[str, tuple[Stamp, Manifest | None]] = {}

    def look(self) -> Self:
        """Look at the books of the library, and return this object."""
        self._looked_ns = time.time_ns()
        books = str(self._library.path / "books")
        self._stamps = {
            book_id: stamp_of(f"{books}/{book_id}/book.json")
            for book_id in self._library.book_ids()
        }
        self._parsed = {
            book_id: known for book_id, known in self._parsed.items() if book_id in self._stamps
        }
        return self

    def unchanged(self, stamps: Mapping[str, Stamp]) -> frozenset[str]:
        """Return the books whose manifests have these stamps."""
        return frozenset(
            book_id
            for book_id, stamp in self._stamps.items()
            if stamp is not None and stamps.get(book_id) == stamp
        )

    def read(self, unchanged: Collection[str] = ()) -> dict[str, Manifest]:
        """Return the manifests of the finished books, by id; those of `unchanged` are left out.

        Raises:
            LibraryError: a manifest is damaged or of another version.
        """
        read = {
            book_id: self._manifest(book_id) for book_id in self._stamps if book_id not in unchanged
        }
        return {
            book_id: manifest
            for book_id, manifest in read.items()
            if manifest is not None and manifest.digest is not None
        }

    def settled_stamps(self, books: Collection[str]) -> dict[str, Stamp]:
        """Return the stamps of books, without those that a later change may leave as they are."""
        return {
            book_id: stamp
            for book_id, stamp in self._stamps.items()
            if book_id in books and stamp is not None and is_settled(stamp, self._looked_ns)
        }

    def _manifest(self, book_id: str) -> Manifest | None:
        stamp = self._stamps[book_id]
        known = self._parsed.get(book_id)
        if known is not None and known[0] == stamp:
            return known[1]
        manifest = self._library.folder(book_id).manifest()
        if stamp is not None and is_settled(stamp, self._looked_ns):
            self._parsed[book_id] = stamp, manifest
        return manifest
