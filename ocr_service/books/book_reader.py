"""Reads one book: finds missing pages, checkpoints each, publishes the result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ocr_service.books.finishing import finished_pages
from ocr_service.books.page_selection import ReadOptions, is_missing, missing_pages, without_redone
from ocr_service.client.records import cleaned_again
from ocr_service.console.progress import Progress
from ocr_service.inputs.content import ImageFile, SourceContent
from ocr_service.inputs.text_pages import ImportedPage
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.manifest import Manifest, ReadAgain
from ocr_service.library.pages import Book, PageBookmark, PageRecord, PageStatus, storable
from ocr_service.protocol.engine import FinishReason
from ocr_service.text.invisible import removal_notes, strip_invisible
from ocr_service.text.languages import detect_language
from ocr_service.workers.tasks import PageTask

__all__ = ["CLEANING_VERSION", "BookReader", "reclean_book", "stored_pages"]

# Increase it when the rules that turn raw text into markdown change: books are then cleaned again
# from what is stored, without OCR.
CLEANING_VERSION = 4

_WITH_OUTLINE = 4  # manifests of earlier versions are without the file's outline

_IMPORTED = "import"  # the engine of pages that came as text
_MODEL_TAGS = re.compile(r"<\|ref\|>.{1,60}?<\|/ref\|>\s*<\|det\|>")


class BookReader:
    """Reads one book into its folder. Only for the holder of the library's lock.

    Attributes:
        outline: The bookmarks of the file, if it has any; `publish` uses them.
        kept: Reasons by 1-based number of pages that could not be read again; their earlier text
            is kept.
    """

    def __init__(  # noqa: PLR0913
        self,
        folder: BookFolder,
        book: Book,
        labels: Sequence[str],
        options: ReadOptions,
        progress: Progress,
        *,
        images: Sequence[ImageFile] = (),
    ) -> None:
        """Load the pages that are stored.

        `labels` has the label of every page, from the file; `images` the pages of a folder of page
        images, which may have been read when the folder had other pages.
        """
        self._folder = folder
        self._book = book
        self._labels = labels
        self._options = without_redone(options, folder, book.sha256)
        self._progress = progress
        self._stored = False  # a page, by this reader
        self.outline: Sequence[PageBookmark] = ()
        self._images = images
        self._records = stored_pages(folder, SourceContent(book.sha256, tuple(images)))
        self.kept: dict[int, str] = {}

    def missing(self, path: Path) -> list[PageTask]:
        """Return the pages that are to be read of the file at `path`."""
        content = SourceContent(self._book.sha256, tuple(self._images))
        return missing_pages(path, content, self._labels, self._records, self._options)

    def store(self, records: Iterable[PageRecord], count: int) -> int:
        """Store each of the `count` missing pages as soon as it is read; return `count`.

        Raises:
            ServiceError: from the service that reads the pages; those that were read are stored.
            OSError: the disk is full or not writable.
        """
        self._take_over()
        self._progress.start(self._book.book_id, count)
        for record in records:
            self._keep(record)
            self._progress.advance()
        return count

    def _take_over(self) -> None:
        """Store what was read of page images when the folder had other pages."""
        known = self._folder.records(self._book.sha256) if self._images else self._records
        for page_index, record in self._records.items():
            if page_index not in known:
                self._folder.append(record)

    def import_pages(self, pages: Sequence[ImportedPage]) -> int:
        """Store pages that are text already; return how many were new."""
        count = 0
        for page_index, page in enumerate(pages):
            if is_missing(self._records.get(page_index), page_index, self._options):
                self._keep(self._imported(page_index, page))
                count += 1
        return count

    def _imported(self, page_index: int, page: ImportedPage) -> PageRecord:
        visible, hidden = strip_invisible(page.text or "")
        status = PageStatus.OK if visible else PageStatus.BLANK
        record = PageRecord(
            source_sha256=self._book.sha256,
            page_index=page_index,
            page_label=self._labels[page_index],
            status=status if page.text is not None else PageStatus.FAILED,
            engine=_IMPORTED,
            raw=storable(visible),
            error=storable(page.error) if page.error else None,
            notes=(*page.notes, *removal_notes(hidden)),
        )
        if not _MODEL_TAGS.search(record.raw):
            return record
        # Somebody has kept what DeepSeek-OCR wrote, so it is cleaned like the answer of a service.
        return cleaned_again(replace(record, finish_reason=str(FinishReason.STOP)))

    def _keep(self, record: PageRecord) -> None:
        """Store a page; a failure does not replace what was read before."""
        if not self._stored:
            self._mark_unclean()
            self._mark_read_again()
            self._stored = True
        if self._images:
            record = _of_image(record, self._book.sha256, self._images[record.page_index].sha256)
        self._folder.append(record)
        before = self._records.get(record.page_index)
        if record.status is PageStatus.FAILED and before and before.status != PageStatus.FAILED:
            self.kept[record.page_index + 1] = record.error or ""
        else:
            self._records[record.page_index] = record

    def reclean(self) -> int:
        """Clean models' output by the current rules; return how many pages changed.

        The new regions are appended to what is stored; the model's own text stays unchanged.
        """
        changed = 0
        for record in list(self._records.values()):
            new = cleaned_again(record)
            if new.to_dict() != record.to_dict():  # as both are stored, with boxes rounded
                if not changed and not self._stored:
                    self._mark_unclean()
                self._folder.append(new)
                self._records[new.page_index] = new
                changed += 1
        return changed

    def _mark_unclean(self) -> None:
        """Note in a finished book's manifest that new pages are stored and not yet published.

        If this process is killed in between, the next one sees no page to clean, and publishes.
        """
        manifest = self._folder.manifest()
        if manifest is not None and manifest.digest is not None:
            self._folder.write_manifest(replace(manifest, cleaning=0))

    def _mark_read_again(self) -> None:
        """Note from where on what is stored was read again, so that no page is read twice for it.

        What a killed build has read in the same way keeps its place.
        """
        manifest = self._folder.manifest()
        if manifest is None or self._options.redo is None:
            return
        begun = manifest.read_again
        if begun is None or begun.how != self._options.how:
            begun = ReadAgain(self._folder.stored_bytes, self._options.how)
            self._folder.write_manifest(replace(manifest, read_again=begun))

    def publish(self) -> Manifest:
        """Write all pages of the book by the current rules; unread pages are empty."""
        self.reclean()
        records = [self._record(page_index) for page_index in range(self._book.page_count)]
        pages = finished_pages(self._book.book_id, records, self.outline)
        errors = {record.page_index: record.error for record in records if record.error}
        notes = {record.page_index: record.notes for record in records if record.notes}
        language = self._options.language or detect_language(page.markdown for page in pages)
        book = replace(self._book, language=language or self._book.language)
        return self._folder.publish(book, pages, errors, CLEANING_VERSION, notes)

    def _record(self, page_index: int) -> PageRecord:
        label = self._labels[page_index]
        record = self._records.get(page_index)
        if record is None:
            sha256 = self._book.sha256
            return PageRecord(sha256, page_index, label, PageStatus.UNREAD, "none")
        return replace(record, page_label=label)


def stored_pages(folder: BookFolder, content: SourceContent) -> dict[int, PageRecord]:
    """Return what was read of an input, by 0-based page index.

    A page image counts as read if it was in the folder before, whatever other pages there were.
    """
    records = folder.records(content.sha256)
    missing = {image.sha256 for index, image in enumerate(content.images) if index not in records}
    earlier = folder.records_of_images(missing) if missing else {}
    for page_index, image in enumerate(content.images):
        if page_index not in records and image.sha256 in earlier:
            record = replace(earlier[image.sha256], page_index=page_index)
            records[page_index] = _of_image(record, content.sha256, image.sha256)
    return records


def _of_image(record: PageRecord, sha256: str, image_sha256: str) -> PageRecord:
    """Return the record of a page image as that of a page of the folder with this digest."""
    return replace(record, source_sha256=sha256, image_sha256=image_sha256)


def reclean_book(folder: BookFolder, progress: Progress) -> int:
    """Clean a book again by the current rules; return how many of its pages changed.

    The book's file is not needed. A book that is not finished is left to the next build.

    Raises:
        LibraryError: the manifest is damaged or of another version.
        OSError: the disk is full or not writable.
    """
    manifest = folder.manifest()
    if manifest is None or manifest.digest is None:
        return 0
    book = manifest.book
    records = folder.records(book.sha256)
    labels = [
        records[index].page_label if index in records else str(index + 1)
        for index in range(book.page_count)
    ]
    reader = BookReader(folder, book, labels, ReadOptions(language=book.language), progress)
    reader.outline = manifest.outline
    changed = reader.reclean()
    if changed or manifest.cleaning != CLEANING_VERSION:
        published = reader.publish()
        if manifest.cleaning < _WITH_OUTLINE:  # the next build takes it from the file
            folder.write_manifest(replace(published, cleaning=manifest.cleaning))
    return changed
