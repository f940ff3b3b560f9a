"""Finds headings by their numbers: between 3.7 and 4.1 a line "4. ...", below 4.1 one "4.1.1 ...".

Pure. A reader of one page takes a line in the type of the body for a paragraph; the headings before
and after it tell what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ocr_service.books.sections.contents import LEADS_TO_PAGE
from ocr_service.books.sections.headings import PagePart, title_of
from ocr_service.books.sections.numbering import section_number

__all__ = ["next_numbers", "with_gaps_filled", "with_next_numbers"]

_LONGEST = 120  # characters of a heading
_MOST = 3  # headings that are missing between two others
_TEXT = frozenset({"text", "list_item", "title", "section_header"})
_LARGER = 1.05  # times the body's size
_DEEP = 3  # parts of a number that lists and formulas seldom have

_Number = tuple[int, ...]
_Place = tuple[int, int]  # page, part


def with_gaps_filled(pages: Sequence[Sequence[PagePart]]) -> list[list[PagePart]]:
    """Return pages where lines with a number that is missing between two headings are headings."""
    result = [list(parts) for parts in pages]
    numbered = [
        ((page, place), number)
        for page, parts in enumerate(result)
        for place, part in enumerate(parts)
        if part.level and (number := section_number(title_of(part.text)))
    ]
    for (start, before), (end, after) in pairwise(numbered):
        level = result[end[0]][end[1]].level
        position = start
        for number in _missing(before, after):
            found = [
                place for place in _between(result, position, end) if _is(result, place, number)
            ]
            if len(found) == 1:
                page, place = position = found[0]
                part = result[page][place]
                result[page][place] = part.as_heading(max(1, level - len(after) + len(number)))
    return result


def with_next_numbers(pages: Sequence[Sequence[PagePart]], body: float) -> list[list[PagePart]]:
    """Return pages where lines with the next number are headings.

    It has three parts and more, or larger type than the `body`. Below 3.1 that is 3.1.1; below
    3.1.1 it is 3.1.2 or 3.1.1.1.
    """
    result = [list(parts) for parts in pages]
    opened: _Number = ()
    for page, parts in enumerate(result):
        for place, part in enumerate(parts):
            number = section_number(title_of(part.text)) if len(part.text) <= _LONGEST else ()
            larger = part.size > _LARGER * body > 0 and not LEADS_TO_PAGE.match(part.text)
            may_be = len(number) >= _DEEP or (number and larger)
            if may_be and number in next_numbers(opened) and _is(result, (page, place), number):
                parts[place] = part.as_heading(len(number))
            if parts[place].level and number:
                opened = number
    return result


def next_numbers(number: _Number) -> list[_Number]:
    """Return the numbers that may follow one: 3.1.1 and 3.2 and 4 follow 3.1."""
    ends = [number[:depth] for depth in range(1, len(number) + 1)]
    return [(*number, 1), *((*end[:-1], end[-1] + 1) for end in ends)]


def _missing(before: _Number, after: _Number) -> list[_Number]:
    """Return the numbers that must come between two: 4 for 3.7 and 4.1, 3.3 for 3.2 and 3.4.

    There are none if so many are missing that the two are of different sequences.
    """
    shared = 0
    while shared < min(len(before), len(after)) and before[shared] == after[shared]:
        shared += 1
    if shared == len(after):
        return []
    last = before[shared] if shared < len(before) else 0
    missing = [(*after[:shared], value) for value in range(last + 1, after[shared])]
    for depth in range(shared + 1, len(after)):
        missing.append(after[:depth])
        missing += [(*after[:depth], value) for value in range(1, after[depth])]
    return missing if len(missing) <= _MOST else []


def _between(pages: Sequence[Sequence[PagePart]], start: _Place, end: _Place) -> Iterator[_Place]:
    """Yield the places after one part and before another."""
    for page in range(start[0], end[0] + 1):
        for place in range(len(pages[page])):
            if start < (page, place) < end:
                yield page, place


def _is(pages: Sequence[Sequence[PagePart]], at: _Place, number: _Number) -> bool:
    """Tell whether a part may be the heading with a number, and no item of a list."""
    parts, place = pages[at[0]], at[1]
    part = parts[place]
    text = title_of(part.text)
    if part.level or part.label not in _TEXT or len(text) > _LONGEST or "\n" in text:
        return False
    if section_number(text) != number or text.endswith((",", ";", ":")):
        return False
    beside = [*parts[max(0, place - 1) : place], *parts[place + 1 : place + 2]]
    return not any(
        not one.level and len(section_number(title_of(one.text))) == len(number) for one in beside
    )
