"""Defines the tools for agents: their arguments, descriptions and actions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from mcp_types import CallToolResult
from pydantic import Field

from ocr_service.common.errors import QueryError
from search.live.live_library import LiveLibrary, Snapshot
from search.mcp.answers import (
    AnswerItem,
    asks_in_words,
    formulas_of,
    formulas_result,
    hint_about,
    hint_about_formulas,
    nothing_found,
    search_items,
    search_result,
    within,
)
from search.mcp.arguments import (
    AuthorsArgument,
    BooksArgument,
    CursorArgument,
    LimitArgument,
    PagesArgument,
    QueryArgument,
)
from search.mcp.cursors import make_cursor, read_cursor
from search.mcp.index_tool import index_items
from search.mcp.reading import (
    book_item,
    book_items,
    books_result,
    state_of,
    stored,
)
from search.mcp.reading import outline as outline_of
from search.mcp.types import BooksAnswer, FormulasAnswer, SearchAnswer
from search.output.coverage import coverage_note
from search.output.index_lines import is_statement, statements_line
from search.question.filters import parse_page_range

__all__ = ["LibraryTools"]

_DEPTH = 200  # hits that a list can continue to
_PAGES_AT_ONCE = 50  # pages of one answer; the token limit is reached long before


class LibraryTools:
    """The tools that find: passages, formulas, books. They may be called from any thread."""

    def __init__(self, live: LiveLibrary) -> None:
        """Answer from `live`."""
        self._live = live

    def search(
        self,
        query: QueryArgument,
        mode: Annotated[
            Literal["hybrid", "keyword", "semantic"],
            Field(description="keyword: exact terms; semantic: meaning; hybrid: both"),
        ] = "hybrid",
        books: BooksArgument = None,
        authors: AuthorsArgument = None,
        pages: PagesArgument = None,
        limit: LimitArgument = 10,
        detail: Annotated[
            Literal["concise", "detailed"],
            Field(
                description="concise: excerpts; detailed: whole passages and why they were found"
            ),
        ] = "concise",
        cursor: CursorArgument = None,
    ) -> Annotated[CallToolResult, SearchAnswer]:
        """Find passages by words, meaning and LaTeX between dollars, best first.

        "words in quotes" are a phrase, +word is required, -word excluded. Excerpts are short: use
        read_pages before you rely on one.
        """
        snapshot = self._live.snapshot()
        question = ["search", query, mode, sorted(books or []), sorted(authors or []), pages]
        start = _start(cursor, question, snapshot)
        found = snapshot.searcher.ask(
            query,
            mode=mode,
            books=books or [],
            authors=authors or [],
            pages=parse_page_range(pages) if pages is not None else None,
            limit=min(start + limit + 1, _DEPTH),
        )
        hits, sure = found.hits, found.certainty
        items = search_items(hits[start : start + limit], detailed=detail == "detailed")
        taken, goes_on = _fill(items, start, len(hits))
        answer = SearchAnswer(
            hits=taken,
            said=sure.said and bool(hits),
            missing=[word[:60] for word in sure.missing] or None,
            pages_with_all=sure.pages,
        )
        if goes_on:
            answer.next_cursor = make_cursor(start + len(taken), question, snapshot.key)
        counted = ""
        if start == 0:
            note = snapshot.searcher.about(query, books=books or [], authors=authors or [])
            answer.index = list(index_items(note.entries)) or None
            counted = statements_line(note, sum(map(is_statement, hits[: len(taken)])))
        narrowed = bool(books or authors or pages)
        told = hint_about(found, mode) if not start else None
        answer.hint = told if taken else nothing_found(start, narrowed=narrowed)
        building = snapshot.searcher.library.writer() is not None
        covered = coverage_note(snapshot.searcher.coverage(books or []), mode, building=building)
        answer.hint = " ".join(filter(None, (counted, answer.hint, covered))) or None
        return search_result(answer)

    def find_formula(
        self,
        query: QueryArgument,
        books: BooksArgument = None,
        authors: AuthorsArgument = None,
        pages: PagesArgument = None,
        limit: LimitArgument = 10,
        cursor: CursorArgument = None,
    ) -> Annotated[CallToolResult, FormulasAnswer]:
        r"""Find formulas by LaTeX, by an equation's number such as (3.4), or by words.

        Equal formulas come first, then similar ones. ? or \?a matches any sub-expression. Words
        find the formulas of passages about them. Pass box to page_image to see a formula.
        """
        snapshot = self._live.snapshot()
        question = ["find_formula", query, sorted(books or []), sorted(authors or []), pages]
        start = _start(cursor, question, snapshot)
        in_words = asks_in_words(query)
        judged = snapshot.searcher.ask(
            query,
            mode="hybrid" if in_words else "formula",
            books=books or [],
            authors=authors or [],
            pages=parse_page_range(pages) if pages is not None else None,
            limit=50 if in_words else min(start + limit + 1, _DEPTH),
        )
        found = formulas_of(judged, in_words=in_words)
        taken, goes_on = _fill(found[start : start + limit], start, len(found))
        answer = FormulasAnswer(hits=taken, hint=hint_about_formulas(judged, in_words=in_words))
        if goes_on:
            answer.next_cursor = make_cursor(start + len(taken), question, snapshot.key)
        elif not taken:
            answer.hint = nothing_found(start, narrowed=bool(books or authors or pages))
        return formulas_result(answer)

    def list_books(
        self,
        book: Annotated[
            str | None, Field(max_length=200, description="only this book: id, or beginning of it")
        ] = None,
        outline: Annotated[bool, Field(description="headings of the book, with pages")] = False,
        cursor: CursorArgument = None,
    ) -> Annotated[CallToolResult, BooksAnswer]:
        """List the books with authors and years, and the state of the library.

        With book and outline, the headings of one.
        """
        snapshot = self._live.snapshot()
        question = ["list_books", book, outline]
        start = _start(cursor, question, snapshot)
        if outline and book is None:
            raise QueryError(
                "name one book to get its outline; list_books without outline lists the ids"
            )
        if book is None:
            items = list(book_items(self._live, snapshot))
            taken, goes_on = _fill(items[start:], start, len(items))
            answer = BooksAnswer(books=taken, status=None if start else state_of(snapshot))
        else:
            book_id = stored(self._live, book)
            answer = BooksAnswer(books=[book_item(self._live, snapshot, book_id)])
            headings = outline_of(self._live, book_id) if outline else ()
            shown, goes_on = _fill(headings[start:], start, len(headings))
            answer.outline = shown or None
            if outline and not headings:
                answer.hint = "this book has no headings; use search with books"
            taken = shown  # type: ignore[assignment]
        if goes_on:
            answer.next_cursor = make_cursor(start + len(taken), question, snapshot.key)
        return books_result(answer)


def _start(cursor: str | None, question: Sequence[object], snapshot: Snapshot) -> int:
    return read_cursor(cursor, question, snapshot.key) if cursor else 0


def _fill(items: Iterable[AnswerItem], start: int, total: int) -> tuple[list[AnswerItem], bool]:
    """Return the items that fit into an answer, and whether more follow."""
    taken = within(items)
    return taken, start + len(taken) < total
