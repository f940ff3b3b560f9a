"""Serves OpenAI's chat protocol on this machine: texts by page, models, a token, faults."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.service_fakes import number_on

Writer = Callable[[int, dict[str, Any]], str]


def said(number: int, _request: dict[str, Any]) -> str:
    """Write a page of markdown about the number on the page."""
    return f"The number of this page is {number}."


@dataclass
class ChatServer:
    """A server: `text` writes the answer; `faults` are answered first, one a request.

    A fault is an HTTP status, "hang", "nonsense" or "abort"; None answers as usual.
    """

    models: Iterable[dict[str, Any]] = ({"id": "someone/Page-Reader-7B"},)
    text: Writer = said
    finish: str = "stop"
    token: str | None = None
    faults: list[int | str | None] = field(default_factory=list)
    info_status: int = 404
    seconds: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)  # those answered with a text
    numbers: list[int] = field(default_factory=list)  # on the pages of all requests
    sizes: list[tuple[int, int]] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0

    def app(self) -> Starlette:
        """Return the ASGI app."""
        return Starlette(
            routes=[
                Route("/info", self._info),
                Route("/v1/models", self._models),
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
            ]
        )

    async def _info(self, _request: Request) -> Response:
        return JSONResponse({"error": "Unexpected endpoint"}, self.info_status)

    def _denied(self, request: Request) -> Response | None:
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            return JSONResponse({"error": "Unauthorized"}, 401)
        return None

    async def _models(self, request: Request) -> Response:
        return self._denied(request) or JSONResponse({"object": "list", "data": list(self.models)})

    async def _chat(self, request: Request) -> Response:
        if denied := self._denied(request):
            return denied
        asked = await request.json()
        (url,) = [
            piece["image_url"]["url"]
            for piece in asked["messages"][0]["content"]
            if piece["type"] == "image_url"
        ]
        image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
        number = number_on(image)
        self.numbers.append(number)
        self.sizes.append(image.size)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await asyncio.sleep(self.seconds)
            return await self._answer(number, asked)
        finally:
            self._now -= 1

    async def _answer(self, number: int, asked: dict[str, Any]) -> Response:
        fault = self.faults.pop(0) if self.faults else None
        if fault == "hang":
            await asyncio.sleep(5)
        if fault == "nonsense":
            return Response("<html>It works!</html>")
        if isinstance(fault, int):
            said = {"error": {"message": f"fault {fault}", "type": "x", "code": fault}}
            return JSONResponse(said, fault, headers={"retry-after": "0"})
        self.requests.append(asked)
        finish = "abort" if fault == "abort" else self.finish
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": self.text(number, asked)},
            "finish_reason": finish,
        }
        usage = {"prompt_tokens": 900, "completion_tokens": 20, "total_tokens": 920}
        body = {"id": "1", "object": "chat.completion", "choices": [choice], "usage": usage}
        return Response(json.dumps(body), media_type="application/json")
