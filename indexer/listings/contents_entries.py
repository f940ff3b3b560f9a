"""Parses contents, and lists of figures and tables: titles with ascending page numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.listings.chains import longest_chain
from indexer.listings.listing import RawEntry
from indexer.listings.plain_lines import LEADER, ListLine
from ocr_service.text.numerals import is_number, number_value

__all__ = ["parse_contents"]

_PAGE = r"(?:\d{1,4}|[ivxlc]{1,7})"
_NUMBERING = r"(?:\d{1,3}(?:\.\d{1,3}){0,3}\.?|[IVXLC]{1,7}\.?|[A-Z]\.?|§\s?\d+\.?|\(\d+\))"
# A title and its page; behind it the line ends, or another numbered title begins.
_ENTRY = re.compile(
    rf"(?P<title>\S.*?)(?:\s*{LEADER}\s*(?:p\.\s?)?|\s*,?\s+(?:pp?\.\s?)?)"
    rf"(?P<pages>{_PAGE}(?:\s?[-–—]\s?{_PAGE})?)\.?(?=\s*$|\s+{_NUMBERING}\s+[^\W\d_])"
)
_ROMAN_BELOW = 10_000  # roman pages stand before those with digits
_MOST_WORDS = 60  # of a title; old books list a chapter's topics
_LETTERS = re.compile(r"[^\W\d_]{2}")
_JOINED = re.compile(r"(?<=[a-zß-ÿ])-\s+(?=[a-zß-ÿ])")


def parse_contents(lines: Sequence[ListLine]) -> list[RawEntry]:
    """Return the entries of a list whose lines are given in order over all its pages."""
    found = [entry for entry in _entries(lines) if _LETTERS.search(entry.term[0])]
    chain = longest_chain([_value(entry.printed) for entry in found])
    return [found[place] for place in chain]


def _entries(lines: Sequence[ListLine]) -> Iterator[RawEntry]:
    held = ""
    for line in lines:
        text, held = f"{held} {line.text}".strip(), ""
        end = 0
        for match in _ENTRY.finditer(text):
            title = _JOINED.sub("", match["title"].strip(f" .,{LEADER}"))
            end = match.end()
            if len(title.split()) <= _MOST_WORDS:
                yield RawEntry((title,), match["pages"])
        rest = text[end:].strip()
        if rest and not line.heading and len(rest.split()) <= _MOST_WORDS:
            held = rest
        if held and not _broken(held):
            held = ""


def _broken(text: str) -> bool:
    """Return whether a line without a page is the beginning of a title, not a heading."""
    return not text.isupper() and (len(text) > 30 or text.endswith(("-", ",")))


def _value(pages: str) -> int:
    first = re.split(r"\s?[-–—]\s?", pages)[0]
    if first.isdecimal():
        return int(first)
    return number_value(first) - _ROMAN_BELOW if is_number(first) else -_ROMAN_BELOW
