"""The one door to a library for everything that asks: the command line, servers, programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import tantivy

from indexer.stores.fulltext import FORMULAS, PASSAGES, PassageDoc, open_index, stored_values
from indexer.stores.generations import IndexManifest, RowFiles, current_generation
from ocr_service.common.errors import LibraryError, NotFoundError
from ocr_service.library.library import Library, resolve_name
from ocr_service.library.pages import Page
from search.question.filters import Filter, make_filter
from search.question.query import Query, parse_query
from search.retrieval.deduplicate import best_of_pages
from search.retrieval.fusion import Ranking, fuse, fusion_weights
from search.retrieval.hits import Contribution, Hit
from search.retrieval.keyword import KeywordRetriever, Keywords, Ranked, corrections_in
from search.retrieval.snippets import make_snippet

if TYPE_CHECKING:
    from search.retrieval.formula import FormulaMatch
    from search.retrieval.semantic import SemanticRetriever

__all__ = ["Mode", "Searcher"]

_CANDIDATES = 1_000  # how deep each retriever goes before fusion
_COMPARED = 100  # formulas for a formula within a question; farther ones say little

_AGREEING = 100  # passages that are looked at for what agrees with them
_AGREEMENT = 0.5  # how much that counts beside what the retrievers say
_FEWEST = 100  # passages looked at for a question to one retriever, and for each hit that is wanted
_FEWEST_EACH = 10


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
        self._row_files = RowFiles.open(generation)

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
                searcher = cls(library, generation, IndexManifest.read(generation))
                # Vectors that are missing are told of by who needs them, unless a build took them.
                if searcher.whole or current_generation(library.index_path) == generation:
                    return searcher
            except (FileNotFoundError, LibraryError):
                # A build has just put a newer generation in its place; or something is wrong.
                if attempt == 4 or current_generation(library.index_path) == generation:
                    raise
        raise AssertionError("unreachable")

    def search(  # noqa: PLR0913 - what a person can ask for
        self,
        question: str,
        *,
        mode: Mode | str = Mode.HYBRID,
        books: Sequence[str] = (),
        pages: tuple[int, int] | None = None,
        limit: int = 10,
        rerank: str | None = None,
    ) -> list[Hit]:
        """Return the best hits, best first; of passages, one a page.

        `books` are ids or unambiguous beginnings of them; `pages` the first and last 1-based page.
        `rerank` is a cross-encoder, by folder or hub id, that puts the best 50 passages in order.

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
        filter_ = make_filter(query, books, pages, self.resolve)
        if filter_ is None:
            return []
        if Mode(mode) is Mode.FORMULA:
            return self._formula_hits(query, filter_, limit)
        if rerank is None:
            return self._passage_hits(query, Mode(mode), filter_, limit)
        from search.retrieval.rerank import rerank_hits  # torch: only when asked for

        hits = self._passage_hits(query, Mode(mode), filter_, 50)
        return rerank_hits(rerank, query.meaning, hits, limit)

    def _passage_hits(self, query: Query, mode: Mode, filter_: Filter, limit: int) -> list[Hit]:
        depth = _CANDIDATES
        if mode is not Mode.HYBRID and not query.signed:
            depth = min(depth, max(_FEWEST, _FEWEST_EACH * limit))
        keywords, ranking = self._rank(query, mode, filter_, depth)
        found = list(best_of_pages(ranking.ranked, self._passages_at, limit))
        if len(found) < limit and len(ranking.ranked) == depth < _CANDIDATES:
            keywords, ranking = self._rank(query, mode, filter_, _CANDIDATES)  # many on one page
            found = list(best_of_pages(ranking.ranked, self._passages_at, limit))
        return [
            self._passage_hit(doc, rank, score, keywords, ranking)
            for rank, (doc, score) in enumerate(found, 1)
        ]

    def _rank(
        self, query: Query, mode: Mode, filter_: Filter, depth: int
    ) -> tuple[Keywords, Ranking]:
        """Return what the words of a question came to, and the passages for it."""
        by_words = mode in (Mode.HYBRID, Mode.KEYWORD)
        keywords = self._keyword.search(query, filter_, depth if by_words else 0)
        lists: dict[str, Ranked] = {}
        if by_words:
            lists["keyword"] = keywords.ranked
        if mode in (Mode.HYBRID, Mode.SEMANTIC):
            near = self._semantic.search(query.meaning, filter_, depth, alone=mode is Mode.SEMANTIC)
            lists["semantic"] = self._permitted(query, near)
        if mode is Mode.HYBRID and query.latex and self._has_formulas:
            lists["formula"] = self._permitted(query, self._rows_by_formula(query.latex, filter_))
        ranking = fuse(lists, fusion_weights(query), keywords.once)
        if mode is Mode.HYBRID and lists["semantic"]:
            ranking.agree(_AGREEING, _AGREEMENT, self._semantic.agreement)
        return keywords, ranking

    def _permitted(self, query: Query, ranked: Ranked) -> Ranked:
        """Return what has the words that the question requires, and none that it excludes."""
        if not query.signed or not ranked:
            return ranked
        allowed = self._keyword.allowed(query, [row for row, _ in ranked])
        return [pair for pair in ranked if pair[0] in allowed]

    @cached_property
    def _keyword(self) -> KeywordRetriever:
        languages = {book_id: entry.language for book_id, entry in self.manifest.books.items()}
        return KeywordRetriever(self._passages, languages)

    @property
    def whole(self) -> bool:
        """Whether all vectors are there; without them, searches go by words and formulas only."""
        return self._row_files.holds(self.manifest.rows, self.manifest.dimension)

    @cached_property
    def _semantic(self) -> SemanticRetriever:
        from search.retrieval.semantic import (
            SemanticRetriever,  # numpy and onnxruntime: only when needed
        )

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
        """Return passages by the best of their formulas; scores are between 0 and 1."""
        from search.retrieval.formula import search_formulas  # only when needed, as above

        best: dict[int, float] = {}
        for formula in latex:
            for match in search_formulas(self._formulas, formula, filter_, _COMPARED):
                row = match.doc.row
                best[row] = max(best.get(row, 0.0), match.evidence)
        return sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))

    def _formula_hits(self, query: Query, filter_: Filter, limit: int) -> list[Hit]:
        from search.retrieval.formula import query_latex, search_formulas

        found = search_formulas(
            self._formulas, query_latex(query.text), filter_, max(limit * 4, 50)
        )
        seen: set[tuple[str, int, str]] = set()
        hits: list[Hit] = []
        for rank, match in enumerate(found, 1):
            key = (match.doc.book_id, match.doc.page, match.doc.normal)
            if key not in seen and len(hits) < limit:
                seen.add(key)
                hits.append(self._formula_hit(match, rank, len(hits) + 1))
        return hits

    def _formula_hit(self, match: FormulaMatch, found_at: int, rank: int) -> Hit:
        """Return a formula as a hit, with the words around it."""
        doc = match.doc
        passage = self._passage_at(doc.row)
        text = passage.text if passage else doc.latex
        return Hit(
            rank=rank,
            score=match.score,
            title=self.manifest.books[doc.book_id].title,
            source=doc,
            snippet=make_snippet(text, (), around=doc.latex),
            contributions=(Contribution("formula", found_at, match.score),),
            relation=match.relation,
        )

    def _passage_hit(
        self, doc: PassageDoc, rank: int, score: float, keywords: Keywords, ranking: Ranking
    ) -> Hit:
        entry = self.manifest.books[doc.book_id]
        return Hit(
            rank=rank,
            score=score,
            title=entry.title,
            source=doc,
            snippet=make_snippet(doc.text, keywords.terms, language=entry.language),
            contributions=ranking.contributions(doc.row),
            corrections=corrections_in(doc.text, keywords.corrections, entry.language),
        )

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
