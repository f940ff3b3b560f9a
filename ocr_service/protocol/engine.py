"""What every batch engine does: page images in, the model's own text of each page out.

The server, the Modal app and the client know engines by these types alone. Standard library only.
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
    """What the model is asked for; the words of each are those that its authors publish."""

    DOCUMENT = "document"  # markdown with grounding tags
    FREE = "free"  # plain text, no layout
    FIGURE = "figure"  # what a figure shows


class FinishReason(StrEnum):
    """Why the text of a page ends where it ends."""

    STOP = "stop"  # the model said so
    LENGTH = "length"  # the limit of output tokens was reached
    LOOP = "loop"  # the text repeated itself and was stopped
    ERROR = "error"  # this page could not be read; `PageText.error` says why


@dataclass(frozen=True, slots=True)
class PageText:
    """A page as a model wrote it, tags and all, and what it took.

    `prompt_tokens` counts the image's tokens too. `output_tokens` and `seconds` are of all
    `attempts` together: they were all paid for. `error` is set with `FinishReason.ERROR` only.
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
    """What runs: `name` of the engine, hub id or folder of its model, the revision it is pinned to.

    `max_batch` is the number of pages it can read at once, `max_output_tokens` those of one page.
    """

    name: str
    model: str
    revision: str | None
    device: str
    dtype: str
    max_batch: int
    max_output_tokens: int


class BatchEngine(Protocol):
    """Reads page images with a model that is loaded once. Not for two threads at a time."""

    @property
    def info(self) -> EngineInfo:
        """What runs."""

    def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:
        """Return a text for each image, in their order.

        An image that cannot be read gives a `PageText` with an error; the others go on.
        """
