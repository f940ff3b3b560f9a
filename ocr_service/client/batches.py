"""Renders pages ahead of sending and groups them into batches; blank pages are not sent."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ocr_service.client.outcomes import Outcomes
from ocr_service.client.records import PageJob, drawing_trouble
from ocr_service.client.stats import ServiceStats
from ocr_service.workers.page_images import PageImage

__all__ = ["PageBatches", "RenderedPage", "batch_bytes"]

_MAX_REQUEST = 32_000_000  # bytes


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page that is ready to be sent."""

    job: PageJob
    image: PageImage

    @property
    def file_name(self) -> str:
        """The name that the service is given for the image."""
        suffix = self.image.media_type.removeprefix("image/")
        return f"page_{self.job.page_index + 1:04d}.{suffix}"


def batch_bytes(pages: Iterable[RenderedPage]) -> int:
    """Return the bytes of the images together."""
    return sum(len(page.image.data) for page in pages)


class PageBatches:
    """The batches of one book.

    Attributes:
        unsent: pages that are still to be sent, the batch that was yielded last included.
    """

    def __init__(
        self,
        jobs: Sequence[PageJob],
        ahead: int,
        outcomes: Outcomes,
        stats: ServiceStats,
    ) -> None:
        """Prepare, without rendering.

        Args:
            jobs: the pages, in their order.
            ahead: pages that are being rendered at once.
            outcomes: takes the pages that are not sent.
            stats: counts the blank pages.
        """
        self.unsent = len(jobs)
        self._jobs = deque(jobs)
        self._ahead = ahead
        self._outcomes = outcomes
        self._stats = stats

    async def batches(self, page_limit: Callable[[], int]) -> AsyncGenerator[list[RenderedPage]]:
        """Yield pages that are to be sent in one request; `page_limit` may change meanwhile."""
        batch: list[RenderedPage] = []
        async with aclosing(self._rendered()) as pages:
            async for page in pages:
                if batch and batch_bytes(batch) + len(page.image.data) > _MAX_REQUEST:
                    yield batch
                    self.unsent -= len(batch)
                    batch = []
                batch.append(page)
                if len(batch) >= page_limit():
                    yield batch
                    self.unsent -= len(batch)
                    batch = []
        if batch:
            yield batch
            self.unsent -= len(batch)

    async def _rendered(self) -> AsyncGenerator[RenderedPage]:
        """Yield pages as they are rendered, roughly in their order, without those not sent."""
        rendering: dict[asyncio.Future[PageImage], PageJob] = {}
        try:
            while True:
                while self._jobs and len(rendering) < self._ahead:
                    job = self._jobs.popleft()
                    rendering[asyncio.wrap_future(job.draw())] = job
                if not rendering:
                    return
                done, _ = await asyncio.wait(rendering, return_when=asyncio.FIRST_COMPLETED)
                for future in sorted(done, key=lambda future: rendering[future].page_index):
                    page = self._page(rendering.pop(future), future)
                    if page is None:
                        self.unsent -= 1
                    else:
                        yield page
        finally:
            for future in rendering:
                future.cancel()

    def _page(self, job: PageJob, future: asyncio.Future[PageImage]) -> RenderedPage | None:
        """Return the page, or None if it is not to be sent."""
        try:
            image = future.result()
        except Exception as error:  # whatever a worker raises ends one page, not the book
            self._outcomes.failed(job, drawing_trouble(job, error))
            return None
        if image.is_blank:
            self._stats.blank += 1
            self._outcomes.blank(job)
            return None
        return RenderedPage(job, image)
