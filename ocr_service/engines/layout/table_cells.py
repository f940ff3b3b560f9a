"""Puts the words of a table into the cells of its grid. Pure.

A word belongs to the cell that holds its middle, so that no word is cut where a column's edge runs
through it and none is lost. Words of one phrase stay together: a head over two columns is in the
first of them.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Sequence

from ocr_service.engines.layout.prose import join_lines
from ocr_service.engines.layout.text_lines import Span

__all__ = ["fill_cells"]

_WORD = re.compile(r"\S+")
_GAP = 0.14  # type sizes: a wider gap between two words of one line is a blank
_PHRASE = 0.35  # type sizes: words that are no further apart are one phrase
_LETTER = re.compile(r"[^\W\d_]{2}")

Grid = Sequence[float]  # edges of rows or columns, ascending, outer edges included


def fill_cells(spans: Sequence[Span], columns: Grid, rows: Grid) -> tuple[tuple[str, ...], ...]:
    """Return the rows of a table as texts.

    Args:
        spans: The table's type in reading order.
        columns: The x of the columns' edges in points, the outer ones included.
        rows: The y of the rows' edges, likewise.
    """
    width, height = max(1, len(columns) - 1), max(1, len(rows) - 1)
    cells: list[list[list[_Word]]] = [[[] for _ in range(width)] for _ in range(height)]
    before: _Word | None = None
    column = 0
    for span in spans:
        row = bisect(rows[1:-1], (span.box[1] + span.box[3]) / 2)
        for word in _words(span):
            if before is None or not _is_phrase(before, word):
                column = bisect(columns[1:-1], (word[1] + word[2]) / 2)
            cells[row][column].append(word)
            before = word
    return tuple(tuple(_joined(cell) for cell in row) for row in cells)


_Word = tuple[str, float, float, Span]  # text, left, right, what it is part of


def _words(span: Span) -> Iterator[_Word]:
    for found in _WORD.finditer(span.text):
        if span.level and len(span.edges) == len(span.text):
            edges = span.edges[found.start() : found.end()]
            yield found[0], min(edges)[0], max(right for _, right in edges), span
        else:
            yield found[0], span.box[0], span.box[2], span


def _joined(words: Sequence[_Word]) -> str:
    """Return the words of one cell, its lines joined as those of a paragraph."""
    lines: list[str] = []
    before: _Word | None = None
    for word in words:
        if before is None or not _are_level(before, word):
            lines.append(word[0])
        else:
            lines[-1] += ("" if _goes_on(before, word) else " ") + word[0]
        before = word
    return join_lines(lines)


def _are_level(before: _Word, word: _Word) -> bool:
    """Tell whether two words are of one line."""
    first, second = before[3], word[3]
    if not (first.level and second.level):
        return first is second
    return abs(first.baseline - second.baseline) < max(first.size, second.size)


def _is_phrase(before: _Word, word: _Word) -> bool:
    """Tell whether a word is the next of a phrase: no number, and a blank after the one before."""
    first, second = before[3], word[3]
    size = min(first.size, second.size)
    level = first.level and second.level and abs(first.baseline - second.baseline) < 0.1 * size
    near = -_GAP * size < word[1] - before[2] < _PHRASE * size
    return level and near and bool(_LETTER.search(before[0]) and _LETTER.search(word[0]))


def _goes_on(before: _Word, word: _Word) -> bool:
    """Tell whether a word is the rest of the one before on its line, set in another type."""
    first, second = before[3], word[3]
    parted = first.text[-1:].isspace() or second.text[:1].isspace()
    size = max(first.size, second.size)
    return first is not second and not parted and -_GAP * size < word[1] - before[2] < _GAP * size
