"""Books of a few lines a page, for tests of their sections."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.books.running_heads import find_running_heads
from ocr_service.books.sections.book import BookText, book_text
from ocr_service.library.pages import PageBookmark, PageRecord, PageStatus, Region

__all__ = ["BODY", "Line", "book", "headings", "page_record"]

Line = tuple[str, float, bool]  # text with its marks, size, bold

BODY = "The words of a paragraph, which are long enough to be no heading: they fill some lines."
_COUNTED = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight"]


def book(*pages: Sequence[Line | str], outline: Sequence[PageBookmark] = ()) -> BookText:
    """Return the text of a book with these lines on its pages; plain strings are body text."""
    records = [page_record(index, lines) for index, lines in enumerate(pages)]
    return book_text(records, find_running_heads(records), outline)


def page_record(index: int, lines: Sequence[Line | str]) -> PageRecord:
    """Return the record of a page (0-based index) with these lines."""
    regions = []
    for place, line in enumerate(lines):
        text, size, bold = (line, 10.0, False) if isinstance(line, str) else line
        if text == BODY:
            text = f"{_COUNTED[index]} {_COUNTED[place]}: {text}"
        top = 0.2 + 0.06 * place
        label = "section_header" if text.startswith("#") else "text"
        regions.append(Region(label, (0.2, top, 0.5, top + 0.02), text, size, bold))
    return PageRecord(
        source_sha256="0" * 64,
        page_index=index,
        page_label=str(index + 1),
        engine="typeset",
        status=PageStatus.OK,
        raw="",
        regions=tuple(regions),
        page_size=(600.0, 800.0),
    )


def headings(text: BookText) -> list[str]:
    """Return the lines that are headings."""
    lines = [line for page in text.markdowns for line in page.splitlines()]
    return [line for line in lines if line.startswith("#")]
