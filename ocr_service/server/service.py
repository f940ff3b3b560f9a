"""Runs an engine behind a queue and handles the requests to it; `app.py` defines the routes."""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from ocr_service.common.errors import OctavoError
from ocr_service.common.version import octavo_version
from ocr_service.protocol.engine import BatchEngine, EngineInfo
from ocr_service.protocol.wire import FORMATS, Health, Limits, OcrAnswer, PageDetails, ServiceInfo
from ocr_service.server.batching import BatchQueue, EngineFaultError, EngineThread, QueueFullError
from ocr_service.server.memory import Lease, MemoryBudget
from ocr_service.server.multipart import Form, decode_all, read_form
from ocr_service.server.refusal import RefusalError

__all__ = ["EngineFactory", "ServerSettings", "Service"]

EngineFactory = Callable[[], BatchEngine]
T = TypeVar("T")

_FAULTS = 3  # consecutive failed batches after which /health says failing

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Limits and batching of a service; in bytes, pixels, pages and seconds.

    `token`: what clients must send; None leaves the service open to all. `read_batches`: full
    batches per call of the engine; more than one suits engines that begin a page as soon as
    another ends. `waiting_pages`: the length of the queue; by default four calls' worth. `linger`:
    how long a partial batch waits for more pages. `containers`: the most servers behind this
    address; None if unknown.
    """

    token: str | None = field(default=None, repr=False)
    files: int = 64
    file_bytes: int = 20_000_000
    pixels: int = 20_000_000
    memory_bytes: int = 4_000_000_000
    upload_seconds: float = 60.0
    read_batches: int = 1
    waiting_pages: int | None = None
    linger: float = 0.5
    containers: int | None = 1


class Service:
    """An engine with its queue and state."""

    def __init__(
        self,
        engine: BatchEngine | EngineFactory,
        settings: ServerSettings,
        on_failure: Callable[[BaseException], None] | None,
    ) -> None:
        """Set up; `run` loads the engine if it is a function that makes one."""
        self.settings = settings
        self.instance = secrets.token_hex(8)
        self.budget = MemoryBudget(settings.memory_bytes)
        self.failure: BaseException | None = None
        self._make_engine: EngineFactory = engine if callable(engine) else lambda: engine
        self._on_failure = on_failure
        self._thread = EngineThread()
        self._queue: BatchQueue | None = None
        self._info: ServiceInfo | None = None

    async def run(self) -> None:
        """Load the engine, then read batches until `stop`. Never raises."""
        try:
            engine = await self._thread.call(self._make_engine)
            self._info = self._describe(engine.info)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # loading may raise anything; the thread must survive it
            if not isinstance(error, OctavoError):
                logger.exception("the model could not be loaded")
            self.failure = error
            if self._on_failure is not None:
                self._on_failure(error)
            return
        self._queue = BatchQueue(
            engine,
            self._thread,
            read_pages=self._info.read_pages,
            max_waiting=self._info.limits.waiting_pages,
            linger=self.settings.linger,
        )
        await self._queue.run()

    def _describe(self, info: EngineInfo) -> ServiceInfo:
        settings = self.settings
        read_pages = info.max_batch * settings.read_batches
        waiting = settings.waiting_pages or max(settings.files, 4 * read_pages)
        return ServiceInfo(
            version=octavo_version(),
            instance=self.instance,
            engine=info.name,
            model=info.model,
            revision=info.revision,
            device=info.device,
            dtype=info.dtype,
            max_batch=info.max_batch,
            max_output_tokens=info.max_output_tokens,
            read_pages=read_pages,
            containers=settings.containers,
            limits=Limits(
                files=min(settings.files, waiting),
                file_bytes=settings.file_bytes,
                pixels=settings.pixels,
                formats=list(FORMATS),
                waiting_pages=waiting,
            ),
        )

    async def stop(self, running: asyncio.Task[None]) -> None:
        """Finish the accepted pages; abandon a loading model and pages whose clients have left."""
        if self._queue is not None:
            self._queue.close()
            while self._queue.is_wanted and not running.done():
                await asyncio.wait({running}, timeout=0.1)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        self._thread.close()

    def health(self) -> Health:
        """Return whether pages are accepted."""
        if self.failure is not None:
            # Our own errors have messages for people; others may expose details of the machine.
            known = isinstance(self.failure, OctavoError)
            message = str(self.failure) if known else "the model could not be loaded; see the log"
            return Health(status="failing", instance=self.instance, message=message)
        if self._queue is None:
            message = "the model is loading"
            return Health(status="loading", instance=self.instance, message=message)
        if self._queue.faults_in_a_row >= _FAULTS:
            message = "the engine fails on every batch; see the log, then restart the server"
            return Health(status="failing", instance=self.instance, message=message)
        return Health(status="ready", instance=self.instance)

    def ready(self) -> tuple[BatchQueue, ServiceInfo]:
        """Return the queue and the description of the service.

        Raises:
            RefusalError: the engine is not loaded.
        """
        if self._queue is None or self._info is None:
            health = self.health()
            raise RefusalError(503, health.status, health.message, retry_after=2)
        return self._queue, self._info

    async def read(self, request: Request) -> OcrAnswer:
        """Read the pages of one request.

        Raises:
            RefusalError: the request is refused.
            ClientDisconnect: the client has disconnected.
        """
        queue, info = self.ready()
        with Lease(self.budget) as lease:
            try:
                queue.check_room(1)  # before an upload that would be refused
                form = await self._form(request, info, lease)
                queue.check_room(len(form.uploads))
                names = [upload.name for upload in form.uploads]
                images = await asyncio.to_thread(
                    decode_all, form.uploads, info.limits.pixels, lease
                )
                pages = await _while_wanted(request, queue.read(images, form.prompt))
            except QueueFullError as error:
                raise RefusalError(
                    503, "full", str(error), retry_after=error.retry_after
                ) from error
            except EngineFaultError as error:
                raise RefusalError(500, "engine", f"{error}; see the server's log") from error
        return OcrAnswer(
            texts=[page.text for page in pages],
            pages=[PageDetails.of(name, page) for name, page in zip(names, pages, strict=True)],
            instance=self.instance,
        )

    async def _form(self, request: Request, info: ServiceInfo, lease: Lease) -> Form:
        try:
            async with asyncio.timeout(self.settings.upload_seconds):
                return await read_form(
                    request.stream(),
                    request.headers.get("content-type", ""),
                    files=info.limits.files,
                    file_bytes=info.limits.file_bytes,
                    lease=lease,
                )
        except TimeoutError:
            seconds = math.ceil(self.settings.upload_seconds)
            message = f"the upload took more than {seconds} s; send fewer pages at once"
            raise RefusalError(408, "slow_upload", message) from None


async def _while_wanted(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Await `work`, but cancel it if the client disconnects.

    Raises:
        ClientDisconnect: the client has disconnected.
    """
    async with AsyncExitStack() as stack:
        working = asyncio.ensure_future(work)
        gone = asyncio.ensure_future(_disconnect(request))
        stack.callback(working.cancel)
        stack.callback(gone.cancel)
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
