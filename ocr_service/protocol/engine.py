"""Defines the interface of batch engines: page images in, the model's raw text of each page out.

The server, the Modal app and the client depend on these types only. Standard library only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["BatchEngine", "EngineInfo", "FinishReason", "PageText", "Prompt"]


class Prompt(StrEnum):
    """The task of the model; the wording of each prompt is that of the model's authors."""

    DOCUMENT = "document"  # markdown with grounding tags
    FREE = "free"  # plain text, no layout
    FIGURE = "figure"  # what a figure shows


class FinishReason(StrEnum):
    """Why generation of a page's text ended."""

    STOP = "stop"  # the model ended the text itself
    LENGTH = "length"  # the limit of output tokens was reached
    LOOP = "loop"  # the text repeated itself and was stopped
    ERROR = "error"  # this page could not be read; `PageText.error` says why


@dataclass(frozen=True, slots=True)
class PageText:
    """The raw text of a page, grounding tags included, and the cost of reading it.

    `prompt_tokens` includes the image's tokens. `output_tokens` and `seconds` are totals over all
    `attempts`, since all of them cost. `error` is set with `FinishReason.ERROR` only.
    """

    text: str
    finish_reason: FinishReason
    prompt_tokens: int = 0
    output_tokens: int = 0
    attempts: int = 1
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Describes a running engine: its name, the model's hub id or folder, the pinned revision.

    `max_batch`: pages it can read at once. `max_output_tokens`: the limit for one page.
    """

    name: str
    model: str
    revision: str | None
    device: str
    dtype: str
    max_batch: int
    max_output_tokens: int


class BatchEngine(Protocol):
    """Reads page images with a model that is loaded once. Not thread-safe."""

    @property
    def info(self) -> EngineInfo:
        """The description of this engine."""

    def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:
        """Return a text for each image, in the same order.

        An image that cannot be read gives a `PageText` with an error; the others are read.
        """
