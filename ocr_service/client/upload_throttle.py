"""Requests are uploaded in turns, so that over a slow line pages arrive early, and none too late.

All that may be with a service at once, sent at once, would share the line: no container had a page
to work on before nearly all were there, and a service gives up an upload that takes over a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

__all__ = ["UploadBody", "UploadTurns"]


class UploadBody(httpx.AsyncByteStream):
    """A request's body that calls `sent` when the last of it has been taken."""

    def __init__(self, body: Any, sent: Callable[[], Awaitable[None]]) -> None:
        """Take the body as httpx made it."""
        self._body = body
        self._sent = sent

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the body."""
        async for part in self._body:
            yield part
        await self._sent()


class UploadTurns:
    """Lets so many bytes be on their way at once, or one request of any size. Of one event loop."""

    def __init__(self, most_bytes: int) -> None:
        """Start with nothing on its way."""
        self._most = most_bytes
        self._bytes = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self, size: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Wait until `size` bytes may be sent; give what is to be called when they are.

        The turn is over then, or with the block if that ends before. Requests without a body do
        not wait: one of them may fetch an answer that was paid for.
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
