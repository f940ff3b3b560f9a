"""Listens at an address until a signal arrives."""

from __future__ import annotations

import socket
from contextlib import suppress

from ocr_service.console.options import say
from search.live.live_library import LiveLibrary
from search.reader.app import create_reader

__all__ = ["LOOPBACK", "serve_reader"]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""The names of this machine for itself."""


def serve_reader(
    live: LiveLibrary, hosts: tuple[str, ...], token: str | None, listener: socket.socket
) -> None:
    """Serve the reader until a signal arrives; `hosts` are the names that requests may use."""
    from ocr_service.server.http_guard import guarded_server

    server = guarded_server(create_reader(live, hosts, token), graceful=2)
    with live.warming(), suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    say("stopped")
