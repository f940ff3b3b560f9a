"""Updates the index: writes a new generation as `plan_index` planned it, and publishes it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tantivy

from indexer.building.indexed_book import IndexedBook, split_for_index
from indexer.building.plan_index import IndexPlan, PlannedBook, PlannedEncoder, plan_index
from indexer.encoder.bulk import BulkEncoder, open_bulk_encoder
from indexer.encoder.encoder import Vectors, load_tokenizer
from indexer.encoder.info import EncoderInfo
from indexer.encoder.store import install_encoder, remove_other_encoders
from indexer.stores.fulltext import FORMULAS, PASSAGES, writing
from indexer.stores.generations import (
    BookEntry,
    IndexManifest,
    begin_generation,
    publish_generation,
    remove_left_overs,
)
from indexer.stores.vectors import VectorStore, append_vectors
from ocr_service.console.progress import Progress
from ocr_service.library.library import Library

__all__ = ["IndexReport", "build_index"]

_CHUNK = 256  # passages embedded between two steps of the progress bar
_PASSAGES_A_PAGE = 2  # about


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The ids of the books that an update indexed and removed, and counts of what it indexed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    passages: int = 0
    formulas: int = 0


def build_index(
    library: Library, encoder_name: str | None, cache: Path, progress: Progress
) -> IndexReport:
    """Update the index to the finished books. Only for the holder of the library's lock.

    `encoder_name` None means the index's own encoder, or the default for a new index. `cache` keeps
    prepared encoders for other libraries.

    Raises:
        EncoderError: the encoder cannot be found or loaded.
        OSError: the disk is full or not writable; the old index then still serves.
    """
    plan = plan_index(library, encoder_name)
    if plan is None:
        return IndexReport()
    index = library.index_path
    encoder = _install_encoder(plan.encoder, index / "encoders", cache)
    # Readers of the old index may not have loaded its encoder yet: the next update removes it.
    old_key = plan.serving.manifest.encoder_key if plan.serving else plan.encoder.key
    remove_other_encoders(index / "encoders", plan.encoder.key, old_key)
    if plan.is_up_to_date:
        remove_left_overs(index)  # of a build that was killed at its very end
        return IndexReport()
    folder = begin_generation(index, empty=not plan.incremental)
    generation = _NewGeneration(folder, plan, library, encoder, progress)
    try:
        manifest = generation.write()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # gives a full disk its space back
        raise
    publish_generation(index, folder, manifest)
    return generation.report()


def _install_encoder(encoder: PlannedEncoder, encoders: Path, cache: Path) -> Path:
    """Return the folder of the prepared encoder, which is in `encoders`."""
    if encoder.model is None:
        return encoders / encoder.key
    return install_encoder(encoder.model, encoders, cache)


class _NewGeneration:
    """Writes what a plan says into the folder of a new generation, step by step."""

    def __init__(
        self, folder: Path, plan: IndexPlan, library: Library, encoder: Path, progress: Progress
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._library = library
        self._encoder_folder = encoder
        self._encoder: BulkEncoder | None = None  # loaded for the first text to embed
        self._progress = progress
        self._start = _start(plan, encoder)
        self._rows = self._start.rows
        self._books = dict(self._start.books)
        self._passages = 0
        self._formulas = 0

    def write(self) -> IndexManifest:
        """Delete and index books, and return the manifest to publish.

        Raises:
            EncoderError: the encoder cannot be loaded.
            OSError: the disk is full or not writable.
        """
        plan, start = self._plan, self._start
        count_tokens = _token_counter(self._encoder_folder)
        with (
            writing(self._folder, PASSAGES) as passages,
            writing(self._folder, FORMULAS) as formulas,
        ):
            for book_id in (*plan.replaced, *plan.removed):
                self._delete_book(book_id, passages, formulas)
            for planned in plan.books:
                folder = self._library.folder(planned.manifest.book.book_id)
                book = split_for_index(folder, planned.manifest, self._rows, count_tokens)
                _add_passages(book, passages)
                formula_count = _add_formulas(book, formulas)
                self._add_vectors(book, planned)
                self._enter(book, formula_count)
        return IndexManifest(
            start.encoder, start.encoder_key, start.dimension, self._rows, books=self._books
        )

    def report(self) -> IndexReport:
        """Return what was written."""
        added = tuple(planned.manifest.book.book_id for planned in self._plan.books)
        return IndexReport(added, self._plan.removed, self._passages, self._formulas)

    def _delete_book(
        self, book_id: str, passages: tantivy.IndexWriter, formulas: tantivy.IndexWriter
    ) -> None:
        """Delete a book's documents. Its vectors stay: no row leads to them any more."""
        passages.delete_documents_by_term("book_id", book_id)
        formulas.delete_documents_by_term("book_id", book_id)
        del self._books[book_id]

    def _add_vectors(self, book: IndexedBook, planned: PlannedBook) -> None:
        """Write the vectors of a book's passages, copied from the serving generation if it can."""
        vectors = self._old_vectors(planned, len(book.passages))
        if vectors is None:
            vectors = self._embed(planned.manifest.book.book_id, book.texts_to_embed())
        append_vectors(self._folder, book.first_row, vectors, book.page_numbers)

    def _old_vectors(self, planned: PlannedBook, count: int) -> Vectors | None:
        serving = self._plan.serving
        if planned.old_rows is None or serving is None:
            return None
        first, last = planned.old_rows
        if last - first != count:  # an older Octavo cut the same text otherwise
            return None
        old = serving.manifest
        return VectorStore(serving.folder, old.rows, old.dimension).vectors[first:last]

    def _embed(self, book_id: str, texts: list[str]) -> Vectors:
        """Return the vectors of texts, shape (len(texts), dimension)."""
        if self._encoder is None:
            self._encoder = open_bulk_encoder(
                self._encoder_folder, texts, self._expected_passages()
            )
        vectors = np.empty((len(texts), self._start.dimension), dtype=np.float32)
        self._progress.start(f"index {book_id}", len(texts), "passages")
        try:
            for start in range(0, len(texts), _CHUNK):
                chunk = texts[start : start + _CHUNK]
                vectors[start : start + len(chunk)] = self._encoder.encode_documents(chunk)
                self._progress.advance(len(chunk))
        finally:
            self._progress.finish()
        return vectors

    def _expected_passages(self) -> int:
        """Return about how many passages may have to be embedded."""
        pages = sum(planned.manifest.book.page_count for planned in self._plan.books)
        return _PASSAGES_A_PAGE * pages

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


def _start(plan: IndexPlan, encoder: Path) -> IndexManifest:
    """Return the manifest of the new generation before anything is deleted or indexed."""
    if plan.serving is not None and plan.incremental:
        return plan.serving.manifest
    info = EncoderInfo.read(encoder)
    return IndexManifest(info.name, plan.encoder.key, info.dimension)


def _token_counter(encoder_folder: Path) -> Callable[[str], int]:
    tokenizer = load_tokenizer(encoder_folder)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _add_passages(book: IndexedBook, writer: tantivy.IndexWriter) -> None:
    for document in book.passage_documents():
        writer.add_document(document)


def _add_formulas(book: IndexedBook, writer: tantivy.IndexWriter) -> int:
    """Index a book's formulas, and return how many there are."""
    count = 0
    for document in book.formula_documents():
        writer.add_document(document)
        count += 1
    return count
