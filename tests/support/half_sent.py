"""A server to attack with half-sent requests, and the attack.

    python -m tests.support.half_sent guarded|plain

serves the OCR service of `NumberEngine` at a free port, which it prints, with 1,024 open files at
most. "plain" is uvicorn as it comes.
"""

from __future__ import annotations

import contextlib
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import uvicorn

FILES = 1_024
HEADERS = b"POST /ocr_batch HTTP/1.1\r\nHost: octavo\r\nX-Slow: "


class Served(NamedTuple):
    """A server in a process of its own, and the file of its log."""

    port: int
    log: Path


@contextlib.contextmanager
def served(kind: str, folder: Path) -> Iterator[Served]:
    """Run a server of this kind."""
    log = folder / f"{kind}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.half_sent", kind],
            stdout=subprocess.PIPE, stderr=errors, text=True,
            cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
        try:
            assert process.stdout is not None
            yield Served(int(process.stdout.readline()), log)
        finally:
            process.terminate()
            process.wait(20)


def attack(port: int, count: int) -> list[socket.socket]:
    """Open connections that begin a request and do not end it; return those that were accepted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 200), hard))
    opened = []
    for _ in range(count):
        one = socket.socket()
        one.settimeout(0.2)
        try:
            one.connect(("127.0.0.1", port))
            one.sendall(HEADERS)
        except OSError:
            one.close()
        else:
            opened.append(one)
    return opened


def answers(port: int, times: int, path: str = "/health", seconds: float = 10.0) -> list[int | str]:
    """Return what a client is told that asks so many times, each on a new connection.

    It asks without a pause, and waits for an answer for so many seconds.
    """
    told = list[int | str]()
    alone = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=seconds, limits=alone) as client:
        for _ in range(times):
            try:
                told.append(client.get(path).status_code)
            except httpx.HTTPError as error:
                told.append(type(error).__name__)
    return told


def main() -> None:
    """Serve until a signal arrives."""
    from ocr_service.server.app import ServerSettings, create_app
    from ocr_service.server.http_guard import guarded_server
    from ocr_service.server.listen import listen
    from tests.support.service_fakes import NumberEngine

    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    app = create_app(NumberEngine(), ServerSettings(token="a-token-of-the-test"))  # noqa: S106
    with listen("127.0.0.1", 0) as listener:
        print(listener.getsockname()[1], flush=True)
        if sys.argv[1] == "plain":
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        else:
            server = guarded_server(app)
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()
