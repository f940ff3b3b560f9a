"""Serves the MCP server over streamable HTTP; checks token, host names and body size.

A request is checked in this order: the token, before its body is read; the Host and Origin headers
(a web page whose own name has been pointed at this machine is refused: DNS rebinding); the size of
the body; the protocol.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import JSONResponse

from ocr_service.client.options import checked_token, read_credentials
from ocr_service.common.errors import QueryError
from ocr_service.console.options import say
from ocr_service.server.listen import require_token
from ocr_service.server.token_gate import TokenGate
from search.live.live_library import LiveLibrary
from search.live.page_views import PageViews
from search.mcp.answer_workers import AnswerWorkers
from search.mcp.server import build_server

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["TOKEN", "HttpSettings", "create_app", "read_token", "serve_http"]

TOKEN = "OCTAVO_MCP_TOKEN"  # noqa: S105 - the name of a variable
_MAX_BODY = 1_000_000  # bytes of a request; questions are short
# Seconds that an idle connection stays open. Clients close theirs after 5, and so does uvicorn by
# default: a call that is sent while the server closes is lost, and the SDK's client with it.
_KEEP_ALIVE = 60
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The address to listen on, further host `names` of this machine, and the clients' token.

    Raises:
        QueryError: other machines can reach the server, and there is no token.
    """

    host: str
    names: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse a server that anyone could use."""
        require_token(self.host, self.token, TOKEN)

    @property
    def security(self) -> TransportSecuritySettings:
        """The accepted Host and Origin headers: this machine's own, and the given names."""
        own = f"[{self.host}]" if ":" in self.host else self.host
        names = dict.fromkeys([*_LOOPBACK, own, *self.names])
        hosts = [entry for name in names for entry in (name, f"{name}:*")]
        origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
        return TransportSecuritySettings(
            enable_dns_rebinding_protection=True, allowed_hosts=hosts, allowed_origins=origins
        )


def read_token(file: Path | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the token of the file, else of the environment, else None.

    Raises:
        QueryError: the file cannot be read or holds no token, or the token is not valid.
    """
    if file is not None:
        token = read_credentials(file, {}).token
        if token is None:
            raise QueryError(f"{file}: contains no token; write one on a line of its own")
        return token
    token = environment.get(TOKEN, "").strip()
    return checked_token(token, TOKEN) if token else None


def create_app(
    live: LiveLibrary, views: PageViews, workers: AnswerWorkers, settings: HttpSettings
) -> ASGIApp:
    """Return the ASGI app. It is stateless: clients that disconnect leave nothing behind."""
    app: ASGIApp = build_server(live, views, workers).streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=_MAX_BODY,
        transport_security=settings.security,
    )
    app = _PostOnly(app)
    return TokenGate(app, settings.token, _unauthorized()) if settings.token else app


class _PostOnly:
    """ASGI middleware that answers other methods than POST with 405.

    The server is stateless: it keeps no stream that a GET could open, no session to DELETE.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in ("POST", "OPTIONS"):
            refusal = _refusal(405, f"{scope['method']} is not supported; send POST", allow="POST")
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _unauthorized() -> JSONResponse:
    return _refusal(
        401,
        "authentication required: send the token as Authorization: Bearer TOKEN",
        **{"www-authenticate": "Bearer", "connection": "close"},
    )


def _refusal(status: int, message: str, **headers: str) -> JSONResponse:
    """Return an error as JSON-RPC has it, for clients that parse every body."""
    error = {"code": -32000, "message": f"octavo: {message}"}
    body = {"jsonrpc": "2.0", "id": None, "error": error}
    return JSONResponse(body, status_code=status, headers=headers)


def serve_http(live: LiveLibrary, settings: HttpSettings, listener: socket.socket) -> None:
    """Serve until a signal arrives."""
    from ocr_service.server.http_guard import guarded_server

    views, workers = PageViews(), AnswerWorkers(live)
    try:
        app = create_app(live, views, workers, settings)
        server = guarded_server(app, keep_alive=_KEEP_ALIVE, graceful=5)
        workers.start()
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    finally:
        workers.close()
        views.close()
    say("stopped")
