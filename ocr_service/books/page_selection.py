"""Selects the pages of a book to read, and the engine that reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ocr_service.common.errors import QueryError
from ocr_service.engines.local import LOCAL_ENGINES, TEXT_ENGINES
from ocr_service.engines.scan.recognise import SCAN
from ocr_service.inputs.content import SourceContent
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.pages import PageRecord, PageStatus
from ocr_service.workers.tasks import PageTask

__all__ = [
    "EngineChoice",
    "PageNumbers",
    "ReadOptions",
    "codes_of_scans",
    "is_missing",
    "missing_pages",
    "without_redone",
]

_MOST_RANGES = 1_000
_RANGE = re.compile(r"\s*(\d{1,7})\s*(?:[-–]\s*(\d{1,7}))?\s*")


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """A set of 1-based page numbers, kept as ranges that include both of their ends."""

    ranges: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, text: str) -> PageNumbers:
        """Parse a page list such as `3,7-9`.

        Raises:
            QueryError: it is not a valid page list.
        """
        ranges = []
        for part in text.split(",", _MOST_RANGES):
            match = _RANGE.fullmatch(part)
            first = int(match[1]) if match else 0
            last = int(match[2] or first) if match else 0
            if not 1 <= first <= last:
                raise QueryError(
                    f"'{text[:40]}' is not a valid page list; write 51, 30-60 or 3,7-9, "
                    "counting from 1"
                )
            ranges.append((first, last))
        return cls(tuple(ranges))

    def __contains__(self, number: int) -> bool:
        """Return whether a page is in the set."""
        return any(first <= number <= last for first, last in self.ranges)


class EngineChoice(StrEnum):
    """Where pages are read, and by what.

    `TESSERACT`: on this machine, by Tesseract where they have no text of their own. `AUTO`: on this
    machine if their own text is sound and without mathematics, else by a service.
    """

    LOCAL = "local"
    TESSERACT = "tesseract"
    SERVICE = "service"
    AUTO = "auto"

    @property
    def is_here(self) -> bool:
        """Whether all pages are read on this machine."""
        return self in {EngineChoice.LOCAL, EngineChoice.TESSERACT}


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How pages are read.

    `zoom` 2.0 means 144 dpi. `pages` and `most_pages` (that many from the first) limit which pages
    of each book are read; None means all. `redo` are pages to read again even if they were read;
    others are then read only if `pages` or `most_pages` names them. `force_ocr` reads again what
    this machine has read: from the text layer if it does the OCR, everything if a service does.
    `language` is that of the books, as ISO 639-1; None means to detect it from their text.
    `formulas` is the reader of the formulas of scans, as `known_reader` returned it: scans that
    were read without one are read again.
    `ocr_languages` are Tesseract's codes, if it is the engine.
    `redone` are 1-based numbers of pages of `redo` that a killed build has read again already.
    """

    zoom: float = 2.0
    force_ocr: bool = False
    retry_failed: bool = False
    password: str | None = None
    engine: EngineChoice = EngineChoice.LOCAL
    pages: PageNumbers | None = None
    most_pages: int | None = None
    redo: PageNumbers | None = None
    language: str | None = None
    redone: frozenset[int] = frozenset()
    formulas: str | None = None
    ocr_languages: tuple[str, ...] = ()

    @property
    def how(self) -> str:
        """What decides the text that reading a page gives."""
        ocr = ", OCR" if self.force_ocr else ""
        formulas = f", formulas by {self.formulas}" if self.formulas else ""
        languages = "".join(f", {code}" for code in self.ocr_languages)
        return f"{self.engine}{languages}, zoom {self.zoom:g}{ocr}{formulas}"

    def includes(self, number: int) -> bool:
        """Return whether the page with this 1-based number may be read."""
        if self.redo is not None and number in self.redo:
            return True
        if self.redo is not None and self.pages is None and self.most_pages is None:
            return False
        if self.most_pages is not None and number > self.most_pages:
            return False
        return self.pages is None or number in self.pages

    @property
    def replaced(self) -> frozenset[str]:
        """The engines whose pages are to be read again."""
        anew = self.formulas or self.engine is EngineChoice.TESSERACT
        recognised = frozenset({SCAN}) if anew else frozenset[str]()
        if not self.force_ocr:
            return recognised
        if self.engine is EngineChoice.SERVICE:
            return LOCAL_ENGINES
        return TEXT_ENGINES | recognised


def codes_of_scans(
    engine: EngineChoice, languages: Sequence[str], book_language: str | None
) -> tuple[str, ...]:
    """Return Tesseract's codes of the languages of scans; none for other engines.

    Args:
        engine: what reads them.
        languages: English names or codes, as in German, de or deu.
        book_language: the ISO 639-1 code to use if there are none.

    Raises:
        ModelError: Tesseract is not installed, or has no data for a language.
        QueryError: there is no such language, or another engine is chosen.
    """
    if engine is not EngineChoice.TESSERACT:
        if languages:
            raise QueryError("--ocr-language needs --engine tesseract; add it")
        return ()
    from ocr_service.engines.scan.tesseract import require

    return require(languages or ((book_language,) if book_language else ()))


def without_redone(options: ReadOptions, folder: BookFolder, sha256: str) -> ReadOptions:
    """Return the options to go on reading a book again where a killed build was stopped.

    Its pages count if they were read in the same way and are not published yet.

    Raises:
        LibraryError: the book's manifest is damaged or of another version.
    """
    manifest = folder.manifest() if options.redo is not None else None
    begun = manifest.read_again if manifest is not None else None
    if begun is None or begun.how != options.how:
        return options
    records = folder.records(sha256, begun.start)
    done = (index + 1 for index, each in records.items() if each.status is not PageStatus.FAILED)
    return replace(options, redone=frozenset(done))


def is_missing(record: PageRecord | None, page_index: int, options: ReadOptions) -> bool:
    """Return whether a page (0-based index) is to be read, given its record if there is one."""
    number = page_index + 1
    if options.redo is not None and number in options.redo and number not in options.redone:
        return True
    if not options.includes(number):
        return False
    if record is None:
        return True
    if options.retry_failed and record.status is PageStatus.FAILED:
        return True
    return record.engine in options.replaced


def missing_pages(
    path: Path,
    content: SourceContent,
    labels: Sequence[str],
    records: Mapping[int, PageRecord],
    options: ReadOptions,
) -> list[PageTask]:
    """Return the pages to read of the file or folder of page images at `path`.

    `labels` has the label of every page, `records` what was read before, by 0-based page index.
    """
    local_ocr = options.force_ocr and options.engine.is_here
    task = PageTask(path, content.sha256, 0, "", options.zoom, local_ocr, options.password)
    task = replace(task, tesseract=options.ocr_languages, formulas=options.formulas)
    missing = [
        replace(task, page_index=index, label=label)
        for index, label in enumerate(labels)
        if is_missing(records.get(index), index, options)
    ]
    if not content.images:
        return missing
    images = [(task, content.images[task.page_index]) for task in missing]
    return [
        replace(task, path=image.path, sha256=image.sha256, is_image=True) for task, image in images
    ]
