"""Runs an app with uvicorn so that idle and half-sent connections do not make it deaf.

- Headers that are not complete 15 seconds after their first byte, or after the connection was made,
  end the connection.
- There are fewer connections than the process may have open files. When one more comes, the one
  that has waited longest without a whole request is closed, whoever made it: no token counts here.
- Messages about connections are logged a few times a minute.
- A request that is no HTTP gets JSON.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["HEADER_SECONDS", "Connections", "RateLimit", "guarded_server"]

HEADER_SECONDS = 15.0
_MOST_CONNECTIONS = 512
_OWN_FILES = 64  # libraries, models, the index, requests to others
_MOST_WAITING = 128  # connections that the system accepts before they are looked at
_MESSAGES = 10
_PERIOD = 60.0  # seconds
_GRACE = 0.5  # seconds in which bytes that have arrived are read
_LINGER = 1.0  # seconds that a refused connection stays open, for its answer to be read

logger = logging.getLogger("uvicorn.error")


class Connections:
    """The connections of a server; those without a request in progress, the oldest first."""

    def __init__(self, most: int, header_seconds: float = HEADER_SECONDS) -> None:
        self.most = most
        self.header_seconds = header_seconds
        self.open: set[GuardedHttp] = set()
        self.idle: dict[GuardedHttp, None] = {}

    def make_room(self) -> bool:
        """Close idle connections until there is room for another; tell whether there is."""
        while len(self.open) >= self.most and self.idle:
            oldest = next(iter(self.idle))
            logger.warning("too many connections: those without a request are closed")
            self.leave(oldest)
            oldest.transport.abort()
        return len(self.open) < self.most

    def leave(self, connection: GuardedHttp) -> None:
        """Forget a connection."""
        self.open.discard(connection)
        self.idle.pop(connection, None)


class GuardedHttp(H11Protocol):
    """uvicorn's protocol with a limit on connections and on the time of headers."""

    def __init__(self, guard: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._guard = guard
        self._header_timer: asyncio.TimerHandle | None = None
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take in a connection, in the place of an idle one if there are too many."""
        room = self._guard.make_room()
        super().connection_made(transport)
        self._guard.open.add(self)
        if not room:  # all others are at work
            self._refuse(_answer(503, "full", "too many requests at a time; try again"))
            return
        self._wait_for_headers()

    def data_received(self, data: bytes) -> None:
        """Take in bytes."""
        if self._refused or self.transport.is_closing():
            return
        super().data_received(data)
        if self._refused:
            return
        if self.conn.their_state is h11.IDLE:
            self._wait_for_headers()
        else:
            self._guard.idle.pop(self, None)
            self._stop_timer()

    def on_response_complete(self) -> None:
        """Count the connection as idle again."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.conn.their_state is h11.IDLE:
            self._guard.idle[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._guard.leave(self)
        self._stop_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP in JSON, or end the connection if an answer has begun."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self._refuse(_answer(400, "http", msg))
        else:
            self.transport.close()

    def _refuse(self, answer: bytes) -> None:
        """Answer, and close a little later: closing with unread bytes would undo the answer."""
        self._refused = True
        self._guard.idle.setdefault(self)
        self.transport.write(answer)
        self.transport.write_eof()
        self.loop.call_later(_LINGER, self.transport.close)

    def _wait_for_headers(self) -> None:
        """Begin to measure the time of a request's headers, if it is not measured yet."""
        self._guard.idle.setdefault(self)
        if self._header_timer is None:
            seconds = self._guard.header_seconds
            self._header_timer = self.loop.call_later(seconds, self._nearly_too_slow)

    def _stop_timer(self) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
            self._header_timer = None

    def _nearly_too_slow(self) -> None:
        """Look at what has come meanwhile: on a busy machine it may not have been read yet."""
        self._header_timer = self.loop.call_later(_GRACE, self._too_slow)

    def _too_slow(self) -> None:
        self._header_timer = None
        if not self.transport.is_closing():
            message = f"the headers took over {self._guard.header_seconds:.0f} s"
            self._refuse(_answer(408, "slow_headers", message))


def _answer(status: int, code: str, message: str) -> bytes:
    """Return a whole HTTP response, of the form that the OCR service's failures have."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    names = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}
    head = (
        f"HTTP/1.1 {status} {names[status]}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


class RateLimit(logging.Filter):
    """Lets a few messages of a logger pass in each minute, and tells how many it left out."""

    def __init__(self, most: int = _MESSAGES, seconds: float = _PERIOD) -> None:
        super().__init__()
        self._most = most
        self._seconds = seconds
        self._began = -seconds
        self._passed = self._dropped = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a message passes."""
        now = time.monotonic()
        if now - self._began >= self._seconds:
            if self._dropped:
                record.msg = f"{record.msg} ({self._dropped} messages before it were left out)"
            self._began, self._passed, self._dropped = now, 0, 0
        self._passed += 1
        self._dropped += self._passed > self._most
        return self._passed <= self._most


def guarded_server(
    app: ASGIApp,
    *,
    keep_alive: int = 5,
    graceful: int | None = None,
    header_seconds: float = HEADER_SECONDS,
) -> uvicorn.Server:
    """Return a server that is ready to run with a listening socket.

    Args:
        app: what it serves.
        keep_alive: seconds that an idle connection stays open.
        graceful: seconds that requests may take to end when the server stops; None for no limit.
        header_seconds: seconds in which the headers of a request must arrive.
    """
    most, waiting = _limits()
    config = uvicorn.Config(
        app,
        http=partial(GuardedHttp, Connections(most, header_seconds)),  # type: ignore[arg-type]
        ws="none",
        log_level="warning",
        access_log=False,
        backlog=waiting,
        timeout_keep_alive=keep_alive,
        timeout_graceful_shutdown=graceful,
    )
    for name in ("uvicorn.error", "asyncio"):
        filters = logging.getLogger(name).filters
        if not any(isinstance(one, RateLimit) for one in filters):
            logging.getLogger(name).addFilter(RateLimit())
    return uvicorn.Server(config)


def _limits() -> tuple[int, int]:
    """Return the most connections, and how many may wait to be accepted.

    Those that wait may all become open files at once, while those closed for them still are.
    """
    if sys.platform == "win32":
        return _MOST_CONNECTIONS, _MOST_WAITING
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS, _MOST_WAITING
    waiting = max(8, min(_MOST_WAITING, soft // 8))
    return max(8, min(_MOST_CONNECTIONS, soft - _OWN_FILES - 2 * waiting)), waiting
