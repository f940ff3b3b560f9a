"""Writes a part of a page as DeepSeek-OCR does: label, box, content."""

from __future__ import annotations

from dataclasses import dataclass

from ocr_service.cleaning.model_boxes import MODEL_RANGE
from ocr_service.library.pages import Box

__all__ = ["TaggedText", "part", "scaled"]


@dataclass(frozen=True, slots=True)
class TaggedText:
    """An output as tagged text; `cut` if it ends in the middle of its form."""

    text: str
    notes: tuple[str, ...] = ()
    cut: bool = False


def part(label: str, content: str, box: Box | None = None) -> str:
    """Return a part of a page in tags; `box` is in fractions of the page."""
    edges = "" if box is None else ", ".join(f"{edge * MODEL_RANGE:.0f}" for edge in box)
    place = f"<|det|>[[{edges}]]<|/det|>" if edges else ""
    return f"<|ref|>{label}<|/ref|>{place}\n{content}\n"


def scaled(edges: Box, width: float, height: float) -> Box | None:
    """Return a box as fractions of a page of this size; None if it has no area on the page."""
    across, down = (
        sorted(min(max(edge / length, 0.0), 1.0) for edge in pair)
        for pair, length in ((edges[0::2], width), (edges[1::2], height))
    )
    box = (across[0], down[0], across[1], down[1])
    return box if box[0] < box[2] and box[1] < box[3] else None
