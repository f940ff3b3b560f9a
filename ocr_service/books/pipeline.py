"""Inputs in, finished books out: every page checkpointed as soon as it is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ocr_service.books.book_reader import CLEANING_VERSION, BookReader
from ocr_service.books.page_selection import EngineChoice, ReadOptions
from ocr_service.common.errors import InputError, QueryError
from ocr_service.console.progress import Progress
from ocr_service.engines.local import LOCAL_ENGINES
from ocr_service.library.book_folder import Manifest
from ocr_service.library.library import Library, slugify
from ocr_service.library.pages import Book, PageStatus, storable
from ocr_service.library.sources import Source, SourceKind, read_text_pages, source_digest
from ocr_service.workers.pool import PagePool
from ocr_service.workers.tasks import PageTask, SourceInfo

if TYPE_CHECKING:
    from ocr_service.client.reader import ServiceReader

__all__ = ["Outcome", "OutcomeKind", "Pipeline", "Plan"]


class OutcomeKind(StrEnum):
    """What became of one input."""

    READ = "read"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input.

    `failed_pages` maps 1-based page numbers to reasons, and so does `kept_pages` for those that
    could not be read again and stay as they were. `statuses` and `engines` have an entry a page.
    """

    kind: OutcomeKind
    book_id: str
    pages_read: int
    page_count: int
    failed_pages: dict[int, str]
    statuses: tuple[PageStatus, ...]
    engines: tuple[str, ...]
    kept_pages: dict[int, str] = field(default_factory=dict)

    @property
    def local_pages(self) -> int:
        """How many pages were read on this machine."""
        return sum(engine in LOCAL_ENGINES for engine in self.engines)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do with one input: pages to send to a service, and to read here."""

    page_count: int
    to_send: int
    to_read: int


class Pipeline:
    """Reads inputs into `library`, in the way of `options`. Only for the holder of its lock."""

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
        self.library = library
        self.options = options
        self._pool = pool
        self._progress = progress
        self._service = service
        self._by_content: dict[str, str] = {}
        self._by_path: dict[str, str] = {}
        self._digests: dict[Source, str] = {}  # of inputs whose turn has not come
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
            QueryError: it has none of the pages that are to be read again; nothing was read.
            OSError: the library cannot be written.
        """
        sha256 = self.digest(source)
        del self._digests[source]  # what changes after this is read by another build
        path = str(source.path.resolve())
        same = self._with_content(sha256)
        if same is not None and self._manifests[same].book.source != path:
            if Path(self._manifests[same].book.source).exists():
                return self._outcome(OutcomeKind.DUPLICATE, same, 0)
            self._move(same, path)
        book_id = same or self._by_path.get(path)
        if book_id is not None and self._is_done(book_id, sha256):
            self._set_language(book_id)
            return self._outcome(OutcomeKind.UNCHANGED, book_id, 0)
        texts, info = self._look_into(source)
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
        folder = self.library.folder(book.book_id)
        folder.begin(book)
        reader = BookReader(folder, book, info.labels, self.options, self._progress)
        if texts is None:
            count = reader.recognise(source.path, self._pool, self._service)
        else:
            count = reader.import_texts(texts)
        self._note(book.book_id, reader.publish())
        outcome = self._outcome(OutcomeKind.READ, book.book_id, count)
        return replace(outcome, kept_pages=reader.kept)

    def plan(self, source: Source) -> Plan:
        """Return what `read` would do, without writing or sending anything.

        Raises:
            InputError: the input cannot be read at all.
            QueryError: it has none of the pages that are to be read again.
        """
        if self.is_done(source):
            return Plan(self._manifests[self._book_of(source) or ""].book.page_count, 0, 0)
        texts, info = self._look_into(source)
        count = len(info.labels)
        if texts is not None:
            return Plan(count, 0, 0)
        tasks = self.missing(source, info)
        if self.options.engine is EngineChoice.LOCAL:
            return Plan(count, 0, len(tasks))
        here = 0
        if self.options.engine is EngineChoice.AUTO:
            here = sum(record is not None for _, record in self._pool.read_plain(tasks))
        return Plan(count, len(tasks) - here, here)

    def digest(self, source: Source) -> str:
        """Return the digest of an input's content, which is taken once.

        Raises:
            InputError: it cannot be read.
        """
        if source not in self._digests:
            self._digests[source] = source_digest(source)
        return self._digests[source]

    def is_done(self, source: Source) -> bool:
        """Tell whether there is nothing to read of an input.

        Raises:
            InputError: it cannot be read.
        """
        book_id = self._book_of(source)
        return book_id is not None and self._is_done(book_id, self.digest(source))

    def missing(self, source: Source, info: SourceInfo) -> list[PageTask]:
        """Return the pages to read of a PDF or image of which `info` is known.

        Raises:
            InputError: it cannot be read.
        """
        book_id, sha256 = self._book_of(source) or "", self.digest(source)
        book = Book(book_id, "-", (), str(source.path), sha256, len(info.labels))
        folder = self.library.folder(book_id)
        reader = BookReader(folder, book, info.labels, self.options, self._progress)
        return reader.missing(source.path)

    def _book_of(self, source: Source) -> str | None:
        path = str(source.path.resolve())
        return self._with_content(self.digest(source)) or self._by_path.get(path)

    def _look_into(self, source: Source) -> tuple[list[str | None] | None, SourceInfo]:
        """Return the pages of an input that is text already, and what an input says of itself."""
        texts = read_text_pages(source) if source.is_text else None
        if texts is None:
            info = self._pool.look_into(source.path, self.options.password)
        else:
            info = _text_info(texts)
        if not info.labels:
            raise InputError(f"{source.path}: no pages in it; leave it out")
        count, redo = len(info.labels), self.options.redo
        if redo is not None and all(first > count for first, _ in redo.ranges):
            raise QueryError(f"--redo: {source.path} has none of these pages; it has 1 to {count}")
        return texts, info

    def _with_content(self, sha256: str) -> str | None:
        """Return the book that was read from a file with this digest, and has not changed since."""
        same = self._by_content.get(sha256)
        if same is not None and self._manifests[same].book.sha256 == sha256:
            return same
        return None

    def _set_language(self, book_id: str) -> None:
        """Note the language that was asked for, if it is another than the book's."""
        manifest, language = self._manifests[book_id], self.options.language
        if language not in (None, manifest.book.language):
            changed = replace(manifest, book=replace(manifest.book, language=language))
            self.library.folder(book_id).write_manifest(changed)
            self._note(book_id, changed)

    def _move(self, book_id: str, path: str) -> None:
        """Note that a book's file has moved to `path`."""
        manifest = self._manifests[book_id]
        moved = replace(manifest, book=replace(manifest.book, source=path))
        self.library.folder(book_id).write_manifest(moved)
        self._note(book_id, moved)

    def _is_done(self, book_id: str, sha256: str) -> bool:
        manifest = self._manifests[book_id]
        if manifest.digest is None or manifest.book.sha256 != sha256:
            return False
        folder = self.library.folder(book_id).path
        if manifest.cleaning != CLEANING_VERSION or not (folder / "document.mmd").exists():
            return False
        if self.options.redo is not None:
            return False
        if self.options.retry_failed and PageStatus.FAILED in manifest.statuses:
            return False
        if any(
            status is PageStatus.UNREAD and self.options.wants(number)
            for number, status in enumerate(manifest.statuses, 1)
        ):
            return False
        return not self.options.replaced.intersection(manifest.engines)

    def _outcome(self, kind: OutcomeKind, book_id: str, pages_read: int) -> Outcome:
        manifest = self._manifests[book_id]
        failed = {index + 1: reason for index, reason in sorted(manifest.errors.items())}
        count = manifest.book.page_count
        return Outcome(
            kind, book_id, pages_read, count, failed, manifest.statuses, manifest.engines
        )


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
