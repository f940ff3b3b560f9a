"""Uploads that are damaged, too large or slow, or made to block: refused at once, by name."""

from __future__ import annotations

import asyncio
import io
import socket
import struct
import threading
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from PIL import Image

from ocr_service.server.app import ServerSettings, create_app
from ocr_service.server.memory import Lease, MemoryBudget
from ocr_service.server.multipart import read_form
from ocr_service.server.refusal import RefusalError
from tests.support.service_fakes import (
    NumberEngine,
    encoded,
    number_service,
    picture,
    serve,
)
from tests.support.service_requests import files, post, wait_for


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
