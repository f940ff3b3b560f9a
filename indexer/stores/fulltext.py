"""Writes and opens the tantivy indexes: of passages, of formulas, of what books list and state."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from indexer.stores.read_only import open_for_reading
from indexer.words.terms import index_positions, index_terms
from indexer.words.words import searchable
from ocr_service.common.errors import LibraryError
from ocr_service.text.ideographs import has_runs
from ocr_service.text.invisible import without_invisible
from ocr_service.text.page_label import label_or_number

__all__ = [
    "ITEMS",
    "PAGE_WORDS",
    "FormulaDoc",
    "PassageDoc",
    "doc_json",
    "doc_values",
    "formula_document",
    "formula_terms",
    "open_index",
    "page_documents",
    "passage_document",
    "passage_words",
    "stored_values",
    "writing",
]

PASSAGES, FORMULAS, ITEMS = "passages", "formulas", "items"

PAGE_WORDS = "page_words"  # of the first passage of a page: what its passages have in any field
_TERMS = "terms"  # takes text that is already terms, separated by single spaces
_HEAP = 60_000_000  # bytes; tantivy needs at least 15 MB a thread
_LITTLE = 1 << 20  # bytes; a disk with less free space counts as full


@dataclass(frozen=True, slots=True)
class PassageDoc:
    """A passage as stored in the index. `page` is 1-based; `row` is the row of its vector."""

    passage_id: str
    book_id: str
    row: int
    page: int
    label: str
    char_start: int
    char_end: int
    section: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class FormulaDoc:
    """A formula as stored in the index.

    `page` is 1-based. `row` is the row of the passage around it, `normal` the normal form of its
    layout (see `indexer.formulas.layout`).
    """

    book_id: str
    row: int
    page: int
    label: str
    latex: str
    normal: str
    display: bool
    number: str | None
    char_start: int
    char_end: int
    section: list[str]
    box: list[float] | None


def _item_schema() -> tantivy.Schema:
    """Return the schema of what books list and state, see `items.py`."""
    builder = tantivy.SchemaBuilder()
    for name in ("book_id", "type", "kind", "number", "group"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("name", "body", "section"):
        builder.add_text_field(name, tokenizer_name=_TERMS)
    builder.add_unsigned_field("page", indexed=True, fast=True)
    builder.add_bytes_field("stored", stored=True, indexed=False)
    return builder.build()


def _schema(kind: str) -> tantivy.Schema:
    if kind == ITEMS:
        return _item_schema()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("book_id", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("page", indexed=True, fast=True)
    builder.add_unsigned_field("row", indexed=True, fast=True)
    builder.add_bytes_field("stored", stored=True, indexed=False)
    if kind == PASSAGES:
        builder.add_text_field("body", tokenizer_name=_TERMS)
        builder.add_text_field("heading", tokenizer_name=_TERMS)
        builder.add_text_field("title", tokenizer_name=_TERMS)
        builder.add_text_field(PAGE_WORDS, tokenizer_name=_TERMS, index_option="basic")
    else:
        for field in ("pairs", "open_pairs"):  # stored, to compare whole formulas
            builder.add_text_field(field, stored=True, tokenizer_name=_TERMS, index_option="freq")
        builder.add_text_field("normal", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("structure", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("number", tokenizer_name="raw", index_option="basic")
    return builder.build()


def open_index(folder: Path, kind: str, *, create: bool = False) -> tantivy.Index:
    """Open the index of `kind` (`PASSAGES`, `FORMULAS` or `ITEMS`) in `folder`.

    Raises:
        LibraryError: the index is missing or cannot be read.
    """
    path = folder / kind
    try:
        if create:
            path.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(_schema(kind), str(path), reuse=True)
        else:
            index = open_for_reading(path)
    except (ValueError, OSError) as error:
        raise LibraryError(
            f"{path}: the index cannot be read ({error}); delete the library's index folder and "
            "run 'octavo build' again: no page is read twice"
        ) from error
    index.register_tokenizer(
        _TERMS, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    )
    return index


@contextlib.contextmanager
def writing(folder: Path, kind: str) -> Iterator[tantivy.IndexWriter]:
    """Yield a writer of an index, which is created if it does not exist.

    Commits if the block succeeds, and rolls back if it raises. (tantivy's own context manager
    commits in both cases.)

    Raises:
        LibraryError: the index cannot be read.
        OSError: the disk is full or not writable.
    """
    index = open_index(folder, kind, create=True)
    writer = index.writer(_HEAP, 1)
    try:
        yield writer
        writer.commit()
    except BaseException as error:
        try:
            if isinstance(error, ValueError) and "io::Error" in str(error):
                _check_room(folder)  # tantivy reports that its thread failed, but not why
            raise
        finally:
            with contextlib.suppress(Exception):
                writer.rollback()
    finally:
        with contextlib.suppress(Exception):
            writer.wait_merging_threads()
        index.reload()


def _check_room(folder: Path) -> None:
    """Write a little, to raise the error that a full disk gives.

    Raises:
        OSError: the disk is full or not writable.
    """
    import tempfile

    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(_LITTLE))
        file.flush()
        os.fsync(file.fileno())


def passage_document(doc: PassageDoc, title: str, language: str | None = None) -> tantivy.Document:
    """Return the document of the only passage of a page; see `page_documents`."""
    return page_documents([doc], title, language)[0]


def page_documents(
    docs: Sequence[PassageDoc], title: str, language: str | None = None
) -> list[tantivy.Document]:
    """Return the documents of all passages of a page for tantivy.

    The first one also has the terms of them all, so that one query tells how many pages have
    several words. `language` is the book's, as ISO 639-1.
    """
    documents, page_words = [], set[str]()
    for doc in docs:
        document = _document(doc)
        for field, words in passage_words(doc, title).items():
            terms = _add_terms(document, field, words, language)
            if field != "title":  # which every page of the book has
                page_words.update(terms)
        documents.append(document)
    documents[0].add_text(PAGE_WORDS, " ".join(page_words))
    return documents


def passage_words(doc: PassageDoc, title: str) -> dict[str, str]:
    """Return the words of a passage by field, which its book's language turns into terms."""
    texts = {"body": doc.text, "heading": " ".join(doc.section), "title": title}
    return {field: searchable(text) for field, text in texts.items()}


def _add_terms(
    document: tantivy.Document, field: str, words: str, language: str | None
) -> list[str]:
    """Add and return the terms of words; the two of a Chinese letter get the same position."""
    if not has_runs(words):
        terms = index_terms(words, language)
        document.add_text(field, " ".join(terms))
        return terms
    places = index_positions(words, language)
    tokens = [
        tantivy.Token(term, place, 0, 0) for place, terms in enumerate(places) for term in terms
    ]
    document.add_pre_tokenized_text(field, tantivy.PreTokenizedString("", tokens))
    return [term for terms in places for term in terms]


def formula_document(doc: FormulaDoc) -> tantivy.Document:
    """Return a formula's document for tantivy; all its terms follow from the normal form.

    Only the term for looking up the same formula keeps the notation of the page.
    """
    document = _document(doc)
    terms = formula_terms(doc)
    for field in ("pairs", "open_pairs"):
        document.add_text(field, " ".join(terms.pop(field)))
    for field, (key,) in terms.items():
        document.add_text(field, key)
    return document


def formula_terms(doc: FormulaDoc) -> dict[str, list[str]]:
    """Return the terms of a formula by field: many of its pairs, one of each other field."""
    # Imported late: keyword searches do not need them.
    from indexer.formulas.layout import read_row
    from indexer.formulas.notation import common_notation, without_limits
    from indexer.formulas.order import ordered
    from indexer.formulas.terms import open_term, pair_terms, structure

    row = common_notation(read_row(doc.normal))
    pairs = pair_terms(row)
    terms = {
        "pairs": pairs,
        "open_pairs": [open_term(pair) for pair in pairs],
        "normal": [normal_key(doc.normal)],
        "structure": [normal_key(structure(ordered(without_limits(row))))],
    }
    return {**terms, "number": [doc.number]} if doc.number else terms


def normal_key(normal: str) -> str:
    """Return the term for looking up a whole formula, truncated.

    tantivy drops terms of more than 65 kB.
    """
    return normal[:8000]


def _document(doc: PassageDoc | FormulaDoc) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("book_id", doc.book_id)
    document.add_unsigned("page", doc.page)
    document.add_unsigned("row", doc.row)
    document.add_bytes("stored", doc_json(doc).encode())
    return document


def doc_json(doc: PassageDoc | FormulaDoc) -> str:
    """Return what is stored of a passage or formula as JSON; see `doc_values`."""
    return json.dumps({name: getattr(doc, name) for name in doc.__slots__}, ensure_ascii=False)


def stored_values(document: tantivy.Document) -> dict[str, Any]:
    """Return the fields of the `PassageDoc` or `FormulaDoc` stored in a document."""
    return doc_values(bytes(document.get_first("stored") or b"{}").decode())


def doc_values(stored: str) -> dict[str, Any]:
    """Return the fields of a `PassageDoc` or `FormulaDoc` from a text by `doc_json`."""
    values: dict[str, Any] = json.loads(without_invisible(stored))  # an older Octavo kept them
    if "label" in values:
        values["label"] = label_or_number(values["label"], values["page"] - 1)
    return values
