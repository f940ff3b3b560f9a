"""The one door to a library for everything that asks: the command line, servers, programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import tantivy

from indexer.fulltext import FORMULAS, PASSAGES, PassageDoc, open_index, stored_values
from indexer.generations import IndexManifest, RowFiles, current_generation
from ocr_service.errors import LibraryError, NotFoundError
from ocr_service.library import Library, resolve_name
from ocr_service.pages import Page
from search.filters import Filter
from search.formula import EQUAL, query_latex, search_formulas
from search.fusion import Fused, fuse
from search.hits import Contribution, Hit
from search.keyword import Ranked, search_keywords, stems
from search.query import Query, parse_query
from search.snippets import make_snippet

if TYPE_CHECKING:
    from search.semantic import SemanticRetriever

__all__ = ["Mode", "Searcher"]

_CANDIDATES = 1_000  # how deep each retriever goes before fusion

# Measured on Cranfield and Vaswani: semantic a little above keyword. A formula in the question
# weighs as much as its words' meaning.
_WEIGHTS = {"keyword": 0.4, "semantic": 0.6, "formula": 0.6}


class Mode(StrEnum):
    """How to search."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"
    FORMULA = "formula"


class Searcher:
    """A library opened for reading, as its index was at that moment."""

    def __init__(self, library: Library, generation: Path, manifest: IndexManifest) -> None:
        """Use `open` instead."""
        self.library = library
        self.manifest = manifest
        self._generation = generation
        # Opened at once: a build that replaces this generation cannot take it away any more.
        self._passages = open_index(generation, PASSAGES)
        self._formulas = open_index(generation, FORMULAS)
        self._row_files = RowFiles.open(generation, manifest.rows)

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the library in the folder `path`.

        Raises:
            LibraryError: there is no library, it has no index, or another version made it.
        """
        library = Library(Path(path))
        library.require()
        for attempt in range(5):
            generation = current_generation(library.index_path)
            if generation is None:
                raise LibraryError(
                    f"{library.path}: nothing is indexed yet; run 'octavo build PATH...'"
                )
            try:
                return cls(library, generation, IndexManifest.read(generation))
            except (FileNotFoundError, LibraryError):
                # A build has just put a newer generation in its place; or something is wrong.
                if attempt == 4 or current_generation(library.index_path) == generation:
                    raise
        raise AssertionError("unreachable")

    def search(
        self,
        question: str,
        *,
        mode: Mode | str = Mode.HYBRID,
        books: Sequence[str] = (),
        pages: tuple[int, int] | None = None,
        limit: int = 10,
    ) -> list[Hit]:
        """Return the best hits, best first.

        `books` are ids or unambiguous beginnings of them; `pages` the first and last 1-based page.

        Raises:
            QueryError: the question asks nothing.
            NotFoundError: no such book.
            LibraryError: no book is indexed.
            EncoderError: the encoder cannot be loaded.
        """
        if not self.manifest.books:
            raise LibraryError(
                f"{self.library.path}: no book in this library; run 'octavo build PATH...'"
            )
        query = parse_query(question)
        filter_ = Filter(tuple(self.resolve(name) for name in books), pages)
        if Mode(mode) is Mode.FORMULA:
            return self._formula_hits(query, filter_, limit)
        lists = self._ranked_lists(query, Mode(mode), filter_)
        if len(lists) == 1:
            ((name, ranked),) = lists.items()
            fused: list[Fused] = [
                (row, score, (Contribution(name, rank, score),))
                for rank, (row, score) in enumerate(ranked[:limit], 1)
            ]
        else:
            fused = fuse(lists, _WEIGHTS)[:limit]
        return self._passage_hits(fused, query)

    def _ranked_lists(self, query: Query, mode: Mode, filter_: Filter) -> dict[str, Ranked]:
        lists: dict[str, Ranked] = {}
        if mode in (Mode.HYBRID, Mode.KEYWORD):
            lists["keyword"] = search_keywords(self._passages, query, filter_, _CANDIDATES)
        if mode in (Mode.HYBRID, Mode.SEMANTIC):
            lists["semantic"] = self._semantic.search(query.text, filter_, _CANDIDATES)
        if mode is Mode.HYBRID and query.latex and self._has_formulas:
            lists["formula"] = self._rows_by_formula(query.latex, filter_)
        return lists

    @cached_property
    def _semantic(self) -> SemanticRetriever:
        from search.semantic import SemanticRetriever  # numpy and onnxruntime: only when needed

        return SemanticRetriever(
            self.library.index_path, self._generation, self.manifest, self._row_files
        )

    @property
    def slow_encoder(self) -> bool:
        """Whether questions go through torch, because the encoder has no light form."""
        return self._semantic.slow

    @property
    def _has_formulas(self) -> bool:
        return any(entry.formulas for entry in self.manifest.books.values())

    def _rows_by_formula(self, latex: Iterable[str], filter_: Filter) -> Ranked:
        """Return passages by the best of their formulas."""
        best: dict[int, float] = {}
        for formula in latex:
            for doc, score in search_formulas(self._formulas, formula, filter_, _CANDIDATES):
                best[doc.row] = max(best.get(doc.row, 0.0), score)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))

    def _formula_hits(self, query: Query, filter_: Filter, limit: int) -> list[Hit]:
        found = search_formulas(
            self._formulas, query_latex(query.text), filter_, max(limit * 4, 50)
        )
        seen: set[tuple[str, int, str]] = set()
        hits: list[Hit] = []
        for rank, (doc, score) in enumerate(found, 1):
            key = (doc.book_id, doc.page, doc.normal)
            if key in seen or len(hits) == limit:
                continue
            seen.add(key)
            name = "formula, equal" if score >= EQUAL else "formula"
            passage = self._passage_at(doc.row)
            text = passage.text if passage else doc.latex
            hits.append(
                Hit(
                    rank=len(hits) + 1,
                    score=score,
                    title=self.manifest.books[doc.book_id].title,
                    source=doc,
                    snippet=make_snippet(text, (), around=doc.latex),
                    contributions=(Contribution(name, rank, score),),
                )
            )
        return hits

    def _passage_hits(self, fused: Sequence[Fused], query: Query) -> list[Hit]:
        docs = self._passages_at([row for row, _, _ in fused])
        wanted = {
            term for clause in query.clauses if clause.sign != "-" for term in stems(clause.text)
        }
        return [
            Hit(
                rank=rank,
                score=score,
                title=self.manifest.books[docs[row].book_id].title,
                source=docs[row],
                snippet=make_snippet(docs[row].text, wanted),
                contributions=parts,
            )
            for rank, (row, score, parts) in enumerate(fused, 1)
            if row in docs
        ]

    def _passage_at(self, row: int) -> PassageDoc | None:
        return self._passages_at([row]).get(row)

    def _passages_at(self, rows: Sequence[int]) -> dict[int, PassageDoc]:
        if not rows:
            return {}
        searcher = self._passages.searcher()
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._passages.schema, "row", row))
                for row in rows
            ]
        )
        docs = (
            PassageDoc(**stored_values(searcher.doc(address)))
            for _, address in searcher.search(query, len(rows), count=False).hits
        )
        return {doc.row: doc for doc in docs}

    def resolve(self, name: str) -> str:
        """Return the id of the indexed book that `name` means.

        Raises:
            NotFoundError: none or several are meant; the message names the nearest.
        """
        return resolve_name(name, sorted(self.manifest.books))


def read_pages(library: Library, name: str, first: int, last: int) -> list[Page]:
    """Return the pages of a book from `first` to `last`, 1-based and both included.

    Raises:
        NotFoundError: no such book, or it has no such page.
        LibraryError: the book is not finished.
    """
    folder = library.folder(library.resolve(name))
    manifest = folder.manifest()
    if manifest is None or manifest.digest is None:
        raise LibraryError(
            f"{folder.book_id}: this book is not read to its end yet; run 'octavo build' again"
        )
    count = manifest.book.page_count
    if not 1 <= first <= last <= count:
        raise NotFoundError(f"{folder.book_id}: no page {max(first, last)}; it has 1 to {count}")
    return [folder.page(manifest, number - 1) for number in range(first, last + 1)]


def find_label(library: Library, name: str, label: str) -> int:
    """Return the 1-based number of the page on which `label` is printed.

    Raises:
        NotFoundError: no such book, or no page has that label.
    """
    book_id = library.resolve(name)
    manifest = library.folder(book_id).manifest()
    labels = [known.lower() for known in manifest.labels] if manifest else []
    if label.lower() not in labels:
        shown = f"{labels[0]} to {labels[-1]}" if labels else "none"
        raise NotFoundError(
            f"{book_id}: no page is labelled '{label[:40]}'; labels go from {shown}"
        )
    return labels.index(label.lower()) + 1
