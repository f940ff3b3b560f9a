"""Tests rates, costs and lists of pages."""

from __future__ import annotations

import time

import pytest

from ocr_service.client.options import ServiceOptions
from ocr_service.client.reader import ServiceReader
from ocr_service.client.stats import (
    GPU_PRICE,
    ServiceStats,
    estimate,
    gpu_price,
    troubled_pages,
)
from ocr_service.console.progress import brief_rate, duration
from ocr_service.library.pages import PageStatus
from ocr_service.protocol.engine import FinishReason, PageText


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


def test_rates_and_times_are_brief() -> None:
    rates = [brief_rate(rate) for rate in (0, 12.34, 0.99999, 0.042, 0.00012, 0.00001)]
    assert rates == ["0.0", "12.3", "1", "0.042", "0.00012", "<0.0001"]
    assert [duration(seconds) for seconds in (3.3, 120, 7200)] == ["3 s", "2 minutes", "2.0 hours"]


def test_pages_with_trouble_are_listed_by_number() -> None:
    statuses = ["ok", "blank", "blank", "failed", "looping", "blank", "unread"]
    assert troubled_pages([PageStatus(name) for name in statuses]) == [
        "1 looping: page 5",
        "3 blank: pages 2-3, 6",
        "1 failed: page 4",
    ]
