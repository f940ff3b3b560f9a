"""Shortens every loop in a text to a few turns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ocr_service.cleaning.loop import Loop, LoopKind
from ocr_service.cleaning.loops import find_loops

__all__ = ["without_loops"]

_KEPT = 80  # characters of a loop to keep, in addition to two whole turns
_SEAM = 24  # characters before a cut that match those before the loop's end, if it is regular
_HEADER = 300  # most characters of a pair of tags
_HEADERS = re.compile(r"<\|ref\|>\w{1,30}<\|/ref\|>(?:<\|det\|>[^<\n]{0,200}<\|/det\|>)?")
_ROW = re.compile(r"<tr\b[^<>]{0,80}>", re.IGNORECASE)
_CELL_TAG = re.compile(r"</?t(?:[drh]|able|head|body|foot)\b[^<>]{0,80}>", re.IGNORECASE)


def without_loops(text: str) -> tuple[str, list[Loop]]:
    """Return the text with a few turns left of each loop, and the loops.

    From a regular loop a whole number of turns is cut, so that the text after it continues where
    the kept turns end. Of a table of empty cells the cells with text are kept, in their rows.
    """
    kept: list[str] = []
    loops = list(find_loops(text))
    position = 0
    for loop in loops:
        if loop.kind is LoopKind.EMPTY_CELLS:
            kept += [text[position : loop.start], *_filled_rows(text[loop.start : loop.end])]
        else:
            kept.append(text[position : _cut(text, loop)])
        position = loop.end
    return "".join([*kept, text[position:]]), loops


def _cut(text: str, loop: Loop) -> int:
    """Return the offset where the kept turns of a loop end."""
    least = min(max(loop.second + loop.period, loop.start + _KEPT), loop.end)
    cut = loop.end - (loop.end - least) // loop.period * loop.period
    if text[cut - _SEAM : cut] != text[loop.end - _SEAM : loop.end]:
        space = re.compile(r"\s").search(text, least, min(least + _KEPT, loop.end))
        cut = space.start() if space else least  # an irregular loop: cut between two words
    around = max(0, cut - _HEADER)
    for header in _HEADERS.finditer(text, around, cut + _HEADER):
        if header.start() < cut < header.end():
            return header.start()
    return cut


def _filled_rows(table: str) -> Iterator[str]:
    """Yield a table of only the cells with text; nothing if there are none."""
    rows = ([cell for cell in _CELL_TAG.split(row) if cell.strip()] for row in _ROW.split(table))
    filled = [row for row in rows if row]
    if filled:
        yield "<table>"
        for row in filled:
            yield f"<tr>{''.join(f'<td>{cell.strip()}</td>' for cell in row)}</tr>"
        yield "</table>"
