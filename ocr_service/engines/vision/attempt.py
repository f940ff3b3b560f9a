"""Holds one attempt at a page: the model's input, its output so far, why it stopped."""

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
    """An attempt at a page, and its progress.

    `key`: the caller's. `prompt`: the input tokens, those of the image included. `limit`: the most
    output tokens. `temperature`: 0 takes the most likely token, else one is sampled; `seed` makes
    that repeatable. `views`: dropped once they are encoded. `seen`: the image features (image
    tokens, hidden size), which the page's later attempts share.

    `tokens`: the output without the token that ended it, which `produced` counts too. `seconds`:
    the page's share of device time; each step is divided equally among its pages.
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
        """Finish with an error."""
        self.finish, self.error = FinishReason.ERROR, error

    def draw(self) -> float:
        """Return the next random number in [0, 1), independent of other pages."""
        if self._random is None:
            self._random = random.Random(self.seed)  # noqa: S311 - no secret
        return self._random.random()


class AttemptSource(Protocol):
    """Supplies attempts while others are being generated."""

    def take(self, wait: bool) -> PageAttempt | None:
        """Return the next attempt; None if there is none, or none is ready and `wait` is False."""


@dataclass(slots=True)
class Spent:
    """Seconds spent on encoding images, on prefill and on decoding.

    `steps`: decoding passes, of one token for each page in the batch. `tokens`: those tokens.
    """

    vision: float = 0.0
    prefill: float = 0.0
    decode: float = 0.0
    steps: int = 0
    tokens: int = 0
