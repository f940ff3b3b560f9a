"""Renders pages of books for the browser, keeps the last ones, and draws the next one ahead."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress

from ocr_service.common.errors import OctavoError
from ocr_service.library.pages import Box
from search.live.page_views import PageView, PageViews, ViewTask, page_image, view_source
from search.reader.books import OpenBook

__all__ = ["PageImages"]

_HELD_BYTES = 96_000_000


class PageImages:
    """Images of pages; for the event loop's thread alone."""

    def __init__(self) -> None:
        """Start without workers; they start with the first image."""
        self._views = PageViews()
        self._held: OrderedDict[ViewTask, PageView] = OrderedDict()
        self._bytes = 0
        self._drawing: dict[ViewTask, asyncio.Task[PageView]] = {}

    def close(self) -> None:
        """End the workers."""
        self._views.close()

    async def image(
        self, book: OpenBook, number: int, side: int, box: Box | None = None
    ) -> PageView:
        """Return a page (1-based number), or the part of it in `box`.

        Raises:
            NotFoundError: no such page, or the book came as text.
            InputError: the file is gone or has changed, or the page cannot be rendered.
            QueryError: too many pages are being rendered.
        """
        path, sha256, index = (
            view_source(book.manifest, number),
            book.manifest.book.sha256,
            number - 1,
        )
        if path.is_dir():
            path, sha256 = page_image(book.folder, book.manifest, number)
            index = 0
        task = ViewTask(path, sha256, index, box, side)
        held = self._held.get(task)
        if held is not None:
            self._held.move_to_end(task)
            return held
        drawing = self._drawing.get(task)
        if drawing is None:
            drawing = self._drawing[task] = asyncio.ensure_future(self._draw(task))
        # A browser that goes away must not cancel what others wait for.
        return await asyncio.shield(drawing)

    def draw_ahead(self, book: OpenBook, number: int, side: int) -> None:
        """Render a page in the background, if the book has it and nothing else is waiting."""
        if number <= book.count and not self._drawing:
            task = asyncio.ensure_future(self._quietly(book, number, side))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _quietly(self, book: OpenBook, number: int, side: int) -> None:
        with suppress(OctavoError):
            await self.image(book, number, side)

    async def _draw(self, task: ViewTask) -> PageView:
        try:
            view = await self._views.draw(task)
        finally:
            self._drawing.pop(task, None)
        self._held[task] = view
        self._bytes += len(view.data)
        while self._bytes > _HELD_BYTES:
            self._bytes -= len(self._held.popitem(last=False)[1].data)
        return view
