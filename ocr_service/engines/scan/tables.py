"""Finds tables among the lines of a scan: rows of short pieces with white between them. Pure.

A table is three rows or more, one under the other, that the same stretches of white cut into
columns. Columns of prose, lists, aligned formulas and figures look similar: their pieces are long,
begin with marks, have signs of mathematics, or stand on top of one another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ocr_service.common.boxes import hull
from ocr_service.engines.scan.line_geometry import TextLine, TypeScale, same_row

__all__ = ["with_tables"]

_Row = list[TextLine]

_FEWEST = 3  # rows of a table
_FEWEST_PAIRS = 4  # of a table of two columns
_GAP = 1.5  # characters of white between columns
_APART = 1.6  # lines of white between rows
_LONG = 30  # characters; most cells are shorter, lines of columns of prose are longer
_LONGEST = 45  # characters of any cell: a longer piece is a line of prose beside something
_FILLED = 0.5  # share of the rows in which a column has something
_FORMULAS = 0.5  # share of cells with signs of mathematics, from which they are formulas
_WORDS = 2  # in a cell that may be a line of prose
_SMALL = 0.4  # share of lines that begin with small letters, from which a column is prose
_WIDE = 0.2  # share of rows that may cross a stretch of white: heads over several columns

_MARK = re.compile(r"(?:\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]|[•●▪■◦·*–—-]|[(\[].{1,6}[)\]])")
_SIGN = re.compile(r"[=≡≈≅∼≤≥≠∝√∫∑∏∂∞]|\w\s[+−·/]\s\w")


def with_tables(lines: Sequence[TextLine], scale: TypeScale) -> list[TextLine]:
    """Return the lines of an upright page with those of each table replaced by one.

    Args:
        lines: the lines of the page, in any order.
        scale: the sizes of its body text.

    Returns:
        The lines; a table's is labelled `table`, and its markdown is a pipe table.
    """
    rows = _rows([line for line in lines if not line.label])
    kept = [line for line in lines if line.label]
    start = 0
    while start < len(rows):
        end = _end_of_run(rows, start, scale)
        table = _table(rows[start:end], scale) if end - start >= _FEWEST else None
        if table is None:
            kept += rows[start]
            start += 1
        else:
            kept.append(table)
            start = end
    return kept


def _rows(lines: Sequence[TextLine]) -> list[_Row]:
    """Return the printed rows from top to bottom, each from left to right."""
    rows: list[_Row] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if rows and same_row(rows[-1][0].box, line.box):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def _end_of_run(rows: Sequence[_Row], start: int, scale: TypeScale) -> int:
    """Return the end of the rows of several pieces that follow each other from one on."""
    end = start
    while end < len(rows) and _is_cut(rows[end], scale):
        if end > start:
            above, below = (
                hull([ln.box for ln in rows[end - 1]]),
                hull([ln.box for ln in rows[end]]),
            )
            gap = below[1] - above[3]
            if gap > _APART * scale.height or gap < -0.4 * scale.height:
                break
        end += 1
    return end


def _is_cut(row: _Row, scale: TypeScale) -> bool:
    gaps = [right.box[0] - left.box[2] for left, right in pairwise(row)]
    return bool(gaps) and max(gaps) > _GAP * scale.char and max(map(_length, row)) < _LONGEST


def _table(rows: Sequence[_Row], scale: TypeScale) -> TextLine | None:
    """Return the line of a table, or None if the rows are none."""
    columns = _columns(rows, scale)
    if len(columns) < 2 or len(rows) < (_FEWEST_PAIRS if len(columns) == 2 else _FEWEST):
        return None
    grid = [_cells(row, columns) for row in rows]
    cells = [cell for row in grid for cell in row if cell]
    filled = [sum(bool(row[place]) for row in grid) / len(grid) for place in range(len(columns))]
    if min(filled) < _FILLED or sum(filled) < 0.7 * len(filled):
        return None
    if sum(bool(_SIGN.search(cell)) for cell in cells) > _FORMULAS * len(cells):
        return None
    if not any(any(char.isalpha() for char in cell) for cell in grid[0]):
        return None  # a table has a head; numbers alone are more likely the marks of an axis
    by_column = [[row[place] for row in grid if row[place]] for place in range(len(columns))]
    long = sum(sorted(map(len, column))[len(column) // 2] > _LONG for column in by_column)
    marks = any(all(_MARK.fullmatch(cell) for cell in column) for column in by_column)
    marks |= len(columns) == 2 and _counts_on(by_column[0])
    if marks or long > len(columns) // 2 or sum(map(_is_prose, by_column)) > 1:
        return None
    text = [cell for row in grid for cell in row if cell]
    box = hull([line.box for row in rows for line in row])
    return TextLine(" ".join(text), box, label="table", markdown=_markdown(grid))


def _counts_on(column: Sequence[str]) -> bool:
    """Return whether a column without a head is numbers that count on: those of lines of code."""
    if not all(cell.isdecimal() for cell in column):
        return False
    return all(int(below) == int(above) + 1 for above, below in pairwise(column))


def _is_prose(column: Sequence[str]) -> bool:
    """Return whether a column is text that runs on: most lines begin with small letters."""
    lines = [cell for cell in column[1:] if len(cell.split()) >= _WORDS]
    small = sum(cell[0].islower() for cell in lines)
    return len(lines) >= 0.5 * (len(column) - 1) and small >= _SMALL * max(1, len(lines))


def _columns(rows: Sequence[_Row], scale: TypeScale) -> list[tuple[float, float]]:
    """Return the left and right ends of the columns that rows have in common."""
    pieces = [line.box for row in rows for line in row]
    edges = sorted({box[0] for box in pieces} | {box[2] for box in pieces})
    most = int(_WIDE * len(rows))
    columns: list[tuple[float, float]] = []
    for left, right in pairwise(edges):
        crossed = sum(box[0] < right and box[2] > left for box in pieces)
        if crossed <= most:
            continue
        if columns and left - columns[-1][1] < _GAP * scale.char:
            columns[-1] = (columns[-1][0], right)
        else:
            columns.append((left, right))
    return columns


def _cells(row: _Row, columns: Sequence[tuple[float, float]]) -> list[str]:
    """Return the texts of a row by columns; a piece is in the column that holds most of it."""
    texts: list[list[str]] = [[] for _ in columns]
    for line in row:
        shares = [min(line.box[2], right) - max(line.box[0], left) for left, right in columns]
        texts[shares.index(max(shares))].append(line.text)
    return [" ".join(text) for text in texts]


def _length(line: TextLine) -> int:
    return len(line.text)


def _markdown(grid: Sequence[Sequence[str]]) -> str:
    rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in grid]
    rows.insert(1, "|" + " --- |" * len(grid[0]))
    return "\n".join(rows)
