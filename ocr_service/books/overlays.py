"""Finds the earlier states of slides that are shown step by step. Pure.

A presentation has a page for each state, and the last one shows all of the slide. The states of a
slide follow one another; they have one label if the file labels its pages, and otherwise one title.
An earlier state has no words that a later one lacks: a state with words of its own is kept, since
no other page has them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ocr_service.books.edge_lines import is_slide
from ocr_service.library.pages import PageRecord, PageStatus
from ocr_service.text.numerals import words

__all__ = ["find_overlays"]

_SHARE = 0.95  # of the words of a state that a later one has
_NO_WORDS = re.compile(r"\\[a-zA-Z]+|!\[[^\]]*\]\([^)]*\)")  # commands, pictures


def find_overlays(records: Sequence[PageRecord], markdowns: Sequence[str]) -> dict[int, int]:
    """Return the earlier states of slides: 0-based page index -> index of the slide's last state.

    Args:
        records: all pages of a book in order.
        markdowns: their text without running lines.
    """
    last: dict[int, int] = {}
    for states in _slides(records, markdowns):
        for place, index in reversed(list(enumerate(states))):
            later = [one for one in states[place + 1 :] if _has(markdowns[one], markdowns[index])]
            if later:
                last[index] = last.get(later[-1], later[-1])
    return last


def _slides(records: Sequence[PageRecord], markdowns: Sequence[str]) -> Iterator[list[int]]:
    """Yield the pages (0-based) of each slide."""
    labels = [record.page_label for record in records]
    labelled = any(label != str(index + 1) for index, label in enumerate(labels))
    states: list[int] = []
    name: tuple[str, ...] = ()
    for index, record in enumerate(records):
        found = (labels[index],) if labelled else _title(markdowns[index])
        shows = is_slide(record) and record.status is PageStatus.OK
        if not (states and shows and found and found == name):
            yield states
            states = []
        name = found
        if shows:
            states.append(index)
    yield states


def _has(later: str, earlier: str) -> bool:
    """Tell whether a later state has the words of an earlier one."""
    before = Counter(_tokens(earlier))
    return (before - Counter(_tokens(later))).total() <= (1 - _SHARE) * before.total()


def _title(markdown: str) -> tuple[str, ...]:
    return tuple(_tokens(markdown.lstrip().split("\n", 1)[0]))


def _tokens(text: str) -> list[str]:
    """Return words of three letters and numbers of two digits: what readers agree about."""
    found = words(_NO_WORDS.sub(" ", text))
    return [word for word in found if len(word) >= (2 if word.isdecimal() else 3)]
