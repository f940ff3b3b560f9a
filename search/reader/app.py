"""Combines screens, images and static files into one ASGI app."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ocr_service.common.errors import OctavoError
from ocr_service.library.pages import Box
from search.live.live_library import LiveLibrary
from search.live.page_views import MAX_SIDE, MIN_SIDE
from search.reader.books import OpenBooks
from search.reader.guard import ReaderGuard
from search.reader.images import PageImages
from search.reader.screens import PAGE_SIDE, Screens

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["create_reader"]

_STATIC = Path(__file__).parent / "static"
_WEEK = 604_800  # seconds


def create_reader(live: LiveLibrary, hosts: Iterable[str], token: str | None) -> ASGIApp:
    """Return the app of the reader for a library.

    Args:
        live: the library, which need not exist yet.
        hosts: the names of this machine that requests may use.
        token: what a browser has to show once; None for everyone on this machine.
    """
    books, images = OpenBooks(live.library), PageImages()
    screens = Screens(live, books)

    async def image(request: Request) -> Response:
        """Return the image of a page or of a part of it."""
        number, asked = request.path_params["number"], request.query_params
        book = await run_in_threadpool(books.book, request.path_params["book"])
        try:
            side = min(max(int(asked.get("side", PAGE_SIDE)), MIN_SIDE), MAX_SIDE)
            box = _box(asked.get("box", ""))
        except ValueError:
            return PlainTextResponse("octavo: side and box are numbers\n", 400)
        view = await images.image(book, number, side, box)
        if box is None and side == PAGE_SIDE:
            images.draw_ahead(book, number + 1, side)
        headers = {"cache-control": f"private, max-age={_WEEK}"} if asked.get("v") else {}
        return Response(view.data, media_type=view.media_type, headers=headers)

    async def failed(_: Request, error: Exception) -> Response:
        return await run_in_threadpool(screens.problem, cast(OctavoError, error))

    async def missing(_: Request, error: Exception) -> Response:
        http = cast(HTTPException, error)
        return PlainTextResponse(f"octavo: {http.detail}\n", http.status_code)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        images.close()

    page = "/b/{book}/n/{number:int}"
    app = Starlette(
        routes=[
            Route("/", screens.shelf),
            Route("/search", screens.search),
            Route("/elsewhere", screens.elsewhere),
            Route("/doubtful", screens.doubtful),
            Route("/b/{book}", screens.book),
            Route("/b/{book}/p/{label}", screens.label),
            Route("/b/{book}/go", screens.goto),
            Route(page, screens.number),
            Route(f"{page}/image", image),
            Route(f"{page}/cite", screens.cite),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        exception_handlers={OctavoError: failed, HTTPException: missing},
        lifespan=lifespan,
    )
    return ReaderGuard(app, hosts, token)


def _box(text: str) -> Box | None:
    """Return left, top, right and bottom, as fractions, of "0.1,0.2,0.9,0.3".

    Raises:
        ValueError: the text is not a box.
    """
    if not text:
        return None
    left, top, right, bottom = (min(max(float(part), 0.0), 1.0) for part in text.split(","))
    if not (left < right and top < bottom):
        raise ValueError("the box is empty")
    return left, top, right, bottom
