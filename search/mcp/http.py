"""The MCP server over streamable HTTP: who may call, from where, and with how much.

A request passes, in this order: the token, compared in constant time, before anything of the body
is read; the names that this machine goes by (Host and Origin: a page in a browser that has had its
own name pointed at this machine is refused, as DNS rebinding); the size of the body; the protocol.
"""

from __future__ import annotations

import hmac
import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from ocr_service.client.options import is_loopback, read_credentials
from ocr_service.common.errors import QueryError
from ocr_service.console.options import say
from search.mcp.live_library import LiveLibrary
from search.mcp.page_views import PageViews
from search.mcp.server import build_server

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["TOKEN", "HttpSettings", "create_app", "listen", "read_token", "serve_http"]

TOKEN = "OCTAVO_MCP_TOKEN"  # noqa: S105 - the name of a variable
_SECRET = re.compile(r"[!-~]{1,1000}")
_MAX_BODY = 1_000_000  # bytes of one request; questions are short
_MAX_CONNECTIONS = 512
# Seconds that an idle connection stays open. Clients close theirs after 5, and so does uvicorn by
# default: a call that is sent while the server closes is lost, and the SDK's client with it.
_KEEP_ALIVE = 60
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Where the server listens, the `names` it goes by, and the token that clients show.

    Raises:
        QueryError: other machines could reach it, and there is no token.
    """

    host: str
    names: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what would be open to all."""
        if self.token is None and not is_loopback(self.host):
            raise QueryError(
                f"--host {self.host} lets other machines in: set a token first, in {TOKEN} or "
                "with --token-file"
            )

    @property
    def security(self) -> TransportSecuritySettings:
        """The Host and Origin headers that are taken: this machine's own, and the given names."""
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
        QueryError: the file cannot be read, or holds no token; or it has spaces in it.
    """
    if file is not None:
        token = read_credentials(file, {}).token
        if token is None:
            raise QueryError(f"{file}: there is no token in it; write one, on a line of its own")
        return token
    token = environment.get(TOKEN, "").strip()
    if token and not _SECRET.fullmatch(token):
        raise QueryError(f"{TOKEN}: a token has at most 1,000 characters, and no spaces; check it")
    return token or None


class _TokenGate:
    """Lets requests through that show the token; looks at nothing else of the others."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scheme, _, shown = Headers(scope=scope).get("authorization", "").partition(" ")
        fits = hmac.compare_digest(shown.strip().encode("utf-8", "replace"), self._token)
        if scheme.lower() == "bearer" and fits:
            await self._app(scope, receive, send)
            return
        answer = PlainTextResponse(
            "octavo: show the token of this server: Authorization: Bearer TOKEN\n",
            status_code=401,
            headers={"www-authenticate": "Bearer", "connection": "close"},
        )
        await answer(scope, receive, send)


def create_app(live: LiveLibrary, views: PageViews, settings: HttpSettings) -> ASGIApp:
    """Return the ASGI application. It keeps no session: who vanishes leaves nothing behind."""
    app: ASGIApp = build_server(live, views).streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=_MAX_BODY,
        transport_security=settings.security,
    )
    return _TokenGate(app, settings.token) if settings.token else app


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        UsageError: the address is not to be had.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server((str(address[0]), port), family=family)
    except OSError as error:
        raise click.UsageError(
            f"cannot listen at {host}, port {port} ({error.strerror}); choose another with --host "
            "or --http"
        ) from None
    # Connections inherit it. asyncio does not set it for sockets made like this one, and without
    # it every answer waits 40 ms for the client to acknowledge its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def serve_http(live: LiveLibrary, settings: HttpSettings, listener: socket.socket) -> None:
    """Serve until a signal comes."""
    import uvicorn

    views = PageViews()
    try:
        config = uvicorn.Config(
            create_app(live, views, settings),
            log_level="warning",
            access_log=False,
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=5,
        )
        with live.warming(), suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        views.close()
    say("stopped")
