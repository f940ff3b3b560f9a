"""Tests the MCP server over HTTP on loopback: tokens, host names and body sizes."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from ocr_service.common.errors import QueryError
from search.mcp.http import TOKEN, HttpSettings, read_token
from tests.conftest import call_octavo
from tests.support.half_sent import attack
from tests.support.mcp_agent import http_agent, http_server

SECRET = "a-token-for-the-tests-only"  # noqa: S105
LIST_TOOLS = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).encode()

HEADERS = {
    "Authorization": f"Bearer {SECRET}",
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
}


@pytest.fixture(scope="module")
def url(shelf_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    token = tmp_path_factory.mktemp("http") / "token"
    token.write_text(f"# for the tests\n{SECRET}\n")
    with http_server(shelf_library, "--token-file", str(token)) as (url, process):
        yield url
        with http_agent(url, SECRET) as agent:  # whatever the tests sent, it still serves
            agent.ask("list_books")
        process.terminate()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
        assert process.wait(timeout=60) in {0, -signal.SIGTERM}


def post(url: str, body: bytes = LIST_TOOLS, **headers: str) -> http.client.HTTPResponse:
    """Send a request with the right token unless `headers` say otherwise; return the answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    sent = {
        **HEADERS,
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    connection.request("POST", parts.path, body, {k: v for k, v in sent.items() if v})
    return connection.getresponse()


def test_the_tools_are_the_same(url: str) -> None:
    with http_agent(url, SECRET) as agent:
        tools = [tool.name for tool in agent.run("list_tools").tools]
        assert tools == [
            "search",
            "read_pages",
            "find_formula",
            "list_books",
            "index_of",
            "page_image",
        ]
        hits = agent.ask("search", query="conjugate prior", limit=3)["hits"]
        assert "statistics-primer" in {hit["book"] for hit in hits}
        assert "no such book" in agent.refusal("read_pages", book="zzz", from_page=1)
        image = agent.call("page_image", book="statistics", page=1, max_side=64)
        assert [part.type for part in image.content] == ["text", "image"]


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer wrong", f"Basic {SECRET}", f"Bearer {SECRET}x", "Bearer \xe9"]
)
def test_without_the_token_nothing_is_told(url: str, shown: str) -> None:
    answer = post(url, Authorization=shown)
    assert answer.status == 401
    assert answer.getheader("www-authenticate") == "Bearer"
    body = answer.read()
    assert b"search" not in body
    assert "Authorization: Bearer" in json.loads(body)["error"]["message"]


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_other_methods_than_post_are_told_so(url: str, method: str) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request(method, parts.path, headers={"Authorization": f"Bearer {SECRET}"})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("allow")) == (405, "POST")
    assert method in json.loads(answer.read())["error"]["message"]


def test_a_client_with_a_wrong_token_does_not_connect(url: str) -> None:
    with pytest.raises(ExceptionGroup), http_agent(url, "wrong") as agent:
        agent.ask("list_books")


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Origin", "https://evil.example", 403),
        ("Origin", "http://127.0.0.1.evil.example:80", 403),
        ("Origin", "null", 403),
        ("Host", "evil.example", 421),
        ("Host", "localhost.evil.example:8766", 421),
        ("Origin", "http://localhost:6274", 200),
        ("Host", "localhost:1234", 200),
        ("Content_Type", "text/plain", 400),
    ],
)
def test_other_origins_and_names_are_refused(
    url: str, header: str, value: str, status: int
) -> None:
    assert post(url, **{header: value}).status == status


def test_half_sent_requests_leave_agents_served(url: str) -> None:
    port = urlsplit(url).port or 0
    opened = attack(port, 700)
    assert post(url).status == 200
    assert post(url, Authorization="").status == 401
    for one in opened:
        one.close()


def test_what_is_no_http_gets_json(url: str) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=10) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert b'{"error": {"code": "http"' in connection.recv(10_000)


def test_a_body_of_100_mb_is_refused_before_it_is_read(url: str) -> None:
    for token, status in ((SECRET, b" 413 "), ("wrong", b" 401 ")):
        assert status in _begin_large(url, token, "Content-Length: 100000000").split(b"\r\n")[0]


def test_a_body_without_a_stated_length_is_refused_when_it_is_too_long(url: str) -> None:
    answer = _begin_large(url, SECRET, "Transfer-Encoding: chunked", chunks=100)
    assert b" 413 " in answer.split(b"\r\n")[0]


def _begin_large(url: str, token: str, length: str, chunks: int = 0) -> bytes:
    """Send the head of a large request and `chunks` chunks of 64 kB; return the answer."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{length}\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            "Accept: application/json, text/event-stream\r\n\r\n"
        )
        connection.sendall(head.encode())
        with contextlib.suppress(ConnectionError):  # refused before all of it is sent
            for _ in range(chunks):
                connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        return connection.recv(4096)


def test_a_client_that_vanishes_mid_call_leaves_nothing(url: str) -> None:
    body = json.dumps(
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "tools/call",
            "params": {"name": "search", "arguments": {"query": "vanishing", "limit": 50}},
        }
    )
    parts = urlsplit(url)
    for _ in range(20):
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
            head = (
                f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                f"Authorization: Bearer {SECRET}\r\nContent-Type: application/json\r\n"
                f"Accept: application/json, text/event-stream\r\nContent-Length: {len(body)}\r\n"
                f"MCP-Protocol-Version: 2025-06-18\r\n\r\n{body}"
            )
            connection.sendall(head.encode())
    began = time.monotonic()
    assert post(url).status == 200
    assert time.monotonic() - began < 20


def test_an_idle_connection_outlives_what_clients_keep(url: str) -> None:
    """Or a call that is sent just when the server closes would be lost."""
    kept = httpx2.Limits().keepalive_expiry
    assert kept is not None
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.auto_open = 0  # no second connection
    connection.connect()
    for wait in (kept + 1, 0):
        connection.request("POST", parts.path, LIST_TOOLS, HEADERS)
        answer = connection.getresponse()
        assert answer.status == 200
        assert b"search" in answer.read()
        time.sleep(wait)


def test_fifty_calls_at_once_from_five_clients(url: str) -> None:
    with contextlib.ExitStack() as stack:
        agents = [stack.enter_context(http_agent(url, SECRET)) for _ in range(5)]
        words = "prior mean variance test walk matrix vector bias rank basis".split()
        running = [
            agent.begin_json("search", query=word, limit=3) for word in words for agent in agents
        ]
        results = [future.result(timeout=120) for future in running]
    assert len(results) == 50
    assert all(not result.is_error for result in results)
    for first in range(0, 50, 5):
        assert len({str(result.structured_content) for result in results[first : first + 5]}) == 1
    assert results[0].structured_content


# --- settings ------------------------------------------------------------------------------------


def test_a_public_address_needs_a_token(
    shelf_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    done = call_octavo("mcp", "--library", shelf_library, "--http", "0", "--host", "0.0.0.0")  # noqa: S104
    assert done.returncode == 2
    assert f"set a token first, in {TOKEN} or with --token-file" in done.stderr


def test_a_public_server_goes_by_the_names_it_is_given() -> None:
    settings = HttpSettings("192.0.2.7", ("books.example.org",), "t")
    assert "books.example.org:*" in settings.security.allowed_hosts
    assert "192.0.2.7" in settings.security.allowed_hosts
    assert "https://books.example.org" in settings.security.allowed_origins
    assert SECRET not in repr(HttpSettings("127.0.0.1", (), SECRET))


def test_tokens_come_from_a_file_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-the-file\n")
    assert read_token(file, {TOKEN: "other"}) == "from-the-file"
    assert read_token(None, {TOKEN: " from-the-environment "}) == "from-the-environment"
    assert read_token(None, {}) is None
    assert read_token(None, {TOKEN: ""}) is None
    with pytest.raises(QueryError, match="no spaces"):
        read_token(None, {TOKEN: "two words"})
    file.write_text("")
    with pytest.raises(QueryError, match="contains no token"):
        read_token(file, {})
