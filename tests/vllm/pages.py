"""The input of both engines: checkpoints, pages, settings. See expected.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from ocr_service.engines.vision.attempt import PageAttempt
from ocr_service.engines.vision.repetition import LoopLimits
from ocr_service.engines.vision.retries import Attempts, DecodingSettings
from ocr_service.protocol.engine import PageText, Prompt
from tests.support.tiny_models import coloured_page

TOKENS = 60
# A guard that random text meets within so few tokens, and limits that it passes.
TIGHT = DecodingSettings(0.0, 0, ngram_size=3, ngram_window=40, exempt=())
QUICK = LoopLimits(window=16, variety=0.99, period=12, counting=40)

SIZES = {"small": (480, 620), "square": (640, 600), "tiled": (900, 450)}


def page(name: str) -> Image.Image:
    """Return one of the pages: two without tiles, and one with two tiles."""
    return coloured_page(1 + list(SIZES).index(name), SIZES[name])


def read(engine: Any, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read pages; return the outcome of each, with the tokens of its first attempt."""
    with noted() as tokens:
        texts = engine.read([page(name) for name in names], Prompt.DOCUMENT)
    assert not any(text.error for text in texts), texts
    return {
        name: {
            "tokens": tokens[place],
            "text": text.text,
            "finish_reason": text.finish_reason.value,
            "prompt_tokens": text.prompt_tokens,
            "output_tokens": text.output_tokens,
        }
        for place, (name, text) in enumerate(zip(names, texts, strict=True))
    }


@contextmanager
def noted() -> Iterator[dict[int, list[int]]]:
    """Record the tokens of each page's first attempt, which its text does not determine."""
    tokens: dict[int, list[int]] = {}
    text_of = Attempts.text_of

    def noting(attempts: Attempts, tried: Sequence[PageAttempt]) -> PageText:
        tokens[tried[0].key] = tried[0].tokens
        return text_of(attempts, tried)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attempts, "text_of", noting)
        yield tokens


@contextmanager
def settings(
    engine: Any, ladder: Sequence[DecodingSettings], limits: LoopLimits | None
) -> Iterator[None]:
    """Set an engine's decoding settings and loop limits."""
    attempts = engine._attempts
    exempt = attempts.first.exempt
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attempts, "_ladder", [replace(step, exempt=exempt) for step in ladder])
        patch.setattr(attempts, "_limits", limits)
        yield
