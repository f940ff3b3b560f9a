"""The client of an OCR service: a real server, which misbehaves in all the ways servers do."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pymupdf
import pytest

from ocr_service.client import Answer, ServiceClient, _retry_after
from ocr_service.engines.protocol import BatchEngine, FinishReason, PageText, Prompt
from ocr_service.errors import ExitCode, InputError, QueryError, ServiceError
from ocr_service.in_flight import InFlight
from ocr_service.page_images import PageImage, draw_page, packed
from ocr_service.pages import PageRecord, PageStatus
from ocr_service.pool import PagePool
from ocr_service.progress import LineProgress, brief_rate, duration
from ocr_service.server import ServerSettings, create_app
from ocr_service.service_options import Credentials, ServiceOptions, read_credentials
from ocr_service.service_reader import PageJob, ServiceReader
from ocr_service.service_records import read_record
from ocr_service.service_stats import (
    GPU_PRICE,
    ServiceStats,
    estimate,
    gpu_price,
    page_ranges,
    troubled_pages,
)
from ocr_service.upload_turns import UploadTurns
from ocr_service.workers import PageTask
from tests.conftest import ROOT
from tests.service_fakes import (
    Fault,
    NumberEngine,
    Spoiled,
    bars,
    cut,
    elsewhere,
    encoded,
    half_an_answer,
    hang,
    job,
    nonsense,
    number_service,
    one_text_less,
    other_order,
    picture,
    running,
    serve,
    status,
)

SHA = "0" * 64
FAST: dict[str, Any] = {"backoff_seconds": 0.01, "patience_seconds": 30.0, "request_seconds": 10.0}


def reader(url: str, **options: Any) -> ServiceReader:
    return ServiceReader(ServiceOptions(url, **{**FAST, **options}))


def read(url: str, numbers: Any, **options: Any) -> dict[int, PageRecord]:
    """Read pages 0, 1, 2, ... with these numbers on them; each has to come once."""
    jobs = [job(number, index) for index, number in enumerate(numbers)]
    records = list(reader(url, **options).read(SHA, jobs))
    assert sorted(record.page_index for record in records) == list(range(len(jobs)))
    return {record.page_index: record for record in records}


def text(number: int) -> str:
    return f"The number of this page is {number}."


def failed(records: dict[int, PageRecord]) -> dict[int, str | None]:
    return {i: record.error for i, record in records.items() if record.status is PageStatus.FAILED}


def assert_read(records: dict[int, PageRecord], numbers: Any) -> None:
    for index, number in enumerate(numbers):
        assert records[index].status is PageStatus.OK
        assert [region.text for region in records[index].regions] == [text(number)]


def test_a_record_holds_all_that_was_paid_for() -> None:
    with number_service(NumberEngine()) as url:
        record = read(url, [300])[0]
    assert record == PageRecord(
        source_sha256=SHA,
        page_index=0,
        page_label="1",
        status=PageStatus.OK,
        engine="numbers",
        raw=f"<|ref|>text<|/ref|><|det|>[[99, 99, 900, 300]]<|/det|>\n{text(300)}",
        regions=record.regions,
        seconds=0.5,
        attempts=1,
        prompt_tokens=100,
        output_tokens=10,
        finish_reason="stop",
    )
    assert [region.label for region in record.regions] == ["text"]


FAULTS: dict[str, Fault] = {
    "500": status(500),
    "502": status(502, b"<html>bad gateway</html>"),
    "408": status(408),
    "429": status(429, retry_after="0"),
    "503": status(503, retry_after="0"),
    "303": elsewhere(),
    "303, 303, 303": elsewhere(3),
    "cut": cut,
    "half an answer": half_an_answer,
    "one text less": one_text_less,
    "other order": other_order,
    "nonsense": nonsense,
    "413": status(413),
    "303 to nowhere": status(303, location="http://127.0.0.1:9/elsewhere"),
    "303 without a place": status(303),
    "303 to no address": status(303, location="http://[::/"),
    "204": status(204),
}


@pytest.fixture(scope="module")
def spoiled() -> Iterator[tuple[str, Spoiled]]:
    """A service whose faults can be set."""
    app = Spoiled(create_app(NumberEngine(), ServerSettings(linger=0.02)), [])
    with serve(app) as url:
        yield url, app


@pytest.mark.parametrize("name", FAULTS)
def test_pages_survive_a_fault(name: str, spoiled: tuple[str, Spoiled]) -> None:
    numbers = [11, 22, 33, 44, 55]
    url, app = spoiled
    app.faults = iter([FAULTS[name]])
    assert_read(read(url, numbers), numbers)
    assert next(app.faults, None) is None  # it was met


def test_a_server_that_hangs_is_not_waited_for() -> None:
    with number_service(NumberEngine(), spoil=[hang]) as url:
        assert_read(read(url, range(4), request_seconds=1.0), range(4))


@pytest.mark.parametrize("seed", range(6))
def test_texts_belong_to_their_pages_whatever_happens(seed: int) -> None:
    """However requests are cut, repeated, divided and merged with others."""
    chance = random.Random(seed)
    numbers = [chance.randrange(1, 65_536) for _ in range(60)]
    plan = [chance.choice([None, *FAULTS.values()]) for _ in range(25)]
    engine = NumberEngine(max_batch=chance.choice([3, 8, 32]), seconds=0.002)
    with number_service(engine, ServerSettings(linger=0.005), spoil=plan) as url:
        other = threading.Thread(target=read, args=(url, numbers[::-1]))
        other.start()
        records = read(url, numbers)
        other.join()
    unlucky = failed(records)
    assert len(unlucky) <= 5
    for index, number in enumerate(numbers):
        if index not in unlucky:
            assert records[index].raw.endswith(text(number))


def test_a_deadly_page_fails_alone() -> None:
    with number_service(NumberEngine(deadly=frozenset({13}))) as url:
        records = read(url, range(40))
    assert list(failed(records)) == [13]
    assert "RuntimeError in the engine" in str(records[13].error)


def test_an_unreadable_page_fails_alone_and_is_not_asked_for_again() -> None:
    engine = NumberEngine(unreadable=frozenset({7}))
    with number_service(engine) as url:
        records = read(url, range(10))
    assert failed(records) == {7: "cannot read 7"}
    assert sum(7 in batch for batch in engine.batches) == 1


def test_a_page_that_is_refused_is_named_and_the_others_go_on() -> None:
    with number_service(NumberEngine(), ServerSettings(linger=0.01, pixels=20_000)) as url:
        large = packed(picture(9, (400, 200)))
        done: Future[PageImage] = Future()
        done.set_result(large)
        jobs = [job(n) for n in range(8)] + [PageJob(8, "viii", lambda: done)]
        records = {record.page_index: record for record in reader(url).read(SHA, jobs)}
    assert list(failed(records)) == [8]
    assert records[8].error == "page_0009.png: 400 x 200 pixels; at most 20000 in all (HTTP 413)"
    assert records[8].page_label == "viii"


def test_a_batch_that_is_too_large_is_divided() -> None:
    settings = ServerSettings(linger=0.01, memory_bytes=100_000)  # room for two pages
    with number_service(NumberEngine(max_batch=32), settings) as url:
        assert_read(read(url, range(16), most_pages=8), range(16))


def test_requests_hold_what_the_server_takes() -> None:
    engine = NumberEngine(max_batch=64)
    with number_service(engine, ServerSettings(linger=0, files=3)) as url:
        assert_read(read(url, range(20)), range(20))


def test_retry_after_is_heeded() -> None:
    app = Spoiled(create_app(NumberEngine()), [status(503, retry_after="1")])
    with serve(app) as url:
        began = time.monotonic()
        assert_read(read(url, [1]), [1])
        assert 1.0 <= time.monotonic() - began < 20.0
    assert app.requests == 2


def test_both_forms_of_retry_after() -> None:
    assert _retry_after("7") == 7.0
    assert _retry_after("-7") == 0.0
    assert _retry_after("1e9") == 300.0
    assert _retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=20))) == (
        pytest.approx(20, abs=2)
    )
    assert _retry_after(format_datetime(datetime.now(UTC) - timedelta(days=1))) == 0.0
    for odd in (None, "soon", "nan", ""):
        assert _retry_after(odd) is None


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (status(401), "it wants a token"),
        (status(403), "it wants a token"),
        (status(404), "no OCR service at this address"),
        (status(308, location="https://new.example/"), "moved to https://new.example/"),
    ],
)
def test_what_no_other_try_would_change_stops_at_once(fault: Fault, said: str) -> None:
    app = Spoiled(create_app(NumberEngine(max_batch=2), ServerSettings(linger=0)), [None, fault])
    with serve(app) as url, pytest.raises(ServiceError, match=said) as caught:
        list(reader(url, most_pages=1).read(SHA, [job(n) for n in range(9)]))
    assert caught.value.exit_code is ExitCode.SERVICE
    assert app.requests == 2


def test_records_that_came_before_the_end_are_handed_over() -> None:
    app = Spoiled(create_app(NumberEngine(max_batch=2)), [None, status(401)])
    records: list[PageRecord] = []
    with serve(app) as url, pytest.raises(ServiceError):
        records.extend(reader(url, most_pages=1).read(SHA, [job(n) for n in range(9)]))
    assert [record.page_index for record in records] == [0]


def always(fault: Fault) -> Iterator[Fault]:
    while True:
        yield fault


@pytest.mark.parametrize("name", ["500", "cut", "half an answer", "nonsense"])
def test_a_run_of_failures_ends_and_no_page_is_blamed(name: str) -> None:
    # Two pages a batch, so one a request: three tries, and it would have failed.
    app = Spoiled(create_app(NumberEngine(max_batch=2)), always(FAULTS[name]))
    records: list[PageRecord] = []
    with serve(app) as url, pytest.raises(ServiceError, match="nothing but failures") as caught:
        records.extend(reader(url, patience_seconds=0.3).read(SHA, [job(n) for n in range(100)]))
    assert records == []
    assert "run the same command again" in str(caught.value)


def test_an_engine_that_fails_every_page_blames_none() -> None:
    engine = NumberEngine(unreadable=frozenset(range(1000)))
    records: list[PageRecord] = []
    with number_service(engine) as url, pytest.raises(ServiceError, match="cannot read"):
        records.extend(reader(url, patience_seconds=0.0).read(SHA, map(job, range(1000))))
    assert records == []


def test_a_service_that_refuses_page_after_page_is_left() -> None:
    settings = ServerSettings(linger=0, pixels=100)
    with number_service(NumberEngine(), settings) as url, pytest.raises(ServiceError) as caught:
        list(reader(url).read(SHA, [job(n) for n in range(200)]))
    assert "refuses page after page, the last: page_" in str(caught.value)


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
    with pytest.raises(ServiceError, match="makes no sense"), other_service(other) as url:
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
    assert told == [f"waiting for {url}: the model is being loaded (HTTP 503)"]


def test_a_model_that_cannot_be_loaded_is_not_waited_for() -> None:
    def load() -> BatchEngine:
        raise ServiceError("no such model")

    with serve(create_app(load)) as url:
        while httpx.get(f"{url}/health").json()["status"] == "loading":
            time.sleep(0.01)
        with pytest.raises(ServiceError, match="it does not work: no such model"):
            list(reader(url).read(SHA, [job(5)]))


def start_service(port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.service_fakes", str(port), "0.05"],
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
    """Jobs that count how many were drawn."""

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
    """Be interrupted while the loop waits for an answer that does not come."""
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


TOKEN = "s3cret-token"  # noqa: S105


def test_the_token_is_shown_and_never_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = status(400, b'{"error": {"code": "x", "message": "I was shown s3cret-token"}}')
    settings = ServerSettings(token=TOKEN, linger=0)
    with number_service(NumberEngine(), settings, spoil=[echo]) as url:
        options = {"credentials": Credentials(TOKEN, "key-1", "half-2")}
        records = read(url, [1], **options)
        assert records[0].error == "I was shown *** (HTTP 400)"
        assert_read(read(url, [1], **options), [1])
        with pytest.raises(ServiceError, match="the token is not the right one") as caught:
            read(url, [1], credentials=Credentials("wrong-token"))
        assert "wrong-token" not in str(caught.value)
        with pytest.raises(ServiceError, match=r"it wants a token.*OCTAVO_SERVICE_TOKEN"):
            read(url, [1])
    shown = repr(ServiceOptions(url, Credentials(TOKEN, "key-1", "half-2")))
    for secret in (TOKEN, "key-1", "half-2"):
        assert secret not in caplog.text
        assert secret not in shown


def test_modal_s_proxy_token_is_sent_in_its_headers() -> None:
    seen: dict[bytes, bytes] = {}
    app = create_app(NumberEngine(), ServerSettings(linger=0))

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        seen.update(dict(scope.get("headers", [])))
        await app(scope, receive, send)

    with serve(noting) as url:
        read(url, [1], credentials=Credentials(None, "wk-1", "ws-2"))
    assert (seen[b"modal-key"], seen[b"modal-secret"]) == (b"wk-1", b"ws-2")
    assert b"authorization" not in seen


def test_where_credentials_come_from(tmp_path: Path) -> None:
    file = tmp_path / "token"
    environment = {"OCTAVO_SERVICE_TOKEN": " from-environment\n"}
    assert read_credentials(None, environment).token == "from-environment"  # noqa: S105
    assert not read_credentials(None, {})
    file.write_text("# mine\n\nfrom-file\nModal-Key: wk-1\nmodal-secret:ws-2\n")
    assert read_credentials(file, environment) == Credentials("from-file", "wk-1", "ws-2")
    bad = {
        "": "no token in it",
        "one two\n": "no spaces",
        "one\ntwo\n": "more than one",
        "Modal-Key: wk-1\n": "MODAL_PROXY_SECRET",
        "x" * 5_000: "no token file",
    }
    for content, said in bad.items():
        file.write_text(content)
        with pytest.raises(QueryError, match=said):
            read_credentials(file, {})
    with pytest.raises(QueryError, match="cannot be read"):
        read_credentials(tmp_path / "missing", {})


def test_a_token_is_not_sent_unencrypted_to_another_machine() -> None:
    token = Credentials(TOKEN)
    for url in ("http://gpu.example:8765", "http://192.168.1.7", "http://localhost.example"):
        with pytest.raises(QueryError, match="unencrypted") as caught:
            ServiceOptions(url, token)
        assert TOKEN not in str(caught.value)
        ServiceOptions(url)
    for url in ("https://gpu.example", "http://localhost:1", "http://127.0.0.2", "http://[::1]:1/"):
        assert ServiceOptions(url, token).url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["", "gpu.example", "ftp://a", "http://", "https://a?b", "https://u:p@a", "http://[1"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(QueryError):
        ServiceOptions(url)


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


def test_statistics_and_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    stats = ServiceStats(price=3.60, began=now)
    pages = [PageText("", FinishReason.STOP, 900, 1_000)] * 10
    now = 1020.0
    stats.answered(pages, "a", sent=1000.0)
    now = 1030.0
    stats.answered(pages, "b", sent=1010.0)
    now = 1100.0
    stats.answered(pages, "a", sent=1050.0)
    assert (stats.containers, stats.gpu_seconds) == (2, 120.0)
    assert stats.cost == pytest.approx(0.12)
    assert stats.line() == "0.3 pages/s, 300 tokens/s, 2 containers, $0.12"
    assert estimate(600, 8, 16, 2.5, 3.60).seconds == pytest.approx(15.0)
    assert estimate(600, 8, 16, 2.5, 3.60).dollars == pytest.approx(0.24)
    assert estimate(10, 8, 16, 2.5, None).seconds == pytest.approx(2.0)


def test_what_reading_here_saves_is_reckoned_at_the_rate_of_the_others() -> None:
    stats = ServiceStats(price=3.60, local=100)
    assert stats.summary() == (
        "no page was read by the service; 100 pages read on this machine, about $0.10 saved"
    )
    stats.retries = 3
    stats.began = time.monotonic() - 12
    assert stats.summary().startswith("no page was read by the service: 3 retries in 12 s; 100")
    page = PageText("", FinishReason.STOP)
    stats.answered([page] * 2, "a", sent=time.monotonic() - 20)  # ten seconds a page
    assert "100 pages read on this machine, about $1.00 saved" in stats.summary()
    assert "$0.02 at $3.60 an hour" in stats.summary()


def test_a_gpu_elsewhere_has_a_price_unless_told_otherwise() -> None:
    elsewhere = ServiceOptions("https://gpu.example")
    assert ServiceReader(elsewhere).stats.price == GPU_PRICE
    assert ServiceReader(elsewhere, price=0.8).stats.price == 0.8
    here = ServiceOptions("http://127.0.0.1:1")
    assert ServiceReader(here).stats.price is None
    assert [gpu_price(None, here), gpu_price(0.8, here)] == [None, 0.8]
    assert gpu_price(None, None) == GPU_PRICE  # a dry run need not say where


def test_progress_without_a_terminal() -> None:
    stream = io.StringIO()
    progress = LineProgress(stream)
    progress.start("book", 600, "pages")
    progress.note("40 tokens/s, 1 container")
    progress._began = progress._printed = time.monotonic() - 50
    progress.advance(2)
    assert stream.getvalue() == (
        "book: 2/600 pages, 0.04 pages/s, 4.2 hours left, 40 tokens/s, 1 container\n"
    )
    rates = [brief_rate(rate) for rate in (0, 12.34, 0.99999, 0.042, 0.00012, 0.00001)]
    assert rates == ["0.0", "12.3", "1", "0.042", "0.00012", "<0.0001"]
    assert [duration(seconds) for seconds in (3.3, 120, 7200)] == ["3 s", "2 minutes", "2.0 hours"]


def test_pages_with_trouble_are_listed_by_number() -> None:
    assert page_ranges([9, 3, 7, 8, 8]) == "3, 7-9"
    statuses = ["ok", "blank", "blank", "failed", "looping", "blank", "unread"]
    assert troubled_pages([PageStatus(name) for name in statuses]) == [
        "1 looping: page 5",
        "3 blank: pages 2-3, 6",
        "1 failed: page 4",
    ]


def test_a_fault_in_cleaning_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_raw: str) -> None:
        raise RecursionError

    monkeypatch.setattr("ocr_service.clean.clean", broken)
    record = read_record(SHA, job(1), PageText("paid for", FinishReason.STOP), "numbers")
    assert (record.raw, record.status) == ("paid for", PageStatus.OK)
    assert record.notes == ("not cleaned because of a fault (RecursionError)",)


def test_pages_of_a_pdf_are_drawn_in_workers_and_read(tmp_path: Path) -> None:
    path = tmp_path / "numbers.pdf"
    with pymupdf.open() as document:
        for number in (17, 0, 40_000):
            page = document.new_page()
            for box in bars(number, page.rect.width, page.rect.height):
                page.draw_rect(pymupdf.Rect(*box), fill=(0.2, 0, 0) if number == 17 else 0)
        document.save(path)
    with PagePool(1) as pool, number_service(NumberEngine()) as url:

        def draw(index: int) -> Callable[[], Future[PageImage]]:
            task = PageTask(path, SHA, index, str(index + 1), 2.0, force_ocr=False)
            return lambda: pool._workers().schedule(draw_page, args=[task], timeout=60)

        jobs = [PageJob(index, str(index + 1), draw(index)) for index in range(4)]
        records = {record.page_index: record for record in reader(url).read(SHA, jobs)}
    assert records[0].raw.endswith(text(17))
    assert records[1].status is PageStatus.BLANK
    assert records[2].raw.endswith(text(40_000))
    assert failed(records) == {3: "InputError: numbers.pdf: no page 4; it has pages 1 to 3"} or (
        "no page 4" in str(records[3].error)
    )


async def others_go_on() -> None:
    """Let the other tasks of the loop come as far as they can."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_uploads_take_turns() -> None:
    """A third request is not begun before one of two that fill the line is sent, or given up."""

    async def run() -> list[str]:
        turns, told = UploadTurns(25), list[str]()
        ends = [asyncio.Event() for _ in range(5)]

        async def upload(number: int, size: int) -> None:
            async with turns.turn(size) as sent:
                told.append(f"{number} begins")
                await ends[number].wait()
                if number == 1:
                    return  # it broke off
                await sent()
                await asyncio.sleep(60)  # for the answer

        sizes = [10, 10, 10, 99, 1]
        tasks = [asyncio.create_task(upload(*pair)) for pair in enumerate(sizes)]
        for number, end in enumerate(ends):
            await others_go_on()
            told.append(f"{number} ends")
            end.set()
        await others_go_on()
        for task in tasks:
            task.cancel()
        return told

    told = asyncio.run(run())
    assert told[:4] == ["0 begins", "1 begins", "4 begins", "0 ends"]
    assert told[4:] == ["2 begins", "1 ends", "2 ends", "3 ends", "4 ends", "3 begins"]


def test_a_turn_ends_when_all_is_sent_not_when_it_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ocr_service.client._MAX_UPLOADING", 1)
    gate = threading.Event()
    engine = NumberEngine(max_batch=1, gate=gate)
    app = Spoiled(create_app(engine, ServerSettings(containers=4, linger=0)), [])
    with serve(app) as url:
        pages = reader(url).read(SHA, [job(n) for n in range(12)])
        seen: list[int] = []

        def watch() -> None:
            end = time.monotonic() + 20
            while app.requests < 8 and time.monotonic() < end:
                time.sleep(0.01)
            time.sleep(0.05)  # for more, which should not come
            seen.append(app.requests)
            gate.set()

        threading.Thread(target=watch).start()
        assert len(list(pages)) == 12
    assert seen == [8]  # two for each container, and nobody answered yet


def test_a_request_without_a_body_waits_for_no_upload() -> None:
    async def run() -> None:
        turns = UploadTurns(25)
        async with turns.turn(99), asyncio.timeout(10), turns.turn(0):
            pass

    asyncio.run(run())


def test_time_spent_waiting_for_a_turn_is_not_the_service_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However long the uploads before a request take, it counts from its own."""
    monkeypatch.setattr("ocr_service.client._MAX_UPLOADING", 1)

    async def run(url: str) -> tuple[float, Answer]:
        client = ServiceClient(ServiceOptions(url))
        async with client, client._turns.turn(1) as uploaded:
            image = packed(picture(7))
            reading = asyncio.create_task(client.read([image], ["7.png"], Prompt.DOCUMENT))
            await others_go_on()
            began = time.monotonic()
            await uploaded()
            return began, await reading

    with number_service(NumberEngine(), spoil=[elsewhere()]) as url:
        began, answer = asyncio.run(run(url))
        after = time.monotonic()
    assert began <= answer.sent <= after
    assert answer.pages[0].text.endswith(text(7))
    stats = ServiceStats()
    stats.answered(answer.pages, answer.instance, answer.sent)
    assert stats.gpu_seconds <= time.monotonic() - began


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
    """Half as many as before are with the service when no more are left, if there are several."""

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
