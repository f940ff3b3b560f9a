"""Cites pages. Every label that is printed passes through `shown_label`.

Labels come from files and stand among Octavo's own words, outside quotations. They are checked when
books and indexes are read, and here once more: a `Hit` may also be made by a program.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.text.page_label import label_or_number

__all__ = [
    "book_text",
    "citation_key",
    "is_printed",
    "place_text",
    "shown_label",
    "tool_citation",
]

_BRACKETS = str.maketrans("[]", "()")


def shown_label(label: str, number: int) -> str:
    """Return a page's printed label; its 1-based number if the text is no label."""
    return label_or_number(label, number - 1)


def book_text(title: str, authors: Sequence[str], year: int | None) -> str:
    """Return a book as it is cited: `Andrew Gelman et al., Bayesian Data Analysis (2013)`.

    Names stay whole: which part of one is the surname cannot be told in all languages, and some
    authors are no persons.
    """
    names = [_given_name_first(name) for name in authors]
    shown = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return (f"{shown}, " if shown else "") + title + (f" ({year})" if year else "")


def _given_name_first(name: str) -> str:
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and "," not in first else name


def is_printed(label: str, number: int) -> bool:
    """Return whether a label is printed on its page; a page without one is labelled `[number]`."""
    return shown_label(label, number) != f"[{number}]"


def place_text(label: str, number: int) -> str:
    """Return a page's place in its book: the printed label, and the number if it differs.

    A page without a printed label is named by its number: `PDF page 1, no printed number`.
    """
    if not is_printed(label, number):
        return f"PDF page {number}, no printed number"
    shown = shown_label(label, number)
    return f"p. {shown}" if shown == str(number) else f"p. {shown} (PDF page {number})"


def citation_key(book_id: str, label: str, number: int, labels: Sequence[str]) -> str:
    """Return the citation key of a quoted page, by its printed label: `[bda p. 51]`.

    If another of the book's `labels` is the same, the page's number is part of the key.
    """
    if not is_printed(label, number):
        return f"[{book_id} {place_text(label, number)}]"
    shown = shown_label(label, number)
    twice = labels.count(label) > 1 and shown != str(number)
    page = f", PDF page {number}" if twice else ""
    return f"[{book_id} p. {shown.translate(_BRACKETS)}{page}]"


def tool_citation(book_id: str, label: str, number: int) -> str:
    """Return the citation that tools give to agents: `[primer p. 4 (PDF page 6)]`."""
    if is_printed(label, number):
        label = shown_label(label, number).strip("[]()")
    return f"[{book_id} {place_text(label, number)}]"
