"""Reads pages that are text already: of a page folder, or of a document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ocr_service.common.errors import InputError
from ocr_service.inputs.content_list import content_list_of, pages_of_content_list
from ocr_service.inputs.decode import decode_text
from ocr_service.inputs.numbered import MAX_PAGES
from ocr_service.inputs.page_files import PageFile, page_files
from ocr_service.inputs.page_marks import MarkedPage, split_pages
from ocr_service.inputs.regular import open_regular
from ocr_service.library.book_folder import PAGE_SPLIT
from ocr_service.library.sources import InputSource, SourceKind

__all__ = ["ImportedBook", "ImportedPage", "read_text_pages"]

_MAX_PAGE_BYTES = 4_000_000
_MAX_DOCUMENT_BYTES = 1_000_000_000
_LONG_PAGE = 9_000  # characters: more than any printed page but of tables and newspapers

# What tools write that nobody searches for, and what stands in its place.
_PLAIN = (
    (re.compile(r"\]\(\s*data:image/[^()\s]*\s*\)"), "](figure)"),  # docling: images in the text
    (re.compile(r"<!-- image -->"), "![](figure)"),  # docling: images left out
    (re.compile(r'<span id="page-\d+-\d+">\s*</span>'), ""),  # marker: targets of links
)
# nougat writes [MISSING_PAGE_EMPTY:3], [MISSING_PAGE_FAIL:3] or [MISSING_PAGE_POST].
_MISSING_PAGE = re.compile(r"\[MISSING_PAGE(?:_[A-Z]+)?(?::([0-9]+))?\]")


@dataclass(frozen=True, slots=True)
class ImportedPage:
    """A page that is text already; `text` is None if there is none, and `error` says why.

    `label` is the number that its file or mark states, `notes` says what was guessed or lost.
    """

    text: str | None
    label: str
    notes: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedBook:
    """The pages of a book that is text already, and what its file states about it."""

    pages: tuple[ImportedPage, ...]
    title: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None


def read_text_pages(source: InputSource) -> list[ImportedPage]:
    """Return the pages of a page folder or document.

    Raises:
        InputError: it cannot be read, is empty, in an unknown encoding, or has a page of over 4 MB.
    """
    try:
        if source.kind is SourceKind.PAGE_FOLDER:
            return _pages_of_folder(source.path)
        return _pages_of_document(source.path)
    except OSError as error:
        raise InputError(f"{source.path}: cannot be read ({error.strerror})") from error


def _pages_of_folder(folder: Path) -> list[ImportedPage]:
    files = page_files(folder, SourceKind.PAGE_FOLDER)
    if not files:
        raise InputError(f"{folder}: its page files are gone; check the folder")
    return [_page_of_file(file) for file in files]


def _page_of_file(file: PageFile) -> ImportedPage:
    """Read one page; what is wrong with its file is the page's error, not that of the book."""
    label = str(file.number)
    if file.path is None:
        return ImportedPage(None, label, error="there is no file for this page")
    try:
        text, notes = _read(file.path, _MAX_PAGE_BYTES)
    except InputError as error:
        return ImportedPage(None, label, error=str(error))
    text, lost = _without_missing(text.strip())
    return ImportedPage(text, label, (*notes, *lost))


def _pages_of_document(path: Path) -> list[ImportedPage]:
    text, notes = _read(path, _MAX_DOCUMENT_BYTES)
    pages = _split(path, text)
    if not any(page.markdown for page in pages):
        raise InputError(f"{path}: this file is empty; leave it out, or make it again")
    if any(len(page.markdown) > _MAX_PAGE_BYTES for page in pages) or len(pages) > MAX_PAGES:
        raise InputError(
            f"{path}: a page of over {_MAX_PAGE_BYTES // 1_000_000} million characters; "
            f"separate pages by the line {PAGE_SPLIT}"
        )
    imported = []
    for number, page in enumerate(pages, 1):
        markdown, lost = _without_missing(page.markdown)
        label = str(number if page.number is None else page.number)
        imported.append(ImportedPage(markdown, label, (*notes, *lost)))
        notes = ()  # once for the file
    if len(imported) == 1 and len(imported[0].text or "") > _LONG_PAGE:
        imported = [_long_page(imported[0])]
    return imported


def _split(path: Path, text: str) -> list[MarkedPage]:
    """Split a document at its marks, or else by the list of MinerU beside it."""
    pages = split_pages(text)
    beside = content_list_of(path) if len(pages) == 1 else None
    listed = pages_of_content_list(beside, text) if beside else None
    if listed is None:
        return pages
    return [MarkedPage(page.strip(), number) for number, page in enumerate(listed, 1)]


def _long_page(page: ImportedPage) -> ImportedPage:
    words = len((page.text or "").split())
    note = (
        f"the file has no page marks, so its {words} words are one page and cannot be cited by "
        f"page; separate pages by the line {PAGE_SPLIT}"
    )
    return ImportedPage(page.text, page.label, (*page.notes, note))


def _without_missing(text: str) -> tuple[str, tuple[str, ...]]:
    """Remove what nougat wrote in place of pages that it could not read, and tell it."""
    found = _MISSING_PAGE.findall(text)
    if not found:
        return text, ()
    pages = ", ".join(number for number in found if number) or "a page"
    note = f"nougat could not read {pages if pages == 'a page' else f'page {pages}'} of the PDF"
    return _MISSING_PAGE.sub("", text).strip(), (note,)


def _read(path: Path, limit: int) -> tuple[str, tuple[str, ...]]:
    """Return a file's text, and a note on its encoding if that had to be guessed."""
    with open_regular(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise InputError(f"{path}: over {limit // 1_000_000} MB; too large for one page")
    text, encoding = decode_text(data, path)
    notes = () if encoding is None else (f"not UTF-8; read as {encoding}",)
    for pattern, plain in _PLAIN:
        text = pattern.sub(plain, text)
    return text, notes
