"""Tests the OCR service with uvicorn, real requests and an engine that reads numbers."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from PIL import Image

from ocr_service.common.errors import QueryError, ServiceError
from ocr_service.protocol.engine import BatchEngine, EngineInfo, Prompt
from ocr_service.protocol.wire import INSTANCE_HEADER, OcrAnswer, ServiceInfo
from ocr_service.server.app import ServerSettings, create_app
from ocr_service.server.cli import serve_ocr
from ocr_service.server.memory import Lease, MemoryBudget
from ocr_service.server.multipart import read_form
from ocr_service.server.refusal import RefusalError
from tests.conftest import ROOT
from tests.support.service_fakes import (
    NumberEngine,
    encoded,
    number_service,
    picture,
    running,
    serve,
    text_of,
)

Files = list[tuple[str, tuple[str, bytes, str]]]


def files(*numbers: int) -> Files:
    return [("files", (f"{n}.png", encoded(picture(n)), "image/png")) for n in numbers]


def post(url: str, *numbers: int, **more: Any) -> httpx.Response:
    return httpx.post(f"{url}/ocr_batch", files=files(*numbers), timeout=30, **more)


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def plain() -> Iterator[str]:
    """A service with small limits."""
    limits = ServerSettings(linger=0.01, files=4, file_bytes=200_000, pixels=1_000_000)
    with number_service(NumberEngine(), limits) as url:
        yield url


def test_texts_come_back_in_the_order_of_the_files(plain: str) -> None:
    response = post(plain, 7, 3, 60_000)
    answer = OcrAnswer.model_validate(response.json())
    assert answer.texts == [text_of(7), text_of(3), text_of(60_000)]
    assert [page.file for page in answer.pages] == ["7.png", "3.png", "60000.png"]
    page = answer.pages[0]
    assert (page.finish_reason, page.prompt_tokens, page.output_tokens) == ("stop", 100, 10)
    assert (page.attempts, page.seconds, page.error) == (1, 0.5, None)
    assert response.headers[INSTANCE_HEADER] == answer.instance


def test_info_tells_model_revision_and_limits(plain: str) -> None:
    info = ServiceInfo.model_validate(httpx.get(f"{plain}/info").json())
    assert (info.engine, info.model, info.revision, info.max_batch) == ("numbers", "bars", "1", 8)
    assert (info.limits.files, info.limits.file_bytes, info.limits.pixels) == (
        4,
        200_000,
        1_000_000,
    )
    assert info.limits.formats == ["PNG", "JPEG", "WEBP"]
    assert info.containers == 1
    assert httpx.get(f"{plain}/health").json()["status"] == "ready"


def test_an_image_that_the_engine_cannot_read_fails_alone() -> None:
    with number_service(NumberEngine(unreadable=frozenset({2}))) as url:
        pages = post(url, 1, 2, 3).json()["pages"]
    assert [page["error"] for page in pages] == [None, "cannot read 2", None]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_formats_that_are_read(plain: str, kind: str) -> None:
    upload = [("files", ("page", encoded(picture(77, (320, 160)), kind)))]
    assert httpx.post(f"{plain}/ocr_batch", files=upload).json()["texts"] == [text_of(77)]


def test_transparent_and_deep_images_are_read_as_people_see_them(plain: str) -> None:
    seen = picture(99).convert("L")
    clear = Image.new("LA", seen.size, (0, 0))
    clear.putalpha(seen.point(lambda level: 255 - level))
    deep = Image.frombytes(
        "I;16", seen.size, b"".join(struct.pack("<H", level * 257) for level in seen.tobytes())
    )
    upload = [("files", ("a", encoded(clear))), ("files", ("b", encoded(deep)))]
    assert httpx.post(f"{plain}/ocr_batch", files=upload).json()["texts"] == [text_of(99)] * 2


def bomb_png(side: int) -> bytes:
    """Return a small PNG of side x side black pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * min(side, 12_000)), 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def many_scans() -> bytes:
    """Return a progressive JPEG that repeats its last scan a thousand times."""
    file = io.BytesIO()
    picture(5).save(file, "JPEG", progressive=True)
    data = file.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 1000 + data[-2:]


GIF = encoded(picture(1), "GIF")
PNG = encoded(picture(1))
REFUSED = {
    "gif": (GIF, 415, "unknown_format"),
    "text": (b"page one", 415, "unknown_format"),
    "empty": (b"", 415, "unknown_format"),
    "half": (PNG[: len(PNG) // 2], 422, "damaged"),
    "bytes": (PNG + bytes(200_000), 413, "too_large"),
    "pixels": (encoded(Image.new("L", (1001, 1000))), 413, "too_many_pixels"),
    "a row": (encoded(Image.new("L", (400_000, 1))), 413, "too_many_pixels"),
    "bomb": (bomb_png(12_000), 413, "too_many_pixels"),
    "large bomb": (bomb_png(60_000), 413, "too_many_pixels"),
    "scans": (many_scans(), 422, "damaged"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_refused_by_name(plain: str, name: str) -> None:
    data, code, word = REFUSED[name]
    began = time.monotonic()
    upload = [*files(1), ("files", ("bad\x1b[31m page.png", data, "image/png"))]
    response = httpx.post(f"{plain}/ocr_batch", files=upload)
    assert time.monotonic() - began < 10
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (code, word)
    assert error["file"] == "bad[31m page.png"
    assert error["message"].startswith("bad[31m page.png: ")


MULTIPART = {"content-type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
BODIES = {
    "json": ({"content-type": "application/json"}, b"{}", 415, "not_multipart"),
    "no boundary": ({"content-type": "multipart/form-data"}, PART, 415, "not_multipart"),
    "damaged": (MULTIPART, b"--y\r\nhello\r\n--y--\r\n", 400, "bad_multipart"),
    "cut": (MULTIPART, PART + PNG, 400, "bad_multipart"),
    "nothing": (MULTIPART, b"--x--\r\n", 422, "no_files"),
    "long field": (
        MULTIPART,
        b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + bytes(5_000) + b"\r\n--x--",
        413,
        "too_large",
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_batch_is_refused(plain: str, name: str) -> None:
    headers, body, code, word = BODIES[name]
    response = httpx.post(f"{plain}/ocr_batch", content=body, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (code, word)


HEADER = b'Content-Disposition: form-data; name="files"; filename="a.png"'
HUGE = 10_000_000  # bytes
HEADERS = {
    "a long parameter": HEADER[:-1] + b"a" * HUGE + b'"',
    "many parameters": HEADER + b"; a=b" * (HUGE // 5),
    "many separators": HEADER + b";" * HUGE,
    "many escapes": HEADER[:-1] + rb"\"" * (HUGE // 2) + b'"',
    "a long name": b"a" * HUGE + b": b",
    "many headers": b"a: b\r\n" * (HUGE // 6) + HEADER,
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_huge_part_header_is_refused_at_once(plain: str, name: str) -> None:
    """Parsing it would block the event loop for 10 s and more."""
    body = b"--x\r\n" + HEADERS[name] + b"\r\n\r\n" + PNG + b"\r\n--x--\r\n"
    began = time.monotonic()
    response = httpx.post(f"{plain}/ocr_batch", content=body, headers=MULTIPART, timeout=60)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_multipart")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("filler", [b";", b"; a=b", b"; a*0=b", rb"\""])
def test_many_headers_that_are_slow_to_parse_stay_cheap(filler: bytes) -> None:
    """Even headers within the parser's own limit block the event loop if every part has one."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"".join(
            b"--x\r\n" + HEADER + filler * (4_000 // len(filler)) + b"\r\n\r\na\r\n"
            for _ in range(64)
        )

    began = time.monotonic()
    with Lease(MemoryBudget(1_000_000)) as lease, pytest.raises(RefusalError, match="too long"):
        asyncio.run(
            read_form(chunks(), MULTIPART["content-type"], files=64, file_bytes=99, lease=lease)
        )
    assert time.monotonic() - began < 0.5


def test_a_huge_content_type_is_refused_at_once(plain: str) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x" + ";" * 60_000}
    began = time.monotonic()
    response = httpx.post(f"{plain}/ocr_batch", content=b"--x--\r\n", headers=headers, timeout=60)
    assert (response.status_code, response.json()["error"]["code"]) == (415, "not_multipart")
    assert time.monotonic() - began < 2


def test_a_file_name_as_long_as_file_systems_allow_is_taken(plain: str) -> None:
    upload = [("files", ("\N{CJK UNIFIED IDEOGRAPH-9801}" * 85, PNG))]
    assert httpx.post(f"{plain}/ocr_batch", files=upload).status_code == 200


def test_other_mistakes_are_told_as_json_too(plain: str) -> None:
    assert post(plain, 1, 2, 3, 4, 5).json()["error"]["code"] == "too_many_files"
    assert post(plain, 1, data={"prompt": "poem"}).json()["error"]["code"] == "bad_prompt"
    assert httpx.get(f"{plain}/nothing").json()["error"]["message"] == "Not Found"
    assert httpx.get(f"{plain}/ocr_batch").status_code == 405
    assert httpx.get(f"{plain}/docs").status_code == 404


def test_an_endless_upload_is_cut_off_and_forgotten(plain: str) -> None:
    def endless() -> Iterator[bytes]:
        yield PART
        for _ in range(10_000):
            yield bytes(10_000)

    response = httpx.post(f"{plain}/ocr_batch", content=endless(), headers=MULTIPART)
    assert response.json()["error"]["code"] == "too_large"


def test_what_uploads_hold_is_bounded_and_given_back() -> None:
    gate = threading.Event()
    app = create_app(
        NumberEngine(max_batch=1, gate=gate), ServerSettings(memory_bytes=170_000, linger=0)
    )
    budget = app.state.service.budget
    with serve(app) as url, ThreadPoolExecutor() as pool:
        wait_for(lambda: httpx.get(f"{url}/health").status_code == 200)
        large = [("files", ("large.png", encoded(Image.new("L", (400, 400), 255))))]
        first = pool.submit(post, url, 1)
        wait_for(lambda: budget.held > 160 * 80 * 3)
        pending = [pool.submit(post, url, n) for n in (2, 3, 4)]
        wait_for(lambda: budget.held > 4 * 160 * 80 * 3)
        refused = post(url, 5)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")
        assert refused.headers["retry-after"] == "5"
        too_large = httpx.post(f"{url}/ocr_batch", files=large)
        assert too_large.status_code == 413
        gate.set()
        assert [future.result().status_code for future in (first, *pending)] == [200] * 4
        assert budget.held == 0


def test_a_slow_upload_is_given_up() -> None:
    with number_service(NumberEngine(), ServerSettings(upload_seconds=0.2)) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=5) as connection:
            connection.sendall(
                b"POST /ocr_batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
                b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_the_token_is_asked_for_before_anything_else() -> None:
    with number_service(NumberEngine(), ServerSettings(token="s3cret")) as url:  # noqa: S106
        assert httpx.get(f"{url}/health").status_code == 200
        wrong = ("", "Bearer", "Bearer wrong", "Basic s3cret", "Bearer s3cret2", b"Bearer \xff\xfe")
        for shown in wrong:
            for response in (
                httpx.get(f"{url}/info", headers={"Authorization": shown}),
                httpx.post(f"{url}/ocr_batch", content=b"x", headers={"Authorization": shown}),
            ):
                assert response.status_code == 401
                assert response.headers["www-authenticate"] == "Bearer"
                assert "s3cret" not in response.text
        assert post(url, 1, headers={"Authorization": "Bearer s3cret"}).status_code == 200
    assert "s3cret" not in repr(ServerSettings(token="s3cret"))  # noqa: S106


def test_twenty_clients_share_full_batches() -> None:
    gate = threading.Event()
    engine = NumberEngine(max_batch=8, gate=gate)
    with number_service(engine, ServerSettings(linger=5)) as url, ThreadPoolExecutor(20) as pool:
        numbers = [(2 * client, 2 * client + 1) for client in range(20)]
        futures = [pool.submit(post, url, *pair) for pair in numbers]
        wait_for(lambda: len(engine.batches) == 1)
        gate.set()
        texts = [future.result().json()["texts"] for future in futures]
    assert texts == [[text_of(a), text_of(b)] for a, b in numbers]
    assert [len(batch) for batch in engine.batches] == [8] * 5
    assert sorted(n for batch in engine.batches for n in batch) == list(range(40))


def test_a_lonely_page_does_not_wait_for_others() -> None:
    with number_service(NumberEngine(), ServerSettings(linger=0.2)) as url:
        began = time.monotonic()
        assert post(url, 1).status_code == 200
        assert 0.2 <= time.monotonic() - began < 5


def test_prompts_are_not_mixed_in_a_batch() -> None:
    engine = NumberEngine(max_batch=4)
    with number_service(engine, ServerSettings(linger=0.3)) as url, ThreadPoolExecutor() as pool:
        prompts = [Prompt.DOCUMENT, Prompt.FREE, Prompt.FIGURE, Prompt.FREE]
        futures = [
            pool.submit(post, url, n, data={"prompt": str(prompt)})
            for n, prompt in enumerate(prompts)
        ]
        texts = [future.result().json()["texts"] for future in futures]
    assert texts == [[text_of(n, prompt)] for n, prompt in enumerate(prompts)]
    assert sorted(engine.prompts) == sorted(set(prompts))


@contextmanager
def full_queue(engine: NumberEngine) -> Iterator[tuple[str, ThreadPoolExecutor, Any]]:
    """A service whose engine holds one page, and whose queue of three is full."""
    app = create_app(engine, ServerSettings(linger=0, waiting_pages=3))
    with serve(app) as url, ThreadPoolExecutor() as pool:
        wait_for(lambda: httpx.get(f"{url}/health").status_code == 200)
        futures = [pool.submit(post, url, 1)]
        wait_for(lambda: len(engine.batches) == 1)
        futures.append(pool.submit(post, url, 2, 3, 4))
        queue, _ = app.state.service.ready()
        wait_for(lambda: queue.waiting == 3)
        yield url, pool, futures


def test_a_full_queue_says_when_to_come_back() -> None:
    gate = threading.Event()
    with full_queue(NumberEngine(max_batch=1, gate=gate)) as (url, _, futures):
        refused = post(url, 5)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "full")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        # Nobody waits for the engine but those whose pages it reads.
        began = time.monotonic()
        assert httpx.get(f"{url}/health").status_code == 200
        assert httpx.get(f"{url}/info").status_code == 200
        assert time.monotonic() - began < 5
        gate.set()
        assert futures[0].result().json()["texts"] == [text_of(1)]
        assert futures[1].result().json()["texts"] == [text_of(2), text_of(3), text_of(4)]
        assert post(url, 5).status_code == 200


def test_a_client_that_goes_away_frees_its_places() -> None:
    gate = threading.Event()
    engine = NumberEngine(max_batch=1, gate=gate)
    app = create_app(engine, ServerSettings(linger=0, waiting_pages=3))
    with serve(app) as url, ThreadPoolExecutor() as pool:
        wait_for(lambda: httpx.get(f"{url}/health").status_code == 200)
        reading = pool.submit(post, url, 1)
        wait_for(lambda: engine.batches == [[1]])
        queue, _ = app.state.service.ready()
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}/ocr_batch", files=files(2, 3, 4), timeout=0.3)
        wait_for(lambda: queue.waiting == 0)
        others = pool.submit(post, url, 5, 6, 7)
        wait_for(lambda: queue.waiting == 3)
        gate.set()
        assert reading.result().json()["texts"] == [text_of(1)]
        assert others.result().json()["texts"] == [text_of(5), text_of(6), text_of(7)]
        wait_for(lambda: app.state.service.budget.held == 0)
    assert engine.batches == [[1], [5], [6], [7]]


def test_a_page_that_breaks_the_engine_takes_only_its_batch_along() -> None:
    with number_service(NumberEngine(deadly=frozenset({13}))) as url:
        for _ in range(3):
            broken = post(url, 12, 13)
            assert (broken.status_code, broken.json()["error"]["code"]) == (500, "engine")
        assert httpx.get(f"{url}/health").json()["status"] == "failing"
        assert post(url, 12).json()["texts"] == [text_of(12)]
        assert httpx.get(f"{url}/health").json()["status"] == "ready"


def test_requests_that_shared_a_batch_with_a_deadly_page_are_read() -> None:
    engine = NumberEngine(deadly=frozenset({13}))
    with number_service(engine, ServerSettings(linger=0.5)) as url, ThreadPoolExecutor() as pool:
        futures = [pool.submit(post, url, *pair) for pair in [(1, 2), (12, 13), (3, 4)]]
        codes = [future.result().status_code for future in futures]
    assert codes == [200, 500, 200]
    assert len(engine.batches[0]) == 6


def test_an_engine_that_gives_a_wrong_number_of_texts_is_at_fault() -> None:
    class Short(NumberEngine):
        def read(self, images: Any, prompt: Prompt) -> Any:
            return super().read(images, prompt)[1:]

    with number_service(Short()) as url:
        assert post(url, 1, 2).status_code == 500


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
