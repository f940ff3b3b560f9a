"""Cites pages. Every label that is printed passes through `shown_label`.

Labels come from files and stand among Octavo's own words, outside quotations. They are checked when
books and indexes are read, and here once more: a `Hit` may also be made by a program.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.text.page_label import label_or_number

__all__ = ["citation_key", "place_text", "shown_label", "tool_citation"]

_BRACKETS = str.maketrans("[]", "()")


def shown_label(label: str, number: int) -> str:
    """Return a page's printed label; its 1-based number if the text is no label."""
    return label_or_number(label, number - 1)


def place_text(label: str, number: int) -> str:
    """Return a page's place in its book: the printed label, and the number if it differs."""
    shown = shown_label(label, number)
    return f"p. {shown}" if shown == str(number) else f"p. {shown} (PDF page {number})"


def citation_key(book_id: str, label: str, number: int, labels: Sequence[str]) -> str:
    """Return the citation key of a quoted page, by its printed label: `[bda p. 51]`.

    If another of the book's `labels` is the same, the page's number is part of the key.
    """
    shown = shown_label(label, number)
    twice = labels.count(label) > 1 and shown != str(number)
    page = f", PDF page {number}" if twice else ""
    return f"[{book_id} p. {shown.translate(_BRACKETS)}{page}]"


def tool_citation(book_id: str, label: str, number: int) -> str:
    """Return the citation that tools give to agents: `[primer p. 4 (PDF page 6)]`."""
    return f"[{book_id} {place_text(shown_label(label, number).strip('[]()'), number)}]"
