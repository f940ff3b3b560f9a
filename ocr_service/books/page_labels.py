"""Learns page labels from the numbers printed at page edges. Pure, standard library only.

Many PDFs and all scans have no page labels, but a number printed on nearly every page. A run of
pages whose numbers increase in step with the file gives the label of each of them, also of pages
whose number is missing or misread, and of all pages between two such runs that are in one step. A
number that stands by itself is believed before one in a running head, and one that more pages have
before one that fewer have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ocr_service.books.page_numbers import LEAST_PAGES, Step
from ocr_service.books.running_heads import RunningHeads
from ocr_service.library.pages import PageRecord

__all__ = ["printed_labels"]

_Run = tuple[Step, int, int]  # its first and last page, 0-based

_FIRST_NUMBERS = 3  # a run that begins so low starts at a page 1 without a number
_MAX_GAP = 8  # pages without a number (plates, openings) that a run may bridge


def printed_labels(records: Sequence[PageRecord], heads: RunningHeads) -> list[str]:
    """Return the label of every page; `records` are all pages of a book in order.

    Labels that the file itself gives are kept. If numbers are printed on some pages only, the
    others get their 1-based number in square brackets: it is not printed there.
    """
    own = [record.page_label for record in records]
    if any(label != str(index + 1) for index, label in enumerate(own)):
        return own
    labels: dict[int, str] = {}
    runs = _bridged(_runs(heads))
    for step, first, last in sorted(runs, key=lambda run: (run[1] - run[2], run)):
        begins = first
        if step.number(first).value <= _FIRST_NUMBERS:
            begins = max(0, first - (step.number(first).value - 1) // step.pages)
        for index in range(begins, min(last + 1, len(records))):
            labels.setdefault(index, step.number(index).label())
    if not labels:
        return own
    return [labels.get(index, f"[{index + 1}]") for index in range(len(records))]


def _bridged(runs: Iterable[_Run]) -> list[_Run]:
    """Join the runs of one step that follow one another: the numbers went on between them."""
    joined: list[_Run] = []
    for step, first, last in sorted(runs, key=lambda run: run[1:]):
        if joined and joined[-1][0] == step and not step.prefix:
            joined[-1] = (step, joined[-1][1], last)
        else:
            joined.append((step, first, last))
    return joined


def _runs(heads: RunningHeads) -> Iterator[_Run]:
    """Yield each sequence of numbers with the first and last page of its long runs."""
    for step, pages in heads.steps.items():
        least = 1 if step.prefix else LEAST_PAGES
        for run in _near(sorted(pages)):
            if len(run) >= least and step.number(run[0]).value > 0:
                yield step, run[0], run[-1]


def _near(pages: Sequence[int]) -> Iterator[list[int]]:
    """Split pages in order where too many lie between two."""
    run: list[int] = []
    for index in pages:
        if run and index - run[-1] > _MAX_GAP:
            yield run
            run = []
        run.append(index)
    if run:
        yield run
