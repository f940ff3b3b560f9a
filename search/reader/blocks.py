"""Gives each part of a page its place in the print.

A page's markdown is made of the texts of its regions, in order. Each block of the markdown is
looked for in the regions' texts; what no region has (a page edited by hand, a book that came as
text) is shown without a place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from indexer.passages.blocks import BlockKind, split_blocks
from ocr_service.library.pages import Box, Region

__all__ = ["PlacedBlock", "boxes_of", "page_blocks"]


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """The part `markdown[start:end]` of a page; `box` is its place in the print, if known."""

    kind: BlockKind
    start: int
    end: int
    box: Box | None


def page_blocks(markdown: str, regions: Sequence[Region]) -> list[PlacedBlock]:
    """Return the blocks of a page in order, without blank ones."""
    places = _places(markdown, regions)
    found = []
    for block in split_blocks(markdown):
        if block.kind is BlockKind.BLANK:
            continue
        box = next((box for start, end, box in places if start <= block.start < end), None)
        found.append(PlacedBlock(block.kind, block.start, block.end, box))
    return found


def boxes_of(blocks: Sequence[PlacedBlock], start: int, end: int) -> list[Box]:
    """Return the places of the blocks that share characters with a range of the markdown."""
    boxes = [block.box for block in blocks if block.box and block.start < end and start < block.end]
    return list(dict.fromkeys(boxes))


def _places(markdown: str, regions: Sequence[Region]) -> list[tuple[int, int, Box]]:
    """Return the ranges of markdown that regions wrote, in order, and their boxes.

    A region is looked for after the one before it; blanks are alike. One that is not found
    (a running head, text that was cleaned) takes nothing.
    """
    found, position = [], 0
    for region in regions:
        words = region.text.split()
        if not words:
            continue
        pattern = r"\s+".join(re.escape(word) for word in words)
        place = re.compile(pattern).search(markdown, position)
        if place:
            found.append((place.start(), place.end(), region.box))
            position = place.end()
    return found
