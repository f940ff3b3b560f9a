"""Turns pages whose text runs up, down or upside down, such as wide tables, while they are read.

Such a page says nothing of it in its /Rotate entry. It is turned in memory alone, and the boxes of
what was read are turned back: they are those of the page as displayed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ocr_service.library.pages import Box, Region
from ocr_service.pdf.document import Document
from ocr_service.pdf.page_tree import Native

__all__ = ["read_level", "turned_back"]

_MOST = 0.8  # of a page's characters that run in one direction
_LEAST = 80  # characters: fewer are labels of a figure
_TURNS = {(0, -1): 90, (-1, 0): 180, (0, 1): 270}  # degrees clockwise, by where lines run


@contextmanager
def read_level(document: Document, page_index: int) -> Iterator[int]:
    """Turn a page (0-based index) while it is read, and yield by how many degrees clockwise.

    0 if its text is level as it is. A page with form fields stays: they do not turn with it.

    Raises:
        InputError: The page cannot be read.
    """
    page = document.page(page_index)
    with document.page_errors(page_index):
        degrees = 0 if page.first_widget else _degrees(page)
        if degrees:
            page.set_rotation((page.rotation + degrees) % 360)
    yield degrees
    if degrees:
        page = document.page(page_index)
        with document.page_errors(page_index):
            page.set_rotation((page.rotation - degrees) % 360)


def turned_back(regions: Sequence[Region], degrees: int) -> tuple[Region, ...]:
    """Return the regions of a page that was turned by so many degrees clockwise."""
    if not degrees:
        return tuple(regions)
    return tuple(replace(region, box=_box(region.box, degrees)) for region in regions)


def _box(box: Box, degrees: int) -> Box:
    left, top, right, bottom = box
    if degrees == 90:
        return (top, 1 - right, bottom, 1 - left)
    if degrees == 180:
        return (1 - right, 1 - bottom, 1 - left, 1 - top)
    return (1 - bottom, left, 1 - top, right)


def _degrees(page: Native) -> int:
    """Return by how many degrees a page must be turned for its text to be level."""
    import pymupdf

    turn = page.rotation_matrix
    directions: Counter[tuple[int, int]] = Counter()
    for block in page.get_text("dict", flags=pymupdf.TEXTFLAGS_TEXT)["blocks"]:
        for line in block.get("lines", ()):
            if not line["wmode"]:
                x, y = line["dir"]
                shown = (round(turn.a * x + turn.c * y), round(turn.b * x + turn.d * y))
                directions[shown] += sum(len(span["text"]) for span in line["spans"])
    total = directions.total()
    if total < _LEAST:
        return 0
    direction, most = directions.most_common(1)[0]
    return _TURNS.get(direction, 0) if most >= _MOST * total else 0
