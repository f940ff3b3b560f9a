"""Provides real services for tests: an engine that reads a number off the page, faulty servers.

    python -m tests.support.service_fakes PORT [SECONDS_A_BATCH]

serves that engine in a process of its own, as `octavo serve-ocr` serves a model.
"""

from __future__ import annotations

import asyncio
import io
import json
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
import uvicorn
from PIL import Image, ImageDraw

from ocr_service.client.records import PageJob
from ocr_service.protocol.engine import EngineInfo, FinishReason, PageText, Prompt
from ocr_service.server.app import ServerSettings, create_app
from ocr_service.server.cli import _serve
from ocr_service.workers.page_images import PageImage

BITS = 16  # of the number on a page: bars of equal width, from 10 % to 90 % of its width,
TOP, BOTTOM = 0.1, 0.3  # and from here to there of its height


def bars(number: int, width: float, height: float) -> list[tuple[float, float, float, float]]:
    """Return the black boxes that stand for a number on a page of this size."""
    step = 0.8 * width / BITS
    left = 0.1 * width
    return [
        (left + bit * step, TOP * height, left + (bit + 1) * step, BOTTOM * height)
        for bit in range(BITS)
        if number >> bit & 1
    ]


def picture(number: int, size: tuple[int, int] = (160, 80)) -> Image.Image:
    """Return a page with a number on it."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for x0, y0, x1, y1 in bars(number, *size):
        draw.rectangle((x0, y0, x1 - 1, y1), fill="black")
    return image


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    """Return an image as a file."""
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def number_on(image: Image.Image) -> int:
    """Read the number off a page."""
    grey = image.convert("L")
    y = round((TOP + BOTTOM) / 2 * grey.height)
    number = 0
    for bit in range(BITS):
        x = round((0.1 + 0.8 * (bit + 0.5) / BITS) * grey.width)
        level = grey.getpixel((x, y))
        number |= (isinstance(level, int | float) and level < 128) << bit
    return number


def text_of(number: int, prompt: Prompt = Prompt.DOCUMENT) -> str:
    """Return what the engine says of a page."""
    said = f"The number of this page is {number}."
    if prompt is not Prompt.DOCUMENT:
        return f"{prompt}: {said}"
    return f"<|ref|>text<|/ref|><|det|>[[99, 99, 900, 300]]<|/det|>\n{said}"


@dataclass
class NumberEngine:
    """Reads the numbers of pages; as slow, and as often out of order, as it is told to be."""

    max_batch: int = 8
    seconds: float = 0.0  # a batch
    gate: threading.Event | None = None  # each batch waits for it
    unreadable: frozenset[int] = frozenset()  # pages that give an error
    deadly: frozenset[int] = frozenset()  # pages that break the engine over their whole batch
    batches: list[list[int]] = field(default_factory=list)
    prompts: list[Prompt] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return EngineInfo("numbers", "bars", "1", "cpu", "none", self.max_batch, 64)

    def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:
        """Read numbers."""
        assert self.busy.acquire(blocking=False), "two batches at a time"
        try:
            numbers = [number_on(image) for image in images]
            self.batches.append(numbers)
            self.prompts.append(prompt)
            if self.gate is not None:
                assert self.gate.wait(30)
            time.sleep(self.seconds)
            if self.deadly & set(numbers):
                raise RuntimeError("a deadly page")
            return [self._text(number, prompt) for number in numbers]
        finally:
            self.busy.release()

    def _text(self, number: int, prompt: Prompt) -> PageText:
        if number in self.unreadable:
            return PageText("", FinishReason.ERROR, error=f"cannot read {number}")
        return PageText(text_of(number, prompt), FinishReason.STOP, 100, 10, 1, 0.5)


def job(number: int, index: int | None = None) -> PageJob:
    """Return a job whose page is already rendered."""
    future: Future[PageImage] = Future()
    future.set_result(PageImage(encoded(picture(number))))
    index = number if index is None else index
    return PageJob(index, str(index + 1), lambda: future)


def running(url: str) -> bool:
    """Return whether a server listens at the address."""
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@contextmanager
def serve(app: Any, port: int = 0) -> Iterator[str]:
    """Run an ASGI app with uvicorn on this machine; yield the URL."""
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=10,  # seconds; some of these apps never answer
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.005)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


@contextmanager
def number_service(
    engine: NumberEngine, settings: ServerSettings | None = None, spoil: Iterable[Fault] = ()
) -> Iterator[str]:
    """Serve a `NumberEngine`; yield the URL when it is ready.

    The requests to read are spoiled by one fault after another.
    """
    app = create_app(engine, settings or ServerSettings(linger=0.02))
    with serve(Spoiled(app, spoil)) as url:
        end = time.monotonic() + 10
        while httpx.get(f"{url}/health").status_code != 200:
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.005)
        yield url


Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Fault = Callable[["Spoiled", Scope, Receive, Send], Awaitable[None]]


@dataclass
class Reply:
    """A response of an app, held back."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def take(self, message: dict[str, Any]) -> None:
        """Stand in for `send`."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def give(self, send: Send) -> None:
        """Send it, with its current length."""
        headers = [pair for pair in self.headers if pair[0] != b"content-length"]
        headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class Spoiled:
    """Wraps an app and spoils some of its answers to /ocr_batch; `None` leaves one unchanged."""

    def __init__(self, app: Any, faults: Iterable[Fault | None]) -> None:
        self.app = app
        self.faults = iter(faults)
        self.requests = 0  # to read pages
        self.results: dict[str, Reply] = {}  # kept to be fetched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, correctly or not."""
        if scope["type"] == "http" and scope["path"].startswith("/result/"):
            await self._result(scope["path"], send)
            return
        fault = None
        if scope["type"] == "http" and scope["path"] == "/ocr_batch":
            self.requests += 1
            fault = next(self.faults, None)
        if fault is None:
            await self.app(scope, receive, send)
        else:
            await fault(self, scope, receive, send)

    async def _result(self, path: str, send: Send) -> None:
        name, _, redirects = path.removeprefix("/result/").partition("-")
        if int(redirects):
            await redirect_to(f"/result/{name}-{int(redirects) - 1}", send)
        else:
            await self.results[name].give(send)

    async def answer(self, scope: Scope, receive: Receive) -> Reply:
        """Read the pages and hold the answer back."""
        reply = Reply()
        await self.app(scope, receive, reply.take)
        return reply


async def drain(receive: Receive) -> None:
    """Receive a whole request."""
    while (await receive()).get("more_body"):
        pass


async def redirect_to(location: str, send: Send) -> None:
    """Answer 303."""
    await Reply(303, [(b"location", location.encode())]).give(send)


def status(code: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer with a status and a useless body."""

    async def fault(_spoiled: Spoiled, _scope: Scope, receive: Receive, send: Send) -> None:
        await drain(receive)
        pairs = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
        await Reply(code, pairs, body).give(send)

    return fault


async def hang(_spoiled: Spoiled, _scope: Scope, receive: Receive, _send: Send) -> None:
    """Accept the pages and do not answer until the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def half_an_answer(spoiled: Spoiled, scope: Scope, receive: Receive, send: Send) -> None:
    """Break the connection in the middle of the answer."""
    reply = await spoiled.answer(scope, receive)
    length = [(b"content-length", str(len(reply.body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await asyncio.sleep(0.01)
    raise ConnectionError("half is enough")


async def cut(_spoiled: Spoiled, _scope: Scope, receive: Receive, send: Send) -> None:
    """Break the connection before any answer, like a killed server."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise ConnectionError("gone")


async def one_text_less(spoiled: Spoiled, scope: Scope, receive: Receive, send: Send) -> None:
    """Leave out the first text."""
    reply = await spoiled.answer(scope, receive)
    data = json.loads(reply.body)
    reply.body = json.dumps(data | {"texts": data["texts"][1:]}).encode()
    await reply.give(send)


async def other_order(spoiled: Spoiled, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the pages in another order than they were sent in."""
    reply = await spoiled.answer(scope, receive)
    data = json.loads(reply.body)
    turned = {"texts": data["texts"][::-1], "pages": data["pages"][::-1]}
    reply.body = json.dumps(data | turned).encode()
    await reply.give(send)


async def nonsense(spoiled: Spoiled, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with a body that is not JSON."""
    reply = await spoiled.answer(scope, receive)
    reply.body = b"<html>It works!</html>"
    await reply.give(send)


def elsewhere(redirects: int = 1) -> Fault:
    """Redirect the client to its answer, a number of times, as Modal does."""

    async def fault(spoiled: Spoiled, scope: Scope, receive: Receive, send: Send) -> None:
        reply = await spoiled.answer(scope, receive)
        name = str(len(spoiled.results))
        spoiled.results[name] = reply
        await redirect_to(f"/result/{name}-{redirects - 1}", send)

    return fault


def main() -> None:
    """Serve numbers until a signal arrives."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    listener = socket.create_server(("127.0.0.1", port))
    _serve(partial(NumberEngine, seconds=seconds), None, listener)


if __name__ == "__main__":
    main()
