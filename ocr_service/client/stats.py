"""Counts pages, tokens, time and cost of reading with a service; formats them for people."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr_service.client.options import ServiceOptions
from ocr_service.console.page_notes import page_ranges
from ocr_service.console.progress import brief_rate, counted, duration
from ocr_service.library.pages import PageStatus
from ocr_service.protocol.engine import PageText

__all__ = [
    "GPU_PRICE",
    "GPU_RATE",
    "Estimate",
    "ServiceStats",
    "estimate",
    "gpu_price",
    "troubled_pages",
]

# Defaults for estimates: dollars per hour of an A100 in November 2026, and pages per second of one
# GPU, between .22 (a blog post) and 2.3 (vLLM on an A100).
GPU_PRICE = 2.50
GPU_RATE = 1.0


def gpu_price(told: float | None, service: ServiceOptions | None) -> float | None:
    """Return the dollars per hour of one GPU of a service, None if it is free.

    `told` is the user's figure. Without one the price is `GPU_PRICE`, except for a service on this
    machine. `service` is None if its address is not known yet.
    """
    if told is None and not (service and service.is_local):
        return GPU_PRICE
    return told


_LISTED = (PageStatus.LOOPING, PageStatus.TRUNCATED, PageStatus.BLANK, PageStatus.FAILED)


@dataclass(slots=True)
class _Span:
    """When a container's first request was sent, and when it last answered."""

    first: float
    last: float


@dataclass(slots=True)
class ServiceStats:
    """Counts of one run. `price`: dollars per hour of one container's GPU; None if it is free."""

    price: float | None = None
    pages: int = 0
    blank: int = 0
    local: int = 0  # pages read on this machine instead
    prompt_tokens: int = 0
    output_tokens: int = 0
    requests: int = 0
    retries: int = 0
    refusals: int = 0
    bytes_sent: int = 0
    began: float = field(default_factory=time.monotonic)
    _containers: dict[str, _Span] = field(default_factory=dict)

    def answered(self, pages: Sequence[PageText], instance: str, sent: float) -> None:
        """Count an answer to a request that was sent at the monotonic time `sent`."""
        now = time.monotonic()
        self.requests += 1
        self.pages += len(pages)
        self.prompt_tokens += sum(page.prompt_tokens for page in pages)
        self.output_tokens += sum(page.output_tokens for page in pages)
        span = self._containers.setdefault(instance, _Span(sent, now))
        span.first, span.last = min(span.first, sent), now

    @property
    def containers(self) -> int:
        """The number of servers that have answered."""
        return len(self._containers)

    @property
    def gpu_seconds(self) -> float:
        """The sum over containers of the seconds from first request to last answer.

        A provider also bills a container's start and its idle time before it ends.
        """
        return sum(span.last - span.first for span in self._containers.values())

    @property
    def cost(self) -> float | None:
        """The dollars for `gpu_seconds`; None if it is free."""
        return None if self.price is None else self.gpu_seconds / 3600 * self.price

    def line(self) -> str:
        """Return the progress in one line."""
        return f"{brief_rate(self.pages / self._seconds)} pages/s, {self.details()}"

    @property
    def _seconds(self) -> float:
        return max(time.monotonic() - self.began, 1e-3)

    @property
    def _retries(self) -> str:
        return "1 retry" if self.retries == 1 else f"{self.retries} retries"

    def details(self) -> str:
        """Return the progress without pages per second, which the progress bar shows."""
        parts = [
            f"{self.output_tokens / self._seconds:,.0f} tokens/s",
            counted(self.containers, "container"),
        ]
        if self.retries:
            parts.append(self._retries)
        if self.cost is not None:
            parts.append(f"${self.cost:.2f}")
        return ", ".join(parts)

    def summary(self) -> str:
        """Return the totals in one line."""
        line = "no page was read by the service"
        if not self.pages and self.retries:
            line += f": {self._retries} in {duration(self._seconds)}"
        elif self.pages:
            requests = counted(self.requests, "request")
            line = f"{counted(self.pages, 'page')} read by the service in {requests}: {self.line()}"
            line += f" at ${self.price:.2f} an hour" if self.price is not None else ""
        if self.local:
            line += f"; {counted(self.local, 'page')} read on this machine"
            line += f", about ${self.saved:.2f} saved" if self.saved is not None else ""
        return f"{line}; {counted(self.blank, 'blank page')} not sent" if self.blank else line

    @property
    def saved(self) -> float | None:
        """The dollars that the pages read on this machine would have cost with the service."""
        if self.price is None:
            return None
        seconds = self.gpu_seconds / self.pages if self.pages else 1 / GPU_RATE
        return self.local * seconds / 3600 * self.price


@dataclass(frozen=True, slots=True)
class Estimate:
    """The expected requests, seconds and, if a price is known, dollars."""

    pages: int
    requests: int
    seconds: float
    dollars: float | None


def estimate(
    pages: int, request_pages: int, containers: int, rate: float, price: float | None
) -> Estimate:
    """Estimate the cost of `pages` pages; `rate` is in pages per second of one container.

    Times and prices are for warm containers.
    """
    gpu_seconds = pages / rate
    return Estimate(
        pages=pages,
        requests=math.ceil(pages / request_pages),
        seconds=gpu_seconds / max(1, min(containers, math.ceil(pages / request_pages))),
        dollars=None if price is None else gpu_seconds / 3600 * price,
    )


def troubled_pages(statuses: Sequence[PageStatus]) -> list[str]:
    """Return a line for each problematic status, with the 1-based numbers of its pages.

    `statuses` are those of all pages of a book, in order.
    """
    numbers: dict[PageStatus, list[int]] = {status: [] for status in _LISTED}
    for number, status in enumerate(statuses, 1):
        if status in numbers:
            numbers[status].append(number)
    return [
        f"{len(found)} {status}: page{'s' if len(found) > 1 else ''} {page_ranges(found)}"
        for status, found in numbers.items()
        if found
    ]
