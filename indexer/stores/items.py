"""Stores what books list and state: the tantivy index `items`, and `items.json` beside it.

Both belong to a generation and are replaced with it. `items.json` says with which rules, and of
which pages, the items of each book were made: a book without an entry there, or with another one,
gets its items in the next build, without reading, splitting or embedding its pages again. An older
Octavo does not know of them and reads the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tantivy

from indexer.listings.listing import ListedEntry, StatementItem
from indexer.words.terms import index_terms
from indexer.words.words import searchable
from ocr_service.common.files import write_atomic
from ocr_service.library.pages import Page

if TYPE_CHECKING:
    from indexer.listings.book_items import BookItems

__all__ = [
    "ITEMS_VERSION",
    "EntryDoc",
    "ItemBooks",
    "ListedBook",
    "StatementDoc",
    "item_documents",
    "read_item",
    "statement_number",
]

# Raise this when what is found, or how, changes: the next build then finds it anew.
ITEMS_VERSION = 2

_FILE = "items.json"
_ENTRY, _STATEMENT = "entry", "statement"


@dataclass(frozen=True, slots=True)
class EntryDoc:
    """An entry as stored; see `ListedEntry`. `order` counts the entries of a book."""

    book_id: str
    order: int
    label: str
    entry: ListedEntry


@dataclass(frozen=True, slots=True)
class StatementDoc:
    """A statement as stored; see `StatementItem`. `label` is printed on its page."""

    book_id: str
    order: int
    label: str
    statement: StatementItem


@dataclass(frozen=True, slots=True)
class ListedBook:
    """Of what the items of a book were made, and its 1-based pages that are lists throughout."""

    digest: str
    list_pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemBooks:
    """The contents of `items.json`."""

    books: Mapping[str, ListedBook] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> ItemBooks:
        """Read that of a generation; it is empty if it is missing or of another version."""
        try:
            data = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            if data["version"] != ITEMS_VERSION:
                return cls()
            return cls(
                {
                    book_id: ListedBook(one["digest"], tuple(map(int, one["list_pages"])))
                    for book_id, one in data["books"].items()
                }
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def write(self, folder: Path) -> None:
        """Write that of a generation.

        Raises:
            OSError: the disk is full or not writable.
        """
        books = {book_id: asdict(one) for book_id, one in self.books.items()}
        write_atomic(folder / _FILE, json.dumps({"version": ITEMS_VERSION, "books": books}))


def item_documents(
    book_id: str, pages: Sequence[Page], items: BookItems, language: str | None
) -> Iterator[tantivy.Document]:
    """Yield a document for each entry and statement of a book; `language` is ISO 639-1."""
    for order, entry in enumerate(items.entries):
        doc = EntryDoc(book_id, order, pages[entry.page - 1].page_label, entry)
        document = _document(doc, _ENTRY, entry.kind)
        _add_terms(document, "name", " ".join((*entry.term, *entry.see)), language)
        _add_terms(document, "body", entry.text, language)
        yield document
    for order, item in enumerate(items.statements):
        page = pages[item.page - 1]
        statement = StatementDoc(book_id, order, page.page_label, item)
        document = _document(statement, _STATEMENT, item.kind)
        if item.number:
            document.add_text("number", statement_number(item.number))
        if item.group:
            document.add_text("group", statement_number(item.group))
        _add_terms(document, "name", item.name, language)
        _add_terms(document, "body", page.markdown[item.start : item.end], language)
        _add_terms(document, "section", " ".join(item.section), language)
        yield document


def statement_number(number: str) -> str:
    """Return the number of a statement as the term that is looked up: "(12)" is 12, "iv" is IV."""
    return number.strip("()[]. ").upper()


def _document(doc: EntryDoc | StatementDoc, type_: str, kind: str) -> tantivy.Document:
    document = tantivy.Document()
    for name, value in (("book_id", doc.book_id), ("type", type_), ("kind", kind)):
        document.add_text(name, value)
    item = doc.entry if isinstance(doc, EntryDoc) else doc.statement
    document.add_unsigned("page", item.page)
    stored = json.dumps({"type": type_, **asdict(doc)}, ensure_ascii=False)
    document.add_bytes("stored", stored.encode())
    return document


def _add_terms(document: tantivy.Document, field_: str, text: str, language: str | None) -> None:
    if terms := index_terms(searchable(text), language):
        document.add_text(field_, " ".join(terms))


def read_item(document: tantivy.Document) -> EntryDoc | StatementDoc:
    """Return the entry or statement that is stored in a document."""
    data: dict[str, Any] = json.loads(bytes(document.get_first("stored") or b"{}"))
    if data.pop("type") == _ENTRY:
        return EntryDoc(**{**data, "entry": ListedEntry.from_dict(data["entry"])})
    item = data["statement"]
    values = {**item, "section": tuple(item["section"])}
    return StatementDoc(**{**data, "statement": StatementItem(**values)})
