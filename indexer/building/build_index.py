"""The incremental, atomic build of the index from the books of a library."""

from __future__ import annotations

import shutil
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tantivy

from indexer.encoder.bulk import BulkEncoder, open_bulk_encoder
from indexer.encoder.encoder import Vectors, load_tokenizer
from indexer.encoder.export import DEFAULT_ENCODER
from indexer.encoder.info import EncoderInfo
from indexer.encoder.store import find_encoder, remove_other_encoders
from indexer.formulas.find import Formula, find_formulas
from indexer.formulas.layout import layout, write_row
from indexer.passages.split import Passage, split_book
from indexer.stores.fulltext import (
    FORMULAS,
    PASSAGES,
    FormulaDoc,
    PassageDoc,
    formula_document,
    passage_document,
    writing,
)
from indexer.stores.generations import (
    BookEntry,
    IndexManifest,
    RowFiles,
    begin_generation,
    current_generation,
    encoder_of_other_version,
    publish_generation,
    remove_left_overs,
)
from indexer.stores.vectors import VectorStore, append_vectors
from indexer.words.words import searchable
from ocr_service.common.errors import EncoderError, LibraryError
from ocr_service.console.progress import Progress
from ocr_service.library.book_folder import Manifest
from ocr_service.library.library import Library
from ocr_service.library.pages import Page
from ocr_service.text.languages import detect_language

__all__ = ["IndexReport", "build_index"]

_CHUNK = 256  # passages embedded between two steps of the progress bar
_PASSAGES_A_PAGE = 2  # about
_MOST_CONTEXT = 150  # characters of a title, and of a section's path; encoders read 256 tokens


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a build of the index did."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    passages: int
    formulas: int


def build_index(
    library: Library, encoder_name: str | None, cache: Path, progress: Progress
) -> IndexReport:
    """Bring the index up to date with the finished books. Only for the holder of the lock.

    `encoder_name` None means the index's own encoder, or the default for a new index. `cache` keeps
    prepared encoders for other libraries.

    Raises:
        EncoderError: the encoder cannot be found or loaded.
        OSError: the disk is full or not writable; the old index then still serves.
    """
    wanted = {
        book_id: manifest
        for book_id, manifest in library.manifests().items()
        if manifest.digest is not None
    }
    old_folder, old = _current(library)
    if not wanted and old is None:
        return IndexReport((), (), 0, 0)  # nothing to index, and no need of an encoder
    encoder, key = _choose_encoder(library, old, encoder_name, cache)
    # Readers of the old index may not have loaded its encoder yet: it goes with the next build.
    remove_other_encoders(library.index_path / "encoders", key, old.encoder_key if old else key)
    whole = _has_vectors(old_folder, old) and old is not None and old.encoder_key == key
    afresh = old is None or not whole or old.rows > 2 * old.live_rows + 10_000
    has = {} if afresh or old is None else old.books
    stale = [
        book_id for book_id, entry in has.items() if not _is_current(entry, wanted.get(book_id))
    ]
    missing = [book_id for book_id in wanted if book_id not in has or book_id in stale]
    gone = tuple(book_id for book_id in stale if book_id not in wanted)
    if not stale and not missing and not afresh:
        remove_left_overs(library.index_path)  # of a build that was killed at its very end
        return IndexReport((), (), 0, 0)
    manifest = IndexManifest(encoder.name, key, encoder.dimension)
    if old is not None and not afresh:
        manifest = IndexManifest(old.encoder, key, old.dimension, old.rows, books=dict(old.books))
    folder = begin_generation(library.index_path, empty=afresh)
    reusable = (old_folder, old) if old_folder and old and whole else None
    job = _Build(library, folder, manifest, reusable, progress)
    try:
        manifest = job.run(stale, {book_id: wanted[book_id] for book_id in missing})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # gives a full disk its room back
        raise
    publish_generation(library.index_path, folder, manifest)
    return IndexReport(tuple(missing), gone, job.passages, job.formulas)


def _current(library: Library) -> tuple[Path | None, IndexManifest | None]:
    folder = current_generation(library.index_path)
    if folder is None:
        return None, None
    try:
        return folder, IndexManifest.read(folder)
    except (LibraryError, FileNotFoundError):
        return None, None  # damaged or of another version: the index is made anew


def _has_vectors(folder: Path | None, manifest: IndexManifest | None) -> bool:
    if folder is None or manifest is None:
        return False
    return RowFiles.open(folder).holds(manifest.rows, manifest.dimension)


def _choose_encoder(
    library: Library, old: IndexManifest | None, name: str | None, cache: Path
) -> tuple[EncoderInfo, str]:
    encoders = library.index_path / "encoders"
    if old is None and name is None:
        name = encoder_of_other_version(library.index_path)
    if old is not None and name in (None, old.encoder):
        try:
            return EncoderInfo.read(encoders / old.encoder_key), old.encoder_key
        except EncoderError:
            name = old.encoder  # its folder was deleted: make it again
    key = find_encoder(name or DEFAULT_ENCODER, encoders, cache)
    return EncoderInfo.read(encoders / key), key


def _is_current(entry: BookEntry, manifest: Manifest | None) -> bool:
    return (
        manifest is not None
        and manifest.digest == entry.digest
        and manifest.book.title == entry.title
        and list(manifest.book.authors) == entry.authors
        and manifest.book.language in (None, entry.language)
    )


class _Build:
    """One build: the writers of the new generation, and the encoder, loaded when first needed."""

    def __init__(
        self,
        library: Library,
        folder: Path,
        manifest: IndexManifest,
        reusable: tuple[Path, IndexManifest] | None,
        progress: Progress,
    ) -> None:
        self._library = library
        self._folder = folder
        self._manifest = manifest
        self._reusable = reusable
        self._progress = progress
        self._encoder_folder = library.index_path / "encoders" / manifest.encoder_key
        self._encoder: BulkEncoder | None = None
        self._expected = 0  # passages that may have to be embedded
        self.passages = 0
        self.formulas = 0

    def run(self, stale: list[str], missing: dict[str, Manifest]) -> IndexManifest:
        """Take out the stale books, put in the missing ones, and return the new manifest."""
        books = dict(self._manifest.books)
        rows = self._manifest.rows
        count = _token_counter(self._encoder_folder)
        self._expected = _PASSAGES_A_PAGE * sum(m.book.page_count for m in missing.values())
        with ExitStack() as stack:
            passages, formulas = (
                stack.enter_context(writing(self._folder, kind)) for kind in (PASSAGES, FORMULAS)
            )
            for book_id in stale:
                passages.delete_documents_by_term("book_id", book_id)
                formulas.delete_documents_by_term("book_id", book_id)
                del books[book_id]
            for book_id, manifest in missing.items():
                books[book_id] = self._add_book(passages, formulas, manifest, rows, count)
                rows = books[book_id].last_row
        old = self._manifest
        return IndexManifest(old.encoder, old.encoder_key, old.dimension, rows, books=books)

    def _add_book(
        self,
        passage_writer: tantivy.IndexWriter,
        formula_writer: tantivy.IndexWriter,
        manifest: Manifest,
        first_row: int,
        count: Callable[[str], int],
    ) -> BookEntry:
        book = manifest.book
        pages = list(self._library.folder(book.book_id).pages(manifest))
        passages = list(split_book(pages, count))
        language = book.language or detect_language(page.markdown for page in pages)
        for row, passage in enumerate(passages, first_row):
            doc = _passage_doc(passage, row, pages[passage.page_index].page_label)
            passage_writer.add_document(passage_document(doc, book.title, language))
        formula_count = 0
        for formula_doc in _formula_docs(pages, passages, first_row):
            formula_writer.add_document(formula_document(formula_doc))
            formula_count += 1
        self._embed(manifest, passages, first_row)
        self.passages += len(passages)
        self.formulas += formula_count
        return BookEntry(
            title=book.title,
            authors=list(book.authors),
            digest=manifest.digest or "",
            first_row=first_row,
            last_row=first_row + len(passages),
            formulas=formula_count,
            page_count=book.page_count,
            language=language,
        )

    def _embed(self, manifest: Manifest, passages: list[Passage], first_row: int) -> None:
        numbers = np.array([passage.page_index + 1 for passage in passages], dtype=np.int32)
        vectors = self._known_vectors(manifest, len(passages))
        if vectors is None:
            texts = [document_text(passage, manifest.book.title) for passage in passages]
            vectors = self._encode(manifest.book.book_id, texts)
        append_vectors(self._folder, first_row, vectors, numbers)

    def _known_vectors(self, manifest: Manifest, count: int) -> Vectors | None:
        """Return the vectors of a book that an older generation has with the same pages."""
        if self._reusable is None:
            return None
        folder, old = self._reusable
        entry = old.books.get(manifest.book.book_id)
        if entry is None or (entry.digest, entry.title) != (manifest.digest, manifest.book.title):
            return None
        if entry.last_row - entry.first_row != count:
            return None
        store = VectorStore(folder, old.rows, old.dimension)
        return store.vectors[entry.first_row : entry.last_row]

    def _encode(self, book_id: str, texts: list[str]) -> Vectors:
        if self._encoder is None:
            self._encoder = open_bulk_encoder(self._encoder_folder, texts, self._expected)
        vectors = np.empty((len(texts), self._manifest.dimension), dtype=np.float32)
        self._progress.start(f"index {book_id}", len(texts), "passages")
        try:
            for start in range(0, len(texts), _CHUNK):
                chunk = texts[start : start + _CHUNK]
                vectors[start : start + len(chunk)] = self._encoder.encode_documents(chunk)
                self._progress.advance(len(chunk))
        finally:
            self._progress.finish()
        return vectors


def document_text(passage: Passage, title: str) -> str:
    """Return what is embedded of a passage: the book's title and its section's path before it.

    A page of "it" and "this curve" says by itself neither what it is about nor in which book.
    """
    # Encoders know "theta", but not that \frac is no word.
    text = searchable(passage.text) if "\\" in passage.text else passage.text
    context = (title, " > ".join(passage.section))
    return "\n".join((*(part[:_MOST_CONTEXT] for part in context), text))


def _token_counter(encoder_folder: Path) -> Callable[[str], int]:
    tokenizer = load_tokenizer(encoder_folder)
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def _passage_doc(passage: Passage, row: int, label: str) -> PassageDoc:
    return PassageDoc(
        passage_id=passage.passage_id,
        book_id=passage.book_id,
        row=row,
        page=passage.page_index + 1,
        label=label,
        char_start=passage.char_start,
        char_end=passage.char_end,
        section=list(passage.section),
        text=passage.text,
    )


def _formula_docs(
    pages: list[Page], passages: list[Passage], first_row: int
) -> Iterator[FormulaDoc]:
    starts = [(passage.page_index, passage.char_start) for passage in passages]
    for page in pages:
        for formula in find_formulas(page):
            place = bisect_right(starts, (page.page_index, formula.char_start)) - 1
            if place >= 0:
                yield _formula_doc(formula, page, passages[place], first_row + place)


def _formula_doc(formula: Formula, page: Page, passage: Passage, row: int) -> FormulaDoc:
    return FormulaDoc(
        book_id=formula.book_id,
        row=row,
        page=page.page_number,
        label=page.page_label,
        latex=formula.latex,
        normal=write_row(layout(formula.latex)),
        display=formula.display,
        number=formula.number,
        char_start=formula.char_start,
        char_end=formula.char_end,
        section=list(passage.section),
        box=list(formula.box) if formula.box else None,
    )
