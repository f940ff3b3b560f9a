"""Speaks OpenAI's chat protocol: one page a request, with a prompt and settings by the model.

vLLM, SGLang, llama.cpp, Ollama, LM Studio and many hosts serve it. A page that loops is asked for
again, warmer; the first text without a loop is kept, and the cost of all attempts is counted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

import httpx

from ocr_service.cleaning.clean import loops
from ocr_service.client.chat_wire import ChatAnswer, ServedModel, ServedModels, chat_request
from ocr_service.client.errors import BrokenError, TroubleError
from ocr_service.client.http import MAX_INFO, MAX_PAGE, HttpClient, ServiceReply, short_seconds
from ocr_service.client.image_fit import FittedImage, fitted
from ocr_service.client.options import ServiceOptions
from ocr_service.client.replies import check_reply, give_up, parse_reply
from ocr_service.common.errors import ServiceError
from ocr_service.models.profiles import PLAIN, ModelProfile, profile_of
from ocr_service.protocol.engine import FinishReason, PageText, Prompt
from ocr_service.protocol.model_output import ModelOutput, stored_output
from ocr_service.protocol.wire import Limits, ServiceInfo
from ocr_service.workers.page_images import PageImage

__all__ = ["OpenAiProtocol", "lists_models"]

_FIRST_PAGES = 2  # twice as many are in flight at first; more if that makes the server faster
_CONNECT_SECONDS = 10.0
_LISTED = 20  # most models named in a message


async def lists_models(http: HttpClient, options: ServiceOptions) -> bool:
    """Tell whether a server lists its models, or wants a token for that.

    Raises:
        TroubleError: it cannot be asked now.
    """
    seconds = short_seconds(options)
    reply = await http.exchange("GET", _path(options, "/models"), MAX_INFO, timeout=seconds)
    if reply.status in {401, 403}:
        return True
    try:
        check_reply(reply, options)
        parse_reply(ServedModels, reply.body)
    except (BrokenError, ServiceError):
        return False
    return True


def _path(options: ServiceOptions, path: str) -> str:
    """Return the path of a resource; /v1 may be in the address already."""
    return path if options.url.endswith("/v1") else f"/v1{path}"


class OpenAiProtocol:
    """Asks a server that speaks OpenAI's chat protocol."""

    def __init__(self, http: HttpClient, options: ServiceOptions) -> None:
        """Prepare, without connecting."""
        self._http = http
        self._options = options
        self._model = ServedModel(id="")  # until `info` has asked
        self._profile: ModelProfile = PLAIN

    @property
    def request_seconds(self) -> float:
        """The time limit of a request."""
        return self._options.chat_seconds

    async def info(self, tell_once: Callable[[str], None]) -> ServiceInfo:
        """Return the description of the service, with limits that hold for any server.

        Raises:
            TroubleError: it is not ready, or cannot be reached.
            ServiceError: it refuses, or does not say which model is meant.
        """
        options = self._options
        path = _path(options, "/models")
        reply = await self._http.exchange("GET", path, MAX_INFO, timeout=short_seconds(options))
        check_reply(reply, options)
        model = self._chosen(parse_reply(ServedModels, reply.body).data)
        self._model = model
        profile = profile_of(*filter(None, (model.id, model.root)))
        self._profile = profile or PLAIN
        if profile is None:
            tell_once(
                f"{model.id}: not one of the models that Octavo knows; it is asked with a plain "
                "prompt, and its answer is read as markdown"
            )
        limits = Limits(
            files=1, file_bytes=10**9, pixels=10**9, formats=["PNG", "JPEG"], waiting_pages=10**6
        )
        return ServiceInfo(
            version="1", instance=options.url[:500], engine=model.id, model=model.root or model.id,
            revision=None, device="unknown", dtype="unknown", max_batch=1,
            max_output_tokens=self._profile.decoding.max_tokens, read_pages=_FIRST_PAGES,
            containers=None, limits=limits,
        )  # fmt: skip

    def _chosen(self, served: Sequence[ServedModel]) -> ServedModel:
        """Return the model to read with.

        Raises:
            ServiceError: the user must name one, or has named one that is not served.
        """
        wanted = self._options.model
        names = ", ".join(model.id for model in served[:_LISTED])
        if len(served) > _LISTED:
            names += f" and {len(served) - _LISTED} more"
        if not served:
            give_up(self._options, "the server has no model; load one")
        if wanted is None:
            if len(served) > 1:
                give_up(self._options, f"the server has several models: {names}; choose by --model")
            return served[0]
        for means in (_is, _is_short_for):
            found = [model for model in served if means(wanted.lower(), model.id.lower())]
            if len(found) == 1:
                return found[0]
        return give_up(self._options, f"--model: the server has no model {wanted}, but {names}")

    async def read(
        self, images: Sequence[PageImage], names: Sequence[str], prompt: Prompt
    ) -> ServiceReply:
        """Read one page image. `names` and `prompt` are not sent: the model's file has its prompt.

        Raises:
            TroubleError: the request failed; see `errors` for its kinds.
            ServiceError: the service would refuse any request.
        """
        del names, prompt
        (image,) = images
        fit = await asyncio.to_thread(fitted, image, self._profile.image)
        decoding = self._profile.decoding
        page, sent = await self._attempt(fit, decoding.temperature)
        kept = page
        for temperature in decoding.retry_temperatures:
            if kept.finish_reason is FinishReason.ERROR or not loops(kept):
                break
            try:
                another, _ = await self._attempt(fit, temperature)
            except (TroubleError, ServiceError):
                break  # what is paid for is kept
            kept = _with_costs(another if not loops(another) else page, kept, another)
        return ServiceReply([kept], self._options.url[:500], sent)

    async def _attempt(self, fit: FittedImage, temperature: float) -> tuple[PageText, float]:
        """Ask for a page once; return its text and when the request was sent."""
        began = time.monotonic()
        reply = await self._http.exchange(
            "POST",
            _path(self._options, "/chat/completions"),
            MAX_INFO + MAX_PAGE,
            json=chat_request(self._model, self._profile, fit.image, temperature),
            timeout=httpx.Timeout(self.request_seconds, connect=_CONNECT_SECONDS, pool=None),
        )
        check_reply(reply, self._options)
        answer = parse_reply(ChatAnswer, reply.body)
        if answer.aborted:
            raise BrokenError("the server ended the text")
        prompt_tokens, output_tokens = answer.tokens
        refused = answer.finish is FinishReason.ERROR
        # Only pages with ink are sent, so an empty text is told; tagged text would not tell it.
        form = self._profile.output if answer.text.strip() else PLAIN.output
        output = ModelOutput(form, answer.text, fit.size)
        page = PageText(
            text=stored_output(output),
            finish_reason=answer.finish,
            prompt_tokens=prompt_tokens,
            output_tokens=output_tokens,
            seconds=time.monotonic() - began,
            error="the server's filter withheld the text" if refused else None,
        )
        return page, reply.sent


def _is(wanted: str, name: str) -> bool:
    return name in {wanted, f"{wanted}:latest"}


def _is_short_for(wanted: str, name: str) -> bool:
    """Tell whether a name is meant by its last part, or without the tag that Ollama adds."""
    return name.endswith(f"/{wanted}") or name.partition(":")[0] == wanted


def _with_costs(kept: PageText, before: PageText, another: PageText) -> PageText:
    """Return a text with the costs of all attempts."""
    return PageText(
        text=kept.text,
        finish_reason=kept.finish_reason,
        prompt_tokens=kept.prompt_tokens,
        output_tokens=before.output_tokens + another.output_tokens,
        attempts=before.attempts + 1,
        seconds=before.seconds + another.seconds,
        error=kept.error,
    )
