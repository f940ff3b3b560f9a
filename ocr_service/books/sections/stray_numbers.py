"""Finds lines with numbers that are no headings: lines of programs, items in bold. Pure.

"3: end for" has the number of a section, but smaller type than the sections of the book, which
count 1, 2, 3 without it. One "3. Results" between 10 and 11 is a section of an example.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from ocr_service.books.sections.headings import PagePart, title_of
from ocr_service.books.sections.numbering import section_number

__all__ = ["without_stray_numbers"]

_SMALLER = 0.9  # times the size of the sections

_SEQUENCE = 4  # numbers that count through a book

_Place = tuple[int, int]  # page, part


def without_stray_numbers(pages: Sequence[Sequence[PagePart]]) -> list[list[PagePart]]:
    """Return pages where smaller headings beside a sequence of sections 1, 2, 3 are paragraphs.

    Only sections that count through the whole book are looked at, and numbers of one part. Smaller
    ones that count themselves, 1 and 2, are headings.
    """
    numbers = _single_numbers(pages)
    size = _size_of_sequence(numbers)
    smaller = [one for one in numbers if one[1] < _SMALLER * size]
    counting: set[_Place] = set()
    for (first, _, before), (second, _, after) in pairwise(smaller):
        if after == before + 1 and (before == 1 or first in counting):
            counting |= {first, second}
    stray = {at for at, _, _ in smaller} - counting | _out_of_order(numbers)
    result = [list(parts) for parts in pages]
    for page, place in stray:
        result[page][place] = result[page][place].as_text()
    return result


def _out_of_order(numbers: Sequence[tuple[_Place, float, int]]) -> set[_Place]:
    """Return the single headings without which all count 1, 2, 3 through the book."""
    values = [number for _, _, number in numbers]
    odd = {
        index
        for index in range(1, len(values) - 1)
        if values[index - 1] + 1 == values[index + 1] and values[index] != values[index - 1]
    }
    kept = [value for index, value in enumerate(values) if index not in odd]
    if len(kept) < _SEQUENCE or kept != list(range(1, len(kept) + 1)):
        return set()
    return {numbers[index][0] for index in odd}


def _single_numbers(pages: Sequence[Sequence[PagePart]]) -> list[tuple[_Place, float, int]]:
    """Return the headings with a number of one part and a known size: where, size, number."""
    return [
        ((page, place), part.size, number[0])
        for page, parts in enumerate(pages)
        for place, part in enumerate(parts)
        if part.level and part.size and len(number := section_number(title_of(part.text))) == 1
    ]


def _size_of_sequence(headings: Sequence[tuple[_Place, float, int]]) -> float:
    """Return the largest type whose numbers increase from 1 through the book, else 0."""
    numbers: defaultdict[int, list[int]] = defaultdict(list)
    for _, size, number in headings:
        numbers[round(size)].append(number)
    for size in sorted(numbers, reverse=True):
        found = numbers[size]
        if found[0] == 1 and found[1:2] and all(one < two for one, two in pairwise(found)):
            return float(size)
    return 0.0
