"""Finds the sections of a book: its pages as markdown whose headings have the right level. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ocr_service.books.edge_lines import is_slide
from ocr_service.books.running_heads import RunningHeads, removed_places
from ocr_service.books.sections.headings import PagePart, headings_of, page_parts
from ocr_service.books.sections.levels import heading_levels
from ocr_service.books.sections.mending import mended
from ocr_service.books.sections.outline import OutlineLevels, by_outline, mark_entries
from ocr_service.books.sections.printed_contents import printed_outline
from ocr_service.library.pages import PageBookmark, PageRecord, UnprintedHeading

__all__ = ["BookText", "book_text"]


@dataclass(frozen=True, slots=True)
class BookText:
    """The markdown of each page, and the entries of the outline that are not printed on theirs."""

    markdowns: list[str]
    unprinted: Mapping[int, tuple[UnprintedHeading, ...]] = field(default_factory=dict)


def book_text(
    records: Sequence[PageRecord], heads: RunningHeads, outline: Sequence[PageBookmark] = ()
) -> BookText:
    """Return the pages of a book without running lines.

    Args:
        records: all pages of the book in order.
        heads: what `find_running_heads` found in them.
        outline: the bookmarks of the file in order.
    """
    parts = [page_parts(record, removed_places(record, heads)) for record in records]
    heights = [record.page_size[1] if record.page_size else 0.0 for record in records]
    slides = {index for index, record in enumerate(records) if is_slide(record)}
    entries = [(mark.level, mark.title, mark.page_index) for mark in outline]
    unsure = range(len(parts)) if entries else slides
    pages = mended(mark_entries(parts, entries), heights, unsure)
    if entries:
        pages = mark_entries(pages, entries)  # whatever their type
    else:
        entries = printed_outline(pages)
        pages = mark_entries(pages, entries)
    headings = headings_of(pages)
    found = OutlineLevels(heading_levels(headings))
    if entries:
        found = by_outline(headings, found.levels, entries, partial=not outline)
    for heading, level in zip(headings, found.levels, strict=True):
        part = pages[heading.page_index][heading.place]
        pages[heading.page_index][heading.place] = replace(part, level=level)
    texts = [_markdown(record, parts) for record, parts in zip(records, pages, strict=True)]
    unprinted = {
        page: tuple(
            UnprintedHeading(level, title, len(_markdown(records[page], pages[page][:place])))
            for level, title, place in opens
        )
        for page, opens in found.opens.items()
        if page < len(pages)
    }
    return BookText(texts, unprinted)


def _markdown(record: PageRecord, parts: Sequence[PagePart]) -> str:
    """Return parts of a page as markdown."""
    if record.regions:
        return "\n\n".join(part.markdown for part in parts).strip()
    return "\n".join(part.markdown for part in parts).strip()
