"""Makes the index of a library from a collection, without reading or embedding books again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
import tantivy

from indexer.qdrant.editions import Edition, list_editions, live_editions
from indexer.qdrant.engine import AnyValue, Engine, FoundPoint, Selection
from indexer.qdrant.state import CollectionState, open_state
from indexer.stores.digests import text_digests, write_digests
from indexer.stores.embedded_text import text_to_embed
from indexer.stores.fulltext import (
    FORMULAS,
    ITEMS,
    PASSAGES,
    FormulaDoc,
    PassageDoc,
    doc_values,
    formula_document,
    page_documents,
    writing,
)
from indexer.stores.generations import (
    BookEntry,
    IndexManifest,
    begin_generation,
    publish_generation,
)
from indexer.stores.items import ItemBooks, ListedBook, item_document, item_of
from indexer.stores.row_ranges import merge_ranges, runs
from indexer.stores.vectors import write_vectors
from ocr_service.common.errors import LibraryError
from ocr_service.library.library import Library

__all__ = ["PullReport", "pull_books"]

_BATCH = 1_024  # passages whose vectors are read at a time


@dataclass(frozen=True, slots=True)
class PullReport:
    """The ids of the books that the library's index has now, and the number of their passages."""

    pulled: tuple[str, ...]
    passages: int


def pull_books(library: Library, engine: Engine, place: str) -> PullReport:
    """Replace the index of a library by the books of a collection.

    Only for the holder of the library's lock.

    Raises:
        LibraryError: there is no collection, or another version made it.
        EngineError: the engine is away, or refuses.
        OSError: the disk is full or not writable; the old index then still serves.
    """
    opened = open_state(engine, place)
    if opened is None:
        raise LibraryError(f"{place}: no index here; make it with 'octavo index push'")
    editions = sorted(live_editions(list_editions(engine)).values(), key=lambda one: one.number)
    folder = begin_generation(library.index_path, None)
    try:
        manifest = _Pull(engine, opened[0], folder).write(editions)
        publish_generation(library.index_path, folder, manifest)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return PullReport(tuple(manifest.books), manifest.live_rows)


class _Pull:
    """Writes the books of a collection into the folder of a new generation."""

    def __init__(self, engine: Engine, state: CollectionState, folder: Path) -> None:
        self._engine = engine
        self._state = state
        self._folder = folder
        self._rows = 0

    def write(self, editions: list[Edition]) -> IndexManifest:
        """Write all books, and return the manifest to publish."""
        books: dict[str, BookEntry] = {}
        missing: list[tuple[int, int]] = []
        listed: dict[str, ListedBook] = {}
        with (
            writing(self._folder, PASSAGES) as passages,
            writing(self._folder, FORMULAS) as formulas,
            writing(self._folder, ITEMS) as items,
        ):
            for edition in editions:
                shift = self._rows - edition.entry.first_row
                self._passages(edition, shift, passages)
                self._formulas(edition, shift, formulas)
                self._items(edition, items)
                entry = edition.entry
                self._rows = entry.last_row + shift
                books[edition.book_id] = replace(
                    entry, first_row=entry.first_row + shift, last_row=self._rows
                )
                missing += [(first + shift, last + shift) for first, last in edition.missing]
                listed[edition.book_id] = ListedBook(entry.digest, edition.list_pages)
        ItemBooks(listed).write(self._folder)
        state = self._state
        return IndexManifest(
            state.encoder,
            state.encoder_key,
            state.dimension,
            self._rows,
            books=books,
            missing=tuple(merge_ranges(missing)),
        )

    def _passages(self, edition: Edition, shift: int, writer: tantivy.IndexWriter) -> None:
        entry = edition.entry
        found = self._points("passage", edition, ("stored",))
        docs = [PassageDoc(**doc_values(one.payload["stored"])) for one in found]
        docs.sort(key=lambda doc: doc.row)
        for start in range(0, len(docs), _BATCH):
            self._vectors(entry, docs[start : start + _BATCH], shift)
        moved = (replace(doc, row=doc.row + shift) for doc in docs)
        for _, of_page in groupby(moved, key=lambda doc: doc.page):
            for document in page_documents(list(of_page), entry.title, entry.language):
                writer.add_document(document)

    def _vectors(self, entry: BookEntry, docs: list[PassageDoc], shift: int) -> None:
        """Write the vectors of passages that have one, and of what they were made."""
        vectors = self._engine.vectors([doc.row for doc in docs])
        known = [doc for doc in docs if doc.row in vectors]
        for start, end in runs([doc.row for doc in known]):
            part = known[start:end]
            row = part[0].row + shift
            made = np.array([vectors[doc.row] for doc in part], dtype=np.float32)
            pages = np.array([doc.page for doc in part], dtype=np.int32)
            write_vectors(self._folder, row, made, pages)
            texts = [text_to_embed(entry.title, doc.section, doc.text) for doc in part]
            write_digests(self._folder, row, text_digests(texts, self._state.encoder_key))

    def _formulas(self, edition: Edition, shift: int, writer: tantivy.IndexWriter) -> None:
        for one in self._points("formula", edition, ("stored",)):
            doc = FormulaDoc(**doc_values(one.payload["stored"]))
            writer.add_document(formula_document(replace(doc, row=doc.row + shift)))

    def _items(self, edition: Edition, writer: tantivy.IndexWriter) -> None:
        for one in self._points("item", edition, ("stored", "text")):
            doc = item_of(one.payload["stored"])
            writer.add_document(item_document(doc, one.payload["text"], edition.entry.language))

    def _points(self, kind: str, edition: Edition, keys: tuple[str, ...]) -> Iterator[FoundPoint]:
        mine = (AnyValue("kind", (kind,)), AnyValue("edition", (edition.number,)))
        return self._engine.scan(Selection(mine), keys)
