"""Builds the OCR service: a FastAPI app around any batch engine. `wire.py` defines its messages.

    POST /ocr_batch   page images in, texts out
    GET  /health      200 when ready, 503 while loading
    GET  /info        model, revision, limits

It does not depend on Modal, nor on where pages come from.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ocr_service.protocol.engine import BatchEngine
from ocr_service.protocol.wire import (
    INSTANCE_HEADER,
    Failure,
    FailureDetails,
    OcrAnswer,
    ServiceInfo,
)
from ocr_service.server.refusal import RefusalError
from ocr_service.server.service import EngineFactory, ServerSettings, Service
from ocr_service.server.token_gate import TokenGate

__all__ = ["ServerSettings", "create_app"]

_CLIENT_GONE = 499  # the client disconnected; nobody receives this


def create_app(
    engine: BatchEngine | EngineFactory,
    settings: ServerSettings | None = None,
    on_failure: Callable[[BaseException], None] | None = None,
) -> FastAPI:
    """Return the service as an ASGI app.

    Args:
        engine: a loaded engine, or a function that loads one. It is called in the background, in
            the thread that later runs the engine.
        settings: limits, token, batching.
        on_failure: called if the engine cannot be loaded.
    """
    service = Service(engine, settings or ServerSettings(), on_failure)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(service.run())
        yield
        await service.stop(running)

    app = FastAPI(
        title="Octavo OCR service",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    _add_routes(app, service)
    _add_error_handlers(app)
    if service.settings.token is not None:
        app.add_middleware(
            TokenGate,
            token=service.settings.token,
            refusal=_unauthorized(),
            open_paths={"/health"},
        )
    app.add_middleware(_InstanceHeader, instance=service.instance)
    return app


def _add_routes(app: FastAPI, service: Service) -> None:
    @app.get("/health")
    async def health() -> JSONResponse:
        state = service.health()
        code = 200 if state.status == "ready" else 503
        headers = {"retry-after": "2"} if code == 503 else None
        return JSONResponse(state.model_dump(), code, headers)

    @app.get("/info")
    async def info() -> ServiceInfo:
        return service.ready()[1]

    @app.post("/ocr_batch")
    async def ocr_batch(request: Request) -> OcrAnswer:
        return await service.read(request)


def _add_error_handlers(app: FastAPI) -> None:
    """Turn every error into a `Failure`."""

    @app.exception_handler(RefusalError)
    async def refusal(_request: Request, error: RefusalError) -> JSONResponse:
        headers = {} if error.retry_after is None else {"retry-after": str(error.retry_after)}
        return _failure(error.status, error.code, error.message, error.file, headers)

    @app.exception_handler(HTTPException)
    async def http_error(_request: Request, error: HTTPException) -> JSONResponse:
        return _failure(error.status_code, "http", str(error.detail), headers=error.headers)

    @app.exception_handler(ClientDisconnect)
    async def gone(_request: Request, _error: ClientDisconnect) -> JSONResponse:
        return _failure(_CLIENT_GONE, "gone", "the client has disconnected")

    @app.exception_handler(Exception)
    async def fault(_request: Request, _error: Exception) -> JSONResponse:
        return _failure(500, "fault", "internal error; see the service's log")


def _unauthorized() -> JSONResponse:
    message = "authentication required: send the service's token as Authorization: Bearer TOKEN"
    headers = {"www-authenticate": "Bearer", "connection": "close"}
    return _failure(401, "unauthorized", message, headers=headers)


def _failure(
    status: int, code: str, message: str, file: str | None = None, headers: Any = None
) -> JSONResponse:
    failure = Failure(error=FailureDetails(code=code, message=message, file=file))
    return JSONResponse(failure.model_dump(exclude_none=True), status, headers)


class _InstanceHeader:
    """Adds the server's instance id to every response."""

    def __init__(self, app: ASGIApp, instance: str) -> None:
        self._app = app
        self._instance = instance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[INSTANCE_HEADER] = self._instance
            await send(message)

        await self._app(scope, receive, with_header if scope["type"] == "http" else send)
