"""Makes the rows above the hits of a search: what the books' own indexes and contents name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_service.common.errors import LibraryError, NotFoundError
from search.output.index_lines import entry_line
from search.reader.addresses import page_address
from search.reader.books import OpenBooks
from search.retrieval.entry_hits import EntryHit

__all__ = ["EntryRow", "entry_rows"]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry of an index, contents or glossary, and the address of the first page it names."""

    text: str
    address: str


def entry_rows(entries: Sequence[EntryHit], books: OpenBooks) -> list[EntryRow]:
    """Return the rows of entries; one without pages leads to where it stands itself."""
    rows = []
    for entry in entries:
        try:
            labels = books.book(entry.book_id).labels
        except (LibraryError, NotFoundError):  # a build has just removed it
            continue
        first = entry.pages[0].first if entry.pages else entry.page
        rows.append(EntryRow(entry_line(entry), page_address(entry.book_id, labels, first)))
    return rows
