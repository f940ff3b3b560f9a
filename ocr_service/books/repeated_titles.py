"""Finds running heads that repeat the title of the heading before them. Pure.

They may be on a page or two only: the section that they name is short. One line is enough where the
title that it repeats, in larger type, is on its own page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from ocr_service.books.edge_lines import EdgeLine, letters
from ocr_service.text.numerals import without_marks

__all__ = ["repeated_titles"]

_LEAST_PAGES = 3  # with such heads at one height
_SAME_HEIGHT = 0.012  # of the page
_SMALLER = 0.9  # times the size of the title
_SHORTEST = 4  # letters of a title
_BACK = 80  # pages: a heading so far back is of another part of the book
_NUMBER = re.compile(
    r"(?:\W*(?:chapter|section|part|kapitel|chapitre)?\s*[§\d.ivxlc]+[.:)]?\s+)", re.I
)


def repeated_titles(lines: Sequence[EdgeLine], everywhere: Sequence[EdgeLine]) -> list[EdgeLine]:
    """Return the lines at the top of pages that repeat a heading of this page or one before.

    Args:
        lines: the lines that may be running heads.
        everywhere: all short lines of the book, in order, with its headings.
    """
    titles: dict[str, list[EdgeLine]] = {}
    for line in everywhere:
        if line.heading and len(name := _name(line.text)) >= _SHORTEST:
            titles.setdefault(name, []).append(line)
    found = [line for line in lines if line.edge == "top" and _repeats(line, titles)]
    heights = [line.box[1] for line in found if line.box]
    if not heights:
        return []
    usual = median(heights)
    level = [line for line in found if line.box and abs(line.box[1] - usual) < _SAME_HEIGHT]
    if len({line.page_index for line in level}) >= _LEAST_PAGES:
        return level
    return [line for line in found if line.heading and _is_below(line, titles)]


def _repeats(line: EdgeLine, titles: dict[str, list[EdgeLine]]) -> bool:
    """Tell whether a line repeats a title; one marked as a heading must be clearly smaller."""
    if line.introduces or (line.heading and not line.size):
        return False
    share = _SMALLER if line.heading else 1.0
    return any(
        title is not line
        and 0 <= line.page_index - title.page_index <= _BACK
        and line.size <= share * (title.size or line.size)
        for title in titles.get(_name(line.text), ())
    )


def _is_below(line: EdgeLine, titles: dict[str, list[EdgeLine]]) -> bool:
    """Tell whether the larger title that a line repeats is on its own page."""
    return any(
        title.page_index == line.page_index and line.size < _SMALLER * title.size
        for title in titles[_name(line.text)]
    )


def _name(text: str) -> str:
    """Return the letters of a title without its number."""
    return letters(_NUMBER.sub("", without_marks(text), count=1))
