"""Tests that a slow line carries one batch after another."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from ocr_service.client.http import ServiceReply
from ocr_service.client.options import ServiceOptions
from ocr_service.client.service import ServiceClient
from ocr_service.client.stats import ServiceStats
from ocr_service.client.upload_throttle import UploadTurns
from ocr_service.protocol.engine import Prompt
from ocr_service.server.app import ServerSettings, create_app
from ocr_service.workers.page_images import packed
from tests.support.client_runs import SHA, reader, text
from tests.support.service_fakes import (
    NumberEngine,
    Spoiled,
    elsewhere,
    job,
    number_service,
    picture,
    serve,
)


async def others_go_on() -> None:
    """Let the loop's other tasks run until they wait."""
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
    monkeypatch.setattr("ocr_service.client.http._MAX_UPLOADING", 1)
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
    monkeypatch.setattr("ocr_service.client.http._MAX_UPLOADING", 1)

    async def run(url: str) -> tuple[float, ServiceReply]:
        client = ServiceClient(ServiceOptions(url))
        async with client, client.http._turns.turn(1) as uploaded:
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
