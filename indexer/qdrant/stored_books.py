"""Reads books from the index of a library, to store them elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import tantivy

from indexer.encoder.encoder import Vectors
from indexer.qdrant.points import ITEM_FIELDS, PASSAGE_FIELDS, item_field, passage_terms
from indexer.stores.book_entries import BookEntry
from indexer.stores.fulltext import (
    FORMULAS,
    ITEMS,
    PASSAGES,
    FormulaDoc,
    PassageDoc,
    formula_terms,
    open_index,
    stored_values,
)
from indexer.stores.generations import IndexManifest, RowFiles, current_generation
from indexer.stores.items import EntryDoc, ItemBooks, StatementDoc, item_terms, read_item
from ocr_service.common.errors import LibraryError
from ocr_service.library.library import Library

__all__ = ["StoredBooks"]

_MOST = 10_000_000  # documents of one book
_SAMPLED = 20_000  # documents of a kind, from which mean lengths are taken

Item = tuple[EntryDoc | StatementDoc, str]  # and what it says


@dataclass(frozen=True)
class StoredBooks:
    """The books of one generation of a library's index."""

    library: Library
    folder: Path
    manifest: IndexManifest

    @classmethod
    def open(cls, library: Library) -> StoredBooks:
        """Open the serving generation.

        Raises:
            LibraryError: there is none, or another version made it.
        """
        folder = current_generation(library.index_path)
        if folder is None:
            advice = "nothing is indexed yet; run 'octavo build PATH...'"
            raise LibraryError(f"{library.path}: {advice}")
        return cls(library, folder, IndexManifest.read(folder))

    @cached_property
    def listed(self) -> ItemBooks:
        """What is known of the items of each book."""
        return ItemBooks.read(self.folder)

    @cached_property
    def _rows(self) -> tuple[Vectors, int]:
        files, dimension = RowFiles.open(self.folder), self.manifest.dimension
        held = files.count(dimension)[0]
        flat = np.frombuffer(files.vectors, dtype=np.float32, count=held * dimension)
        return flat.reshape(held, dimension), held

    def vector(self, row: int) -> list[float] | None:
        """Return the unit vector of a passage, None if it has none yet."""
        vectors, held = self._rows
        if row >= held or not self.manifest.has_vector(row):
            return None
        values: list[float] = vectors[row].tolist()
        return values

    def passages(self, book_id: str) -> list[PassageDoc]:
        """Return the passages of a book, by row."""
        found = self._documents(PASSAGES, book_id)
        docs = (PassageDoc(**stored_values(document)) for document in found)
        return sorted(docs, key=lambda doc: doc.row)

    def formulas(self, book_id: str) -> list[FormulaDoc]:
        """Return the formulas of a book, in the order of its text."""
        found = self._documents(FORMULAS, book_id)
        docs = (FormulaDoc(**stored_values(document)) for document in found)
        return sorted(docs, key=lambda doc: (doc.page, doc.char_start))

    def items(self, book_id: str) -> list[Item]:
        """Return the entries and statements of a book, each with what it says."""
        if book_id not in self.listed.books:
            return []
        docs = [read_item(document) for document in self._documents(ITEMS, book_id)]
        docs.sort(key=lambda doc: (isinstance(doc, StatementDoc), doc.order))
        pages = self._pages(book_id)
        return [(doc, self._says(doc, pages)) for doc in docs]

    def averages(self) -> dict[str, float]:
        """Return the mean number of terms of each field, of a sample if there are many."""
        sums: dict[str, int] = defaultdict(int)
        counts: dict[str, int] = defaultdict(int)
        for kind, terms in self._terms():
            counts[kind] += 1
            for field, count in terms.items():
                sums[field] += count
        fields = {PASSAGES: PASSAGE_FIELDS, FORMULAS: ("pairs", "open_pairs")}
        fields[ITEMS] = tuple(map(item_field, ITEM_FIELDS))
        return {
            field: sums[field] / max(counts[kind], 1) or 1.0
            for kind, names in fields.items()
            for field in names
        }

    def _terms(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Yield the number of terms by field of a sample of documents, with their kind."""
        books = self.manifest.books
        for document in self._sample(PASSAGES):
            doc = PassageDoc(**stored_values(document))
            entry = books[doc.book_id]
            terms = passage_terms(doc, entry.title, entry.language)
            yield PASSAGES, {name: sum(map(len, places)) for name, places in terms.items()}
        for document in self._sample(FORMULAS):
            pairs = formula_terms(FormulaDoc(**stored_values(document)))
            yield FORMULAS, {name: len(pairs[name]) for name in ("pairs", "open_pairs")}
        for book_id in islice(books, _SAMPLED // 100):
            for doc_, text in self.items(book_id):
                found = item_terms(doc_, text, books[book_id].language)
                yield ITEMS, {item_field(name): len(each) for name, each in found.items()}

    def _sample(self, kind: str) -> Iterator[tantivy.Document]:
        searcher = open_index(self.folder, kind).searcher()
        hits = searcher.search(tantivy.Query.all_query(), _SAMPLED, count=False).hits
        return (searcher.doc(address) for _, address in hits)

    def _documents(self, kind: str, book_id: str) -> Iterator[tantivy.Document]:
        index = open_index(self.folder, kind)
        searcher = index.searcher()
        query = tantivy.Query.term_query(index.schema, "book_id", book_id)
        hits = searcher.search(query, max(1, min(searcher.num_docs, _MOST)), count=False).hits
        return (searcher.doc(address) for _, address in hits)

    def _pages(self, book_id: str) -> list[str]:
        """Return the markdown of the pages of a book; none if the library has no pages of it."""
        folder = self.library.folder(book_id)
        manifest = folder.manifest()
        if manifest is None or manifest.digest is None:
            return []
        return [page.markdown for page in folder.pages(manifest)]

    def _says(self, doc: EntryDoc | StatementDoc, pages: list[str]) -> str:
        if isinstance(doc, EntryDoc):
            return doc.entry.text
        item = doc.statement
        return pages[item.page - 1][item.start : item.end] if item.page <= len(pages) else ""

    def entry(self, book_id: str) -> BookEntry:
        """Return what the index holds of a book."""
        return self.manifest.books[book_id]
