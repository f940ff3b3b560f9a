"""Defines what is used of the JSON messages of OpenAI's chat protocol.

GET  /v1/models            -> ServedModels
POST /v1/chat/completions  -> ChatAnswer

Servers add much to these; what is not used is ignored.
"""

from __future__ import annotations

import base64
from typing import Annotated, Any

from pydantic import BaseModel, Field

from ocr_service.models.profiles import ModelProfile
from ocr_service.protocol.engine import FinishReason
from ocr_service.protocol.wire import Count, Name
from ocr_service.workers.page_images import PageImage

__all__ = ["ChatAnswer", "ServedModel", "ServedModels", "chat_request"]

_MOST_PROMPT = 4_096  # tokens of a page image with its words
_FINISHES = {"length": FinishReason.LENGTH, "content_filter": FinishReason.ERROR}


class ServedModel(BaseModel):
    """A model of a server.

    With vLLM and SGLang also `root`, the hub id or folder behind a name of the user's, and
    `max_model_len`, the most tokens of prompt and text together.
    """

    id: Name
    root: Name | None = None
    max_model_len: Count | None = None


class ServedModels(BaseModel):
    """The models of a server."""

    data: Annotated[list[ServedModel], Field(max_length=2_000)]


class _Piece(BaseModel):
    text: str = ""


class _Message(BaseModel):
    content: str | list[_Piece] | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: Name | None = None


class _Usage(BaseModel):
    prompt_tokens: Count = 0
    completion_tokens: Count = 0


class ChatAnswer(BaseModel):
    """The answer to one chat."""

    choices: Annotated[list[_Choice], Field(min_length=1, max_length=1)]
    usage: _Usage | None = None

    @property
    def text(self) -> str:
        """What the model wrote."""
        content = self.choices[0].message.content or ""
        return content if isinstance(content, str) else "".join(piece.text for piece in content)

    @property
    def aborted(self) -> bool:
        """Whether the server gave up, as vLLM does when it ends."""
        return self.choices[0].finish_reason in {"abort", "error"}

    @property
    def finish(self) -> FinishReason:
        """Why the text ended; servers have more names for an end by the model itself."""
        return _FINISHES.get(self.choices[0].finish_reason or "", FinishReason.STOP)

    @property
    def tokens(self) -> tuple[int, int]:
        """The tokens of the prompt and of the text; 0 if the server does not say."""
        usage = self.usage or _Usage()
        return usage.prompt_tokens, usage.completion_tokens


def chat_request(
    model: ServedModel, profile: ModelProfile, image: PageImage, temperature: float
) -> dict[str, Any]:
    """Return the request to read one page.

    vLLM refuses a page if its prompt and `max_tokens` together are more than `max_model_len`. If
    they might be, `max_tokens` is left out, and the text may take what the prompt leaves.
    """
    data = base64.b64encode(image.data).decode("ascii")
    url = f"data:{image.media_type};base64,{data}"
    content: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": url}}]
    if profile.prompt:
        place = 0 if profile.prompt_first else 1
        content.insert(place, {"type": "text", "text": profile.prompt})
    decoding = profile.decoding
    request = {
        "model": model.id,
        "messages": [{"role": "user", "content": content}],
        "temperature": temperature,
        "stream": False,
    }
    context = model.max_model_len
    if context is None or decoding.max_tokens + _MOST_PROMPT <= context:
        request["max_tokens"] = decoding.max_tokens
    if decoding.top_p is not None:
        request["top_p"] = decoding.top_p
    if decoding.stop:
        request["stop"] = list(decoding.stop)
    return {**request, **profile.extra}
