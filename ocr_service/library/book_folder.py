"""Stores books, one folder each, as `docs/format.md` describes. Standard library only.

books/<book_id>/
  book.json            the manifest; its digest is null until the book is finished
  ocr.jsonl            append-only, one line for each finished page
  left_out.jsonl       what finished pages are without: running heads, page numbers, stamps
  pages/page_0001.mmd  cleaned markdown, one file for each page
  document.mmd         the pages in one file, with page-split markers
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ocr_service.common.errors import LibraryError, NotFoundError
from ocr_service.common.files import append_line, making_folder, read_lines, write_atomic
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import (
    Book,
    Page,
    PageRecord,
    PageStatus,
)
from ocr_service.text.invisible import without_invisible

__all__ = [
    "PAGE_SPLIT",
    "BookFolder",
    "join_pages",
    "page_name",
]

Key = TypeVar("Key")

_BOOK_BYTES = 8_192  # of a manifest, in which the book is mostly described

# The marker that DeepSeek-OCR's own scripts write between pages.
PAGE_SPLIT = "<--- Page Split --->"


def page_name(page_index: int) -> str:
    """Return the file name of a page: page_0001.mmd for the 0-based index 0."""
    return f"page_{page_index + 1:04d}.mmd"


def join_pages(markdowns: Iterable[str]) -> str:
    """Join pages into one document, with `PAGE_SPLIT` on a line of its own after every page."""
    return "".join(f"{markdown.rstrip()}\n\n{PAGE_SPLIT}\n\n" for markdown in markdowns)


class BookFolder:
    """The folder of one book, for any number of readers and one writer (who holds the lock)."""

    def __init__(self, path: Path) -> None:
        """Use the folder `path`, which need not exist yet."""
        self.path = path

    @property
    def book_id(self) -> str:
        """The name of the folder."""
        return self.path.name

    def records(self, sha256: str, start: int = 0) -> dict[int, PageRecord]:
        """Return the finished pages of the file with this digest, by 0-based page index.

        The last line for a page counts, but a failure does not replace an earlier success.
        Incomplete and unreadable lines are skipped. `start` passes over what `ocr.jsonl` held when
        it had this size in bytes.
        """
        stored = self._stored("source_sha256", {sha256}, start)
        return _best(stored, lambda record: record.page_index)

    def records_of_images(self, images: Collection[str]) -> dict[str, PageRecord]:
        """Return what was read of page images in any version of the folder, by digest of the image.

        Which line counts is as in `records`.
        """
        return _best(self._stored("image_sha256", images), lambda record: str(record.image_sha256))

    def _stored(self, key: str, wanted: Collection[str], start: int = 0) -> Iterator[PageRecord]:
        """Yield the readable lines of `ocr.jsonl` whose `key` is wanted, in order."""
        for line in read_lines(self.path / "ocr.jsonl", start):
            value = line.get(key)
            if isinstance(value, str) and value in wanted:
                with contextlib.suppress(KeyError, TypeError, ValueError):
                    yield PageRecord.from_dict(line)

    @property
    def stored_bytes(self) -> int:
        """The size of `ocr.jsonl`; 0 if there is none."""
        try:
            return (self.path / "ocr.jsonl").stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, record: PageRecord) -> None:
        """Append one finished page.

        Raises:
            OSError: the disk is full or not writable.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        append_line(self.path / "ocr.jsonl", record.to_dict())

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None when the book is not finished.

        Raises:
            LibraryError: the file is damaged or of another version.
        """
        path = self.path / "book.json"
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return Manifest.from_json(text, f"{self.book_id}/book.json")

    def book(self) -> Book | None:
        """Return the book that the manifest describes, None if there is no manifest.

        Only the beginning of the file is read, unless a person has written it anew.

        Raises:
            LibraryError: the file is damaged there, or of another version.
        """
        try:
            with (self.path / "book.json").open("rb") as file:
                start = file.read(_BOOK_BYTES)
        except FileNotFoundError:
            return None
        book = Manifest.book_from_start(start, f"{self.book_id}/book.json")
        if book is not None:
            return book
        manifest = self.manifest()
        return None if manifest is None else manifest.book

    def existing_manifest(self) -> Manifest:
        """Return the manifest of a book that has one.

        Raises:
            LibraryError: there is none, or it is damaged or of another version.
        """
        manifest = self.manifest()
        if manifest is None:
            raise LibraryError(
                f"{self.book_id}: nothing of this book is read yet; run 'octavo build' again"
            )
        return manifest

    def begin(self, book: Book) -> None:
        """Write a manifest without pages for `book`, unless there is a manifest already.

        Raises:
            OSError: the disk is full or not writable.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        if not (self.path / "book.json").exists():
            self.write_manifest(Manifest(book))

    def write_manifest(self, manifest: Manifest) -> None:
        """Replace the manifest.

        Raises:
            OSError: the disk is full or not writable.
        """
        write_atomic(self.path / "book.json", manifest.to_json())

    def publish(
        self,
        book: Book,
        pages: Sequence[Page],
        errors: dict[int, str],
        cleaning: int,
        notes: dict[int, tuple[str, ...]] | None = None,
    ) -> Manifest:
        """Write all pages of a book, then its manifest.

        `pages` has every page of the book in order, `errors` the reasons of failed pages, `notes`
        what was lost or guessed on pages that were read. Equal pages give equal files, so the next
        run completes what a killed one left half-written.

        Raises:
            OSError: the disk is full or not writable.
        """
        manifest = Manifest(
            book=book,
            cleaning=cleaning,
            digest=pages_digest(pages),
            labels=tuple(page.page_label for page in pages),
            statuses=tuple(page.status for page in pages),
            engines=tuple(page.engine for page in pages),
            errors=errors,
            notes=notes or {},
            outline=tuple(mark for page in pages for mark in page.bookmarks),
            unprinted={page.page_index: page.unprinted for page in pages if page.unprinted},
            overlays={p.page_index: p.overlay_of for p in pages if p.overlay_of is not None},
        )
        with making_folder(self.path / "pages") as folder:
            for page in pages:
                (folder / page_name(page.page_index)).write_bytes(_file_text(page).encode())
        write_atomic(self.path / "left_out.jsonl", "".join(map(_left_out_line, pages)))
        write_atomic(self.path / "document.mmd", join_pages(page.markdown for page in pages))
        self.write_manifest(manifest)
        return manifest

    def page(self, manifest: Manifest, page_index: int) -> Page:
        """Return one page of a finished book, without its regions.

        Raises:
            NotFoundError: the book has no such page.
            LibraryError: the page's file is missing.
        """
        count = manifest.book.page_count
        if not 0 <= page_index < count:
            raise NotFoundError(
                f"{self.book_id}: no page {page_index + 1}; it has pages 1 to {count}"
            )
        path = self.path / "pages" / page_name(page_index)
        text = _read_patiently(path)
        return Page(
            book_id=self.book_id,
            page_index=page_index,
            page_label=manifest.labels[page_index],
            markdown=without_invisible(text.removesuffix("\n")),
            regions=(),
            status=manifest.statuses[page_index],
            engine=manifest.engines[page_index],
            unprinted=manifest.unprinted.get(page_index, ()),
            overlay_of=manifest.overlays.get(page_index),
        )

    def pages(self, manifest: Manifest) -> Iterator[Page]:
        """Yield every page of a finished book in order, with the regions its engine saw."""
        regions = {
            index: record.regions for index, record in self.records(manifest.book.sha256).items()
        }
        for page_index in range(manifest.book.page_count):
            page = self.page(manifest, page_index)
            yield replace(page, regions=regions.get(page_index, ()))


def _best(records: Iterable[PageRecord], key: Callable[[PageRecord], Key]) -> dict[Key, PageRecord]:
    """Return the last record of each key, but no failure after a success."""
    found: dict[Key, PageRecord] = {}
    for record in records:
        before = found.get(key(record))
        if record.status is PageStatus.FAILED and before and before.status != PageStatus.FAILED:
            continue
        found[key(record)] = record
    return found


def pages_digest(pages: Iterable[Page]) -> str:
    """Return a digest of what the index depends on: labels, statuses, markdown and sections."""
    import hashlib  # 2 ms, which no search needs to wait for

    digest = hashlib.sha256()
    for page in pages:
        more = [f"{one.level} {one.start} {one.title}" for one in page.unprinted]
        if page.overlay_of is not None:
            more.append(f"overlay of {page.overlay_of}")
        for part in (page.page_label, page.status, page.markdown, *more):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


def _left_out_line(page: Page) -> str:
    """Return the running lines of a page as a line of JSON; nothing if it has none."""
    if not page.left_out:
        return ""
    lines = {kind: list(texts) for kind, texts in sorted(page.left_out.items())}
    return json.dumps({"page": page.page_number, **lines}, ensure_ascii=False) + "\n"


def _file_text(page: Page) -> str:
    return f"{page.markdown}\n" if page.markdown else ""


def _read_patiently(path: Path) -> str:
    """Read a page file; try again if a build is just replacing the folder."""
    for wait in (0.0, 0.05, 0.2):
        time.sleep(wait)
        try:
            return path.read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            continue
    raise LibraryError(
        f"{path.parent.parent.name}/pages/{path.name}: missing; run 'octavo build' on the book's "
        "file to write it again"
    )
