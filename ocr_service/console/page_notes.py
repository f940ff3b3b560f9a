"""Writes the notes of the pages of a book, one line for each kind with its pages. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

__all__ = ["note_lines", "page_ranges"]

_AMOUNT = re.compile(r": (\d+)$")
_MOST_RANGES = 12  # of pages that a line names


def note_lines(notes: Mapping[int, str]) -> list[str]:
    """Return a line for each kind of note, in the order of their first pages.

    A note that ends in an amount is told once, with the sum of its pages: "glyphs left out: 2" on
    page 3 and "glyphs left out: 1" on page 4 give "pages 3-4: glyphs left out: 3".

    Args:
        notes: What was lost or guessed, by 1-based page number; several notes of a page are parted
            by "; ".
    """
    kinds: dict[str, list[int]] = {}
    amounts: Counter[str] = Counter()
    for number, text in sorted(notes.items()):
        for note in text.split("; "):
            found = _AMOUNT.search(note)
            kind = note[: found.start()] if found else note
            kinds.setdefault(kind, []).append(number)
            amounts[kind] += int(found[1]) if found else 0
    return [
        f"{_pages(pages)}: {kind}" + (f": {amounts[kind]}" if amounts[kind] else "")
        for kind, pages in kinds.items()
    ]


def page_ranges(numbers: Iterable[int]) -> str:
    """Return page numbers in the form 3, 7-9."""
    return ", ".join(_ranges(numbers))


def _pages(numbers: Iterable[int]) -> str:
    pages = set(numbers)
    ranges = _ranges(pages)
    named = ", ".join(ranges[:_MOST_RANGES])
    if len(ranges) > _MOST_RANGES:
        return f"pages {named} and others, {len(pages)} in all"
    return f"pages {named}" if len(pages) > 1 else f"page {named}"


def _ranges(numbers: Iterable[int]) -> list[str]:
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]
