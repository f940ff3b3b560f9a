"""Reads inputs that are text already, and describes the books they become."""

from __future__ import annotations

from ocr_service.books.identity import describe_pages
from ocr_service.common.errors import InputError
from ocr_service.inputs.ebook import read_ebook
from ocr_service.inputs.text_pages import ImportedBook, read_text_pages
from ocr_service.library.pages import storable
from ocr_service.library.sources import InputSource, SourceKind
from ocr_service.pdf.titles import clean_authors, clean_language, clean_title
from ocr_service.text.page_label import label_or_number
from ocr_service.workers.tasks import SourceInfo

__all__ = ["info_of_text", "read_text"]


def read_text(source: InputSource) -> ImportedBook:
    """Return the pages of an input that is text already, and what it states about itself.

    Raises:
        InputError: it cannot be read, is empty, or of no use.
    """
    if source.kind is not SourceKind.EBOOK:
        return ImportedBook(tuple(read_text_pages(source)))
    try:
        return read_ebook(source.path)
    except OSError as error:
        raise InputError(f"{source.path}: cannot be read ({error.strerror})") from error


def info_of_text(source: InputSource, book: ImportedBook) -> SourceInfo:
    """Describe a book that is text already: by what it states, or what its first pages say."""
    seen = describe_pages([page.text for page in book.pages])
    title = storable(clean_title(book.title, source.path.name) or seen.title or "") or None
    stated = tuple(storable(name) for author in book.authors for name in clean_authors(author))
    labels = tuple(label_or_number(page.label, index) for index, page in enumerate(book.pages))
    language = clean_language(book.language)
    return SourceInfo(title, stated or seen.authors, language, labels, seen.year)
