"""Tests the token gate and the listening socket that both servers share."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from ocr_service.common.errors import QueryError
from ocr_service.server.app import ServerSettings, create_app
from ocr_service.server.listen import listen, require_token
from ocr_service.server.token_gate import TokenGate
from tests.conftest import ROOT
from tests.support.service_fakes import NumberEngine

SECRET = "a-token-for-the-tests-only"  # noqa: S105
RIGHT = (b"authorization", f"Bearer {SECRET}".encode())
Header = tuple[bytes, bytes]


def passes(kind: str, headers: Iterable[Header] = (), path: str = "/") -> bool:
    """Return whether a connection passes the gate, which otherwise must answer itself."""
    reached: list[str] = []

    def app(name: str) -> Any:
        async def note(_scope: Any, _receive: Any, _send: Any) -> None:
            reached.append(name)

        return note

    async def send(message: dict[str, Any]) -> None:
        reached.append(message["type"])

    gate = TokenGate(app("app"), SECRET, app("refusal"), {"/health"})
    scope = {"type": kind, "path": path, "headers": list(headers)}
    asyncio.run(gate(scope, None, send))  # type: ignore[arg-type]
    assert len(reached) == 1
    return reached == ["app"]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"authorization", b"")],
        [(b"authorization", b"Bearer")],
        [(b"authorization", b"Bearer ")],
        [(b"authorization", b"Bearer wrong")],
        [(b"authorization", b"Bearer \xff\xfe")],
        [(b"authorization", f"Basic {SECRET}".encode())],
        [(b"authorization", f"Bearer {SECRET}x".encode())],
        [(b"authorization", SECRET.encode())],
        [(b"cookie", f"Bearer {SECRET}".encode())],
        [RIGHT, RIGHT],
    ],
)
def test_a_request_without_the_token_is_refused(headers: list[Header]) -> None:
    assert not passes("http", headers)
    assert passes("http", headers, "/health")


@pytest.mark.parametrize("scheme", [b"Bearer ", b"bearer ", b"BEARER  "])
def test_a_request_with_the_token_passes(scheme: bytes) -> None:
    assert passes("http", [(b"authorization", scheme + SECRET.encode())])


@pytest.mark.parametrize("path", ["/", "/health/", "/healthy", "/health/x", "/HEALTH", "//health"])
def test_only_the_open_path_itself_is_open(path: str) -> None:
    assert not passes("http", path=path)


def test_what_is_no_http_request_is_refused_with_and_without_the_token() -> None:
    assert passes("lifespan")
    for headers in ([], [RIGHT]):
        for path in ("/", "/health"):
            assert not passes("websocket", headers, path)
            with pytest.raises(ValueError, match="'webtransport' are not supported"):
                passes("webtransport", headers, path)


def test_a_gate_without_a_token_is_no_gate() -> None:
    with pytest.raises(ValueError, match="empty"):
        TokenGate(lambda *_: None, "", lambda *_: None)  # type: ignore[arg-type, return-value]


def test_the_ocr_service_refuses_websockets() -> None:
    app = create_app(NumberEngine(), ServerSettings(token=SECRET))
    sent: list[Any] = []

    async def connect() -> None:
        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "websocket", "path": "/health", "headers": [RIGHT]}
        await app(scope, receive, send)

    asyncio.run(connect())
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_public_address_needs_a_token() -> None:
    for host in ("127.0.0.1", "::1", "localhost"):
        require_token(host, None, "SOME_TOKEN")
    require_token("0.0.0.0", SECRET, "SOME_TOKEN")  # noqa: S104
    for host in ("0.0.0.0", "::", "192.0.2.7", "example.org", "localhost.example.org"):  # noqa: S104
        with pytest.raises(QueryError, match="set a token first, in SOME_TOKEN or with"):
            require_token(host, None, "SOME_TOKEN")


def test_answers_do_not_wait_for_acknowledgements() -> None:
    with listen("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        with socket.create_connection(address), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_that_cannot_be_had_is_named() -> None:
    with (
        listen("127.0.0.1", 0) as taken,
        pytest.raises(
            QueryError, match=r"^--host 127\.0\.0\.1 --http \d+: cannot listen .* in use"
        ),
    ):
        listen("127.0.0.1", taken.getsockname()[1], "--http")
    with pytest.raises(QueryError, match=r"^--host nowhere\.invalid --port 1: cannot listen"):
        listen("nowhere.invalid", 1)


def test_the_mcp_server_loads_no_web_framework_of_the_ocr_service() -> None:
    code = "import sys, search.mcp.http; print({'fastapi', 'torch', 'pymupdf'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
