"""Requests to an OCR service under test, and waiting for what they bring about."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.support.service_fakes import encoded, picture

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
