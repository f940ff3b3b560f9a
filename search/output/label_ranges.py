"""Names the labels that a book has: `i to viii, then 1 to 561`. Pure, standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.text.numerals import is_number, number_value
from search.output.citation import is_printed, shown_label

__all__ = ["label_ranges"]

_SHOWN = 6  # ranges
_GAP = 8  # pages without a label within a range
_Run = tuple[str, str]  # the first and last label


def label_ranges(labels: Sequence[str]) -> str:
    """Return the ranges of the printed labels of a book's pages, in order.

    `labels` has the label of each page; those that are not printed are left out.
    """
    runs: list[_Run] = []
    for number, label in enumerate(labels, 1):
        if not is_printed(label, number):
            continue
        shown = shown_label(label, number)
        if runs and _continues(runs[-1][1], shown):
            runs[-1] = (runs[-1][0], shown)
        else:
            runs.append((shown, shown))
    if not runs:
        return "no page has a printed number"
    parts = [first if first == last else f"{first} to {last}" for first, last in runs[:_SHOWN]]
    more = f", and {len(runs) - _SHOWN} more ranges" if len(runs) > _SHOWN else ""
    return ", then ".join(parts) + more


def _continues(last: str, label: str) -> bool:
    """Return whether a label follows another in one series of numbers or of letters."""
    if is_number(last) and is_number(label):
        same = (last.isdecimal(), last.isupper()) == (label.isdecimal(), label.isupper())
        return same and 0 < number_value(label) - number_value(last) <= _GAP
    if len(last) == len(label) == 1 and last.isascii() and label.isascii():
        return ord(label) - ord(last) == 1
    head, own = last.rstrip("0123456789"), label.rstrip("0123456789")
    ends = last[len(head) :], label[len(own) :]
    return bool(head) and head == own and all(ends) and 0 < int(ends[1]) - int(ends[0]) <= _GAP
