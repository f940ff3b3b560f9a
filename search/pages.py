"""Reads pages of a library, by number or by printed label."""

from __future__ import annotations

from ocr_service.common.errors import LibraryError, NotFoundError, QueryError
from ocr_service.library.library import Library
from ocr_service.library.pages import Page
from search.output.citation import shown_label
from search.question.options import check_pages, check_text

__all__ = ["find_label", "read_pages"]


def read_pages(library: Library, name: str, first: int, last: int | None = None) -> list[Page]:
    """Return the pages of a book from `first` to `last`, 1-based and both included.

    `name` is the book's id or an unambiguous beginning of it. Without `last`, only page `first`.

    Raises:
        QueryError: the name is not a string, or the numbers are not a page range.
        NotFoundError: no such book, or it has no such page.
        LibraryError: there is no library, or the book is not finished.
    """
    span = check_pages((first, first if last is None else last))
    book_id = _resolve(library, name)
    folder = library.folder(book_id)
    manifest = folder.manifest()
    if manifest is None or manifest.digest is None:
        raise LibraryError(
            f"{book_id}: this book is not completely read yet; run 'octavo build' again"
        )
    count = manifest.book.page_count
    if span is None or span[1] > count:
        raise NotFoundError(f"{book_id}: no page {last or first}; it has 1 to {count}")
    return [folder.page(manifest, number - 1) for number in range(span[0], span[1] + 1)]


def find_label(library: Library, name: str, label: str) -> int:
    """Return the 1-based number of the first page with the printed label `label`, in any case.

    Raises:
        QueryError: the name or the label is not a string.
        NotFoundError: no such book, or no page has that label.
        LibraryError: there is no library.
    """
    wanted = check_text(label, "the label").lower()
    book_id = _resolve(library, name)
    manifest = library.folder(book_id).manifest()
    labels = manifest.labels if manifest else ()
    for number, known in enumerate(labels, 1):
        if known.lower() == wanted:
            return number
    shown = (
        f"{shown_label(labels[0], 1)} to {shown_label(labels[-1], len(labels))}"
        if labels
        else "none"
    )
    raise NotFoundError(f"{book_id}: no page is labelled '{label[:40]}'; labels go from {shown}")


def _resolve(library: Library, name: str) -> str:
    if not isinstance(library, Library):
        raise QueryError("library must be a Library; take it from an open Searcher, or make one")
    library.require()
    return library.resolve(check_text(name, "the book's name"))
