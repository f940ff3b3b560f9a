"""Reads pages with a client with short time limits, and checks the records."""

from __future__ import annotations

from typing import Any

from ocr_service.client.options import ServiceOptions
from ocr_service.client.reader import ServiceReader
from ocr_service.library.pages import PageRecord, PageStatus
from tests.support.service_fakes import job

SHA = "0" * 64
FAST: dict[str, Any] = {"backoff_seconds": 0.01, "patience_seconds": 30.0, "request_seconds": 10.0}


def reader(url: str, **options: Any) -> ServiceReader:
    return ServiceReader(ServiceOptions(url, **{**FAST, **options}))


def read(url: str, numbers: Any, **options: Any) -> dict[int, PageRecord]:
    """Read pages 0, 1, 2, ... with these numbers on them; each must be returned once."""
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
