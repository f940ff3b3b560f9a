"""A server that is away, slow, full, foreign or refuses is told in one line with what to do."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from indexer.qdrant import client_engine
from indexer.qdrant.address import open_engine, parse_address
from indexer.qdrant.engine import EngineError, EngineFacts, EnginePoint, Selection
from tests.conftest import call_octavo


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_engine, "_PAUSE", 0.0)


class _Server(ThreadingHTTPServer):
    answers: list[tuple[int, str, float]]  # status, what is said, seconds of silence before
    asked: list[tuple[str, bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, body))
        answers = self.server.answers
        status, said, seconds = answers.pop(0) if len(answers) > 1 else answers[0]
        time.sleep(seconds)
        told = {"status": {"error": said}, "time": 0.0}
        if status < 400:
            result = json.loads(said)
            told = result if self.path == "/" else {"status": "ok", "time": 0.0, "result": result}
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        with suppress(BrokenPipeError):  # of a client that waits no longer
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = answer  # noqa: N815 - as the base class calls them

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def server(*answers: tuple[int, str, float]) -> Iterator[tuple[str, _Server]]:
    """Yield the address of a server that gives these answers, the last of them for ever."""
    made = _Server(("127.0.0.1", 0), _Handler)
    made.answers, made.asked = list(answers), []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    try:
        yield f"qdrant://127.0.0.1:{made.server_address[1]}/shelf", made
    finally:
        made.shutdown()
        made.server_close()


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((401, "Unauthorized", 0.0), "refuses the token; give a valid one in OCTAVO_INDEX_TOKEN"),
        ((403, "forbidden", 0.0), "refuses the token"),
        ((404, "Collection `shelf` doesn't exist!", 0.0), "no collection 'shelf'"),
        ((500, "No space left on device: WAL buffer", 0.0), "disk is full"),
        ((507, "no room", 0.0), "disk is full"),
        ((422, "data did not match any variant", 0.0), "not a Qdrant of version 1.16 or newer"),
        ((503, "shard 2 is not available", 0.0), "error 503: .*shard 2 is not available"),
        ((200, '{"count": 1}', 1.5), "too slow"),
    ],
)
def test_what_a_server_refuses(answer: tuple[int, str, float], message: str) -> None:
    with server(answer) as (address, _):
        engine = open_engine(parse_address(address), timeout=1)
        with pytest.raises(EngineError, match=f"127.0.0.1:.*{message}"):
            engine.count(Selection())
        engine.close()


def test_a_cluster_tells_its_shards() -> None:
    shards = [{"shard_id": 0, "points_count": 5, "state": "Active"}]
    others = [
        {"shard_id": 0, "peer_id": 2, "state": "Dead"},
        {"shard_id": 1, "peer_id": 2, "state": "Dead"},
        {"shard_id": 2, "peer_id": 3, "state": "Active"},
    ]
    told = {
        "peer_id": 1,
        "shard_count": 3,
        "local_shards": shards,
        "remote_shards": others,
        "shard_transfers": [],
    }
    version = (200, '{"title": "qdrant", "version": "1.20.0"}', 0.0)
    with server(version, (200, json.dumps(told), 0.0)) as (address, _):
        assert open_engine(parse_address(address)).facts() == EngineFacts("Qdrant 1.20.0", 3, 2)
    alone = (400, "Distributed mode disabled", 0.0)
    with server(version, alone) as (address, _):
        assert open_engine(parse_address(address)).facts() == EngineFacts("Qdrant 1.20.0", 1, 1)


def test_a_server_that_is_away() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # taken, and not listening
        done = call_octavo(
            "search", "x", "--index", f"qdrant://127.0.0.1:{held.getsockname()[1]}/s"
        )
    assert done.returncode == 12
    assert "the index cannot be reached" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_server_of_something_else(tmp_path: Path) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        engine = open_engine(parse_address(f"qdrant://127.0.0.1:{made.server_address[1]}/shelf"))
        with pytest.raises(EngineError, match="but no Qdrant; check HOST:PORT"):
            engine.exists()
        with pytest.raises(EngineError, match="but no Qdrant; check HOST:PORT"):
            engine.count(Selection())
        made.shutdown()


def test_a_write_is_tried_again_as_it_was() -> None:
    done = (200, '{"operation_id": 1, "status": "completed"}', 0.0)
    with server((502, "gateway", 0.0), (502, "gateway", 0.0), done) as (address, made):
        engine = open_engine(parse_address(address))
        engine.upsert([EnginePoint(7, {"kind": "a"})])
        engine.close()
    bodies = [json.loads(body) for _, body in made.asked]
    assert len(bodies) == 3
    assert bodies[0] == bodies[1] == bodies[2]  # the same ids: nothing is doubled
    assert bodies[0]["points"][0]["id"] == 7


def test_what_decides_is_written_and_read_in_one_order() -> None:
    done = (200, '{"operation_id": 1, "status": "completed"}', 0.0)
    with server(done, (200, "[]", 0.0)) as (address, made):
        engine = open_engine(parse_address(address))
        engine.upsert([EnginePoint(7, {"kind": "a"})], only_new=True)
        assert engine.read([7], ("kind",)) == []
        engine.close()
    (written, _), (read, _) = made.asked
    assert "ordering=strong" in written
    assert "consistency=majority" in read


def test_commands_need_an_address() -> None:
    done = call_octavo("index", "drop", "book")
    assert (done.returncode, done.stdout) == (2, "")
    assert "give the index with --index qdrant://" in done.stderr
