"""Tests the pages and requests in flight, and what is kept when the client is stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from ocr_service.client.concurrency import InFlight
from ocr_service.client.options import ServiceOptions
from ocr_service.client.reader import PageJob, ServiceReader
from ocr_service.common.errors import InputError
from ocr_service.library.pages import PageStatus
from ocr_service.server.app import ServerSettings, create_app
from ocr_service.workers.page_images import PageImage
from tests.support.client_runs import FAST, SHA, failed, reader
from tests.support.service_fakes import (
    NumberEngine,
    Spoiled,
    encoded,
    hang,
    job,
    number_service,
    picture,
    serve,
    status,
)


def drawn(image: PageImage | Exception, index: int) -> PageJob:
    future: Future[PageImage] = Future()
    if isinstance(image, Exception):
        future.set_exception(image)
    else:
        future.set_result(image)
    return PageJob(index, str(index + 1), lambda: future)


def test_blank_pages_and_pages_that_cannot_be_drawn_are_not_sent() -> None:
    engine = NumberEngine()
    jobs = [
        job(10, 0),
        drawn(PageImage(b""), 1),
        drawn(InputError("a.pdf: page 3 cannot be read (odd); leave it out"), 2),
        drawn(TimeoutError(), 3),
        drawn(MemoryError(), 4),
        drawn(ValueError("what?"), 5),
        job(16, 6),
    ]
    with number_service(engine) as url:
        books = reader(url)
        records = {record.page_index: record for record in books.read(SHA, jobs)}
    assert (records[1].status, records[1].engine) == (PageStatus.BLANK, "pixels")
    assert failed(records) == {
        2: "cannot be read (odd); leave it out",
        3: "takes too long to draw; repair the file, or try --retry-failed",
        4: "needs over 2 GB of memory",
        5: "ValueError: what?",
    }
    assert sorted(n for batch in engine.batches for n in batch) == [10, 16]
    assert (books.stats.blank, books.stats.pages) == (1, 2)


def test_nothing_is_asked_of_a_service_when_there_is_nothing_to_read() -> None:
    assert list(reader("http://127.0.0.1:9").read(SHA, [])) == []


class Counted:
    """Jobs that count the rendered pages."""

    def __init__(self, count: int) -> None:
        self.drawn = 0
        self._count = count

    def __iter__(self) -> Iterator[PageJob]:
        for number in range(self._count):
            made = job(number)
            yield PageJob(number, made.page_label, self._draw(made))

    def _draw(self, made: PageJob) -> Callable[[], Future[PageImage]]:
        def draw() -> Future[PageImage]:
            self.drawn += 1
            return made.draw()

        return draw


def test_nothing_is_sent_before_what_was_answered_is_taken() -> None:
    app = Spoiled(create_app(NumberEngine(max_batch=2), ServerSettings(linger=0)), [])
    jobs = Counted(60)
    most = 4
    with serve(app) as url:
        options = ServiceOptions(url, most_pages=most, **FAST)
        taken = 0
        for _ in ServiceReader(options, ahead=6).read(SHA, jobs):
            taken += 1
            if taken % 20 == 0:
                time.sleep(0.05)  # what was sent has arrived
                before = app.requests
                time.sleep(0.05)
                assert app.requests == before
            # A page a request, each of them sent after all that had been answered was taken.
            assert app.requests <= taken + most - 1
            assert jobs.drawn <= taken + most + 6
    assert taken == jobs.drawn == 60


def test_images_in_flight_are_bounded_in_bytes() -> None:
    gate = threading.Event()
    engine = NumberEngine(max_batch=32, gate=gate)
    jobs = Counted(120)
    size = len(encoded(picture(0xFFFF)))
    with number_service(engine, ServerSettings(linger=0.01)) as url:
        threading.Timer(0.5, gate.set).start()
        options = ServiceOptions(url, most_bytes=40 * size, **FAST)
        records = ServiceReader(options, ahead=4).read(SHA, jobs)
        next(records)
        # With the service; one request that waits; drawn ahead.
        assert jobs.drawn <= 1 + 40 + 32 + 4
        assert len(list(records)) == 119


def test_ctrl_c_hands_over_what_was_answered() -> None:
    app = Spoiled(create_app(NumberEngine(max_batch=32)), [None, None, hang])
    records = []
    with serve(app) as url:
        pages = reader(url, most_pages=16).read(SHA, [job(n) for n in range(40)])
        with pytest.raises(KeyboardInterrupt):  # noqa: PT012
            for record in pages:
                records.append(record)
                if len(records) == 9:
                    # In the midst of the second of two answers, and of the consumer's work.
                    os.kill(os.getpid(), signal.SIGINT)
                    time.sleep(0.05)
        assert sorted(record.page_index for record in records) == list(range(16))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            interrupt_while_waiting(url)
        assert time.monotonic() - began < 5


def interrupt_while_waiting(url: str) -> None:
    """Interrupt the loop while it waits for an answer that never arrives."""
    gate = threading.Event()
    with number_service(NumberEngine(gate=gate)) as slow:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            list(reader(slow).read(SHA, [job(1)]))
        finally:
            gate.set()
    assert url


def test_a_reader_that_is_left_ends_its_requests() -> None:
    gate = threading.Event()
    engine = NumberEngine(max_batch=2, gate=gate)
    app = create_app(engine, ServerSettings(linger=0))
    with serve(app) as url:
        pages = reader(url).read(SHA, [job(n) for n in range(30)])
        threading.Timer(0.3, gate.set).start()
        next(pages)
        gate.clear()
        pages.close()
        queue, _ = app.state.service.ready()
        end = time.monotonic() + 5
        while queue.waiting:
            assert time.monotonic() < end
            time.sleep(0.01)
        gate.set()


def test_a_service_that_says_what_it_takes_gets_that_much() -> None:
    limit = InFlight(32, 4, most_bytes=1, request_seconds=150)
    assert limit.limit == 4 * 2 * 32
    for _ in range(100):
        limit.answered(64, "a", 1.0)
    assert limit.limit == 4 * 2 * 32
    assert InFlight(32, 4, most_pages=10, most_bytes=1, request_seconds=150).limit == 10


def test_the_limit_grows_with_the_containers_and_falls_when_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    limit = InFlight(32, None, most_bytes=1, request_seconds=150)
    assert limit.limit == 64

    def answer(pages: int, times: int, seconds: float, instance: str = "a") -> int:
        """Answer requests, all within some seconds; return the limit after the last."""
        nonlocal now
        for _ in range(times):
            now += seconds / times
            limit.answered(pages, instance, 1.0)
        return limit.limit

    assert answer(16, 3, 3) == 112  # a page more for each that is answered,
    settled = answer(16, 40, 40)
    assert settled <= 256  # but no faster: no more are sent
    assert answer(16, 40, 40) == settled
    assert answer(16, 1, 1, "b") == settled + 16  # somebody new
    assert answer(16, 100, 50) > 1.5 * settled  # and faster
    before = answer(16, 100, 50)
    for _ in range(5):  # of one moment
        limit.refused()
    halved = before // 2
    assert limit.limit == halved
    assert answer(16, 3, 1) == halved  # slowly now
    assert halved < answer(16, 40, 20) < 1.6 * halved
    now += 20
    before = limit.limit
    limit.answered(1, "b", 149.0)  # waits too long
    assert limit.limit == int(0.8 * before)


def test_a_full_server_is_left_some_room() -> None:
    """Two books at once, and a queue that does not hold what one of them would send."""
    settings = ServerSettings(linger=0.01, waiting_pages=4, files=4)
    with number_service(NumberEngine(max_batch=16, seconds=0.02), settings) as url:
        books = reader(url)
        records = list(books.read(SHA, [job(n) for n in range(40)]))
    assert {record.status for record in records} == {PageStatus.OK}
    assert len(records) == 40
    assert books.stats.refusals > 0


@pytest.mark.parametrize(("most", "size"), [(8, 4), (16, 8), (32, 8), (1, 1), (3, 1)])
def test_a_limit_below_two_batches_is_shared_by_two_requests(most: int, size: int) -> None:
    engine = NumberEngine(max_batch=8)
    with number_service(engine, ServerSettings(linger=0, read_batches=2)) as url:
        books = reader(url, most_pages=most)
        assert len(list(books.read(SHA, [job(n) for n in range(16)]))) == 16
    assert books.stats.requests == 16 // size


def test_a_request_is_cut_when_the_service_has_no_room_for_two_such() -> None:
    """A full service: the pages that it refused do not come again as they were."""
    full = status(503, retry_after="0")
    app = Spoiled(create_app(NumberEngine(max_batch=8), ServerSettings(linger=0)), [full])
    with serve(app) as url:
        books = reader(url)
        assert len(list(books.read(SHA, [job(n) for n in range(8)]))) == 8
    # The limit fell from 16 to 8: two halves came after the one that was refused.
    assert (app.requests, books.stats.requests, books.stats.refusals) == (3, 2, 1)


def test_the_last_pages_wait_for_a_container_that_is_free() -> None:
    """The limit is halved for the last pages if there are several containers."""

    async def goes(instances: str, left: int) -> bool:
        limit = InFlight(32, 4, most_bytes=10_000, request_seconds=150)
        for instance in instances:
            limit.answered(1, instance, 1.0)
        await limit.acquire(100, 1, 400)
        try:
            async with asyncio.timeout(0.01):
                await limit.acquire(32, 1, left)
        except TimeoutError:
            return False
        return True

    assert asyncio.run(goes("ab", 129))
    assert not asyncio.run(goes("ab", 128))  # a read for each of four containers
    assert asyncio.run(goes("aa", 32))  # there is nobody else who could be free
