"""Turns the pages of a book, as they were read, into finished pages. Pure.

Everything here looks at the whole book: running lines, page labels, headings and slides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ocr_service.books.overlays import find_overlays
from ocr_service.books.page_labels import printed_labels
from ocr_service.books.running_heads import RunningHeads, find_running_heads, removed_places
from ocr_service.books.sections.book import book_text
from ocr_service.library.pages import Page, PageBookmark, PageRecord

__all__ = ["finished_pages"]


def finished_pages(
    book_id: str, records: Sequence[PageRecord], outline: Sequence[PageBookmark] = ()
) -> list[Page]:
    """Return the finished pages of a book.

    Args:
        book_id: of the book.
        records: all its pages in order.
        outline: the bookmarks of its file in order.
    """
    heads = find_running_heads(records)
    text = book_text(records, heads, outline)
    marks: defaultdict[int, list[PageBookmark]] = defaultdict(list)
    for mark in outline:
        marks[mark.page_index].append(mark)
    overlays = find_overlays(records, text.markdowns)
    return [
        Page(
            book_id=book_id,
            page_index=record.page_index,
            page_label=label,
            markdown=markdown,
            regions=record.regions,
            status=record.status,
            engine=record.engine,
            bookmarks=tuple(marks[record.page_index]),
            unprinted=text.unprinted.get(record.page_index, ()),
            overlay_of=overlays.get(record.page_index),
            left_out=_left_out(record, heads),
        )
        for record, label, markdown in zip(
            records, printed_labels(records, heads), text.markdowns, strict=True
        )
    ]


def _left_out(record: PageRecord, heads: RunningHeads) -> dict[str, list[str]]:
    """Return the running lines that a page is without, by what they are."""
    lines = record.raw.splitlines()
    found: defaultdict[str, list[str]] = defaultdict(list)
    for place, kind in removed_places(record, heads).items():
        found[kind].append(record.regions[place].text if record.regions else lines[place])
    return dict(found)
