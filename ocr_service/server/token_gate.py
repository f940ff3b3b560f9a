"""Checks the bearer token of every request before anything of its body is read.

Everything is refused unless it is known to be allowed: an HTTP request with the token, an HTTP
request for an open path, the server's own start and stop events.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["TokenGate"]

_POLICY_VIOLATION = 1008  # RFC 6455; before the handshake, servers answer 403


class TokenGate:
    """ASGI middleware for any app; imports no web framework."""

    def __init__(
        self, app: ASGIApp, token: str, refusal: ASGIApp, open_paths: Collection[str] = ()
    ) -> None:
        """Put the gate in front of an app.

        Args:
            app: the app to protect.
            token: what clients send as `Authorization: Bearer TOKEN`.
            refusal: answers HTTP requests without the token; a Starlette response is one.
            open_paths: paths that need no token.

        Raises:
            ValueError: the token is empty.
        """
        if not token:
            raise ValueError("the token is empty")
        self._app = app
        self._token = token.encode()
        self._refusal = refusal
        self._open_paths = frozenset(open_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed, refuse the rest.

        Raises:
            ValueError: the kind of connection is unknown; the server closes it.
        """
        match scope["type"]:
            case "lifespan":
                await self._app(scope, receive, send)
            case "http":
                app = self._app if self._allows(scope) else self._refusal
                await app(scope, receive, send)
            case "websocket":  # neither server has any
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            case kind:
                raise ValueError(f"connections of the kind {kind!r} are not supported")

    def _allows(self, scope: Scope) -> bool:
        if scope["path"] in self._open_paths:
            return True
        headers = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(headers) != 1:
            return False
        scheme, _, token = headers[0].partition(b" ")
        # In constant time: how long it takes says nothing about how much of a guess is right.
        return hmac.compare_digest(token.strip(), self._token) and scheme.lower() == b"bearer"
