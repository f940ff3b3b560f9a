"""Tells which hits continue on the next page: their passage ends its page within a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from indexer.stores.fulltext import PassageDoc
from ocr_service.text.page_label import label_or_number
from search.retrieval.hits import Hit

__all__ = ["with_continuations"]

# A full stop within a displayed formula ends the sentence too; \, and braces may stand behind it.
_END = re.compile(
    r"[.!?…。！？](?:[)\]}”’\"'*_|\s]|\\[\])}]|\\tag\{[^{}]*\}|\[\^?\w+\]|[¹²³⁴⁵⁶⁷⁸⁹⁰])*$"
)


def with_continuations(
    hits: Sequence[Hit], at: Callable[[Sequence[int]], Mapping[int, PassageDoc]]
) -> list[Hit]:
    """Return the hits, with the page that each continues on.

    `at` returns the passages of rows. Passages of a book have consecutive rows in the order of its
    text.
    """
    open_ended = [
        hit for hit in hits if isinstance(hit.source, PassageDoc) and _is_open(hit.source.text)
    ]
    following = at([hit.source.row + 1 for hit in open_ended])
    pages: dict[int, str] = {}
    for hit in open_ended:
        after = following.get(hit.source.row + 1)
        if after and after.book_id == hit.source.book_id and after.page == hit.source.page + 1:
            label = label_or_number(after.label, after.page - 1)
            unprinted = label == f"[{after.page}]"
            pages[hit.source.row] = f"PDF page {after.page}" if unprinted else f"p. {label}"
    return [
        replace(hit, continues=pages[hit.source.row]) if hit.source.row in pages else hit
        for hit in hits
    ]


def _is_open(text: str) -> bool:
    """Return whether a text ends within a sentence; a table does not."""
    return not text.rstrip().endswith("|") and _END.search(text[-200:]) is None
