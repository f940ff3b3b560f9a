"""Collects the records of finished pages until the reader takes them."""

from __future__ import annotations

import asyncio
from collections import deque

from ocr_service.client.records import PageJob, blank_record, failed_record, read_record
from ocr_service.library.pages import PageRecord
from ocr_service.protocol.engine import PageText

__all__ = ["Outcomes"]


class Outcomes:
    """The finished pages of one book. Of one event loop.

    A page that fails while the service is not known to work is held back as a suspect: if the
    service turns out to be broken, the page is not at fault and is read by the next run.

    Attributes:
        records: finished pages, to be taken from the left.
        changed: set when a record is added; the session also sets it when it ends.
    """

    def __init__(self, source_sha256: str) -> None:
        """Start without records."""
        self.records: deque[PageRecord] = deque()
        self.changed = asyncio.Event()
        self._sha256 = source_sha256
        self._suspects: list[PageRecord] = []
        self._taken = asyncio.Event()

    def read(self, job: PageJob, page: PageText, engine: str) -> None:
        """Add a page that the model has read."""
        self._add(read_record(self._sha256, job, page, engine))

    def blank(self, job: PageJob) -> None:
        """Add a page that is not sent because it is blank."""
        self._add(blank_record(self._sha256, job))

    def failed(self, job: PageJob, reason: str) -> None:
        """Add a page that cannot be rendered."""
        self._add(failed_record(self._sha256, job, reason))

    def suspect(self, job: PageJob, reason: str) -> str:
        """Hold back a page that the service did not read; return the reason as it is recorded."""
        record = failed_record(self._sha256, job, reason)
        self._suspects.append(record)
        return record.error or ""

    def confirm_suspects(self) -> None:
        """Add the pages held back as failed: the service works, so the pages are at fault."""
        for record in self._suspects:
            self._add(record)
        self._suspects.clear()

    def _add(self, record: PageRecord) -> None:
        self.records.append(record)
        self.changed.set()

    async def wait_for_change(self) -> None:
        """Wait for more records; to be called when all are taken."""
        self._taken.set()
        self._taken = asyncio.Event()
        await self.changed.wait()
        self.changed.clear()

    async def wait_until_taken(self) -> None:
        """Wait until the reader has taken every record, which are then on disk."""
        if self.records:
            await self._taken.wait()
