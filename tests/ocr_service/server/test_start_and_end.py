"""The service while its model loads or fails to, at a signal, and at an address it may not have."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from click.testing import CliRunner

from ocr_service.common.errors import QueryError, ServiceError
from ocr_service.protocol.engine import BatchEngine, EngineInfo
from ocr_service.server.app import create_app
from ocr_service.server.cli import serve_ocr
from tests.conftest import ROOT
from tests.support.service_fakes import (
    NumberEngine,
    number_service,
    running,
    serve,
    text_of,
)
from tests.support.service_requests import files, post, wait_for


def test_while_the_model_loads() -> None:
    gate = threading.Event()

    def load() -> BatchEngine:
        assert gate.wait(20)
        return NumberEngine()

    with serve(create_app(load)) as url:
        for response in (httpx.get(f"{url}/health"), httpx.get(f"{url}/info"), post(url, 1)):
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) > 0
        assert httpx.get(f"{url}/health").json()["status"] == "loading"
        assert post(url, 1).json()["error"]["code"] == "loading"
        gate.set()
        wait_for(lambda: httpx.get(f"{url}/health").json()["status"] == "ready")
        assert post(url, 1).json()["texts"] == [text_of(1)]


def test_a_model_that_does_not_load_is_told_of() -> None:
    told: list[BaseException] = []

    def load() -> BatchEngine:
        raise ServiceError("bars: no such model")

    with serve(create_app(load, on_failure=told.append)) as url:
        wait_for(lambda: httpx.get(f"{url}/health").json()["status"] == "failing")
        assert post(url, 1).json()["error"] == {"code": "failing", "message": "bars: no such model"}
    assert [str(error) for error in told] == ["bars: no such model"]


def test_an_engine_that_cannot_say_what_it_is_does_not_load_for_ever() -> None:
    class Nameless(NumberEngine):
        @property
        def info(self) -> EngineInfo:
            raise RuntimeError("no name")

    with serve(create_app(Nameless())) as url:
        wait_for(lambda: httpx.get(f"{url}/health").json()["status"] == "failing")
        assert post(url, 1).status_code == 503


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_accepted_is_answered_before_the_end(number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.service_fakes", str(port), "1.5"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        wait_for(lambda: running(url), 20)
        wait_for(lambda: httpx.get(f"{url}/health").status_code == 200)
        with ThreadPoolExecutor() as pool:
            # Two batches: one is being read at the signal, one waits.
            futures = [pool.submit(post, url, *range(n, n + 8)) for n in (0, 8)]
            time.sleep(1.2)
            process.send_signal(number)
            texts = [future.result().json()["texts"] for future in futures]
        assert texts == [[text_of(n) for n in range(8)], [text_of(n) for n in range(8, 16)]]
        _, said = process.communicate(timeout=10)
        assert process.returncode == (0 if number is signal.SIGINT else -signal.SIGTERM)
        assert b"Traceback" not in said
    finally:
        process.kill()
        process.wait()


def test_the_end_does_not_wait_for_what_nobody_wants() -> None:
    gate = threading.Event()
    engine = NumberEngine(gate=gate)
    with number_service(engine) as url:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}/ocr_batch", files=files(1), timeout=1.0)
        assert engine.batches == [[1]]
        began = time.monotonic()
    assert time.monotonic() - began < 5
    gate.set()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])  # noqa: S104
def test_no_public_address_without_a_token(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OCTAVO_SERVICE_TOKEN", raising=False)
    with pytest.raises(QueryError, match="set a token first") as told:
        CliRunner().invoke(serve_ocr, ["--host", host], catch_exceptions=False)
    assert told.value.exit_code == 2


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        said = rf"--port {port}: cannot listen on this address \(Address already in use\)"
        with pytest.raises(QueryError, match=said):
            CliRunner().invoke(serve_ocr, ["--port", port], catch_exceptions=False)
    with pytest.raises(QueryError, match=r"--host nowhere\.invalid --port 8765: cannot listen"):
        CliRunner().invoke(
            serve_ocr,
            ["--host", "nowhere.invalid"],
            catch_exceptions=False,
            env={"OCTAVO_SERVICE_TOKEN": "secret"},
        )
