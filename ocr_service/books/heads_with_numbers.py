"""Finds running heads by the page number at their left or right end. Pure.

"2.2. Maximum likelihood 5" and "6 Chapter 2. Estimation" differ on every page, but 5 and 6 are in
step with the pages. A number that counts headings, "Problem 7", may be in step as well; it is told
apart by its heading or its word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from statistics import median

from ocr_service.books.edge_lines import Edge, EdgeLine, letters
from ocr_service.books.page_numbers import PrintedNumber, Step, believed_steps, counted_page
from ocr_service.text.numerals import is_number, number_value, outer_numbers, without_marks

__all__ = ["counts_headings", "in_step", "steps_of_heads"]

_LEAST_PAGES = 4  # whose heads have numbers in step
_SAME_HEIGHT = 0.012  # of the page: lines at one height
_COUNTED = re.compile(
    r"(?:problem|exercise|example|question|lecture|lesson|chapter|section|part|unit|week|day|sheet"
    r"|theorem|lemma|appendix|homework|assignment|tutorial|aufgabe|übung|beispiel|frage|vorlesung"
    r"|kapitel|abschnitt|teil|blatt|satz|anhang|exercice|exemple|leçon|chapitre|partie|feuille"
    r"|problème|séance|problema|ejercicio|ejemplo|lección|capítulo|parte|esercizio|lezione"
    r"|capitolo)s?\s+(?:\d{1,4}|[ivxlcdm]{1,10}|[A-Z])\W*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\W*[\w.]+[.):]\s")  # "7. The function": no page number


def counts_headings(line: EdgeLine) -> bool:
    """Tell whether the number in a line is not the page's but its own: "Problem 7"."""
    return line.heading or bool(_COUNTED.fullmatch(without_marks(line.text)))


def in_step(lines: Sequence[EdgeLine], numbered: Container[int]) -> list[EdgeLine]:
    """Return the lines with words and a page number, at one height of at least four pages.

    `numbered` has the pages on which a page number stands by itself.
    """
    groups: defaultdict[tuple[Edge, Step], list[EdgeLine]] = defaultdict(list)
    for line in lines:
        if line.page_index in numbered or counts_headings(line) or len(letters(line.text)) < 2:
            continue
        for number in _page_numbers(line.text):
            groups[line.edge, number.step(line.page_index)].append(line)
    found: list[EdgeLine] = []
    for members in groups.values():
        level = _at_one_height(members)
        if len({line.page_index for line in level}) >= _LEAST_PAGES:
            found += level
    return found


def steps_of_heads(lines: Iterable[EdgeLine], numbered: Container[int]) -> dict[Step, set[int]]:
    """Return the sequences of page numbers in running heads, without pages in `numbered`."""
    return believed_steps(
        (line.page_index, number)
        for line in lines
        if line.page_index not in numbered
        for number in _page_numbers(line.text)
    )


def _page_numbers(text: str) -> Iterator[PrintedNumber]:
    """Yield the numbers at the ends of a line that may be page numbers, or the one of "3 of 40"."""
    if (counted := counted_page(text)) is not None:
        yield counted
        return
    numbers = outer_numbers(text)
    if _NUMBERED.match(without_marks(text)):
        numbers -= outer_numbers(without_marks(text).split(maxsplit=1)[0])
    for number in sorted(numbers):
        if is_number(number) and number_value(number) > 0:
            yield PrintedNumber(number_value(number), roman=not number.isdecimal())


def _at_one_height(lines: Sequence[EdgeLine]) -> list[EdgeLine]:
    """Return the lines at the height where most of them stand; all if heights are not known."""
    heights = [line.box[1] for line in lines if line.box]
    if not heights:
        return list(lines)
    usual = median(heights)
    return [line for line in lines if line.box and abs(line.box[1] - usual) < _SAME_HEIGHT]
