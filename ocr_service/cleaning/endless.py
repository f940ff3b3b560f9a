r"""Finds what a model writes without end and no page has: by its form, not by its repetition.

hollow tables   at least 100 cells, 85 % of them without text; 60 % if every row is longer than the
                one before it, as where a model has lost the columns
runs            one to ten characters at least 60 times in a row, and over 200 characters: `\quad`,
                the zeros of a number or of a row of a matrix. Leaders are none
derivations     a displayed formula with more rows that begin with a relation than a page holds, or
                than half a page holds if the model has not closed it, or of which most repeat
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ocr_service.cleaning.loop import Loop, LoopKind

__all__ = ["derivations", "hollow_tables", "runs"]

_CELLS = 100  # of a hollow table
_EMPTY = 0.85
_EMPTY_GROWING = 0.6
_GROWING_ROWS = 8
_TURNS = 60
_RUN = 200  # characters
_ROWS = 60  # a page has up to 50 lines
_ROWS_OPEN = 25
_ROWS_KEPT = 12
_ROWS_REPEATED = 13  # if half of them are as others

_TABLE = re.compile(r"<table\b.*?(?:</table>|\Z)", re.DOTALL | re.IGNORECASE)
_ROW = re.compile(r"<tr\b", re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b[^<>]{0,200}>\s*+.", re.IGNORECASE)
_TURN = re.compile(r"((?=[^.·…_=*~–\-\s])\S.{0,9}?)\1{59,}", re.DOTALL)
_WORD = re.compile(r"(?<![\\A-Za-z])[^\W\d_]{2}")  # repeated words are found by their windows
_DISPLAY = re.compile(r"\\\[(.*?)(\\\]|\Z)", re.DOTALL)
_RELATION_ROW = re.compile(
    r"\\\\(?:\[[^\[\]\n]{0,12}\])?[\s&]*+"
    r"(?:[=<>≤≥≈]|\\(?:leq?|geq?|approx|equiv|sim|to|Rightarrow|Leftrightarrow|implies|iff)(?![A-Za-z]))"
)


def hollow_tables(text: str) -> Iterator[Loop]:
    """Yield tables of many cells that are mostly empty."""
    for table in _TABLE.finditer(text):
        cells = _CELL.findall(table[0])
        empty = sum(cell.endswith("<") for cell in cells)
        least = _EMPTY_GROWING if _grows(table[0]) else _EMPTY
        if len(cells) >= _CELLS and empty >= least * len(cells):
            start, end = table.span()
            yield Loop(start, start, end, len("<td></td>"), empty, LoopKind.EMPTY_CELLS)


def _grows(table: str) -> bool:
    """Tell whether each of many rows, but for the last, has more cells than the one before."""
    counts = [len(_CELL.findall(row)) for row in _ROW.split(table)[1:]][:-1]
    return len(counts) >= _GROWING_ROWS and all(fewer < more for fewer, more in pairwise(counts))


def runs(text: str) -> Iterator[Loop]:
    """Yield long runs of a few characters."""
    for run in _TURN.finditer(text):
        start, end = run.span()
        period = len(run[1])
        if end - start >= _RUN and not _WORD.search(run[1]):
            yield Loop(start, start + period, end, period, (end - start) // period)


def derivations(text: str) -> Iterator[Loop]:
    """Yield the rows of endless derivations, without the first ones and the last."""
    for display in _DISPLAY.finditer(text):
        rows = [row.start() for row in _RELATION_ROW.finditer(text, *display.span(1))]
        if len(rows) < _ROWS_REPEATED:
            continue
        different = {text[start:end] for start, end in pairwise(rows)}
        repeated = 2 * len(different) <= len(rows)
        most = _ROWS if display[2] else _ROWS_OPEN
        if repeated or len(rows) > most:
            kept = 0 if repeated else _ROWS_KEPT
            start, second, end, turns = rows[kept], rows[kept + 1], rows[-1], len(rows) - 1 - kept
            period = (end - start) // turns
            yield Loop(start, second, end, period, turns, LoopKind.DERIVATION)
