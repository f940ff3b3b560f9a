"""Opens the socket that a server listens on, and refuses addresses that anyone could reach."""

from __future__ import annotations

import os
import socket

from ocr_service.client.options import is_loopback
from ocr_service.common.errors import QueryError

__all__ = ["listen", "require_token"]


def require_token(host: str, token: str | None, variable: str) -> None:
    """Make sure that a server that other machines can reach has a token.

    Args:
        host: the address to listen on.
        token: what clients have to send, if anything.
        variable: the environment variable that the token can be set in, for the message.

    Raises:
        QueryError: other machines can reach the address, and there is no token.
    """
    if not token and not is_loopback(host):
        raise QueryError(
            f"--host {host} is reachable from other machines: set a token first, in {variable} or "
            "with --token-file"
        )


def listen(host: str, port: int, port_option: str = "--port") -> socket.socket:
    """Return a listening socket; the caller closes it.

    Args:
        host: a name or an address.
        port: 0 picks a free one.
        port_option: the command's option for the port, for the message.

    Raises:
        QueryError: the address is unknown, in use or not allowed.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server((str(address[0]), port), family=family)
    except OSError as error:
        raise QueryError(
            f"--host {host} {port_option} {port}: cannot listen on this address "
            f"({_reason(error)}); choose another"
        ) from None
    # Connections inherit it. asyncio does not set it for sockets made like this one, and without
    # it every answer waits 40 ms for the client to acknowledge its headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _reason(error: OSError) -> str:
    """Return the system's message, without what `create_server` adds to it."""
    if isinstance(error, socket.gaierror) or error.errno is None:
        return error.strerror or str(error)
    return os.strerror(error.errno)
