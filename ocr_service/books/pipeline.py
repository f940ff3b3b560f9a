"""Turns inputs into finished books, one after another; stores each page as soon as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from ocr_service.books.book_reader import BookReader
from ocr_service.books.catalogue import Catalogue
from ocr_service.books.identity import free_id, identify
from ocr_service.books.imports import info_of_text, read_text
from ocr_service.books.page_selection import EngineChoice, ReadOptions
from ocr_service.books.prefetch import Prefetcher, info_of_images
from ocr_service.client.records import PageJob
from ocr_service.common.errors import InputError, QueryError
from ocr_service.console.progress import Progress
from ocr_service.engines.local import LOCAL_ENGINES
from ocr_service.inputs.content import ImageFile
from ocr_service.inputs.text_pages import ImportedPage
from ocr_service.library.library import Library
from ocr_service.library.pages import Book, PageRecord, PageStatus
from ocr_service.library.sources import InputSource
from ocr_service.workers.pool import PagePool
from ocr_service.workers.tasks import PageTask, SourceInfo

if TYPE_CHECKING:
    from ocr_service.client.reader import ServiceReader

__all__ = ["Outcome", "OutcomeKind", "Pipeline", "Plan"]


class OutcomeKind(StrEnum):
    """How reading one input ended."""

    READ = "read"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of reading one input.

    `failed_pages` maps 1-based page numbers to reasons; `kept_pages` does so for pages that could
    not be read again and keep their earlier text; `noted_pages` says what was lost or guessed on
    pages that were read. `statuses` and `engines` have one entry per page.
    """

    kind: OutcomeKind
    book_id: str
    pages_read: int
    page_count: int
    failed_pages: dict[int, str]
    statuses: tuple[PageStatus, ...]
    engines: tuple[str, ...]
    kept_pages: dict[int, str] = field(default_factory=dict)
    noted_pages: dict[int, str] = field(default_factory=dict)

    @property
    def local_pages(self) -> int:
        """The number of pages that were read on this machine."""
        return sum(engine in LOCAL_ENGINES for engine in self.engines)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do with one input: pages to send to a service, and to read here."""

    page_count: int
    to_send: int
    to_read: int


class Pipeline:
    """Reads inputs into a library. Only for the holder of its lock.

    Pages are read by worker processes or, with `service`, by an OCR service; page texts are
    imported.
    """

    def __init__(
        self,
        library: Library,
        options: ReadOptions,
        pool: PagePool,
        progress: Progress,
        service: ServiceReader | None = None,
    ) -> None:
        """Look through the library's books once.

        Args:
            library: where the books go; it need not exist for `plan`.
            options: how pages are read.
            pool: the worker processes.
            progress: gets every page that is read.
            service: reads the pages that `options` do not give to the pool.

        Raises:
            LibraryError: a book's manifest is damaged or of another version.
        """
        self.library = library
        self.options = options
        self._pool = pool
        self._progress = progress
        self._service = service
        self._catalogue = Catalogue(library, options)
        self._prefetcher = Prefetcher(self._catalogue, pool, (), options.password)

    def expect(self, sources: Sequence[InputSource]) -> None:
        """Begin pages of `sources` ahead of time, unless a service reads them.

        `read` is going to be called with each of them, in this order.
        """
        ahead = sources if self._service is None else ()
        password = self.options.password
        self._prefetcher = Prefetcher(self._catalogue, self._pool, ahead, password)

    def read(self, source: InputSource) -> Outcome:
        """Read one input; pages that are finished already are not read again.

        Raises:
            InputError: the input cannot be read at all.
            QueryError: it has none of the pages that are to be read again; nothing was read.
            ServiceError: the service cannot be reached, or refuses; what it has read is kept.
            OSError: the library cannot be written.
        """
        self._prefetcher.turn_to(source)
        sha256 = self._catalogue.digest(source)
        try:
            outcome = self._finished_already(source)
            book_id, images = (
                self._catalogue.book_of(source),
                self._catalogue.content(source).images,
            )
            if outcome is not None:
                return outcome
            texts, info = self._open(source)
        finally:
            self._catalogue.forget(source)
        book = self._book(source, info, sha256, book_id)
        reader = self._reader(book, info, images)
        if texts is None:
            tasks = reader.missing(source.path)
            count = reader.store(self._records(sha256, tasks), len(tasks))
        else:
            count = reader.import_pages(texts)
        self._catalogue.note(book.book_id, reader.publish())
        outcome = self._outcome(OutcomeKind.READ, book.book_id, count)
        return replace(outcome, kept_pages=reader.kept)

    def plan(self, source: InputSource) -> Plan:
        """Return what `read` would do, without writing or sending anything.

        Raises:
            InputError: the input cannot be read at all.
            QueryError: it has none of the pages that are to be read again.
        """
        if self._catalogue.is_done(source):
            book_id = self._catalogue.book_of(source) or ""
            return Plan(self._catalogue[book_id].book.page_count, 0, 0)
        texts, info = self._open(source)
        count = len(info.labels)
        if texts is not None:
            return Plan(count, 0, 0)
        tasks = self._catalogue.missing(source, info)
        if self.options.engine.is_here:
            return Plan(count, 0, len(tasks))
        here = 0
        if self.options.engine is EngineChoice.AUTO:
            here = sum(record is not None for _, record in self._pool.read_plain(tasks))
        return Plan(count, len(tasks) - here, here)

    # ------------------------------------------------------------------- the steps of reading

    def _finished_already(self, source: InputSource) -> Outcome | None:
        """Return the outcome for an input that needs no reading; note a new path or language."""
        known = self._catalogue.other_path(source)
        if known is not None:
            book_id, path = known
            if path.exists():
                return self._outcome(OutcomeKind.DUPLICATE, book_id, 0)
            self._catalogue.set_path(book_id, source.place)
        if not self._catalogue.is_done(source):
            return None
        book_id = self._catalogue.book_of(source) or ""
        self._catalogue.set_language(book_id)
        return self._outcome(OutcomeKind.UNCHANGED, book_id, 0)

    def _open(self, source: InputSource) -> tuple[list[ImportedPage] | None, SourceInfo]:
        """Return the pages of an input that is text already, and its title, labels and so on."""
        imported = read_text(source) if source.is_text else None
        texts = None if imported is None else list(imported.pages)
        images = self._catalogue.content(source).images
        if imported is not None:
            info = info_of_text(source, imported)
        elif images:
            info = info_of_images(images)
        else:
            info = self._pool.look_into(source.path, self.options.password)
        if not info.labels:
            raise InputError(f"{source.path}: this file has no pages; leave it out")
        count, redo = len(info.labels), self.options.redo
        if redo is not None and all(first > count for first, _ in redo.ranges):
            raise QueryError(f"--redo: {source.path} has none of these pages; it has 1 to {count}")
        return texts, info

    def _book(
        self, source: InputSource, info: SourceInfo, sha256: str, book_id: str | None
    ) -> Book:
        """Describe the book that an input becomes; `book_id` if it is in the library already."""
        identity = identify(source, info)
        book = Book(
            book_id=book_id or free_id(identity, taken=self._catalogue.book_ids),
            title=identity.title,
            authors=identity.authors,
            source=source.place,
            sha256=sha256,
            page_count=len(info.labels),
            language=info.language,
            year=identity.year,
        )
        return book if book_id is None else book.with_edits_of(self._catalogue[book_id].book)

    def _reader(self, book: Book, info: SourceInfo, images: Sequence[ImageFile]) -> BookReader:
        folder = self.library.folder(book.book_id)
        folder.begin(book)
        reader = BookReader(folder, book, info.labels, self.options, self._progress, images=images)
        reader.outline = info.outline
        return reader

    def _records(self, sha256: str, tasks: Sequence[PageTask]) -> Iterator[PageRecord]:
        """Yield each page as it is read, in any order: by the pool, by the service, or by both."""
        if self._service is None:
            yield from self._read_here(tasks)
            return
        if self.options.engine is EngineChoice.AUTO:
            others = []
            for task, record in self._pool.read_plain(tasks):
                if record is None:
                    others.append(task)
                else:
                    self._service.stats.local += 1
                    yield record
            tasks = sorted(others, key=lambda task: task.page_index)
        yield from self._read_by_service(self._service, sha256, tasks)

    def _read_here(self, tasks: Sequence[PageTask]) -> Iterator[PageRecord]:
        for finished in self._pool.read(tasks):
            self._prefetcher.begin_more()
            yield from finished

    def _read_by_service(
        self, service: ServiceReader, sha256: str, tasks: Sequence[PageTask]
    ) -> Iterator[PageRecord]:
        draw = self._pool.draw
        jobs = (PageJob(task.page_index, task.label, partial(draw, task)) for task in tasks)
        for record in service.read(sha256, jobs):
            self._progress.note(service.stats.details())
            yield record

    def _outcome(self, kind: OutcomeKind, book_id: str, pages_read: int) -> Outcome:
        manifest = self._catalogue[book_id]
        return Outcome(
            kind,
            book_id,
            pages_read,
            manifest.book.page_count,
            manifest.failed_pages,
            manifest.statuses,
            manifest.engines,
            noted_pages=manifest.noted_pages,
        )
