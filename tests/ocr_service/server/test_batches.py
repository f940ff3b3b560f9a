"""Batches: how requests share them, wait for them, leave them, and break alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from ocr_service.protocol.engine import Prompt
from ocr_service.server.app import ServerSettings, create_app
from tests.support.service_fakes import (
    NumberEngine,
    number_service,
    serve,
    text_of,
)
from tests.support.service_requests import files, post, wait_for


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
