"""Idle, half-sent and broken requests: others are served on, and the log stays short."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ocr_service.server.http_guard import Connections, RateLimit, guarded_server
from ocr_service.server.listen import listen
from tests.support.half_sent import answers, attack, served


def test_2000_half_sent_requests_leave_a_client_served(tmp_path: Path) -> None:
    with served("guarded", tmp_path) as server:
        opened = attack(server.port, 2_000)
        assert len(opened) > 1_000
        told = answers(server.port, 10)
        unauthorized = answers(server.port, 3, "/info")
        for one in opened:
            one.close()
    assert told == [200] * 10
    assert unauthorized == [401] * 3
    assert server.log.stat().st_size < 20_000
    assert "too many connections" in server.log.read_text()
    assert "Traceback" not in server.log.read_text()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server whose clients have a second for their headers."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            while (await receive()).get("more_body"):
                pass
            await PlainTextResponse("served")(scope, receive, send)

    server = guarded_server(app, header_seconds=1, keep_alive=30, graceful=5)
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join(20)


def exchange(port: int, *pieces: bytes, pause: float = 0.0) -> tuple[bytes, float]:
    """Send pieces with pauses between; return all that comes back, and after how many seconds."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    return answer, time.monotonic() - began


GET = b"GET / HTTP/1.1\r\nHost: octavo\r\n"


@pytest.mark.parametrize("piece", [b"", b"G", GET, GET + b"X: "])
def test_headers_that_do_not_come_end_the_connection(port: int, piece: bytes) -> None:
    answer, seconds = exchange(port, piece)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["error"]["code"] == "slow_headers"
    assert 0.8 < seconds < 5


def test_dripping_bytes_buy_no_time(port: int) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(GET)
        for count in range(60):
            try:
                connection.sendall(b"X-%d: y\r\n" % count)
            except OSError:
                break
            time.sleep(0.1)
    assert time.monotonic() - began < 4


def test_a_second_request_that_is_half_sent_ends_the_connection_too(port: int) -> None:
    answer, seconds = exchange(port, GET + b"\r\n", GET, pause=0.2)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"served" in answer
    assert b"HTTP/1.1 408 " in answer
    assert 0.8 < seconds < 5


def test_slow_bodies_and_idle_connections_are_no_slow_headers(port: int) -> None:
    post = b"POST / HTTP/1.1\r\nHost: octavo\r\nContent-Length: 2\r\n\r\n"
    close = GET + b"Connection: close\r\n\r\n"
    answer, _ = exchange(port, post, b"x", b"y", close, pause=0.8)
    assert answer.count(b"HTTP/1.1 200 ") == 2
    assert b"408" not in answer
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert client.get("/").text == client.get("/").text == "served"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"this is no HTTP\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        GET + b"Broken\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: o\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        b"POST / HTTP/1.1\r\nHost: o\r\nContent-Length: two\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: o\r\nX: " + b"x" * 200_000,
    ],
)
def test_what_is_no_http_gets_json(port: int, request_bytes: bytes) -> None:
    answer, _ = exchange(port, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head
    assert json.loads(body)["error"]["code"] == "http"


class FakeTransport:
    """Notes that it is aborted."""

    def __init__(self) -> None:
        self.aborted = False

    def abort(self) -> None:
        """Note it."""
        self.aborted = True


class FakeConnection:
    """A connection as far as the guard sees it."""

    def __init__(self) -> None:
        self.transport = FakeTransport()


def test_the_oldest_without_a_request_makes_room_and_those_at_work_stay() -> None:
    guard, made = Connections(most=3), [FakeConnection() for _ in range(3)]
    for one in made:
        guard.open.add(one)  # type: ignore[arg-type]
    for one in made[1:]:
        guard.idle[one] = None  # type: ignore[index]
    assert guard.make_room()
    assert [one.transport.aborted for one in made] == [False, True, False]
    guard.open.add(FakeConnection())  # type: ignore[arg-type]
    guard.idle.clear()
    assert not guard.make_room()


def test_a_logger_says_the_same_a_few_times_only(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("tests.rate")
    limit = RateLimit(most=3, seconds=0.3)
    log.addFilter(limit)
    for _ in range(50):
        log.warning("nonsense %d", 1)
    assert len(caplog.records) == 3
    time.sleep(0.35)
    log.warning("nonsense")
    assert caplog.messages[3:] == ["nonsense (47 messages before it were left out)"]
