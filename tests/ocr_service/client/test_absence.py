"""Tests the client with a service that is down, starting or stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from ocr_service.client.options import ServiceOptions
from ocr_service.client.reader import ServiceReader
from ocr_service.common.errors import ServiceError
from ocr_service.protocol.engine import BatchEngine
from ocr_service.server.app import ServerSettings, create_app
from tests.conftest import ROOT
from tests.support.client_runs import FAST, SHA, assert_read, reader
from tests.support.service_fakes import NumberEngine, job, running, serve


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def test_where_nobody_listens() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServiceError, match="is it running") as caught:
        list(reader(url, connect_seconds=0.3).read(SHA, [job(1)]))
    assert str(caught.value).startswith(url)


def test_where_something_else_listens() -> None:
    async def other(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"It works!"})

    config = {"connect_seconds": 0.2}
    with pytest.raises(ServiceError, match="the answer is not valid"), other_service(other) as url:
        list(reader(url, **config).read(SHA, [job(1)]))


@contextmanager
def other_service(app: Any) -> Iterator[str]:
    async def with_lifespan(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)
            return
        for stage in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{stage}.complete"})

    with serve(with_lifespan) as url:
        yield url


def test_a_model_that_is_being_loaded_is_waited_for() -> None:
    gate = threading.Event()
    told: list[str] = []

    def load() -> BatchEngine:
        gate.wait(20)
        return NumberEngine()

    def tell(line: str) -> None:
        told.append(line)
        gate.set()

    with serve(create_app(load, ServerSettings(linger=0))) as url:
        options = ServiceOptions(url, **FAST)
        records = list(ServiceReader(options, tell=tell).read(SHA, [job(5)]))
    assert [record.status for record in records] == ["ok"]
    assert told == [f"waiting for {url}: the model is loading (HTTP 503)"]


def test_a_model_that_cannot_be_loaded_is_not_waited_for() -> None:
    def load() -> BatchEngine:
        raise ServiceError("no such model")

    with serve(create_app(load)) as url:
        while httpx.get(f"{url}/health").json()["status"] == "loading":
            time.sleep(0.01)
        with pytest.raises(ServiceError, match="is not working: no such model"):
            list(reader(url).read(SHA, [job(5)]))


def start_service(port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.service_fakes", str(port), "0.05"],
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def test_a_server_that_dies_and_comes_back() -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    processes = [start_service(port)]
    try:
        records = {}
        options: dict[str, Any] = {"connect_seconds": 20.0, "backoff_seconds": 0.1}
        for record in reader(url, **options).read(SHA, [job(n) for n in range(64)]):
            assert record.page_index not in records
            records[record.page_index] = record
            if len(records) == 20:
                processes[0].kill()
                processes[0].wait()
                assert not running(url)
                processes.append(start_service(port))
        assert_read(records, range(64))
    finally:
        for process in processes:
            process.kill()
            process.wait()
