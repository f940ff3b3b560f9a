"""Runs the OCR client against simulated containers: measures their load and its memory.

    python tests/bench/ocr_client.py [capacity] [growing] [book] [memory]

Each container is the real server around an engine that waits instead of reading. A page has a
lognormal number of tokens with mean 900; a batch of 32 takes as long as its longest page, 14 s on
average, 2.3 pages/s. The containers run in one process. A second process serves one address and
passes each request to the least busy container, as Modal does. The client is the real one. The
containers' times are scaled so that a run takes minutes; the client's are not.

capacity  N = 1, 4, 16 containers: pages a second (over the middle three fifths of the pages)
          beside N times 2.3, and the whole time beside that of containers that take full batches
          from one queue without a pause; and with the client not told how many there are
growing   1 container at first and one more every few seconds up to 16; the client is not told
book      600 pages, 16 containers, beside the time that arithmetic says
memory    a PDF of 2,000 pages, drawn by worker processes: the client's memory as it goes on
"""

from __future__ import annotations

import asyncio
import heapq
import math
import multiprocessing
import random
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import psutil
import pymupdf
import uvicorn
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.client.options import ServiceOptions
from ocr_service.client.reader import PageJob, ServiceReader
from ocr_service.protocol.engine import EngineInfo, FinishReason, PageText, Prompt
from ocr_service.server.app import ServerSettings, create_app
from ocr_service.workers.page_images import PageImage
from ocr_service.workers.pool import PagePool
from ocr_service.workers.tasks import PageTask
from tests.support.service_fakes import encoded, number_on, picture

BATCH = 32
MEAN_TOKENS = 900.0
SIGMA = 0.5  # of the logarithm: one page in a hundred has over 2,500 tokens
PAGES_A_SECOND = 2.3  # of one container, time not scaled
LINGER = 0.5
SHA = "0" * 64


@cache
def tokens(page: int) -> float:
    """Return the number of tokens of a page."""
    return random.Random(page).lognormvariate(_mu(), SIGMA)


def _mu() -> float:
    return math.log(MEAN_TOKENS) - SIGMA**2 / 2


@cache
def seconds_a_token() -> float:
    """Return the time a step takes, so that full batches come to PAGES_A_SECOND."""
    chance = random.Random(0)
    longest = statistics.fmean(
        max(chance.lognormvariate(_mu(), SIGMA) for _ in range(BATCH)) for _ in range(5_000)
    )
    return BATCH / PAGES_A_SECOND / longest


def batch_seconds(pages: Sequence[int]) -> float:
    """Return how long a batch takes, time not scaled."""
    return max(map(tokens, pages)) * seconds_a_token()


class WaitingEngine:
    """Takes the time that reading takes."""

    def __init__(self, speed: float) -> None:
        """Run `speed` times as fast as real time."""
        self._speed = speed

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return EngineInfo("waiting", "none", None, "cpu", "none", BATCH, 8192)

    def read(self, images: Sequence[Image.Image], _prompt: Prompt) -> list[PageText]:
        """Wait."""
        pages = [number_on(image) for image in images]
        time.sleep(batch_seconds(pages) / self._speed)
        return [
            # The prompt tokens tell how many pages were read together.
            PageText(f"page {page}", FinishReason.STOP, len(pages), round(tokens(page)))
            for page in pages
        ]


def run_containers(count: int, speed: float, told: bool, ready: Connection) -> None:
    """Serve n containers and send their ports."""
    settings = ServerSettings(linger=LINGER / speed, containers=count if told else None)
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    servers = [
        uvicorn.Server(
            uvicorn.Config(
                create_app(WaitingEngine(speed), settings), log_level="error", access_log=False
            )
        )
        for _ in range(count)
    ]

    async def run() -> None:
        running = [
            asyncio.create_task(server.serve(sockets=[listener]))
            for server, listener in zip(servers, listeners, strict=True)
        ]
        while not all(server.started for server in servers):
            await asyncio.sleep(0.01)
        ready.send([listener.getsockname()[1] for listener in listeners])
        await asyncio.gather(*running)

    asyncio.run(run())


class Balancer:
    """Passes each request on to the container with the least to do."""

    def __init__(self, ports: Sequence[int], interval: float) -> None:
        """Open the first container at the first request, another after every `interval` seconds."""
        self._ports = ports
        self._interval = interval
        self._began: float | None = None
        self._load = [0] * len(ports)
        self._http = httpx.AsyncClient(timeout=600, limits=httpx.Limits(max_connections=None))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if scope["method"] == "POST" and self._began is None:
            self._began = time.monotonic()
        open_ones = len(self._ports)
        if self._interval:
            waited = time.monotonic() - (self._began or time.monotonic())
            open_ones = min(open_ones, 1 + int(waited / self._interval))
        chosen = min(range(open_ones), key=self._load.__getitem__)
        self._load[chosen] += len(body)
        try:
            reply = await self._http.request(
                scope["method"],
                f"http://127.0.0.1:{self._ports[chosen]}{scope['path']}",
                content=bytes(body),
                headers=[pair for pair in scope["headers"] if pair[0] != b"host"],
            )
        finally:
            self._load[chosen] -= len(body)
        headers = [(name.lower(), value) for name, value in reply.headers.raw]
        await send({"type": "http.response.start", "status": reply.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": reply.content})


def run_balancer(ports: Sequence[int], interval: float, ready: Connection) -> None:
    """Serve the one address; send its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ready.send(listener.getsockname()[1])
        config = uvicorn.Config(Balancer(ports, interval), log_level="error", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def service(count: int, speed: float, *, told: bool = True, interval: float = 0.0) -> Iterator[str]:
    """Run containers and the address before them; give it."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    processes = [context.Process(target=run_containers, args=(count, speed, told, there))]
    processes[0].start()
    ports = here.recv()
    processes.append(context.Process(target=run_balancer, args=(ports, interval, there)))
    processes[1].start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        for process in processes:
            process.kill()
            process.join()


class Jobs:
    """Pages with pictures that are there already; notes when the last was drawn."""

    def __init__(self, count: int) -> None:
        """Draw them."""
        self._images = [PageImage(encoded(picture(page))) for page in range(count)]
        self.exhausted = 0.0

    def __iter__(self) -> Iterator[PageJob]:
        """Yield the pages."""
        for page, image in enumerate(self._images):
            yield PageJob(page, str(page + 1), partial(self._draw, image))

    def _draw(self, image: PageImage) -> Future[PageImage]:
        self.exhausted = time.monotonic()
        future: Future[PageImage] = Future()
        future.set_result(image)
        return future


@dataclass
class ClientRun:
    """One reading of a book: its start, the time of each answer, how full the batches were."""

    books: ServiceReader
    began: float = field(default_factory=time.monotonic)
    times: list[float] = field(default_factory=list)
    batches: float = 0.0

    @property
    def fullness(self) -> float:
        """Share of a batch of 32 that the batches had on average."""
        return len(self.times) / self.batches / BATCH

    @property
    def rate(self) -> float:
        """Pages a second while there is plenty to do: the slope of the middle of the run."""
        count = len(self.times)
        middle = range(count // 5, count * 4 // 5)
        return statistics.linear_regression(self.times[middle.start : middle.stop], middle).slope


def read(url: str, jobs: Any) -> ClientRun:
    """Read pages."""
    run = ClientRun(ServiceReader(ServiceOptions(url, request_seconds=600, connect_seconds=60)))
    for record in run.books.read(SHA, jobs):
        run.times.append(time.monotonic())
        run.batches += 1 / (record.prompt_tokens or 1)
    return run


def ideal_seconds(pages: int, count: int, speed: float) -> float:
    """Return the time of containers that share one queue, and take full batches without a pause."""
    free = [0.0] * count
    for first in range(0, pages, BATCH):
        batch = range(first, min(first + BATCH, pages))
        heapq.heappush(free, heapq.heappop(free) + batch_seconds(batch) / speed)
    return max(free)


def capacity() -> None:
    """Print the rate with 1, 4 and 16 containers beside what they can do."""
    plan = [(1, 32.0, 40, True), (4, 8.0, 20, True), (16, 2.0, 8, True), (16, 2.0, 16, False)]
    for count, speed, batches, told in plan:
        with service(count, speed, told=told) as url:
            jobs = Jobs(count * BATCH * batches)
            run = read(url, jobs)
        took = run.times[-1] - run.began
        can = count * PAGES_A_SECOND * speed
        ideal = ideal_seconds(len(run.times), count, speed)
        print(
            f"{count:2} containers{'' if told else ' (not told)'}, time x {speed:g}: "
            f"{run.rate:.1f} pages/s of {can:.1f} = {run.rate / can:.0%}; {len(run.times)} pages "
            f"from first to last {took:.1f} s, from one queue {ideal:.1f} s, {ideal / took:.0%}; "
            f"batches {run.fullness:.0%} full; {run.books.stats.containers} seen, "
            f"{run.books.stats.refusals} refusals",
            flush=True,
        )


def growing() -> None:
    """Print the pages read beside what the containers could have read, as they came."""
    count, speed, interval = 16, 2.0, 3.0
    with service(count, speed, told=False, interval=interval) as url:
        jobs = Jobs(count * BATCH * 8)
        run = read(url, jobs)
    seconds = jobs.exhausted - run.began
    open_seconds = sum(max(0.0, seconds - n * interval) for n in range(count))
    can = open_seconds * PAGES_A_SECOND * speed
    got = sum(when <= jobs.exhausted for when in run.times)
    print(
        f"1 to {count} containers, one more every {interval:g} s, time x {speed:g}: {got} pages "
        f"in the {seconds:.0f} s while there were more, of {can:.0f} = {got / can:.0%}; "
        f"batches {run.fullness:.0%} full; {run.books.stats.containers} seen",
        flush=True,
    )


def dealt_out(pages: int, count: int, size: int, speed: float) -> float:
    """Return how long a book takes if its requests are dealt out in turn, and none waits."""
    requests = [list(range(first, min(first + size, pages))) for first in range(0, pages, size)]
    longest = 0.0
    for container in range(count):
        own = [page for request in requests[container::count] for page in request]
        batches = [own[first : first + BATCH] for first in range(0, len(own), BATCH)]
        longest = max(longest, sum(map(batch_seconds, batches)) / speed)
    return longest


def book() -> None:
    """Print the measured time of a book next to the computed one."""
    pages, count, speed = 600, 16, 1.0
    with service(count, speed) as url:
        run = read(url, Jobs(pages))
    took = run.times[-1] - run.began
    said = dealt_out(pages, count, BATCH, speed)
    print(
        f"{pages} pages, {count} containers, time x {speed:g}: {took:.1f} s "
        f"(unscaled {took * speed:.0f} s), arithmetic says {said:.1f} s: {took / said:.2f} times; "
        f"{run.books.stats.requests} requests, {run.books.stats.containers} containers seen",
        flush=True,
    )


def make_pdf(path: Path, pages: int) -> None:
    """Write a PDF with a page of words and lines for each number."""
    chance = random.Random(1)
    words = ["lemma", "proof", "kernel", "ideal", "finite", "measure", "compact", "closed"]
    with pymupdf.open() as document:
        for _ in range(pages):
            page = document.new_page()
            text = " ".join(chance.choices(words, k=400))
            page.insert_textbox(pymupdf.Rect(60, 60, 540, 780), text, fontsize=10)
        document.save(path)


def memory() -> None:
    """Print the client's memory over a book of 2,000 pages."""
    pages, jobs = 2_000, 2
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "book.pdf"
        make_pdf(path, pages)
        with PagePool(jobs) as pool, service(4, 8.0) as url:

            def draw(index: int) -> Callable[[], Future[PageImage]]:
                task = PageTask(path, SHA, index, str(index + 1), 2.0, force_ocr=False)
                return lambda: pool.draw(task)

            made = (PageJob(index, str(index + 1), draw(index)) for index in range(pages))
            began = time.monotonic()
            options = ServiceOptions(url, request_seconds=600, connect_seconds=60)
            own = psutil.Process()
            others = set(own.children())
            for done, _ in enumerate(ServiceReader(options).read(SHA, made), start=1):
                if done in {1, 100} or done % 400 == 0:
                    drawing = set(own.children()) - others
                    sizes = sorted(child.memory_info().rss >> 20 for child in drawing)
                    print(
                        f"{done:5} pages: {own.memory_info().rss >> 20} MB, "
                        f"the processes that draw {sizes} MB",
                        flush=True,
                    )
            print(f"{pages / (time.monotonic() - began):.1f} pages/s drawn and read", flush=True)


PARTS = {"capacity": capacity, "growing": growing, "book": book, "memory": memory}


def main() -> None:
    """Run the parts that are named, or all."""
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
