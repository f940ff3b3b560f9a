"""The reading of one book by a service: draws ahead, sends, tries again, divides what fails."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass

from ocr_service.client.concurrency import InFlight
from ocr_service.client.errors import (
    BrokenError,
    BusyError,
    RefusedError,
    TroubleError,
    UnreachableError,
)
from ocr_service.client.http import Answer, ServiceClient
from ocr_service.client.options import ServiceOptions
from ocr_service.client.records import (
    PageJob,
    blank_record,
    drawing_trouble,
    failed_record,
    read_record,
)
from ocr_service.client.retry_policy import Patience
from ocr_service.client.stats import ServiceStats
from ocr_service.library.pages import PageRecord
from ocr_service.protocol.engine import FinishReason, Prompt
from ocr_service.workers.page_images import PageImage

__all__ = ["ReaderSettings", "Session"]

_TRIES = 3  # of a request that breaks, before it is divided, or its page given up
_MAX_REQUEST = 32_000_000  # bytes


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page that is drawn."""

    job: PageJob
    image: PageImage

    @property
    def name(self) -> str:
        suffix = self.image.media_type.removeprefix("image/")
        return f"page_{self.job.page_index + 1:04d}.{suffix}"


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """How books are read; see `ServiceReader`."""

    options: ServiceOptions
    prompt: Prompt
    ahead: int
    stats: ServiceStats
    tell: Callable[[str], None]


class Session:
    """One run over some pages of one book. Its loop only runs while a record is waited for.

    Attributes:
        records: finished pages, to be taken from the left.
        changed: set when there are some, or when all is over.
        finished: no more will come.
        trouble: why, if there are pages left.
    """

    def __init__(
        self, settings: ReaderSettings, source_sha256: str, jobs: Iterable[PageJob]
    ) -> None:
        """Set up, without connecting."""
        self.records: deque[PageRecord] = deque()
        self.changed = asyncio.Event()
        self.finished = False
        self.trouble: BaseException | None = None
        self._settings = settings
        self._options = settings.options
        self._stats = settings.stats
        self._sha256 = source_sha256
        self._jobs = deque(jobs)
        self._unsent = len(self._jobs)
        self._patience = Patience(settings.options)
        self._taken = asyncio.Event()
        self._doubtful: list[PageRecord] = []
        self._requests = 0
        self._engine = ""
        self._size = 1
        self._client: ServiceClient
        self._in_flight: InFlight
        self._task: asyncio.Task[None]

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def wait(self) -> None:
        """Wait until something has changed; to be called when all records are taken."""
        self._taken.set()
        self._taken = asyncio.Event()
        await self.changed.wait()
        self.changed.clear()

    async def stop(self) -> None:
        """End; what is with the service is given up."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        try:
            async with ServiceClient(self._options) as self._client:
                await self._read_all()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # to be raised where the records are taken
            self.trouble = _innermost(error)
        finally:
            self.finished = True
            self.changed.set()

    async def _read_all(self) -> None:
        info = await self._client.wait_until_ready(self._settings.tell)
        self._engine = info.engine
        self._in_flight = InFlight(
            info.read_pages,
            info.containers,
            most_pages=self._options.most_pages,
            most_bytes=self._options.most_bytes,
            request_seconds=self._options.answer_seconds,
        )
        # A batch a request: an engine given less reads less at once, and does not wait for more.
        self._size = min(info.limits.files, info.max_batch)
        async with asyncio.TaskGroup() as group, aclosing(self._batches()) as batches:
            async for batch in batches:
                await self._in_flight.acquire(len(batch), _size(batch), self._unsent)
                self._unsent -= len(batch)
                group.create_task(self._read(batch))
        self._believe()

    @property
    def _most_of_a_request(self) -> int:
        """How many pages: `_size`, but half of what may be with the service, so that half waits."""
        return max(1, min(self._size, self._in_flight.limit // 2))

    async def _batches(self) -> AsyncGenerator[list[_Sheet], None]:
        """Yield pages that are to be sent together."""
        batch: list[_Sheet] = []
        async with aclosing(self._sheets()) as sheets:
            async for sheet in sheets:
                if batch and _size(batch) + len(sheet.image.data) > _MAX_REQUEST:
                    yield batch
                    batch = []
                batch.append(sheet)
                if len(batch) >= self._most_of_a_request:
                    yield batch
                    batch = []
        if batch:
            yield batch

    async def _sheets(self) -> AsyncGenerator[_Sheet, None]:
        """Yield pages as they are drawn, in about their order, but for those not to be sent."""
        drawing: dict[asyncio.Future[PageImage], PageJob] = {}
        try:
            while True:
                while self._jobs and len(drawing) < self._settings.ahead:
                    job = self._jobs.popleft()
                    drawing[asyncio.wrap_future(job.draw())] = job
                if not drawing:
                    return
                done, _ = await asyncio.wait(drawing, return_when=asyncio.FIRST_COMPLETED)
                for future in sorted(done, key=lambda future: drawing[future].page_index):
                    sheet = self._drawn(drawing.pop(future), future)
                    if sheet is None:
                        self._unsent -= 1
                    else:
                        yield sheet
        finally:
            for future in drawing:
                future.cancel()

    def _drawn(self, job: PageJob, future: asyncio.Future[PageImage]) -> _Sheet | None:
        try:
            image = future.result()
        except Exception as error:  # whatever a worker raises is the end of one page
            self._finish(failed_record(self._sha256, job, drawing_trouble(job, error)))
            return None
        if image.is_blank:
            self._stats.blank += 1
            self._finish(blank_record(self._sha256, job))
            return None
        return _Sheet(job, image)

    async def _read(self, batch: list[_Sheet]) -> None:
        """Have a batch read, whole or in parts, until each of its pages is read or has failed."""
        self._requests += 1
        parts = [batch]
        try:
            while parts:
                parts.extend(await self._read_part(parts.pop()))
        finally:
            self._requests -= 1
            await self._in_flight.release(len(batch), _size(batch))

    async def _read_part(self, part: list[_Sheet]) -> list[list[_Sheet]]:
        """Have pages read in one request; return the parts to go on with if that cannot be.

        Raises:
            ServiceError: the service is given up.
        """
        tries = 0
        while True:
            if len(part) > self._most_of_a_request:
                return _halves(part)
            try:
                answer = await self._send(part)
            except RefusedError as error:
                return self._refused(part, error)
            except TroubleError as error:
                tries += isinstance(error, BrokenError)
                pause = self._after(error, tries)
                if tries == _TRIES:
                    return self._divide(part, str(error))
                self._stats.retries += 1
                await asyncio.sleep(pause * random.uniform(1.0, 1.5))  # noqa: S311 - jitter
            else:
                self._accept(part, answer)
                if self.records:
                    await self._taken.wait()  # on disk, before its places are used again
                return []

    def _after(self, error: TroubleError, tries: int) -> float:
        """Return the seconds to wait after a request that may be sent again.

        Raises:
            ServiceError: the service is given up.
        """
        pause = self._patience.pause(tries, self._requests)
        if isinstance(error, BusyError):
            self._stats.refusals += 1
            self._in_flight.refused()
            self._patience.busy(error)
            return error.retry_after or pause
        if isinstance(error, UnreachableError):
            self._patience.unreachable(error)
        else:
            self._patience.failed(error)
        return pause

    def _refused(self, part: list[_Sheet], error: RefusedError) -> list[list[_Sheet]]:
        """Do what can be done with pages that the service will not read."""
        if error.too_large:
            self._size = max(1, min(self._size, len(part) // 2))
        if len(part) == 1:
            self._patience.refused(error)
        return self._divide(part, str(error))

    async def _send(self, part: list[_Sheet]) -> Answer:
        self._stats.bytes_sent += _size(part)
        images, names = [sheet.image for sheet in part], [sheet.name for sheet in part]
        return await self._client.read(images, names, self._settings.prompt)

    def _divide(self, part: list[_Sheet], reason: str) -> list[list[_Sheet]]:
        """Return the halves of what cannot be read as a whole; the second is the next to be sent.

        A single page has failed, if it is the page: that is known when another one is read.
        """
        if len(part) > 1:
            return _halves(part)
        self._doubtful.append(failed_record(self._sha256, part[0].job, reason))
        return []

    def _accept(self, part: list[_Sheet], answer: Answer) -> None:
        self._stats.answered(answer.pages, answer.instance, answer.sent)
        seconds = time.monotonic() - answer.sent
        self._in_flight.answered(len(part), answer.instance, seconds)
        failed = [page.finish_reason is FinishReason.ERROR for page in answer.pages]
        for sheet, page, wrong in zip(part, answer.pages, failed, strict=True):
            if wrong:
                reason = page.error or "the model could not read it"
                self._doubtful.append(failed_record(self._sha256, sheet.job, reason))
            else:
                self._finish(read_record(self._sha256, sheet.job, page, self._engine))
        if all(failed):
            self._patience.failed(BrokenError(self._doubtful[-1].error or ""))
        else:
            self._patience.succeeded()
            self._believe()

    def _believe(self) -> None:
        """Take pages for failed that failed while the service was not known to work."""
        for record in self._doubtful:
            self._finish(record)
        self._doubtful.clear()

    def _finish(self, record: PageRecord) -> None:
        self.records.append(record)
        self.changed.set()


def _size(sheets: Iterable[_Sheet]) -> int:
    return sum(len(sheet.image.data) for sheet in sheets)


def _halves(sheets: list[_Sheet]) -> list[list[_Sheet]]:
    """Return the second half and the first."""
    middle = len(sheets) // 2
    return [sheets[middle:], sheets[:middle]]


def _innermost(error: BaseException) -> BaseException:
    """Return the first error of a group of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
