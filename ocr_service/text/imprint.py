"""Reads authors and the year of publication from the text of a book's first pages. Pure.

Only what is said plainly counts: "by" and a name, a year alone on its line, a copyright. A wrong
author or year in a citation is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ocr_service.text.title_words import MONTH

__all__ = ["FIRST_YEAR", "LAST_YEAR", "person_names", "printed_authors", "printed_year"]

FIRST_YEAR, LAST_YEAR = 1450, 2100
_PAGES = 6  # at the front, on which authors and years are looked for
_LONGEST = 300  # characters of a line that are looked at
_SPARSE = 150  # words of a title page at most

_YEAR = r"((?:1[4-9]|20)\d\d)"
_LONE_YEAR = re.compile(rf"^(?:(?:[^\W\d_]+[.,]?\s){{0,2}}[^\W\d_]+[,:]\s)?{_YEAR}\.?$")
_YEARS = rf"(?:{_YEAR}[\s,–-]+)*{_YEAR}\b"
_COPYRIGHT = re.compile(
    rf"(?:©|\(c\)|\bcopyright\b)[\s,.:©()]*{_YEARS}"
    rf"|^(?:(?:first|second|third|\d+(?:th|st|nd|rd|\.)|new|revised|dritte|zweite|erste)\s)?(?:edition|auflage|[ée]dition|published|printed|reprinted|publi[ée])\b"
    rf"[\s,.:]*(?:in\s)?{_YEARS}",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"^(?:\w+day,?\s)?(?:\d{{1,2}}\.?\s)?{MONTH}\s(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s)?{_YEAR}$"
    rf"|\barxiv:\S+.*\b\w{{3}}\s{_YEAR}$",
    re.IGNORECASE,
)
_BY = re.compile(r"^(?:by|von|par|di|por|door|av|af|автор)\b[:\s]*(.*)$", re.IGNORECASE)
_AUTHOR = re.compile(r"^(?:authors?|autor(?:en)?|auteurs?|autore|автор)\s*:\s*(.+)$", re.IGNORECASE)
_NOT_AUTHOR = re.compile(
    r"\b(translat|edit|illustrat|copyright|published|printed|produced|revised|reviewed|übersetz"
    r"|herausgegeben|traduit)",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r",?\s+(?:Ph\.?\s?D|D\.?\s?Sc|Sc\.?\s?D|M\.?\s?[AD]|B\.?\s?A|LL\.?\s?D|F\.?\s?R\.?\s?S)\b.*$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^(?:Prof(?:essor)?|Dr|Sir|Rev)\.?\s+(?:Dr\.?\s+)?", re.IGNORECASE)
_LETTER = r"[^\W\d_]"
_PARTICLE = r"(?:von|van|de|der|den|du|des|di|da|del|della|la|le|zu|zur|ter|ten|bin|ibn|al|el|y)"
_NAME = re.compile(
    rf"(?:{_LETTER}\.[-\s]?|{_LETTER}+[’'.-]?{_LETTER}*(?:-{_LETTER}+)*[.]?\s)"
    rf"(?:{_PARTICLE}\s|{_LETTER}\.[-\s]?|{_LETTER}+\s){{0,4}}{_LETTER}[\w’'-]+(?:,?\s(?:Jr|Sr|II+)\.?)?"
)
_BREAK = re.compile(r"\s*(?:;|,|\s(?:and|und|et|y|e|&)\s)\s*")


def printed_year(pages: Sequence[str]) -> int | None:
    """Return the year of publication that the first pages state, or None.

    A year that ends a title page, perhaps after a place, comes first, then the latest one of a
    copyright or an edition, then the date on the first page.
    """
    front = pages[:_PAGES]
    for text in front:
        lines = [*_lines(text)]
        if len(text.split()) <= _SPARSE and lines and (match := _LONE_YEAR.match(lines[-1])):
            return _sane(int(match[1]))
    years = [
        int(year)
        for text in front
        for line in _lines(text)
        for match in _COPYRIGHT.finditer(line)
        for year in match.groups()
        if year
    ]
    if years:
        return _sane(max(years))
    dates = {
        int(next(filter(None, match.groups())))
        for line in (_lines(front[0]) if front else ())
        if (match := _DATE.search(line))
    }
    return _sane(dates.pop()) if len(dates) == 1 else None  # several are of what it tells


def _sane(year: int) -> int | None:
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def printed_authors(pages: Sequence[str]) -> tuple[str, ...]:
    """Return the authors that the first pages name after "by" or "Author:", or ()."""
    for text in pages[:_PAGES]:
        lines = list(_lines(text))
        sparse = len(text.split()) <= _SPARSE
        for at, line in enumerate(lines):
            before = lines[at - 1] if at else ""
            if match := _AUTHOR.match(line):
                names = person_names(match[1])
            elif sparse and (match := _BY.match(line)) and not _NOT_AUTHOR.search(before):
                names = person_names(match[1] or " ".join(lines[at + 1 : at + 2]))
            else:
                continue
            if names:
                return names
    return ()


def person_names(text: str) -> tuple[str, ...]:
    """Return the names of persons that a line consists of, or () if it has anything else."""
    found: list[str] = []
    for part in _BREAK.split(_DEGREE.sub("", text[:_LONGEST].strip().rstrip(".,"))):
        name = _TITLE.sub("", part.strip())
        if not _NAME.fullmatch(name) or not _capitalised(name):
            return ()
        found.append(_mixed_case(name))
    return tuple(found)


def _capitalised(name: str) -> bool:
    words = re.findall(rf"{_LETTER}+", name)
    return all(word[0].isupper() or re.fullmatch(_PARTICLE, word) for word in words)


def _mixed_case(name: str) -> str:
    """Return a name in capitals as it is usually written."""
    if not name.isupper():
        return name
    words = re.sub(rf"{_LETTER}{{2,}}", lambda match: match[0].capitalize(), name)
    return re.sub(rf"(?<=\s){_PARTICLE}(?=\s)", lambda match: match[0].lower(), words, flags=re.I)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        plain = " ".join(line[:_LONGEST].strip().strip("#*_ ").split())
        if plain:
            yield plain
