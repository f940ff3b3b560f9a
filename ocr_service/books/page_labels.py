"""Learns page labels from the numbers printed at page edges. Pure, standard library only.

Many PDFs and all scans have no page labels, but a number printed on nearly every page. A run of
pages whose numbers increase in step with the file gives the label of each of them, also of pages
whose number is missing or misread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ocr_service.books.running_heads import RunningHeads
from ocr_service.library.pages import PageRecord
from ocr_service.text.numerals import number_value, outer_numbers, to_roman

__all__ = ["printed_labels"]

_LEAST_PAGES = 3  # of a run that is believed
_FIRST_NUMBERS = 3  # a run that begins so low starts at a page 1 without a number
_MAX_GAP = 8  # pages without a number (plates, openings) that a run may bridge

_Step = tuple[bool, int]  # whether the numbers are roman; number minus page index


def printed_labels(records: Sequence[PageRecord], heads: RunningHeads) -> list[str]:
    """Return the label of every page; `records` are all pages of a book in order.

    Labels that the file itself gives are kept. If numbers are printed on some pages only, the
    others get their 1-based number in square brackets: it is not printed there.
    """
    own = [record.page_label for record in records]
    if any(label != str(index + 1) for index, label in enumerate(own)):
        return own
    labels: dict[int, str] = {}
    for (roman, step), page_indexes in sorted(_pages_in_step(records, heads).items()):
        for first, last in _runs(page_indexes):
            start = max(0, -step + 1) if first + step <= _FIRST_NUMBERS else first
            for index in range(start, last + 1):
                number = index + step
                labels.setdefault(index, to_roman(number) if roman else str(number))
    if not labels:
        return own
    return [labels.get(index, f"[{index + 1}]") for index in range(len(records))]


def _pages_in_step(records: Sequence[PageRecord], heads: RunningHeads) -> dict[_Step, list[int]]:
    """Return the pages with a running number, by the difference of number and page index."""
    steps: defaultdict[_Step, set[int]] = defaultdict(set)
    for record in records:
        lines = heads.lines.get(record.page_index, frozenset())
        for number in {number for _, text in lines for number in outer_numbers(text)}:
            roman = not number.isdecimal()
            if number_value(number) > 0:
                steps[roman, number_value(number) - record.page_index].add(record.page_index)
    return {step: sorted(indexes) for step, indexes in steps.items()}


def _runs(page_indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last page index of each run that is long and dense enough."""
    run: list[int] = []
    for index in [*page_indexes, None]:
        if run and (index is None or index - run[-1] > _MAX_GAP):
            if len(run) >= _LEAST_PAGES:
                yield run[0], run[-1]
            run = []
        if index is not None:
            run.append(index)
