"""Writes books into the folder of a new generation, with the vectors that are known already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray

from indexer.building.indexed_book import IndexedBook, split_for_index
from indexer.building.item_writer import ItemWriter
from indexer.building.plan_index import IndexPlan, StoredGeneration
from indexer.encoder.encoder import Vectors
from indexer.stores.digests import Digests, find_rows, read_digests, text_digests, write_digests
from indexer.stores.fulltext import FORMULAS, ITEMS, PASSAGES, writing
from indexer.stores.generations import BookEntry, IndexManifest, RowFiles
from indexer.stores.row_ranges import common_ranges, runs, without_ranges
from indexer.stores.vectors import write_vectors
from ocr_service.library.library import Library

__all__ = ["GenerationWriter", "IndexReport", "KnownVectors"]

_COPIED = 4_096  # vectors copied at a time


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The ids of the books that an update indexed and removed, and counts of what it indexed.

    `kept` counts the passages whose vectors were there already.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    passages: int = 0
    formulas: int = 0
    kept: int = 0


class KnownVectors:
    """The vectors of a generation, found by what they were made of."""

    def __init__(self, stored: StoredGeneration | None, key: str, dimension: int) -> None:
        self.key = key
        self._digests: Digests = np.empty((0, 2), dtype=np.uint64)
        self.vectors: Vectors = np.empty((0, dimension), dtype=np.float32)
        if stored is None:
            return
        files = RowFiles.open(stored.folder)
        held = files.count(dimension)[0]
        self._digests = read_digests(stored.folder, min(held, stored.manifest.rows))
        self.vectors = np.frombuffer(
            files.vectors, dtype=np.float32, count=held * dimension
        ).reshape(held, dimension)

    def find(self, wanted: Digests) -> NDArray[np.int64]:
        """Return the row of the vector of each digest, -1 if there is none."""
        return find_rows(self._digests, wanted)


class GenerationWriter:
    """Writes books into the folder of a new generation."""

    def __init__(self, folder: Path, start: IndexManifest, source: KnownVectors) -> None:
        self._folder = folder
        self._start = start
        self._source = source
        self._rows = start.rows
        self._books = dict(start.books)
        self._missing = list(start.missing)
        self._passages = self._formulas = self._kept = 0

    def write(
        self, plan: IndexPlan, library: Library, count_tokens: Callable[[str], int]
    ) -> IndexManifest:
        """Delete and index books, and return the manifest to publish.

        Raises:
            OSError: the disk is full or not writable.
        """
        with (
            writing(self._folder, PASSAGES) as passages,
            writing(self._folder, FORMULAS) as formulas,
            writing(self._folder, ITEMS) as items,
        ):
            listed = ItemWriter(self._folder, items)
            for book_id in (*plan.replaced, *plan.removed):
                self._delete_book(book_id, passages, formulas)
                listed.delete(book_id)
            for manifest in plan.books:
                folder = library.folder(manifest.book.book_id)
                book = split_for_index(folder, manifest, self._rows, count_tokens)
                for document in book.passage_documents():
                    passages.add_document(document)
                formula_count = _add_formulas(book, formulas)
                self._add_known_vectors(book)
                self._enter(book, formula_count)
                listed.add(manifest, book.pages, book.language)
            for manifest in plan.unlisted:
                listed.renew(library, manifest, self._books[manifest.book.book_id].language)
        listed.finish()
        live = [(entry.first_row, entry.last_row) for entry in self._books.values()]
        return replace(
            self._start,
            rows=self._rows,
            books=self._books,
            missing=tuple(common_ranges(live, self._missing)),
        )

    def report(self, plan: IndexPlan) -> IndexReport:
        """Return what was written."""
        added = tuple(manifest.book.book_id for manifest in plan.books)
        return IndexReport(added, plan.removed, self._passages, self._formulas, self._kept)

    def _delete_book(
        self, book_id: str, passages: tantivy.IndexWriter, formulas: tantivy.IndexWriter
    ) -> None:
        """Delete a book's documents. Its vectors stay: no row leads to them any more."""
        passages.delete_documents_by_term("book_id", book_id)
        formulas.delete_documents_by_term("book_id", book_id)
        del self._books[book_id]

    def _add_known_vectors(self, book: IndexedBook) -> None:
        """Write the vectors of passages whose text was embedded before; note which are missing."""
        digests = text_digests(book.texts_to_embed(), self._source.key)
        rows = self._source.find(digests)
        places = np.flatnonzero(rows >= 0)
        for start, end in runs(places.tolist()):
            for first in range(start, end, _COPIED):
                part = places[first : min(end, first + _COPIED)]
                row = book.first_row + int(part[0])
                vectors = self._source.vectors[rows[part]]
                write_vectors(self._folder, row, vectors, book.page_numbers[part])
                write_digests(self._folder, row, digests[part])
        self._kept += len(places)
        known = [(book.first_row + place, book.first_row + place + 1) for place in places.tolist()]
        self._missing += without_ranges([(book.first_row, book.last_row)], known)

    def _enter(self, book: IndexedBook, formula_count: int) -> None:
        """Note a book in the new manifest."""
        self._rows = book.last_row
        self._passages += len(book.passages)
        self._formulas += formula_count
        about = book.manifest.book
        self._books[about.book_id] = BookEntry(
            title=about.title,
            authors=list(about.authors),
            digest=book.manifest.digest or "",
            first_row=book.first_row,
            last_row=book.last_row,
            formulas=formula_count,
            page_count=about.page_count,
            language=book.language,
            year=about.year,
        )


def _add_formulas(book: IndexedBook, writer: tantivy.IndexWriter) -> int:
    """Index a book's formulas, and return how many there are."""
    count = 0
    for document in book.formula_documents():
        writer.add_document(document)
        count += 1
    return count
