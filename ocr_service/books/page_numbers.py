"""Reads page numbers as they are printed: 12, xii, - 12 -, Page 12 of 40, 12/40, 3-1, A-3. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_service.text.numerals import is_number, number_value, to_roman, without_marks

__all__ = [
    "PrintedNumber",
    "Step",
    "believed_steps",
    "counted_page",
    "number_line",
    "sheet_number",
]

LEAST_PAGES = 3  # on which numbers increase with the pages before they are believed

_MARK = r"[-–—\[\]()·•.|~\s]*"
_PAGE_WORD = (
    r"(?:pages?|pag|pagina|página|seite|blatt|folio|side|sida|sivu|strona|str|стр|с|pg|p|s)"
)
_OF = r"(?:of|von|de|sur|av|из|di|/|\|)"
_PLAIN = re.compile(
    rf"{_MARK}(?:{_PAGE_WORD}\.?\s*)?(?P<number>\d{{1,5}}|[ivxlcdm]{{1,10}})"
    rf"(?:\s*{_OF}\s*(?P<total>\d{{1,5}}))?{_MARK}",
    re.IGNORECASE,
)
_PREFIXED = re.compile(
    rf"{_MARK}(?:{_PAGE_WORD}\.?\s+)?(?P<prefix>\d{{1,3}}|[A-Z])(?P<mark>[-–—.])(?P<number>\d{{1,4}})"
    rf"{_MARK}"
)
_COUNTED = re.compile(
    rf"(?:^|.*\W){_PAGE_WORD}\.?\s+(?P<number>\d{{1,5}})\s*{_OF}\s*(?P<total>\d{{1,5}})(?:\W.*|$)",
    re.IGNORECASE,
)
_PAIR = re.compile(rf"{_MARK}(?P<number>\d{{1,5}})\s*[|–—·\s]\s*(?P<total>\d{{1,5}}){_MARK}")


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A printed page number. `pages` is 2 where a sheet shows this page and the next one."""

    value: int
    roman: bool = False
    prefix: str = ""
    pages: int = 1

    def label(self) -> str:
        """Return the page label that it gives."""
        number = to_roman(self.value) if self.roman else str(self.value)
        last = f"–{self.value + self.pages - 1}" if self.pages > 1 else ""
        return f"{self.prefix}{number}{last}"

    def step(self, page_index: int) -> Step:
        """Return what numbers that increase with the pages of a book have in common."""
        return Step(self.prefix, self.roman, self.pages, self.value - self.pages * page_index)


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """A sequence of numbers: the page with the 0-based index i has number offset + pages * i."""

    prefix: str
    roman: bool
    pages: int
    offset: int

    def number(self, page_index: int) -> PrintedNumber:
        """Return the number of a page."""
        value = self.offset + self.pages * page_index
        return PrintedNumber(value, self.roman, self.prefix, self.pages)


def number_line(text: str) -> PrintedNumber | None:
    """Return the page number that a line consists of; None if it is anything else."""
    line = without_marks(text.strip())
    if len(line) > 40 or line.count("|") > 1:
        return None
    pair = _PAIR.fullmatch(line)
    if pair is not None and int(pair["total"]) == int(pair["number"]) + 1:
        return PrintedNumber(int(pair["number"]), pages=2)
    found = _PLAIN.fullmatch(line)
    if found is not None and is_number(found["number"].casefold()):
        number = found["number"].casefold()
        if found["total"] and number.isdecimal() and int(found["total"]) < int(number):
            return None
        return PrintedNumber(number_value(number), roman=not number.isdecimal())
    prefixed = _PREFIXED.fullmatch(line)
    if prefixed is not None:
        mark = "-" if prefixed["mark"] in "–—" else prefixed["mark"]
        return PrintedNumber(int(prefixed["number"]), prefix=prefixed["prefix"] + mark)
    return None


def counted_page(text: str) -> PrintedNumber | None:
    """Return the page number in a line that has other words too: "Team 7, page 3 of 40"."""
    found = _COUNTED.match(text)
    if found is None or int(found["number"]) > int(found["total"]):
        return None
    return PrintedNumber(int(found["number"]))


def sheet_number(numbers: Sequence[PrintedNumber]) -> PrintedNumber | None:
    """Return the number of a sheet that shows two pages, by the two numbers printed at an edge."""
    if len(numbers) != 2:
        return None
    first, second = numbers
    plain = not (first.roman or second.roman or first.prefix or second.prefix)
    if plain and first.pages == second.pages == 1 and second.value == first.value + 1:
        return PrintedNumber(first.value, pages=2)
    return None


def believed_steps(found: Iterable[tuple[int, PrintedNumber]]) -> dict[Step, set[int]]:
    """Return the sequences that are believed, with the pages (0-based) on which they are printed.

    A sequence is printed on at least three pages. Numbers that begin anew in each chapter, 3-1 and
    3-2, count together, since a chapter may be short.
    """
    pages: defaultdict[Step, set[int]] = defaultdict(set)
    for page_index, number in found:
        pages[number.step(page_index)].add(page_index)
    believed = {step: on for step, on in pages.items() if not step.prefix and _is_long(on)}
    prefixed = {step: on for step, on in pages.items() if step.prefix}
    return believed | _by_chapter(prefixed)


def _is_long(pages: set[int]) -> bool:
    return len(pages) >= LEAST_PAGES


def _by_chapter(pages: Mapping[Step, set[int]]) -> dict[Step, set[int]]:
    """Return the sequences with prefixes if most of their pages follow one another."""
    ordered = sorted((index, step) for step, on in pages.items() for index in on)
    if len({index for index, _ in ordered}) < LEAST_PAGES:
        return {}
    going_on = 0
    for (before, first), (index, step) in pairwise(ordered):
        same = first == step
        anew = first.prefix != step.prefix and step.number(index).value <= index - before
        going_on += same or anew
    continued = any(len(on) >= 2 for on in pages.values())
    return dict(pages) if continued and going_on >= 0.8 * (len(ordered) - 1) else {}
