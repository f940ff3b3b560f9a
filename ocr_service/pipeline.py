"""Inputs in, finished books out: every page checkpointed as soon as it is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ocr_service.engines.local import TEXT_ENGINES
from ocr_service.errors import InputError
from ocr_service.folios import printed_labels
from ocr_service.library import Library, slugify
from ocr_service.pages import Book, Page, PageRecord, PageStatus, storable
from ocr_service.pool import PagePool
from ocr_service.progress import Progress
from ocr_service.running_heads import find_running_heads, page_markdown
from ocr_service.service_records import PageJob
from ocr_service.sources import Source, SourceKind, read_text_pages, source_digest
from ocr_service.store import BookFolder, Manifest
from ocr_service.workers import PageTask, SourceInfo

if TYPE_CHECKING:
    from ocr_service.service_reader import ServiceReader

__all__ = ["CLEANING_VERSION", "Outcome", "OutcomeKind", "Pipeline", "ReadOptions"]

# Raise it when the rules that make page markdown of raw text change: books are then cleaned anew
# from what is stored, and nothing is recognised again.
CLEANING_VERSION = 2

_IMPORTED = "import"  # the engine of pages that came as text


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How pages are read. `zoom` 2.0 means 144 dpi."""

    zoom: float = 2.0
    force_ocr: bool = False
    retry_failed: bool = False
    password: str | None = None


class OutcomeKind(StrEnum):
    """What became of one input."""

    READ = "read"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input; `failed_pages` maps 1-based page numbers to reasons."""

    kind: OutcomeKind
    book_id: str
    pages_read: int
    page_count: int
    failed_pages: dict[int, str]


class Pipeline:
    """Reads inputs into one library. Only for the holder of its lock."""

    def __init__(
        self,
        library: Library,
        options: ReadOptions,
        pool: PagePool,
        progress: Progress,
        service: ServiceReader | None = None,
    ) -> None:
        """Look through the library's books once; with `service`, pages are read there.

        Raises:
            LibraryError: a book's manifest is damaged or of another version.
        """
        self._library = library
        self._options = options
        self._pool = pool
        self._progress = progress
        self._service = service
        self._by_content: dict[str, str] = {}
        self._by_path: dict[str, str] = {}
        self._manifests = library.manifests()
        for book_id, manifest in self._manifests.items():
            self._note(book_id, manifest)

    def _note(self, book_id: str, manifest: Manifest) -> None:
        self._manifests[book_id] = manifest
        self._by_content.setdefault(manifest.book.sha256, book_id)
        self._by_path[manifest.book.source] = book_id

    def read(self, source: Source) -> Outcome:
        """Read one input; pages that are finished already are not read again.

        Raises:
            InputError: the input cannot be read at all.
            OSError: the library cannot be written.
        """
        sha256 = source_digest(source)
        path = str(source.path.resolve())
        same = self._by_content.get(sha256)
        if same is not None and self._manifests[same].book.sha256 != sha256:
            same = None  # that book has changed since
        if same is not None and self._manifests[same].book.source != path:
            if Path(self._manifests[same].book.source).exists():
                return self._outcome(OutcomeKind.DUPLICATE, same, 0)
            self._move(same, path)
        book_id = same or self._by_path.get(path)
        if book_id is not None and self._is_done(book_id, sha256):
            return self._outcome(OutcomeKind.UNCHANGED, book_id, 0)
        texts = read_text_pages(source) if source.is_text else None
        if texts is None:
            info = self._pool.look_into(source.path, self._options.password)
        else:
            info = _text_info(texts)
        if not info.labels:
            raise InputError(f"{source.path}: no pages in it; leave it out")
        stem, title = _names(source, info.title)
        book = Book(
            book_id=book_id or _free_id(stem, title, taken=self._manifests.keys()),
            title=title,
            authors=info.authors,
            source=path,
            sha256=sha256,
            page_count=len(info.labels),
            language=info.language,
        )
        folder = self._library.folder(book.book_id)
        folder.begin(book)
        reader = _Reader(folder, book, info.labels, self._options, self._progress)
        if texts is None:
            count = reader.recognise(source.path, self._pool, self._service)
        else:
            count = reader.import_texts(texts)
        self._note(book.book_id, reader.publish())
        return self._outcome(OutcomeKind.READ, book.book_id, count)

    def _move(self, book_id: str, path: str) -> None:
        """Note that a book's file has moved to `path`."""
        manifest = self._manifests[book_id]
        moved = replace(manifest, book=replace(manifest.book, source=path))
        self._library.folder(book_id).write_manifest(moved)
        self._note(book_id, moved)

    def _is_done(self, book_id: str, sha256: str) -> bool:
        manifest = self._manifests[book_id]
        if manifest.digest is None or manifest.book.sha256 != sha256:
            return False
        folder = self._library.folder(book_id).path
        if manifest.cleaning != CLEANING_VERSION or not (folder / "document.mmd").exists():
            return False
        if self._options.retry_failed and PageStatus.FAILED in manifest.statuses:
            return False
        return not (self._options.force_ocr and TEXT_ENGINES.intersection(manifest.engines))

    def _outcome(self, kind: OutcomeKind, book_id: str, pages_read: int) -> Outcome:
        manifest = self._manifests[book_id]
        failed = {index + 1: reason for index, reason in sorted(manifest.errors.items())}
        return Outcome(kind, book_id, pages_read, manifest.book.page_count, failed)


class _Reader:
    """The reading of one book: which pages are missing, and their checkpoints."""

    def __init__(
        self,
        folder: BookFolder,
        book: Book,
        labels: Sequence[str],
        options: ReadOptions,
        progress: Progress,
    ) -> None:
        self._folder = folder
        self._book = book
        self._labels = labels
        self._options = options
        self._progress = progress
        self._records = folder.records(book.sha256)

    def recognise(self, path: Path, pool: PagePool, service: ServiceReader | None) -> int:
        """Read the missing pages, here or by a service; return how many there were.

        Raises:
            ServiceError: the service cannot be reached, or refuses; what it has read is kept.
        """
        tasks = [
            PageTask(
                path,
                self._book.sha256,
                page_index,
                label,
                self._options.zoom,
                self._options.force_ocr,
                self._options.password,
            )
            for page_index, label in enumerate(self._labels)
            if _is_missing(self._records.get(page_index), self._options)
        ]
        self._progress.start(self._book.book_id, len(tasks), "pages")
        try:
            for record in _records(tasks, pool, service):
                self._keep(record)
                self._progress.advance()
        finally:
            self._progress.finish()
        return len(tasks)

    def import_texts(self, texts: Sequence[str | None]) -> int:
        """Take over pages that are text already; return how many were new."""
        count = 0
        for page_index, text in enumerate(texts):
            if not _is_missing(self._records.get(page_index), self._options):
                continue
            status = PageStatus.OK if text else PageStatus.BLANK
            record = PageRecord(
                source_sha256=self._book.sha256,
                page_index=page_index,
                page_label=self._labels[page_index],
                status=status if text is not None else PageStatus.FAILED,
                engine=_IMPORTED,
                raw=storable(text or ""),
                error="there is no file for this page" if text is None else None,
            )
            self._keep(record)
            count += 1
        return count

    def _keep(self, record: PageRecord) -> None:
        self._folder.append(record)
        self._records[record.page_index] = record

    def publish(self) -> Manifest:
        """Clean all pages together and write them."""
        records = [self._records[page_index] for page_index in range(self._book.page_count)]
        heads = find_running_heads(records)
        pages = [
            Page(
                book_id=self._book.book_id,
                page_index=record.page_index,
                page_label=label,
                markdown=page_markdown(record, heads).strip(),
                regions=record.regions,
                status=record.status,
                engine=record.engine,
            )
            for record, label in zip(records, printed_labels(records, heads), strict=True)
        ]
        errors = {record.page_index: record.error for record in records if record.error}
        return self._folder.publish(self._book, pages, errors, CLEANING_VERSION)


def _records(
    tasks: Sequence[PageTask], pool: PagePool, service: ServiceReader | None
) -> Iterator[PageRecord]:
    """Yield each page as it is read, in whatever order that is."""
    if service is None:
        return pool.read(tasks)
    jobs = (PageJob(task.page_index, task.label, partial(pool.draw, task)) for task in tasks)
    return service.read(tasks[0].sha256 if tasks else "", jobs)


def _is_missing(record: PageRecord | None, options: ReadOptions) -> bool:
    if record is None:
        return True
    if options.retry_failed and record.status is PageStatus.FAILED:
        return True
    return options.force_ocr and record.engine in TEXT_ENGINES


def _text_info(texts: Sequence[str | None]) -> SourceInfo:
    """Describe pages that came as text: the title is the first heading of the first level."""
    title = None
    for text in texts[:10]:
        match = re.search(r"^# +(\S.{1,118})$", text or "", re.MULTILINE)
        if match:
            title = storable(match[1]).strip()
            break
    labels = tuple(str(number) for number in range(1, len(texts) + 1))
    return SourceInfo(title, (), None, labels)


def _names(source: Source, title: str | None) -> tuple[str, str]:
    """Return the stem of the input's name, and the title: that one, where there is no other."""
    stem = source.path.name if source.kind is SourceKind.PAGE_FOLDER else source.path.stem
    if stem in ("pages", "document"):  # what OCR tools call their output
        stem = source.path.resolve().parent.name
    return stem, title or re.sub(r"[_\s]+", " ", storable(stem)).strip() or "Untitled"


def _free_id(stem: str, title: str, taken: Collection[str]) -> str:
    """Choose a readable id: the file's name, or the title where the name says nothing."""
    name = slugify(stem)
    tells = sum(letter.isalpha() for letter in name) >= 3 and not re.fullmatch(
        r"[0-9a-f]{8,}", name.replace("-", "")
    )
    base = name if tells else (slugify(title) or name or "book")
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
