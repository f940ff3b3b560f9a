"""The service as the rest of the client sees it, whatever protocol it speaks.

The protocol is the one that the user or the address states. Otherwise the service is asked: what
answers /info as Octavo does speaks its protocol; what lists its models at /v1/models speaks
OpenAI's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from ocr_service.client.errors import BusyError, TroubleError
from ocr_service.client.http import MAX_INFO, HttpClient, ServiceReply, short_seconds
from ocr_service.client.octavo_protocol import OctavoProtocol
from ocr_service.client.openai_protocol import OpenAiProtocol, lists_models
from ocr_service.client.options import ServiceOptions, ServiceProtocol
from ocr_service.client.replies import HttpReply, give_up
from ocr_service.protocol.engine import Prompt
from ocr_service.protocol.wire import ServiceInfo
from ocr_service.workers.page_images import PageImage

__all__ = ["ServiceClient"]


class ServiceClient:
    """The connection to one service; an async context manager that closes it."""

    def __init__(self, options: ServiceOptions) -> None:
        """Prepare, without connecting."""
        self._options = options
        self.http = HttpClient(options)
        self._spoken: OctavoProtocol | OpenAiProtocol = OctavoProtocol(self.http, options)
        self._known = False

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.http.__aexit__(kind, error, traceback)

    @property
    def request_seconds(self) -> float:
        """The time limit of a request to read pages."""
        return self._spoken.request_seconds

    async def wait_until_ready(
        self, tell: Callable[[str], None], tell_once: Callable[[str], None]
    ) -> ServiceInfo:
        """Wait until the model is loaded; return the description of the service.

        Raises:
            ServiceError: the service cannot be reached, refuses, or takes too long.
        """
        began = time.monotonic()
        told = False
        while True:
            try:
                await self._find_protocol()
                return await self._spoken.info(tell_once)
            except BusyError as error:
                trouble, limit = str(error), self._options.startup_seconds
                pause = min(error.retry_after or 2.0, 10.0)
                if not told:
                    tell(f"waiting for {self._options.url}: {error}")
                    told = True
            except TroubleError as error:
                trouble, limit = str(error), self._options.connect_seconds
                pause = min(self._options.backoff_seconds * 2, 2.0)
            if time.monotonic() - began + pause > limit:
                give_up(self._options, f"{trouble}; is it running? Start it, or check --service")
            await asyncio.sleep(pause)

    async def _find_protocol(self) -> None:
        """Choose the protocol, if that is not done.

        Raises:
            TroubleError: the service cannot be asked now.
        """
        if self._known:
            return
        protocol = self._options.stated_protocol
        if protocol is None:
            seconds = short_seconds(self._options)
            info = await self.http.exchange("GET", "/info", MAX_INFO, timeout=seconds)
            if _may_be_another(info) and await lists_models(self.http, self._options):
                protocol = ServiceProtocol.OPENAI
        if protocol is ServiceProtocol.OPENAI:
            self._spoken = OpenAiProtocol(self.http, self._options)
        self._known = protocol is not None or info.status == 200

    async def read(
        self, images: Sequence[PageImage], names: Sequence[str], prompt: Prompt
    ) -> ServiceReply:
        """Read page images in one request.

        Raises:
            TroubleError: the request failed; see `errors` for its kinds.
            ServiceError: the service would refuse any request.
        """
        return await self._spoken.read(images, names, prompt)


def _may_be_another(reply: HttpReply) -> bool:
    """Tell whether an answer to /info may come from a service that does not speak Octavo's."""
    if reply.status == 200:  # LM Studio answers so at any address
        try:
            ServiceInfo.model_validate_json(reply.body)
        except ValidationError:
            return True
        return False
    return 400 <= reply.status < 500 and reply.status not in {407, 408, 429}
