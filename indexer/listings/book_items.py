"""Collects what a book lists and states: the entries of its lists, and its numbered statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexer.listings.contents_entries import parse_contents
from indexer.listings.find_lists import ListPart, find_lists
from indexer.listings.index_entries import parse_index
from indexer.listings.listing import ListedEntry, ListKind, RawEntry, StatementItem
from indexer.listings.plain_lines import ListLine
from indexer.listings.printed_pages import PrintedPages
from indexer.listings.statement_items import statement_items
from indexer.listings.work_entries import parse_bibliography, parse_glossary
from ocr_service.library.pages import Page

__all__ = ["BookItems", "book_items"]

_PARSE: dict[ListKind, Callable[[Sequence[ListLine]], list[RawEntry]]] = {
    ListKind.INDEX: parse_index,
    ListKind.GLOSSARY: parse_glossary,
    ListKind.BIBLIOGRAPHY: parse_bibliography,
}


@dataclass(frozen=True, slots=True)
class BookItems:
    """The entries and statements of a book.

    `list_pages` are the 1-based pages that hold nothing but entries which lead elsewhere.
    """

    entries: tuple[ListedEntry, ...]
    statements: tuple[StatementItem, ...]
    list_pages: tuple[int, ...]


def book_items(
    pages: Sequence[Page], titles: Mapping[int, Sequence[str]] | None = None
) -> BookItems:
    """Return what a book lists and states; its pages are given in order.

    `titles` are the bookmarks of the file, by the 0-based index of the page that they lead to.
    """
    parts = list(find_lists(pages, titles or {}))
    whole = {
        part.page_index + 1
        for part in parts
        if part.kind.leads_elsewhere and _is_most(part, pages[part.page_index])
    }
    statements = [item for item in statement_items(pages) if item.page not in whole]
    printed = PrintedPages([page.page_label for page in pages], _section_pages(statements))
    entries = [entry for one in _lists(parts) for entry in _entries(one, printed)]
    return BookItems(tuple(entries), tuple(statements), tuple(sorted(whole)))


def _is_most(part: ListPart, page: Page) -> bool:
    return sum(len(line.text) for line in part.lines) * 2 > len(page.markdown)


def _section_pages(statements: Sequence[StatementItem]) -> dict[str, int]:
    """Return the 1-based page on which each numbered section begins."""
    pages: dict[str, int] = {}
    for item in statements:
        if item.kind == "section":
            pages.setdefault(item.number, item.page)
    return pages


def _lists(parts: Sequence[ListPart]) -> Iterator[list[ListPart]]:
    """Yield the parts of each list together."""
    held: list[ListPart] = []
    for part in parts:
        if held and (part.first or part.kind is not held[0].kind):
            yield held
            held = []
        held.append(part)
    if held:
        yield held


def _entries(parts: Sequence[ListPart], printed: PrintedPages) -> Iterator[ListedEntry]:
    """Yield the entries of one list."""
    kind = parts[0].kind
    lines = [line for part in parts for line in part.lines]
    raw = _PARSE.get(kind, parse_contents)(lines)
    places = _places(raw, parts)
    for entry, page in zip(raw, places, strict=True):
        spans = printed.spans(entry.printed) if kind.leads_elsewhere else ()
        yield ListedEntry(
            kind=kind,
            page=page,
            term=entry.term,
            printed=" ".join(entry.printed.replace("*", "").split()),
            spans=spans,
            see=entry.see,
            text=entry.text,
        )


def _places(raw: Sequence[RawEntry], parts: Sequence[ListPart]) -> list[int]:
    """Return the 1-based page of each entry: the first, from the last one's on, that has it."""
    texts = [" ".join(line.text for line in part.lines) for part in parts]
    current, offset = 0, 0
    places = []
    for entry in raw:
        wanted = entry.term[-1][:40]
        for number in range(current, len(texts)):
            found = texts[number].find(wanted, offset if number == current else 0)
            if found >= 0:
                current, offset = number, found
                break
        places.append(parts[current].page_index + 1)
    return places
