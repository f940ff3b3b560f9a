"""Sends one batch: retries failed requests, splits batches that cannot be read as a whole."""

from __future__ import annotations

import asyncio
import random
import time

from ocr_service.client.batches import RenderedPage, batch_bytes
from ocr_service.client.concurrency import InFlight
from ocr_service.client.errors import (
    BrokenError,
    BusyError,
    RefusedError,
    SlowError,
    TroubleError,
    UnreachableError,
)
from ocr_service.client.http import ServiceReply
from ocr_service.client.outcomes import Outcomes
from ocr_service.client.retry_policy import RetryPolicy
from ocr_service.client.service import ServiceClient
from ocr_service.client.settings import ReaderSettings
from ocr_service.protocol.engine import FinishReason
from ocr_service.protocol.wire import ServiceInfo

__all__ = ["BatchSender"]

_TRIES = 3  # of a request that breaks, before it is split, or its only page has failed


class BatchSender:
    """Reads batches of one book with one service. Of one event loop."""

    def __init__(
        self,
        client: ServiceClient,
        info: ServiceInfo,
        settings: ReaderSettings,
        in_flight: InFlight,
        outcomes: Outcomes,
    ) -> None:
        """Prepare, without sending.

        Args:
            client: sends a request.
            info: what the service said of itself.
            settings: the prompt, the stats, and when to give up.
            in_flight: the places of the pages that are with the service.
            outcomes: takes the pages.
        """
        self._client = client
        self._engine = info.engine
        self._prompt = settings.prompt
        self._in_flight = in_flight
        self._retry_policy = RetryPolicy(settings.options)
        self._outcomes = outcomes
        self._stats = settings.stats
        self._requests = 0
        # A batch a request: an engine given less reads less at once, and does not wait for more.
        self._batch_pages = min(info.limits.files, info.max_batch)

    def page_limit(self) -> int:
        """Return the most pages of a request: a batch, or half of the pages in flight if fewer.

        So that one half waits at the service while the other is read.
        """
        return max(1, min(self._batch_pages, self._in_flight.limit // 2))

    async def send(self, batch: list[RenderedPage]) -> None:
        """Have a batch read, whole or in parts, until each of its pages is read or has failed.

        The batch has its places in flight, and gives them back at the end.

        Raises:
            ServiceError: the service is given up.
        """
        self._requests += 1
        parts = [batch]
        try:
            while parts:
                parts.extend(await self._send_part(parts.pop()))
        finally:
            self._requests -= 1
            await self._in_flight.release(len(batch), batch_bytes(batch))

    async def _send_part(self, part: list[RenderedPage]) -> list[list[RenderedPage]]:
        """Have pages read in one request; return the parts to send instead if that fails.

        Raises:
            ServiceError: the service is given up.
        """
        tries = 0
        while True:
            if len(part) > self.page_limit():
                return _halves(part)
            try:
                reply = await self._request(part)
            except RefusedError as error:
                return self._refused(part, error)
            except TroubleError as error:
                tries += isinstance(error, BrokenError)
                pause = self._pause_after(error, tries)
                if tries == _TRIES:
                    return self._split(part, str(error))
                self._stats.retries += 1
                await asyncio.sleep(pause * random.uniform(1.0, 1.5))  # noqa: S311 - jitter
            else:
                self._accept(part, reply)
                # Pages are on disk before others take their places in flight.
                await self._outcomes.wait_until_taken()
                return []

    async def _request(self, part: list[RenderedPage]) -> ServiceReply:
        self._stats.bytes_sent += batch_bytes(part)
        images, names = [page.image for page in part], [page.file_name for page in part]
        return await self._client.read(images, names, self._prompt)

    def _pause_after(self, error: TroubleError, tries: int) -> float:
        """Return the seconds to wait before a request is sent again.

        Raises:
            ServiceError: the service is given up.
        """
        pause = self._retry_policy.pause(tries, self._requests)
        if isinstance(error, BusyError):
            self._stats.refusals += 1
            self._in_flight.refused()
            self._retry_policy.busy(error)
            return error.retry_after or pause
        if isinstance(error, SlowError):
            self._in_flight.refused()
        if isinstance(error, UnreachableError):
            self._retry_policy.unreachable(error)
        else:
            self._retry_policy.failed(error)
        return pause

    def _refused(self, part: list[RenderedPage], error: RefusedError) -> list[list[RenderedPage]]:
        """Return the parts to send instead of pages that the service refuses to read."""
        if error.too_large:
            self._batch_pages = max(1, min(self._batch_pages, len(part) // 2))
        if len(part) == 1:
            self._retry_policy.refused(error)
        return self._split(part, str(error))

    def _split(self, part: list[RenderedPage], reason: str) -> list[list[RenderedPage]]:
        """Return the halves of a part; a single page is a suspect and is not sent again."""
        if len(part) > 1:
            return _halves(part)
        self._outcomes.suspect(part[0].job, reason)
        return []

    def _accept(self, part: list[RenderedPage], reply: ServiceReply) -> None:
        self._stats.answered(reply.pages, reply.instance, reply.sent)
        self._in_flight.answered(len(part), reply.instance, time.monotonic() - reply.sent)
        reasons = []
        for page, text in zip(part, reply.pages, strict=True):
            if text.finish_reason is FinishReason.ERROR:
                reason = text.error or "the model could not read it"
                reasons.append(self._outcomes.suspect(page.job, reason))
            else:
                self._outcomes.read(page.job, text, self._engine)
        if len(reasons) == len(part):
            self._retry_policy.failed(BrokenError(reasons[-1]))
        else:
            self._retry_policy.succeeded()
            self._outcomes.confirm_suspects()


def _halves(pages: list[RenderedPage]) -> list[list[RenderedPage]]:
    """Return the second half and the first, which is the next to be sent."""
    middle = len(pages) // 2
    return [pages[middle:], pages[:middle]]
