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
    "item_document",
    "item_documents",
    "item_json",
    "item_keys",
    "item_of",
    "item_page",
    "item_terms",
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
        yield item_document(doc, entry.text, language)
    for order, item in enumerate(items.statements):
        page = pages[item.page - 1]
        statement = StatementDoc(book_id, order, page.page_label, item)
        yield item_document(statement, page.markdown[item.start : item.end], language)


def item_keys(doc: EntryDoc | StatementDoc) -> dict[str, str]:
    """Return what an item is looked up by as a whole."""
    if isinstance(doc, EntryDoc):
        return {"type": _ENTRY, "kind": str(doc.entry.kind)}
    keys = {"type": _STATEMENT, "kind": doc.statement.kind}
    for name, number in (("number", doc.statement.number), ("group", doc.statement.group)):
        if number:
            keys[name] = statement_number(number)
    return keys


def item_terms(
    doc: EntryDoc | StatementDoc, text: str, language: str | None
) -> dict[str, list[str]]:
    """Return the terms of an item by field; `text` is what it says."""
    if isinstance(doc, EntryDoc):
        texts = {"name": " ".join((*doc.entry.term, *doc.entry.see)), "body": text}
    else:
        section = " ".join(doc.statement.section)
        texts = {"name": doc.statement.name, "body": text, "section": section}
    return {name: index_terms(searchable(part), language) for name, part in texts.items()}


def item_document(
    doc: EntryDoc | StatementDoc, text: str, language: str | None
) -> tantivy.Document:
    """Return the document of an item for tantivy; `text` is what it says."""
    document = tantivy.Document()
    for name, value in {"book_id": doc.book_id, **item_keys(doc)}.items():
        document.add_text(name, value)
    document.add_unsigned("page", item_page(doc))
    document.add_bytes("stored", item_json(doc).encode())
    for name, terms in item_terms(doc, text, language).items():
        if terms:
            document.add_text(name, " ".join(terms))
    return document


def item_page(doc: EntryDoc | StatementDoc) -> int:
    """Return the 1-based page on which an item stands."""
    return doc.entry.page if isinstance(doc, EntryDoc) else doc.statement.page


def item_json(doc: EntryDoc | StatementDoc) -> str:
    """Return an item as JSON; see `item_of`."""
    type_ = _ENTRY if isinstance(doc, EntryDoc) else _STATEMENT
    return json.dumps({"type": type_, **asdict(doc)}, ensure_ascii=False)


def statement_number(number: str) -> str:
    """Return the number of a statement as the term that is looked up: "(12)" is 12, "iv" is IV."""
    return number.strip("()[]. ").upper()


def read_item(document: tantivy.Document) -> EntryDoc | StatementDoc:
    """Return the entry or statement that is stored in a document."""
    return item_of(bytes(document.get_first("stored") or b"{}").decode())


def item_of(text: str) -> EntryDoc | StatementDoc:
    """Return the entry or statement of a text by `item_json`."""
    data: dict[str, Any] = json.loads(text)
    if data.pop("type") == _ENTRY:
        return EntryDoc(**{**data, "entry": ListedEntry.from_dict(data["entry"])})
    item = data["statement"]
    values = {**item, "section": tuple(item["section"])}
    return StatementDoc(**{**data, "statement": StatementItem(**values)})
