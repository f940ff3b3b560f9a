"""Lets in whom the reader is for, and forbids pages to load or run anything foreign.

A request must name this machine in its Host header, or a web page whose name has been pointed here
could read the library (DNS rebinding). With a token, a browser shows it once as `?token=` and keeps
it in a cookie that other sites' requests do not carry.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "ReaderGuard"]

COOKIE = "octavo-reader"
_READ_ONLY = {"GET", "HEAD"}

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""The headers of every answer: a page loads from this server alone, and runs no inline script."""


class ReaderGuard:
    """ASGI middleware around the reader's app."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], token: str | None) -> None:
        """Let in requests to these host names, and with a token only those that know it."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or pass on to the app."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            raise ValueError(f"connections of the kind {scope['type']!r} are not supported")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = self._refusal(Request(scope))
        await (answer or self._app)(scope, receive, send_guarded)

    def _refusal(self, request: Request) -> Response | None:
        if _name(request.headers.get("host", "")) not in self._hosts:
            return PlainTextResponse(
                "octavo: this host name is not one of the reader's; use the address that "
                "'octavo read' printed, or start it with --allow-host NAME\n", 421,
            )  # fmt: skip
        if request.method not in _READ_ONLY:
            return PlainTextResponse("octavo: the reader only answers GET\n", 405)
        return self._without_token(request) if self._token else None

    def _without_token(self, request: Request) -> Response | None:
        """Return the answer to a request that has not shown the token before; else None."""
        shown = request.query_params.get("token")
        if shown is not None and self._fits(shown):
            others = [(name, value) for name, value in parse_qsl(request.url.query)
                      if name != "token"]  # fmt: skip
            query = f"?{urlencode(others)}" if others else ""
            answer = RedirectResponse(f"{request.url.path}{query}", 303)
            answer.set_cookie(COOKIE, shown, httponly=True, samesite="strict")
            return answer
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._fits(bearer.strip()):
            return None
        if self._fits(request.cookies.get(COOKIE, "")):
            return None
        return PlainTextResponse(
            "octavo: authentication required: open the address with ?token=TOKEN once\n", 401
        )

    def _fits(self, guess: str) -> bool:
        # In constant time: how long it takes says nothing about how much of a guess is right.
        return hmac.compare_digest(guess.encode(), (self._token or "").encode())


def _name(host: str) -> str:
    """Return a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()
