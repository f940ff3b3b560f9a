"""Limits simultaneous uploads, so that over a slow line the first pages arrive early.

Uploads that share a slow line all finish late: no container has a page to read until nearly all
have arrived, and the service refuses an upload that takes more than a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

__all__ = ["UploadBody", "UploadTurns"]


class UploadBody(httpx.AsyncByteStream):
    """A request's body that calls `sent` when its last part has been taken."""

    def __init__(self, body: Any, sent: Callable[[], Awaitable[None]]) -> None:
        """Wrap the body that httpx made."""
        self._body = body
        self._sent = sent

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body."""
        async for part in self._body:
            yield part
        await self._sent()


class UploadTurns:
    """Lets at most `most_bytes` be uploaded at once, or one request. For one event loop."""

    def __init__(self, most_bytes: int) -> None:
        """Start without uploads."""
        self._most = most_bytes
        self._bytes = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self, size: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Wait until `size` bytes may be sent; yield the function to call when they are sent.

        The turn ends with that call or with the block, whichever comes first. Requests without a
        body do not wait: they may fetch an answer that is already paid for.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._fits(size))
            self._bytes += size
        held = size

        async def sent() -> None:
            nonlocal held
            async with self._changed:
                self._bytes -= held
                held = 0
                self._changed.notify_all()

        try:
            yield sent
        finally:
            await sent()

    def _fits(self, size: int) -> bool:
        return not size or not self._bytes or self._bytes + size <= self._most
