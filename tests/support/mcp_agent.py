"""An agent for tests of the MCP server: wraps the SDK's client in plain functions."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TextIO, cast

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.extension import ClientExtension
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, RequestParamsMeta, TextContent

from search.mcp.forms import FORM

OCTAVO = Path(sys.executable).with_name("octavo")


class Agent:
    """A connected client."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal = portal
        self.client = client

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """Call a tool; return its result as text, errors included."""
        return self.begin(tool, **arguments).result()

    def begin(
        self, tool: str, meta: dict[str, Any] | None = None, **arguments: Any
    ) -> Future[CallToolResult]:
        """Call a tool without waiting; `meta` is the call's `_meta`."""
        call = partial(self.client.call_tool, tool, arguments, meta=cast(RequestParamsMeta, meta))
        return self._portal.start_task_soon(call)

    def begin_json(self, tool: str, **arguments: Any) -> Future[CallToolResult]:
        """Call a tool without waiting, for its answer as JSON."""
        return self.begin(tool, {FORM: "json"}, **arguments)

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool and require success; return its structured answer."""
        result = self.begin_json(tool, **arguments).result()
        assert not result.is_error, text_of(result)
        answer: dict[str, Any] | None = result.structured_content
        assert answer is not None
        return answer

    def refusal(self, tool: str, **arguments: Any) -> str:
        """Call a tool and require a refusal; return its message."""
        result = self.call(tool, **arguments)
        assert result.is_error, text_of(result)
        return text_of(result)

    def run(self, method: str, *arguments: Any) -> Any:
        """Call a method of the client."""
        return self._portal.call(partial(getattr(self.client, method), *arguments))


def text_of(result: CallToolResult) -> str:
    """Return the text of a result."""
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))


@contextmanager
def _connected(client: Client) -> Iterator[Agent]:
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client):
        yield Agent(portal, client)


@contextmanager
def stdio_agent(
    library: Path, errors: TextIO, extensions: Sequence[ClientExtension] = ()
) -> Iterator[Agent]:
    """Start `octavo mcp` as agent hosts do, and connect to it; `extensions` are the client's."""
    server = StdioServerParameters(
        command=str(OCTAVO), args=["mcp", "--library", str(library)], env=dict(os.environ)
    )
    with _connected(
        Client(stdio_client(server, errlog=errors), extensions=list(extensions))
    ) as agent:
        yield agent


@contextmanager
def http_agent(url: str, token: str | None) -> Iterator[Agent]:
    """Connect to a server at `url`, showing a token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    http = httpx2.AsyncClient(headers=headers, timeout=120)
    with _connected(Client(streamable_http_client(url, http_client=http))) as agent:
        yield agent


@contextmanager
def http_server(
    library: Path, *options: str, **environment: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start `octavo mcp --http` at a free port; give its URL and process, and end it."""
    process = subprocess.Popen(
        [OCTAVO, "mcp", "--library", library, "--http", "0", *options],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://\S+/mcp", line)
        assert found, line + process.stderr.read()
        _wait_until_open(found[0])
        yield found[0], process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_until_open(url: str) -> None:
    """Wait for the first answer of any kind: the socket opens before the server is ready."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            httpx2.get(url, timeout=60)
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def raw_messages(*calls: tuple[str, dict[str, Any]]) -> str:
    """Return the lines that a client of an older protocol sends: a handshake, then tool calls."""
    lines: list[dict[str, Any]] = [
        {
            "id": 0,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"method": "notifications/initialized"},
    ]
    lines += [
        {"id": number, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        for number, (name, arguments) in enumerate(calls, 1)
    ]
    return "".join(json.dumps({"jsonrpc": "2.0", **line}) + "\n" for line in lines)
