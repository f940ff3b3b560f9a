"""Opens a library and answers questions, for the command line, the MCP server and programs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from indexer.stores.generations import BookEntry, current_generation
from ocr_service.common.errors import LibraryError, NotFoundError, QueryError
from ocr_service.library.library import Library
from ocr_service.library.names import books_of_author, resolve_name, resolve_names
from ocr_service.library.page_store import open_library
from search.index.local.local_index import LocalIndex
from search.index.protocol import Index
from search.question.filters import Filter, make_filter
from search.question.options import (
    Mode,
    check_books,
    check_limit,
    check_mode,
    check_pages,
    check_rerank,
    check_text,
)
from search.question.query import Query, parse_query
from search.retrieval.answer import Asked, ShelfAnswer, answered
from search.retrieval.certainty import Certainty
from search.retrieval.entry_hits import IndexAnswer, ShelfNote, best_entries
from search.retrieval.hits import Hit
from search.retrieval.passages import PassageSearch

__all__ = ["Searcher", "ShelfAnswer"]

_NAMED = 3  # books that an error names


class Searcher:
    """A library opened for reading, as its index was at that moment."""

    def __init__(self, library: Library, index: Index) -> None:
        """Use `open` instead."""
        self.library = library
        self.manifest = index.manifest
        self._index = index
        self._passages = PassageSearch(index)

    @classmethod
    def open(cls, path: str | Path, index: str | None = None, shelf: str | None = None) -> Self:
        """Open the library in the folder `path`, with the index at the address `index`, or its own.

        With an index elsewhere the library needs to have no books: pages are then read from
        `shelf`, the URL of a page store, if that is given.

        Raises:
            QueryError: `path` is not a path, or `index` is no address.
            LibraryError: there is no library, it has no index, or another version made it.
            EngineError: the index elsewhere is away, or refuses.
        """
        if not isinstance(path, str | os.PathLike):
            raise QueryError("give the library's folder as a string or a path")
        library = open_library(Path(path), shelf)
        if index is not None:
            from search.index.outside import open_outside  # only when needed

            return cls(library, open_outside(index, library.index_path))
        library.require()
        for attempt in range(5):
            generation = current_generation(library.index_path)
            if generation is None:
                raise LibraryError(f"{library.path}: nothing is indexed yet; {_advice(library)}")
            try:
                searcher = cls(library, LocalIndex.open(library.index_path, generation))
                # Missing vectors are reported when they are needed, unless a build removed them.
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
        authors: Sequence[str] = (),
        limit: int = 10,
        rerank: str | None = None,
    ) -> list[Hit]:
        """Return the hits of `ask`, which takes the same arguments."""
        return self.ask(
            question,
            mode=mode,
            books=books,
            pages=pages,
            authors=authors,
            limit=limit,
            rerank=rerank,
        ).hits

    def ask(  # noqa: PLR0913 - as above
        self,
        question: str,
        *,
        mode: Mode | str = Mode.HYBRID,
        books: Sequence[str] = (),
        pages: tuple[int, int] | None = None,
        authors: Sequence[str] = (),
        limit: int = 10,
        rerank: str | None = None,
    ) -> ShelfAnswer:
        """Return the best hits, best first, and how sure they are; of passages, one a page.

        If no passage has what the question requires, the hits are what is found without the
        requirement, and all are near.

        Args:
            question: words, phrases, formulas and filters; see `parse_query`.
            mode: how to search.
            books: ids, unambiguous beginnings of them, titles or authors; none for all books.
            pages: the first and last 1-based page.
            authors: names of authors, or their beginnings; none for all.
            limit: hits at most, 1 to 1,000.
            rerank: a cross-encoder, by folder or hub id, that orders the best 50 passages.

        Raises:
            QueryError: the question asks nothing, or an argument has a value that it cannot have.
            NotFoundError: no such book or author, or none of the books has such a page.
            LibraryError: no book is indexed, or not the one that is asked for.
            EncoderError: the encoder cannot be loaded.
        """
        mode, limit = check_mode(mode), check_limit(limit)
        rerank = check_rerank(rerank, mode, limit)
        books, pages = check_books(books), check_pages(pages)
        authors = check_books(authors, "authors")
        if not self.manifest.books:
            raise LibraryError(
                f"{self.library.path}: no book in this library; run 'octavo build PATH...'"
            )
        query = parse_query(check_text(question, "the question"))
        filter_ = self._filter(query, books, pages, authors)
        if filter_ is None:
            return ShelfAnswer([], Certainty())
        return answered(self._index, self._passages, Asked(query, mode, filter_, limit, rerank))

    def about(
        self, question: str, *, books: Sequence[str] = (), authors: Sequence[str] = ()
    ) -> ShelfNote:
        """Return what the lists of the books say of a question, and how many statements it means.

        Raises:
            QueryError: the question asks nothing.
            NotFoundError: no such book or author.
        """
        query = parse_query(check_text(question, "the question"))
        filter_ = self._filter(query, check_books(books), None, check_books(authors, "authors"))
        if filter_ is None:
            return ShelfNote()
        matches = self._passages.lists.matches(query, filter_) if query.clauses else []
        asked, count = self._passages.count_statements(query, filter_)
        return ShelfNote(tuple(best_entries(matches, self.manifest.books)), asked, count)

    def index_of(
        self, term: str, *, books: Sequence[str] = (), authors: Sequence[str] = ()
    ) -> IndexAnswer:
        """Return all entries for a term in the indexes, contents and other lists of the books.

        `books` are ids, unambiguous beginnings of them, titles or authors; none for all books.

        Raises:
            QueryError: the term has no word.
            NotFoundError: no such book or author.
        """
        query = parse_query(check_text(term, "the term"))
        filter_ = self._filter(query, check_books(books), None, check_books(authors, "authors"))
        if filter_ is None:
            return IndexAnswer(term, complete=False, entries=())
        return self._passages.look_up(query, filter_)

    def _filter(
        self,
        query: Query,
        books: Sequence[str],
        pages: tuple[int, int] | None,
        authors: Sequence[str],
    ) -> Filter | None:
        """Return what both the caller and the question ask for, or None if that is nothing.

        Raises:
            NotFoundError: no such book or author, or none of the books has the first page.
            LibraryError: a book is in the library, but cannot be searched yet.
        """
        filter_ = make_filter(
            query, books, pages, self.resolve_all, authors=authors, by_author=self._by_author
        )
        chosen = (
            filter_.books if filter_ else [key for name in books for key in self.resolve_all(name)]
        )
        for span in (pages, query.pages):
            if span is not None and (chosen or span[0] > self._index.most_pages):
                self._check_page(span[0], chosen or self.manifest.books)
        return filter_

    def _check_page(self, number: int, books: Iterable[str]) -> None:
        counts = {book_id: self.manifest.books[book_id].page_count for book_id in books}
        if number > max(counts.values()):
            longest = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
            which = ", ".join(f"{name} has 1 to {count}" for name, count in longest[:_NAMED])
            if len(longest) > _NAMED:
                which += f", the longest of {len(longest)} books"
            raise NotFoundError(f"no page {number} in the books searched: {which}")

    @property
    def encoder_folder(self) -> Path:
        """The folder of the prepared encoder that encodes questions."""
        return self._index.encoder_folder

    @property
    def whole(self) -> bool:
        """Whether all vectors are there; without them, searches go by words and formulas only."""
        return self._index.whole

    def coverage(self, books: Sequence[str] = ()) -> float:
        """Return the share of passages that can be found by meaning: 1 when a build is complete.

        `books` are ids or unambiguous beginnings of them; none for all books.

        Raises:
            NotFoundError: no such book.
        """
        return self.manifest.coverage([key for name in books for key in self.resolve_all(name)])

    @property
    def slow_encoder(self) -> bool:
        """Whether questions are encoded by torch, because the encoder has no ONNX export."""
        return self._passages.semantic.slow

    def resolve(self, name: str) -> str:
        """Return the id of the indexed book that `name` means.

        Raises:
            QueryError: the name is not a string.
            NotFoundError: no book or several are meant; the message names the nearest.
            LibraryError: the book is in the library, but cannot be searched yet.
        """
        found = self.resolve_all(name)
        return (
            found[0]
            if len(found) == 1
            else resolve_name(name, found, lambda: self._index.named(name, near=True))
        )

    def resolve_all(self, name: str) -> tuple[str, ...]:
        """Return the ids of the indexed books that `name` means: one, or all of an author.

        Raises:
            QueryError: the name is not a string.
            NotFoundError: no book, or several ids or titles; the message names the nearest.
            LibraryError: the book is in the library, but cannot be searched yet.
        """
        check_text(name, "a book's name")

        def resolved(books: Mapping[str, BookEntry]) -> tuple[str, ...]:
            return resolve_names(name, sorted(books), lambda: books)

        try:
            return self._among_named(name, resolved)
        except NotFoundError:
            if all(book_id in self.manifest.books for book_id in self.library.book_ids()):
                raise
            book_id = self.library.resolve(name)
            if book_id in self.manifest.books:
                raise
        raise LibraryError(
            f"{book_id}: no page of this book can be searched yet; run 'octavo build' again"
        )

    def _by_author(self, name: str) -> tuple[str, ...]:
        return self._among_named(name, lambda books: books_of_author(name, books))

    def _among_named(
        self, name: str, resolved: Callable[[Mapping[str, BookEntry]], tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Return the books that a name means.

        Raises:
            NotFoundError: there is none; the message names those with names near to it.
        """
        try:
            return resolved(self._index.named(name, near=False))
        except NotFoundError:
            return resolved(self._index.named(name, near=True))


def _advice(library: Library) -> str:
    writer = library.writer()
    if writer is None:
        return "run 'octavo build PATH...'"
    return f"a build is running ({writer}): ask again when it has read its first book"
