"""One attempt at one page: what the model is given, what it has written, why it stopped."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ocr_service.engines.vision.repetition import LoopDetector, NoRepeatNgrams
from ocr_service.engines.vision.tiling import Views
from ocr_service.protocol.engine import FinishReason

if TYPE_CHECKING:
    import torch

__all__ = ["AttemptSource", "PageAttempt", "Spent"]


@dataclass(slots=True, eq=False)
class PageAttempt:
    """An attempt at a page, and how far it has come.

    `key` is the caller's. `prompt` are the tokens before the first that the model writes, those
    of the image included. `limit` is the most tokens it may write. At `temperature` 0 the
    likeliest token is taken, else one is drawn; `seed` makes that repeatable. `views` are given
    up once the model has looked at them; what it saw, `seen` (image tokens, hidden size), serves
    the page's other attempts too.

    `tokens` are without the one that ended the page; `produced` counts that too. `seconds` are
    the page's share of the device's time: that of each step, divided among the pages in it.
    """

    key: int
    prompt: list[int]
    views: Views | None
    limit: int
    temperature: float = 0.0
    seed: int = 0
    guard: NoRepeatNgrams | None = None
    watch: LoopDetector | None = None
    seen: torch.Tensor | None = None
    tokens: list[int] = field(default_factory=list)
    produced: int = 0
    seconds: float = 0.0
    finish: FinishReason | None = None
    error: str | None = None
    _random: random.Random | None = None

    def accept(self, token: int, stops: frozenset[int]) -> None:
        """Add the next token, and finish if it is the last."""
        self.produced += 1
        if token in stops:
            self.finish = FinishReason.STOP
            return
        self.tokens.append(token)
        if self.guard is not None:
            self.guard.append(token)
        if self.watch is not None and self.watch.append(token):
            self.finish = FinishReason.LOOP
        elif self.produced >= self.limit:
            self.finish = FinishReason.LENGTH

    def fail(self, error: str) -> None:
        """Finish without a text."""
        self.finish, self.error = FinishReason.ERROR, error

    def draw(self) -> float:
        """Return the next random number, 0 <= it < 1. Other pages have no part in it."""
        if self._random is None:
            self._random = random.Random(self.seed)  # noqa: S311 - no secret
        return self._random.random()


class AttemptSource(Protocol):
    """Where pages come from while others are being written."""

    def take(self, wait: bool) -> PageAttempt | None:
        """Return the next page; None if there is none, or none is ready and we may not wait."""


@dataclass(slots=True)
class Spent:
    """Seconds spent on looking at images, on reading prompts and on writing.

    `steps` are forward passes that wrote a token for each of several pages, `tokens` those tokens.
    """

    vision: float = 0.0
    prefill: float = 0.0
    decode: float = 0.0
    steps: int = 0
    tokens: int = 0
