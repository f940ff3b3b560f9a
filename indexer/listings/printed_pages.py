"""Translates the page and section numbers that a list prints to pages of the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from indexer.listings.listing import PageSpan
from indexer.listings.locators import read_locators
from ocr_service.text.numerals import is_number, number_value

__all__ = ["PrintedPages"]

_LONGEST = 200  # pages of one reference; more is a misread number


class PrintedPages:
    """The printed numbers of a book's pages, and the pages on which its sections begin."""

    def __init__(self, labels: Sequence[str], sections: Mapping[str, int] | None = None) -> None:
        """Take the label of every page, in order.

        `sections` maps section numbers to the 1-based page on which each begins.
        """
        self._pages: dict[str, int] = {}
        runs = _runs(labels)
        for number, label in enumerate(labels, 1):
            before = self._pages.get(label)
            # Of pages with the same number, those of the longer run of pages are the book's.
            if before is None or runs[number - 1] > runs[before - 1]:
                self._pages[label] = number
        self._folded = {label.casefold(): page for label, page in self._pages.items()}
        self._sections = sections or {}
        self.count = len(labels)

    def page(self, printed: str) -> int | None:
        """Return the 1-based page of the file with a printed number, None if there is none."""
        page = self._pages.get(printed)
        if page is None:
            page = self._folded.get(printed.casefold())
        # A note on page 22 is printed as "22n".
        return page if page is not None else self._pages.get(printed.rstrip("nf") or printed)

    def spans(self, references: str) -> tuple[PageSpan, ...]:
        """Return the pages that references such as "106-9, xiv" mean, in the order of printing."""
        found = []
        for one in read_locators(references):
            if one.section:
                first = last = self._sections.get(one.section)
            else:
                first, last = self.page(one.first), self.page(one.last)
            if first is None:
                continue
            last = first if last is None or not first <= last <= first + _LONGEST else last
            found.append(PageSpan(first, min(self.count, last + one.more), one.text, one.main))
        return tuple(dict.fromkeys(found))


def _runs(labels: Iterable[str]) -> list[int]:
    """Return for each page the number of pages around it whose numbers go on by one."""
    lengths: list[int] = []
    start, before = 0, None
    for label in labels:
        value = number_value(label) if is_number(label) else None
        if value is None or before is None or value != before + 1:
            lengths[start:] = [len(lengths) - start] * (len(lengths) - start)
            start = len(lengths)
        lengths.append(0)
        before = value
    lengths[start:] = [len(lengths) - start] * (len(lengths) - start)
    return lengths
