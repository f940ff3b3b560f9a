"""Finds the lines that are nothing but a page number, and which sequences they form. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr_service.books.edge_lines import EdgeLine
from ocr_service.books.page_numbers import (
    PrintedNumber,
    Step,
    believed_steps,
    number_line,
    sheet_number,
)
from ocr_service.library.pages import PageRecord

__all__ = ["NumberLines", "find_numbers", "label_lines"]

_Found = tuple[PrintedNumber, tuple[EdgeLine, ...]]


@dataclass(frozen=True, slots=True)
class NumberLines:
    """The page numbers of a book that stand by themselves.

    `steps` has the sequences with the pages (0-based) on which they are printed.
    """

    lines: tuple[EdgeLine, ...]
    steps: dict[Step, set[int]]

    @property
    def pages(self) -> set[int]:
        """The pages (0-based) that have one."""
        return {page for pages in self.steps.values() for page in pages}


def find_numbers(lines: Sequence[EdgeLine]) -> NumberLines:
    """Find the page numbers at the edges of a book's pages that increase with the pages."""
    by_page: defaultdict[int, list[EdgeLine]] = defaultdict(list)
    for line in lines:
        if line.edge != "middle":
            by_page[line.page_index].append(line)
    found = {index: _numbers(members) for index, members in by_page.items()}
    steps = believed_steps(
        (index, number) for index, numbers in found.items() for number, _ in numbers
    )
    believed = [
        line
        for index, numbers in found.items()
        for number, at in numbers
        if number.step(index) in steps
        for line in at
    ]
    return NumberLines(tuple(believed), steps)


def _numbers(lines: Sequence[EdgeLine]) -> list[_Found]:
    """Return the numbers of a page; two of a sheet with two pages are one.

    A number that is set as a heading is one of a chapter if the page has another.
    """
    found = [(number, line) for line in lines if (number := number_line(line.text)) is not None]
    plain = [(number, line) for number, line in found if not line.heading]
    found = plain or found
    for edge in ("top", "bottom"):
        at_edge = [(number, line) for number, line in found if line.edge == edge]
        sheet = sheet_number([number for number, _ in at_edge])
        if sheet is not None:
            return [(sheet, tuple(line for _, line in at_edge))]
    return [(number, (line,)) for number, line in found]


def label_lines(lines: Sequence[EdgeLine], records: Sequence[PageRecord]) -> Iterator[EdgeLine]:
    """Yield the lines at an edge that are nothing but the page's label in the file."""
    labels = {record.page_index: record.page_label.casefold() for record in records}
    for line in lines:
        number = number_line(line.text) if line.edge != "middle" else None
        if number is not None and number.label() == labels[line.page_index]:
            yield line
