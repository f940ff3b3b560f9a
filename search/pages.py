"""Reads pages of a library, by number or by printed label."""

from __future__ import annotations

import re

from ocr_service.common.errors import LibraryError, NotFoundError, QueryError
from ocr_service.library.library import Library
from ocr_service.library.pages import Page
from search.output.label_ranges import label_ranges
from search.question.options import MAX_PAGE, check_pages, check_text

__all__ = ["find_label", "find_labels", "read_pages"]

_RANGE = re.compile(r"[^-–]+[-–][^-–]+").fullmatch


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
    if span is not None and last == MAX_PAGE:
        span = (span[0], max(count, span[0]))  # to the end
    if span is None or span[1] > count:
        raise NotFoundError(f"{book_id}: no page {span[1] if span else first}; it has 1 to {count}")
    return [folder.page(manifest, number - 1) for number in range(span[0], span[1] + 1)]


def find_label(library: Library, name: str, label: str) -> int:
    """Return the 1-based number of the page with the printed label `label`.

    Case matters where the book has both, such as v and V.

    Raises:
        QueryError: the name or the label is not a string.
        NotFoundError: no such book, or no page has that label, or several have it.
        LibraryError: there is no library.
    """
    wanted = check_text(label, "the label").strip()
    book_id = _resolve(library, name)
    manifest = library.folder(book_id).manifest()
    labels = manifest.labels if manifest else ()
    found = [number for number, known in enumerate(labels, 1) if known == wanted] or [
        number for number, known in enumerate(labels, 1) if known.lower() == wanted.lower()
    ]
    if len(found) == 1:
        return found[0]
    if found:
        pages = ", ".join(map(str, found[:-1]))
        raise NotFoundError(
            f"{book_id}: '{wanted[:40]}' is on PDF pages {pages} and {found[-1]}; give the number "
            "of one of them instead of the label"
        )
    raise NotFoundError(
        f"{book_id}: no page is labelled '{wanted[:40]}'; the labels are {label_ranges(labels)}"
    )


def find_labels(library: Library, name: str, label: str) -> tuple[int, int]:
    """Return the first and last 1-based number of the pages from one label to another: `51-53`.

    A single label, which may have a hyphen itself, is one page.

    Raises:
        As `find_label`.
    """
    try:
        number = find_label(library, name, label)
    except NotFoundError:
        if not _RANGE(label):
            raise
        first, last = re.split("[-–]", label)
        span = (find_label(library, name, first), find_label(library, name, last))
        if span[0] > span[1]:
            raise NotFoundError(f"'{label[:40]}': page {first} is behind page {last}") from None
        return span
    return number, number


def _resolve(library: Library, name: str) -> str:
    if not isinstance(library, Library):
        raise QueryError("library must be a Library; take it from an open Searcher, or make one")
    library.require()
    return library.resolve(check_text(name, "the book's name"))
