"""Separates running heads, running feet, page numbers and marginal notes from a page's text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from ocr_service.common.boxes import hull
from ocr_service.engines.scan.line_geometry import (
    CAPTION,
    CHAPTER,
    TextLine,
    TypeScale,
    same_row,
    shared,
)
from ocr_service.library.pages import Region

__all__ = ["margin_notes", "separate_edges"]

_EDGE = 0.14  # share of the page, at its top and bottom, where running lines have their middle
_NUMBER = re.compile(r"[-–—\[]?\s*(?:\d{1,4}|[ivxlcdm]{1,7}|[IVXLCDM]{2,7})\s*[-–—\]]?")
_WORD = re.compile(r"[^\W\d_]{2,}")
_BODY_LINE = 30  # characters of a line that shows where the text begins and ends
_BODY_LINES = 6  # such lines that show it for certain
_EQUATION_NUMBER = re.compile(r"[(\[].{1,8}[)\]]\.?")


def separate_edges(
    lines: list[TextLine], scale: TypeScale
) -> tuple[list[Region], list[TextLine], list[Region]]:
    """Separate running heads, running feet and page numbers, by position.

    A line that may as well be a title is a region of its own, but not called a running head: that
    it recurs is seen from the whole book.
    """
    head, lines = _edge(lines, scale, top=True)
    foot, lines = _edge(lines, scale, top=False)
    return head, lines, foot


def _edge(
    lines: list[TextLine], scale: TypeScale, *, top: bool
) -> tuple[list[Region], list[TextLine]]:
    if len(lines) < 2:
        return [], lines
    first = min(lines, key=lambda line: line.box[1] if top else -line.box[3])
    row = [line for line in lines if same_row(line.box, first.box)]
    rest = [line for line in lines if line not in row]
    box = hull([line.box for line in row])
    middle = (box[1] + box[3]) / 2
    is_formula = any(line.label for line in row)
    if not rest or is_formula or (middle > _EDGE if top else middle < 1 - _EDGE):
        return [], lines
    gap = min(line.box[1] for line in rest) - box[3] if top else 0.0
    if not top:
        gap = box[1] - max(line.box[3] for line in rest)
    numbers = [line for line in row if _NUMBER.fullmatch(line.text)]
    words = [line for line in row if line not in numbers]
    is_near = gap < scale.gap + 0.25 * scale.height
    if len(numbers) > 1 or (is_near and not _stands_apart(numbers, words, rest, scale)):
        return [], lines
    text = _side_text(words)
    if words and not _is_head_like(text, box, scale, numbered=bool(numbers)):
        return [], lines
    if words and not numbers and (top or not text.isupper()):
        return [], lines  # in doubt a title
    label = "page_header" if top else "page_footer"
    found = [Region("page_number", line.box, line.text) for line in numbers]
    if words:
        found.append(Region(label, hull([line.box for line in words]), text))
    return sorted(found, key=lambda region: region.box[0]), rest


def _stands_apart(
    numbers: Sequence[TextLine],
    words: Sequence[TextLine],
    rest: Sequence[TextLine],
    scale: TypeScale,
) -> bool:
    """Return whether a number is far from the words beside it, and begins no column of numbers."""
    if len(numbers) != 1 or not words:
        return False
    number = numbers[0].box
    apart = min(max(line.box[0] - number[2], number[0] - line.box[2]) for line in words)
    column = [line for line in rest if shared(line.box, number, 0) > 0.5 and len(line.text) < 12]
    return apart > 5 * scale.char and not column


def _side_text(lines: Sequence[TextLine]) -> str:
    return " ".join(line.text for line in sorted(lines, key=lambda line: line.box[0]))


def _is_head_like(text: str, box: tuple[float, ...], scale: TypeScale, *, numbered: bool) -> bool:
    """Return whether a line is a running head: a number is beside it, or it is set as a title."""
    if len(text) > 80 or box[3] - box[1] > 1.5 * scale.height or CAPTION.match(text):
        return False
    if numbered:
        return True
    words = [word for word in _WORD.findall(text) if len(word) > 3]
    title = bool(words) and all(word[0].isupper() for word in words)
    return title and not text.endswith((".", ",", ";", ":", "-")) and not CHAPTER.match(text)


def margin_notes(
    lines: list[TextLine], scale: TypeScale
) -> tuple[list[TextLine], list[list[TextLine]]]:
    """Separate the notes in the margins, each a group of lines, from the text of one column.

    Where text begins and ends is shown by its long lines; numbers of equations are no notes.
    """
    body = [line for line in lines if len(line.text) >= _BODY_LINE]
    if len(body) < _BODY_LINES:
        return lines, []
    left, right = median(line.box[0] for line in body), median(line.box[2] for line in body)
    ragged = [
        ln
        for ln in body
        if abs(ln.box[0] - left) > 5 * scale.char or ln.box[2] > right + 3 * scale.char
    ]
    if len(ragged) > 0.2 * len(body):
        return lines, []
    outer = [
        line
        for line in lines
        if (line.box[2] < left - 0.5 * scale.char or line.box[0] > right + 0.5 * scale.char)
        and any(shared(line.box, other.box, 1) > 0.3 for other in body)
        and not _EQUATION_NUMBER.fullmatch(line.text)
    ]
    notes: list[list[TextLine]] = []
    for line in sorted(outer, key=lambda line: (line.box[0] > right, line.box[1])):
        last = notes[-1][-1] if notes else None
        near = last and -0.5 * scale.height < line.box[1] - last.box[3] < scale.height
        if last and near and shared(last.box, line.box, 0) > 0:
            notes[-1].append(line)
        else:
            notes.append([line])
    return [line for line in lines if line not in outer], notes
