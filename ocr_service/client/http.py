"""Sends one request at a time over HTTP, and follows redirects to its answer.

`batch_sender.py` decides what is sent again, `replies.py` what a reply means. The service is not
trusted: the size of its answers is bounded.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

import httpx

from ocr_service.client.errors import BrokenError, SlowError, TroubleError, UnreachableError
from ocr_service.client.options import REMOTE_SECONDS, ServiceOptions
from ocr_service.client.replies import HttpReply, give_up, one_line
from ocr_service.client.upload_throttle import UploadBody, UploadTurns
from ocr_service.protocol.engine import PageText

__all__ = ["MAX_INFO", "MAX_PAGE", "HttpClient", "ServiceReply", "short_seconds"]

MAX_INFO = 100_000  # bytes of an answer without pages
MAX_PAGE = 1_000_000  # bytes of one page's answer; 8,192 tokens are about 40,000
_MAX_UPLOADING = 16_000_000  # bytes uploaded at the same time; half a minute over a slow line
_MAX_REDIRECTS = 20  # of 150 s each, with Modal
_RESULT_TRIES = 4  # to fetch an answer after a redirect


@dataclass(frozen=True, slots=True)
class ServiceReply:
    """The texts of a request's pages, and the instance that read them.

    `sent` is the monotonic time at which the upload began.
    """

    pages: list[PageText]
    instance: str
    sent: float


def short_seconds(options: ServiceOptions) -> float:
    """Return the time limit of a question about the service itself, cold starts included."""
    return min(options.answer_seconds, REMOTE_SECONDS)


class HttpClient:
    """The connection to one service; an async context manager that closes it."""

    def __init__(self, options: ServiceOptions) -> None:
        """Prepare, without connecting."""
        self._options = options
        self._turns = UploadTurns(_MAX_UPLOADING)
        seconds = options.answer_seconds
        self._http = httpx.AsyncClient(
            headers={"Accept-Encoding": "identity"} | options.credentials.headers(),
            timeout=httpx.Timeout(seconds, connect=min(10.0, seconds), pool=None),
            # Servers close idle connections after five seconds; close them earlier.
            limits=httpx.Limits(max_connections=None, keepalive_expiry=3.0),
            trust_env=not options.is_local,  # no proxy for this machine itself,
            # and no certificates, whose loading takes a fifth of a second.
            verify=options.url.startswith("https:") or not options.is_local,
        )

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
        await self._http.aclose()

    async def exchange(self, method: str, path: str, most: int, **content: Any) -> HttpReply:
        """Send a request and follow redirects to its answer, which Modal sends after 150 s.

        Raises:
            UnreachableError: there is no connection.
            BrokenError: the answer is incomplete or too long.
        """
        base = httpx.URL(self._options.url)
        url = httpx.URL(self._options.url + path)
        reply = await self._send(method, url, most, content)
        sent = reply.sent
        for _ in range(_MAX_REDIRECTS):
            if reply.status != 303:
                return replace(reply, sent=sent)
            try:
                url = url.join(reply.headers.get("location") or "/")
            except httpx.InvalidURL as error:
                raise BrokenError("the redirect to the answer has no valid address") from error
            if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
                raise BrokenError(
                    "the redirect to the answer leads to another host and is not followed"
                )
            reply = await self._fetch_result(url, most)
            if reply.status in {400, 404, 405, 410}:
                raise BrokenError(
                    f"the answer is not at the redirect's address (HTTP {reply.status})"
                )
        raise BrokenError(f"the answer is not ready after {_MAX_REDIRECTS} redirects")

    async def _fetch_result(self, url: httpx.URL, most: int) -> HttpReply:
        """Fetch an answer that is already paid for, with several tries."""
        for attempt in range(_RESULT_TRIES):
            try:
                reply = await self._send("GET", url, most, {})
                if reply.status not in {429, 502, 503, 504} or attempt == _RESULT_TRIES - 1:
                    return reply
            except TroubleError:
                if attempt == _RESULT_TRIES - 1:
                    raise
            await asyncio.sleep(self._options.backoff_seconds * 2**attempt)
        raise AssertionError

    async def _send(
        self, method: str, url: httpx.URL, most: int, content: dict[str, Any]
    ) -> HttpReply:
        body = bytearray()
        request = self._http.build_request(method, url, **content)
        size = int(request.headers.get("content-length", 0))
        try:
            async with self._turns.turn(size) as uploaded:
                sent = time.monotonic()
                request.stream = UploadBody(request.stream, uploaded)
                response = await self._http.send(request, stream=True)
                async with aclosing(response):
                    async for chunk in response.aiter_raw():
                        body += chunk
                        if len(body) > most:
                            raise BrokenError(f"the answer has more than {most} bytes")
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            if "CERTIFICATE" in str(error):
                give_up(self._options, f"its certificate is not valid ({error}); check --service")
            raise UnreachableError(f"no connection ({one_line(error)})") from error
        except httpx.TimeoutException as error:
            raise SlowError("no answer in time") from error
        except httpx.HTTPError as error:
            raise BrokenError(f"the connection broke ({one_line(error)})") from error
        return HttpReply(response.status_code, response.headers, bytes(body), sent)
