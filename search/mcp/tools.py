"""Defines the tools for agents: their arguments, descriptions and actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import anyio.to_thread
from mcp_types import CallToolResult, ImageContent, TextContent
from pydantic import Field

from ocr_service.common.errors import NotFoundError, QueryError
from ocr_service.library.pages import Box
from search.live.live_library import LiveLibrary, Snapshot
from search.live.page_views import PageViews, ViewTask, page_image, view_source
from search.mcp.answers import (
    MAX_TOKENS,
    AnswerItem,
    asks_in_words,
    formula_items,
    formulas_result,
    hint_about,
    nothing_found,
    passage_formulas,
    search_items,
    search_result,
    within,
)
from search.mcp.arguments import (
    AuthorsArgument,
    BookArgument,
    BooksArgument,
    CursorArgument,
    LimitArgument,
    MaxSideArgument,
    MaxTokensArgument,
    OffsetArgument,
    PageArgument,
    PagesArgument,
    QueryArgument,
    RegionArgument,
)
from search.mcp.cursors import make_cursor, read_cursor
from search.mcp.index_tool import index_items
from search.mcp.reading import (
    book_item,
    book_items,
    books_result,
    finished,
    pages_answer,
    pages_result,
)
from search.mcp.reading import outline as outline_of
from search.mcp.types import BooksAnswer, FormulasAnswer, PagesAnswer, SearchAnswer
from search.output.citation import tool_citation
from search.output.coverage import coverage_note
from search.pages import read_pages as load_pages
from search.question.filters import parse_page_range

__all__ = ["LibraryTools"]

_DEPTH = 200  # hits that a list can continue to
_PAGES_AT_ONCE = 50  # pages of one answer; the token limit is reached long before


class LibraryTools:
    """The tools of one library. All but `page_image` may be called from any thread."""

    def __init__(self, live: LiveLibrary, views: PageViews) -> None:
        """Answer from `live`; render with `views`."""
        self._live = live
        self._views = views

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
        hits = snapshot.searcher.search(
            query,
            mode=mode,
            books=books or [],
            authors=authors or [],
            pages=parse_page_range(pages) if pages is not None else None,
            limit=min(start + limit + 1, _DEPTH),
        )
        items = search_items(hits[start : start + limit], detailed=detail == "detailed")
        taken, goes_on = _fill(items, start, len(hits))
        answer = SearchAnswer(hits=taken)
        if goes_on:
            answer.next_cursor = make_cursor(start + len(taken), question, snapshot.key)
        if start == 0:
            note = snapshot.searcher.about(query, books=books or [], authors=authors or [])
            answer.index = list(index_items(note.entries)) or None
        narrowed = bool(books or authors or pages)
        answer.hint = hint_about(hits, mode) if taken else nothing_found(start, narrowed=narrowed)
        building = snapshot.searcher.library.writer() is not None
        covered = coverage_note(snapshot.searcher.coverage(books or []), mode, building=building)
        answer.hint = " ".join(filter(None, (answer.hint, covered))) or None
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
        hits = snapshot.searcher.search(
            query,
            mode="hybrid" if in_words else "formula",
            books=books or [],
            authors=authors or [],
            pages=parse_page_range(pages) if pages is not None else None,
            limit=50 if in_words else min(start + limit + 1, _DEPTH),
        )
        found = list(passage_formulas(hits) if in_words else formula_items(hits))
        taken, goes_on = _fill(found[start : start + limit], start, len(found))
        answer = FormulasAnswer(hits=taken)
        if goes_on:
            answer.next_cursor = make_cursor(start + len(taken), question, snapshot.key)
        elif not taken:
            answer.hint = nothing_found(start, narrowed=bool(books or authors or pages))
        return formulas_result(answer)

    def read_pages(
        self,
        book: BookArgument,
        from_page: PageArgument,
        to_page: PageArgument | None = None,
        offset: OffsetArgument = 0,
        max_tokens: MaxTokensArgument = MAX_TOKENS,
    ) -> Annotated[CallToolResult, PagesAnswer]:
        """Read pages as markdown with LaTeX; to_page is from_page unless given.

        An answer that is full says where to continue.
        """
        book_id = self._stored(book)
        manifest = finished(self._live, book_id)
        count = manifest.book.page_count
        last = from_page if to_page is None else to_page
        if not 1 <= from_page <= last <= count:
            raise NotFoundError(
                f"{book_id} has pages 1 to {count}; ask for some of them, from_page first"
            )
        pages = load_pages(
            self._live.library, book_id, from_page, min(last, from_page + _PAGES_AT_ONCE - 1)
        )
        if offset > len(pages[0].markdown):
            raise QueryError(
                f"page {from_page} of {book_id} has {len(pages[0].markdown)} characters; "
                "leave offset out, or take it from next_offset"
            )
        answer = PagesAnswer(book=book_id, title=manifest.book.title, page_count=count, pages=[])
        answer = pages_answer(answer, pages, offset, last, max_tokens)
        if answer.next_page is None and pages[-1].page_number < last:
            answer.next_page = pages[-1].page_number + 1
            answer.hint = f"left: pages {answer.next_page} to {last}"
        return pages_result(answer)

    def list_books(
        self,
        book: Annotated[
            str | None, Field(max_length=200, description="only this book: id, or beginning of it")
        ] = None,
        outline: Annotated[bool, Field(description="headings of the book, with pages")] = False,
        cursor: CursorArgument = None,
    ) -> Annotated[CallToolResult, BooksAnswer]:
        """List the books with their ids; with book and outline, the headings of one."""
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
            answer = BooksAnswer(books=taken)
        else:
            book_id = self._stored(book)
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

    async def page_image(
        self,
        book: BookArgument,
        page: PageArgument,
        region: RegionArgument = None,
        max_side: MaxSideArgument = 1200,
    ) -> CallToolResult:
        """Show a page, or a region of it, as an image: to check the OCR, or to see a figure."""
        box = _checked_box(region)
        task, cited = await anyio.to_thread.run_sync(self._view_task, book, page, box, max_side)
        view = await self._views.draw(task)
        what = f"{cited} page={page}, {'region of the page' if box else 'whole page'}"
        text = (
            f"{what}, {view.width} x {view.height} pixels. What it shows is quoted from the book."
        )
        return CallToolResult(
            content=[
                TextContent(type="text", text=text),
                ImageContent(type="image", data=view.base64, mime_type=view.media_type),
            ]
        )

    def _stored(self, book: str) -> str:
        """Return the id of a book in the library, indexed or not."""
        self._live.library.require()
        return self._live.library.resolve(book)

    def _view_task(
        self, book: str, page: int, box: Box | None, max_side: int
    ) -> tuple[ViewTask, str]:
        book_id = self._stored(book)
        manifest = finished(self._live, book_id)
        source = view_source(manifest, page)
        if source.is_dir():
            image, sha256 = page_image(self._live.library.folder(book_id), manifest, page)
            task = ViewTask(image, sha256, 0, box, max_side)
        else:
            task = ViewTask(source, manifest.book.sha256, page - 1, box, max_side)
        return task, tool_citation(book_id, manifest.labels[page - 1], page)

    def page_text(self, book: str, number: str) -> str:
        """Return one page as a resource: the text form of `read_pages`, whole.

        Raises:
            NotFoundError: no such book or page.
        """
        if not re.fullmatch(r"\d{1,7}", number):
            raise NotFoundError(f"'{number[:20]}' is not a page number; pages count from 1")
        book_id = self._stored(book)
        manifest = finished(self._live, book_id)
        (page,) = load_pages(self._live.library, book_id, int(number), int(number))
        answer = PagesAnswer(
            book=book_id, title=manifest.book.title, page_count=manifest.book.page_count, pages=[]
        )
        (content,) = pages_result(pages_answer(answer, [page], 0, int(number), 40_000)).content
        return content.text if isinstance(content, TextContent) else ""


def _start(cursor: str | None, question: Sequence[object], snapshot: Snapshot) -> int:
    return read_cursor(cursor, question, snapshot.key) if cursor else 0


def _fill(items: Iterable[AnswerItem], start: int, total: int) -> tuple[list[AnswerItem], bool]:
    """Return the items that fit into an answer, and whether more follow."""
    taken = within(items)
    return taken, start + len(taken) < total


def _checked_box(region: Sequence[float] | None) -> Box | None:
    if region is None:
        return None
    left, top, right, bottom = region
    if left >= right or top >= bottom:
        raise QueryError(
            "region is empty; give [left, top, right, bottom] with left < right and top < bottom"
        )
    return left, top, right, bottom
