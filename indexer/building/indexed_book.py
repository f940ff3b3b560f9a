"""Turns a book's pages into what the index stores: passages, formulas, and the texts to embed.

The texts to embed can also be read from the index again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import tantivy
from numpy.typing import NDArray

from indexer.formulas.find import Formula, find_formulas
from indexer.formulas.layout import layout, write_row
from indexer.passages.split import Passage, split_book
from indexer.stores.embedded_text import text_to_embed
from indexer.stores.fulltext import (
    FormulaDoc,
    PassageDoc,
    formula_document,
    page_documents,
    stored_values,
)
from indexer.stores.generations import IndexManifest
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import Page
from ocr_service.text.languages import detect_language

__all__ = ["IndexedBook", "PassageText", "passage_texts", "split_for_index"]

_LOOKED_UP = 256  # passages looked up by one query


@dataclass(frozen=True, slots=True)
class PassageText:
    """What is embedded of the passage of a row, and its 1-based page."""

    row: int
    page: int
    text: str


@dataclass(frozen=True, slots=True)
class IndexedBook:
    """A book cut into passages, which get the rows of the index from `first_row` on."""

    manifest: Manifest
    pages: list[Page]
    passages: list[Passage]
    language: str | None
    first_row: int

    @property
    def last_row(self) -> int:
        """The row after that of the last passage."""
        return self.first_row + len(self.passages)

    @property
    def page_numbers(self) -> NDArray[np.int32]:
        """The 1-based page number of each passage."""
        return np.array([passage.page_index + 1 for passage in self.passages], dtype=np.int32)

    def passage_documents(self) -> Iterator[tantivy.Document]:
        """Yield the document of each passage."""
        docs = (
            _passage_doc(passage, row, self.pages[passage.page_index].page_label)
            for row, passage in enumerate(self.passages, self.first_row)
        )
        for _, of_page in groupby(docs, key=lambda doc: doc.page):
            yield from page_documents(list(of_page), self.manifest.book.title, self.language)

    def formula_documents(self) -> Iterator[tantivy.Document]:
        """Yield the document of each formula that lies in a passage or follows one."""
        starts = [(passage.page_index, passage.char_start) for passage in self.passages]
        for page in self.pages:
            for formula in find_formulas(page):
                place = bisect_right(starts, (page.page_index, formula.char_start)) - 1
                if place >= 0:
                    row = self.first_row + place
                    yield formula_document(_formula_doc(formula, page, self.passages[place], row))

    def texts_to_embed(self) -> list[str]:
        """Return the text to embed of each passage."""
        title = self.manifest.book.title
        return [text_to_embed(title, part.section, part.text) for part in self.passages]


def split_for_index(
    folder: BookFolder, manifest: Manifest, first_row: int, count_tokens: Callable[[str], int]
) -> IndexedBook:
    """Read a book's pages and cut them into passages.

    `count_tokens` counts the tokens of a text as the encoder does, without special tokens.
    """
    pages = list(folder.pages(manifest))
    passages = list(split_book(pages, count_tokens))
    language = manifest.book.language or detect_language(page.markdown for page in pages)
    return IndexedBook(manifest, pages, passages, language, first_row)


def passage_texts(
    index: tantivy.Index, manifest: IndexManifest, rows: Sequence[int]
) -> list[PassageText]:
    """Return what is embedded of indexed passages, by ascending row; absent rows are left out."""
    searcher = index.searcher()
    found: list[PassageText] = []
    for start in range(0, len(rows), _LOOKED_UP):
        wanted = rows[start : start + _LOOKED_UP]
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "row", row))
            for row in wanted
        ]
        hits = searcher.search(tantivy.Query.boolean_query(terms), len(wanted), count=False).hits
        for _, address in hits:
            doc = PassageDoc(**stored_values(searcher.doc(address)))
            title = manifest.books[doc.book_id].title
            text = text_to_embed(title, doc.section, doc.text)
            found.append(PassageText(doc.row, doc.page, text))
    return sorted(found, key=lambda text: text.row)


def _passage_doc(passage: Passage, row: int, label: str) -> PassageDoc:
    return PassageDoc(
        passage_id=passage.passage_id,
        book_id=passage.book_id,
        row=row,
        page=passage.page_index + 1,
        label=label,
        char_start=passage.char_start,
        char_end=passage.char_end,
        section=list(passage.section),
        text=passage.text,
    )


def _formula_doc(formula: Formula, page: Page, passage: Passage, row: int) -> FormulaDoc:
    return FormulaDoc(
        book_id=formula.book_id,
        row=row,
        page=page.page_number,
        label=page.page_label,
        latex=formula.latex,
        normal=write_row(layout(formula.latex)),
        display=formula.display,
        number=formula.number,
        char_start=formula.char_start,
        char_end=formula.char_end,
        section=list(passage.section),
        box=list(formula.box) if formula.box else None,
    )
