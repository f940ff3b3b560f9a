"""Parses glossaries, lists of symbols and bibliographies: their entries say it themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.listings.listing import RawEntry
from indexer.listings.plain_lines import LEADER, ListLine

__all__ = ["parse_bibliography", "parse_glossary"]

_DEFINES = re.compile(
    rf"(?P<term>[^—–:=.{LEADER}]{{2,60}}?)\s*(?:[—–:=]|\s-\s|{LEADER}|\.\s)\s*(?P<text>\S.*)"
)
_KEY = re.compile(r"(?:\[(?P<key>[^\[\]]{1,20})\]|(?P<number>\d{1,4})[.)])\s+")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_LONGEST = 300  # characters of what an entry says
_AUTHOR = re.compile(r"[A-Z][\w'’-]+,|(?:[A-Z]\.\s?)+[A-Z]")


def parse_glossary(lines: Sequence[ListLine]) -> list[RawEntry]:
    """Return the terms of a glossary with what it says of them."""
    found = []
    for line in lines:
        match = None if line.heading else _DEFINES.match(line.text)
        if match:
            found.append(RawEntry((match["term"].strip(),), text=match["text"][:_LONGEST]))
        elif found and not line.heading and not line.parted and len(found[-1].text) < _LONGEST:
            last = found[-1]
            found[-1] = RawEntry(last.term, text=f"{last.text} {line.text}"[:_LONGEST])
    return found


def parse_bibliography(lines: Sequence[ListLine]) -> list[RawEntry]:
    """Return the works of a bibliography, each with its key ("12", "Har08") as what is printed."""
    return [
        RawEntry((text[:_LONGEST],), printed=key)
        for key, text in _works(lines)
        if _YEAR.search(text) or key or _AUTHOR.match(text)
    ]


def _works(lines: Sequence[ListLine]) -> Iterator[tuple[str, str]]:
    key, text = "", ""
    for line in lines:
        if line.heading:
            continue
        match = _KEY.match(line.text)
        if match or (line.parted and _AUTHOR.match(line.text)):
            if text:
                yield key, text
            key = (match["key"] or match["number"]) if match else ""
            text = line.text[match.end() if match else 0 :]
        else:
            text = f"{text} {line.text}".strip()
    if text:
        yield key, text
