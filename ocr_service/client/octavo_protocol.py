"""Speaks Octavo's own protocol: several pages a request; see `ocr_service.protocol.wire`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import ValidationError

from ocr_service.client.errors import BrokenError
from ocr_service.client.http import MAX_INFO, MAX_PAGE, HttpClient, ServiceReply, short_seconds
from ocr_service.client.options import ServiceOptions
from ocr_service.client.replies import check_reply, give_up, parse_reply, reply_message
from ocr_service.protocol.engine import Prompt
from ocr_service.protocol.wire import Health, OcrAnswer, ServiceInfo
from ocr_service.workers.page_images import PageImage

__all__ = ["OctavoProtocol"]


class OctavoProtocol:
    """Asks a service of `octavo serve-ocr` or of the Modal app."""

    def __init__(self, http: HttpClient, options: ServiceOptions) -> None:
        """Prepare, without connecting."""
        self._http = http
        self._options = options

    @property
    def request_seconds(self) -> float:
        """The time limit of a request."""
        return self._options.answer_seconds

    async def info(self, tell_once: Callable[[str], None]) -> ServiceInfo:
        """Return the description of the service.

        Raises:
            TroubleError: it is not ready, or cannot be reached.
            ServiceError: it does not work, refuses, or has another model than the one asked for.
        """
        del tell_once  # there is nothing to tell
        seconds = short_seconds(self._options)
        reply = await self._http.exchange("GET", "/info", MAX_INFO, timeout=seconds)
        if reply.status >= 500 and (await self._health()).status == "failing":
            message = reply_message(reply, self._options)
            give_up(self._options, f"the service is not working: {message}; see its log")
        check_reply(reply, self._options)
        info = parse_reply(ServiceInfo, reply.body)
        wanted = self._options.model
        if wanted is not None and wanted.lower() not in info.model.lower():
            give_up(self._options, f"--model: this service reads with {info.model}, not {wanted}")
        return info

    async def _health(self) -> Health:
        seconds = short_seconds(self._options)
        reply = await self._http.exchange("GET", "/health", MAX_INFO, timeout=seconds)
        try:
            return Health.model_validate_json(reply.body)
        except ValidationError:
            return Health(status="loading", instance="")  # from a proxy, not from the service

    async def read(
        self, images: Sequence[PageImage], names: Sequence[str], prompt: Prompt
    ) -> ServiceReply:
        """Read page images in one request.

        Raises:
            TroubleError: the request failed; see `errors` for its kinds.
            ServiceError: the service would refuse any request.
        """
        files = [
            ("files", (name, image.data, image.media_type))
            for name, image in zip(names, images, strict=True)
        ]
        most = MAX_INFO + MAX_PAGE * len(images)
        reply = await self._http.exchange(
            "POST", "/ocr_batch", most, files=files, data={"prompt": str(prompt)}
        )
        check_reply(reply, self._options)
        answer = parse_reply(OcrAnswer, reply.body)
        if not len(images) == len(answer.texts) == len(answer.pages):
            raise BrokenError(f"the answer has {len(answer.texts)} texts for {len(images)} pages")
        if [details.file for details in answer.pages] != list(names):
            raise BrokenError("the answer is for other pages")
        pages = [
            details.page_text(text)
            for details, text in zip(answer.pages, answer.texts, strict=True)
        ]
        return ServiceReply(pages, answer.instance, reply.sent)
