"""Tests the client against a real server with all kinds of faults."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pymupdf
import pytest

from ocr_service.client.reader import PageJob
from ocr_service.client.records import read_record
from ocr_service.client.replies import retry_after_seconds
from ocr_service.common.errors import ExitCode, ServiceError
from ocr_service.library.pages import PageRecord, PageStatus
from ocr_service.protocol.engine import FinishReason, PageText
from ocr_service.server.app import ServerSettings, create_app
from ocr_service.workers.page_images import PageImage, packed
from ocr_service.workers.pool import PagePool
from ocr_service.workers.tasks import PageTask
from tests.support.client_runs import SHA, assert_read, failed, read, reader, text
from tests.support.service_fakes import (
    Fault,
    NumberEngine,
    Spoiled,
    bars,
    cut,
    elsewhere,
    half_an_answer,
    hang,
    job,
    nonsense,
    number_service,
    one_text_less,
    other_order,
    picture,
    serve,
    status,
)


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
    assert records[8].error == "page_0009.png: 400 x 200 pixels; at most 20000 in total (HTTP 413)"
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


def test_both_forms_ofretry_after_seconds() -> None:
    assert retry_after_seconds("7") == 7.0
    assert retry_after_seconds("-7") == 0.0
    assert retry_after_seconds("1e9") == 300.0
    assert retry_after_seconds(format_datetime(datetime.now(UTC) + timedelta(seconds=20))) == (
        pytest.approx(20, abs=2)
    )
    assert retry_after_seconds(format_datetime(datetime.now(UTC) - timedelta(days=1))) == 0.0
    for odd in (None, "soon", "nan", ""):
        assert retry_after_seconds(odd) is None


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (status(401), "authentication required"),
        (status(403), "authentication required"),
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
    with serve(app) as url, pytest.raises(ServiceError, match="every request has failed") as caught:
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


def test_a_fault_in_cleaning_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_raw: str) -> None:
        raise RecursionError

    monkeypatch.setattr("ocr_service.cleaning.clean.clean", broken)
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
            return lambda: pool.draw(task)

        jobs = [PageJob(index, str(index + 1), draw(index)) for index in range(4)]
        records = {record.page_index: record for record in reader(url).read(SHA, jobs)}
    assert records[0].raw.endswith(text(17))
    assert records[1].status is PageStatus.BLANK
    assert records[2].raw.endswith(text(40_000))
    assert failed(records) == {3: "InputError: numbers.pdf: no page 4; it has pages 1 to 3"} or (
        "no page 4" in str(records[3].error)
    )
