"""Reads page references: "106-9, 112 ff., **120**, xiv, 34 n., § 12". Pure, standard library only.

A reference is a page, a range or a section number. Of "106-9" the last page is 109. "f." means the
next page too, and "ff.", "et seq." and "passim" the two next: how far they go is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["LOCATORS", "Locator", "read_locators"]

_ROMAN = r"(?:[ivx]|[ivxlc]{2,7})"
_PAGE = rf"(?:\d{{1,4}}[a-z]?(?![\w])|{_ROMAN}(?!\w))"
_SECTION = r"§{1,2}\s?[A-Z]?\d{1,4}(?:\.\d{1,3}){0,3}|§\s?[A-Z](?!\w)"
_DASH = r"\s?(?:[-–—−]{1,2}|to)\s?"
_TAIL = (
    r"(?:,?\s?(?P<tail{0}>ff?\.?(?!\w)|et\.?\s+seqq?\.?|sqq?\.?(?!\w)|seqq?\.?(?!\w)|passim(?!\w)"
    r"|nn?\.?\s?(?:\d{{1,2}}\.?)?(?!\w)|\((?:note|footnote|n\.|fig\.)\)|footnote|note(?!\w)))?"
)
_ONE = (
    rf"[*_]{{0,2}}(?:pp?\.\s?)?(?:{_SECTION}|(?:Table|Fig\.)\s[A-Z\d][.\d]*|{_PAGE}"
    rf"(?:{_DASH}{_PAGE})?)[*_]{{0,2}}"
)
_BETWEEN = r"\s*[,;]\s*(?:and\s+)?|\s+(?:and|&)\s+"
LOCATORS = rf"{_ONE}{_TAIL.format('')}(?:(?:{_BETWEEN}){_ONE}{_TAIL.format('2')})*"
"""A pattern for one or more page references; its groups are named `tail` and `tail2`."""

_READ = re.compile(
    rf"(?P<mark>[*_]{{0,2}})(?:pp?\.\s?)?(?:(?P<section>{_SECTION})|(?P<first>{_PAGE})"
    rf"(?:{_DASH}(?P<last>{_PAGE}))?)[*_]{{0,2}}{_TAIL.format('')}"
)
_NEXT_ONE = re.compile(r"f\.?")
_OPEN = re.compile(r"ff|et|sq|seq|passim")


@dataclass(frozen=True, slots=True)
class Locator:
    """A reference: the printed numbers of its first and last page, or the number of a section.

    `more` is the number of pages after the last that are meant too. `text` is how it is printed.
    """

    text: str
    first: str = ""
    last: str = ""
    section: str = ""
    more: int = 0
    main: bool = False


def read_locators(text: str) -> Iterator[Locator]:
    """Yield the page references in a text that `LOCATORS` matches."""
    for found in _READ.finditer(text):
        printed = " ".join(found[0].strip(" *_").split())
        if found["section"]:
            yield Locator(printed, section=found["section"].lstrip("§ "))
            continue
        tail = (found["tail"] or "").lower()
        more = 2 if _OPEN.match(tail) else 1 if _NEXT_ONE.fullmatch(tail) else 0
        first = found["first"]
        last = _whole(first, found["last"] or first)
        yield Locator(printed, first, last, more=more, main=bool(found["mark"]))


def _whole(first: str, last: str) -> str:
    """Return the last page of a range: of 106-9 it is 109."""
    if not (first.isdecimal() and last.isdecimal()) or len(last) >= len(first):
        return last
    return first[: len(first) - len(last)] + last
