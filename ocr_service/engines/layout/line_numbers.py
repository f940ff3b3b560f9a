"""Finds the numbers of lines in the margin, as editors and reviewers use them, and takes them away.

They stand outside all text, beside lines of prose, and increase from line to line or by fives.
Readers would weave them into the sentences; so they are taken from the page in memory before it is
read, and its notes tell so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from ocr_service.engines.layout.ink import Rect, upright_page
from ocr_service.engines.layout.page_text import LayerLine, LayerText
from ocr_service.pdf.document import Document

__all__ = ["margin_numbers", "without_margin_numbers"]

_NUMBER = re.compile(r"\d{1,4}")
_PROSE = 20  # characters of a line of prose
_LEAST = 5  # numbers of a page
_LEAST_BY_FIVES = 3
_LEAST_LARGE = 12  # numbers in the size of the text
_SMALL = 0.85  # times the size of the text
_ALIGNED = 2.0  # points between the ends of the numbers
_BESIDE = 0.8  # share of the numbers that have a line beside them
_GRID, _EVEN = 20, 1.0  # as many numbers, spaced evenly to so many points, are a grid
_BESIDE_GRID = 0.3  # which goes on beside displays and blank lines
_GOING_ON = 0.2  # share of those lines that begin within a sentence: no items, rows or entries


def without_margin_numbers(document: Document, page_index: int, text: LayerText) -> int:
    """Take the numbers of lines from a page (0-based index) in memory; return how many there are.

    `text` is the page's. What stands on the page apart from them stays as it is.

    Raises:
        InputError: The page cannot be read.
    """
    boxes = margin_numbers(text)
    if boxes:
        page = upright_page(document, page_index)
        with document.page_errors(page_index):
            for left, top, right, bottom in boxes:
                height = (bottom - top) / 4  # its middle: what overlaps a little is not touched
                page.add_redact_annot((left, top + height, right, bottom - height))
            page.apply_redactions(images=0, graphics=0)
    return len(boxes)


def margin_numbers(text: LayerText) -> list[Rect]:
    """Return the boxes of the numbers of lines in the left or right margin of a page."""
    lines = [line for block in text.blocks for line in block if line.level]
    prose = [line for line in lines if len(line.text.strip()) >= _PROSE]
    numbers = [line for line in lines if _NUMBER.fullmatch(line.text.strip())]
    if not prose or len(numbers) < _LEAST_BY_FIVES:
        return []
    left = min(line.box[0] for line in prose)
    right = max(line.box[2] for line in prose)
    found: list[Rect] = []
    in_margins = (
        [line for line in numbers if line.box[2] < left],
        [line for line in numbers if line.box[0] > right],
    )
    for column in map(_aligned, in_margins):
        if _count_lines(column, prose):
            found += [line.box for line in column]
    return found


def _aligned(numbers: Sequence[LayerLine]) -> list[LayerLine]:
    """Return the numbers that begin or end below each other, from top to bottom."""
    best: list[LayerLine] = []
    for side in (0, 2):
        ends = [line.box[side] for line in numbers]
        aligned = [line for line in numbers if abs(line.box[side] - median(ends)) <= _ALIGNED]
        best = max(best, aligned, key=len)
    return sorted(best, key=lambda line: line.box[1])


def _count_lines(numbers: Sequence[LayerLine], prose: Sequence[LayerLine]) -> bool:
    """Tell whether numbers in a margin count the lines beside them."""
    values = [int(line.text) for line in numbers]
    steps = {after - before for before, after in pairwise(values)}
    if not steps or min(steps) <= 0 or any(step % min(steps) for step in steps):
        return False
    small = median(one.size for one in numbers) <= _SMALL * median(one.size for one in prose)
    least = _LEAST if min(steps) == 1 else _LEAST_BY_FIVES
    if len(numbers) < (least if small else _LEAST_LARGE):
        return False
    beside = [line for number in numbers for line in _beside(number, prose)]
    if len(beside) < (_BESIDE_GRID if _is_grid(numbers) else _BESIDE) * len(numbers):
        return False
    going_on = sum(line.text.lstrip()[0].islower() for line in beside)
    return going_on >= _GOING_ON * len(beside)


def _is_grid(numbers: Sequence[LayerLine]) -> bool:
    """Tell whether numbers stand at even distances down a page, whatever is beside them."""
    steps = [after.box[1] - before.box[1] for before, after in pairwise(numbers)]
    return len(numbers) >= _GRID and max(steps) - min(steps) <= _EVEN


def _beside(number: LayerLine, prose: Sequence[LayerLine]) -> Iterator[LayerLine]:
    """Yield the first line at the height of a number."""
    middle = (number.box[1] + number.box[3]) / 2
    yield from [line for line in prose if line.box[1] <= middle <= line.box[3]][:1]
