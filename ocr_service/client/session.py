"""Reads the pages of one book with a service: renders ahead, sends, collects the records."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress

from ocr_service.client.batch_sender import BatchSender
from ocr_service.client.batches import PageBatches, batch_bytes
from ocr_service.client.concurrency import InFlight
from ocr_service.client.outcomes import Outcomes
from ocr_service.client.records import PageJob
from ocr_service.client.service import ServiceClient
from ocr_service.client.settings import ReaderSettings

__all__ = ["Session"]


class Session:
    """One run over some pages of one book. Its loop runs only while a record is waited for.

    Attributes:
        outcomes: finished pages.
        finished: no more will come.
        trouble: why the session ended early, if it did.
    """

    def __init__(
        self, settings: ReaderSettings, source_sha256: str, jobs: Sequence[PageJob]
    ) -> None:
        """Prepare, without connecting."""
        self.outcomes = Outcomes(source_sha256)
        self.finished = False
        self.trouble: BaseException | None = None
        self._settings = settings
        self._batches = PageBatches(jobs, settings.ahead, self.outcomes, settings.stats)
        self._task: asyncio.Task[None]

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End; pages that the service is reading are given up."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        try:
            async with ServiceClient(self._settings.options) as client:
                await self._read_all(client)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # raised where the records are taken
            self.trouble = _innermost(error)
        finally:
            self.finished = True
            self.outcomes.changed.set()

    async def _read_all(self, client: ServiceClient) -> None:
        options = self._settings.options
        info = await client.wait_until_ready(self._settings.tell, self._settings.tell_once)
        in_flight = InFlight(
            info.read_pages,
            info.containers,
            most_pages=options.most_pages,
            most_bytes=options.most_bytes,
            request_seconds=client.request_seconds,
        )
        sender = BatchSender(client, info, self._settings, in_flight, self.outcomes)
        async with (
            asyncio.TaskGroup() as group,
            aclosing(self._batches.batches(sender.page_limit)) as batches,
        ):
            async for batch in batches:
                await in_flight.acquire(len(batch), batch_bytes(batch), self._batches.unsent)
                group.create_task(sender.send(batch))
        self.outcomes.confirm_suspects()


def _innermost(error: BaseException) -> BaseException:
    """Return the first error of a group of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
