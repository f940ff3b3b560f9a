"""Defines the tools that show pages: as text, and as they are printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import anyio.to_thread
from mcp_types import CallToolResult, ImageContent, TextContent

from ocr_service.common.errors import NotFoundError, QueryError
from ocr_service.library.pages import Box, Page
from search.live.live_library import LiveLibrary
from search.live.page_views import PageViews, ViewTask, page_image, view_source
from search.mcp.answers import MAX_TOKENS
from search.mcp.arguments import (
    BookArgument,
    LabelArgument,
    MaxSideArgument,
    MaxTokensArgument,
    OffsetArgument,
    PageArgument,
    PageListArgument,
    RegionArgument,
    ToPageArgument,
)
from search.mcp.reading import finished, pages_answer, pages_result, stored
from search.mcp.types import PagesAnswer
from search.output.citation import tool_citation
from search.pages import find_label, find_labels
from search.pages import read_pages as load_pages
from search.question.options import MAX_PAGE
from search.question.page_list import PagesFromTo, parse_page_list

__all__ = ["PageTools"]

_PAGES_AT_ONCE = 50  # pages of one answer; the token limit is reached long before


class PageTools:
    """The tools that show pages. All but `page_image` may be called from any thread."""

    def __init__(self, live: LiveLibrary, views: PageViews) -> None:
        """Answer from `live`; render with `views`."""
        self._live = live
        self._views = views

    def read_pages(
        self,
        book: BookArgument,
        from_page: PageArgument = None,
        to_page: ToPageArgument = None,
        pages: PageListArgument = None,
        label: LabelArgument = None,
        offset: OffsetArgument = 0,
        max_tokens: MaxTokensArgument = MAX_TOKENS,
    ) -> Annotated[CallToolResult, PagesAnswer]:
        """Read pages as markdown with LaTeX: from_page to to_page, or several by pages or label.

        An answer that is full says where to continue.
        """
        book_id = stored(self._live, book)
        manifest = finished(self._live, book_id)
        count = manifest.book.page_count
        if sum(one is not None for one in (from_page, pages, label)) != 1:
            raise QueryError("give one of from_page (with to_page), pages and label")
        if label is not None:
            spans = [find_labels(self._live.library, book_id, label)]
        elif pages is not None:
            spans = parse_page_list(pages)
        else:
            first = from_page or 1
            spans = [(first, first if to_page is None else to_page)]
        spans = _within_book(spans, book_id, count)
        numbers = [one for first, last in spans for one in range(first, last + 1)]
        found = self._load(book_id, numbers[:_PAGES_AT_ONCE])
        if offset > len(found[0].markdown):
            raise QueryError(
                f"page {numbers[0]} of {book_id} has {len(found[0].markdown)} characters; "
                "leave offset out, or take it from next_offset"
            )
        answer = PagesAnswer(book=book_id, title=manifest.book.title, page_count=count, pages=[])
        return pages_result(pages_answer(answer, found, offset, spans, max_tokens))

    def _load(self, book_id: str, numbers: Sequence[int]) -> list[Page]:
        library = self._live.library
        return [page for number in numbers for page in load_pages(library, book_id, number)]

    async def page_image(
        self,
        book: BookArgument,
        page: PageArgument = None,
        label: LabelArgument = None,
        region: RegionArgument = None,
        max_side: MaxSideArgument = 1200,
    ) -> CallToolResult:
        """Show a page, or a region of it, as an image: to check the OCR, or to see a figure."""
        box = _checked_box(region)
        book_id, number = await anyio.to_thread.run_sync(self._place, book, page, label)
        task, cited = await anyio.to_thread.run_sync(
            self._view_task, book_id, number, box, max_side
        )
        view = await self._views.draw(task)
        what = f"{cited} page={number}, {'region of the page' if box else 'whole page'}"
        text = (
            f"{what}, {view.width} x {view.height} pixels. What it shows is quoted from the book."
        )
        return CallToolResult(
            content=[
                TextContent(type="text", text=text),
                ImageContent(type="image", data=view.base64, mime_type=view.media_type),
            ]
        )

    def _place(self, book: str, page: int | None, label: str | None) -> tuple[str, int]:
        book_id = stored(self._live, book)
        if (page is None) == (label is None):
            raise QueryError("give the page, or its printed label")
        return book_id, page or find_label(self._live.library, book_id, label or "")

    def _view_task(
        self, book_id: str, page: int, box: Box | None, max_side: int
    ) -> tuple[ViewTask, str]:
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
        book_id = stored(self._live, book)
        manifest = finished(self._live, book_id)
        (page,) = load_pages(self._live.library, book_id, int(number), int(number))
        answer = PagesAnswer(
            book=book_id, title=manifest.book.title, page_count=manifest.book.page_count, pages=[]
        )
        (content,) = pages_result(
            pages_answer(answer, [page], 0, [(int(number), int(number))], 40_000)
        ).content
        return content.text if isinstance(content, TextContent) else ""


def _checked_box(region: Sequence[float] | None) -> Box | None:
    if region is None:
        return None
    left, top, right, bottom = region
    if left >= right or top >= bottom:
        raise QueryError(
            "region is empty; give [left, top, right, bottom] with left < right and top < bottom"
        )
    return left, top, right, bottom


def _within_book(spans: Sequence[PagesFromTo], book_id: str, count: int) -> list[PagesFromTo]:
    """Return ranges of pages, those without an end up to the last page.

    Raises:
        NotFoundError: the book has no such page.
    """
    whole = [(first, count if last == MAX_PAGE else last) for first, last in spans]
    if not all(1 <= first <= last <= count for first, last in whole):
        raise NotFoundError(
            f"{book_id} has pages 1 to {count}; ask for some of them, from_page first"
        )
    return whole
