"""Mends tables of contents: their entries are lines, and no headings. Pure.

Readers of pages see the headings of other pages there, tables of numbers and titles, or one
paragraph: "1. Limits 3 1.1. Sums 4".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from ocr_service.books.sections.headings import PagePart, title_of
from ocr_service.text.numerals import is_number, number_value, words

__all__ = ["ASIDE", "LEADS_TO_PAGE", "PAGE_AT_END", "WRAPPED", "listings", "with_contents"]

ASIDE = frozenset({"footnote", "page_header", "page_footer", "page_number"})

_LISTED = 3  # entries on a page of a table of contents
_LONG = 120  # characters of a paragraph that is no entry
_LONGEST = 160  # characters of a line that is one
WRAPPED = 2  # lines of an entry before the one that ends in its page
_NUMBERED = 0.6  # of the entries in a table or a paragraph have a number
_PAGE_NUMBER = r"(?:\d{1,4}|[ivxlc]{1,7}|[IVXLC]{2,7})"
LEADS_TO_PAGE = re.compile(rf".*[^\W\d_].*(?:\s|\.{{2,}}|…)\s*{_PAGE_NUMBER}$", re.DOTALL)
PAGE_AT_END = re.compile(rf"(?:\s|\.\.|…)[\s.…]*(?P<page>{_PAGE_NUMBER})$")
_LEADERS = re.compile(r"\s*(?:…|(?:\.\s?){3,})[\s.…]*")
_NUMBER = re.compile(
    r"(?:(?:chapter|part|appendix|chapitre|kapitel|§)\s?)?(?:\d+|[A-Z])(?:\.\d+)*\.?$", re.I
)
_RULE = re.compile(r"[\s|:-]+")
_TITLE = re.compile(
    r"(?P<title>(?:table of )?contents|inhalt(?:sverzeichnis)?|table des matières|sommaire"
    r"|[íi]ndice(?: generale?)?|sum[aá]rio|sommario|inhoud(?:sopgave)?|innehåll|indhold|obsah"
    r"|spis treści|оглавление|содержание|зміст|içindekiler|目录|目錄|目次|차례)"
    r"(?:\s+(?P<entry>\d\S*\s.*))?",
    re.IGNORECASE,
)


def with_contents(pages: Sequence[Sequence[PagePart]]) -> list[list[PagePart]]:
    """Return pages whose entries of tables of contents are lines of text."""
    return _without_headings([_listed(parts) for parts in pages])


def listings(pages: Sequence[Sequence[PagePart]]) -> dict[int, range]:
    """Return the places of the entries of tables of contents, by the index of their page.

    They follow the title of the table, or begin the page after one that ends in them.
    """
    result: dict[int, range] = {}
    goes_on = False
    for page_index, parts in enumerate(pages):
        titled = [place + 1 for place, part in enumerate(parts) if _is_contents(part)]
        start = titled[0] if titled else 0 if goes_on else len(parts)
        end = _end_of_entries(parts, start)
        goes_on = start < end and all(part.label in ASIDE for part in parts[end:])
        if start < end:
            result[page_index] = range(start, end)
    return result


def _is_contents(part: PagePart) -> bool:
    """Tell whether a part is the title of a table of contents, whatever its type."""
    titled = part.level or part.label in {"text", "title"}
    return bool(titled and _TITLE.fullmatch(title_of(part.text)))


def _end_of_entries(parts: Sequence[PagePart], start: int) -> int:
    """Return where a table of contents ends: after its last part that ends in a page."""
    end, others = start, 0
    for place in range(start, len(parts)):
        lines = parts[place].text.splitlines()
        long = any(len(line) > _LONGEST for line in lines)
        if not long and any(map(PAGE_AT_END.search, lines)):
            end, others = place + 1, 0
        elif parts[place].label not in ASIDE:
            others += 1
            if long or others > WRAPPED:
                break
    return end


# ---------------------------------------------------------------------------------- headings


def _without_headings(pages: Sequence[Sequence[PagePart]]) -> list[list[PagePart]]:
    """Make entries that are set like headings paragraphs: they are headings of other pages."""
    last_page: dict[str, int] = {}
    for page_index, parts in enumerate(pages):
        for part in parts:
            if part.level:
                last_page[_name(part.text)] = page_index
    listed = listings(pages)
    result = []
    for page_index, parts in enumerate(pages):
        headings = [part for part in parts if part.level]
        entries = [
            part
            for place, part in enumerate(parts)
            if part.level
            and not _opens_text(parts[place + 1 : place + 2])
            and (
                LEADS_TO_PAGE.match(part.text)
                or last_page.get(_name(PAGE_AT_END.sub("", part.text)), -1) > page_index
            )
        ]
        paged = sum(bool(LEADS_TO_PAGE.match(part.text)) for part in entries)
        lists = len(entries) >= _LISTED and 2 * len(entries) > len(headings) and paged
        titled = listed.get(page_index, range(0))
        result.append(
            [
                part.as_text()
                if (lists and part in entries) or (part.level and place in titled)
                else part
                for place, part in enumerate(parts)
            ]
        )
    return result


def _opens_text(after: Sequence[PagePart]) -> bool:
    """Tell whether a paragraph that is no entry follows a heading: "Problem 7" is one."""
    return any(
        not part.level and len(part.text) > _LONG and not LEADS_TO_PAGE.match(part.text)
        for part in after
    )


def _name(text: str) -> str:
    return "".join(words(text))


# ---------------------------------------------------------------------- tables and paragraphs


def _listed(parts: Sequence[PagePart]) -> list[PagePart]:
    """Write the entries of tables and paragraphs one a line."""
    titled = any(map(_is_contents, parts))
    result: list[PagePart] = []
    for part in parts:
        found = _TITLE.fullmatch(part.text) if part.level else None
        if found and found["entry"]:  # the heading and the first entry
            result += [replace(part, text=found["title"])]
            result += [replace(part, text=found["entry"]).as_text()]
            continue
        result.append(_as_list(part, titled=titled))
    return result


def _as_list(part: PagePart, *, titled: bool) -> PagePart:
    """Return a table or paragraph of entries as lines, any other part as it is.

    Titles and ascending numbers may be any table: there must be leaders, or a title above.
    """
    if part.label == "table":
        led = sum(bool(_LEADERS.search(line)) for line in part.text.splitlines())
        entries = list(_rows(part.text)) if titled or led >= _LISTED else []
    else:
        plain = not part.level and part.label in {"text", "list_item"}
        entries = list(_entries(part.text)) if plain else []
    if not _are_entries(entries):
        return part
    return replace(part, text="\n".join(entries), label="text")


def _are_entries(entries: Sequence[str]) -> bool:
    """Tell whether lines are entries: most have a number, and their pages do not decrease."""
    pages = [number_value(found["page"]) for line in entries if (found := PAGE_AT_END.search(line))]
    numbered = sum(bool(_NUMBER.match(line.split()[0])) for line in entries)
    return (
        len(pages) >= max(_LISTED, _NUMBERED * len(entries))
        and numbered >= _NUMBERED * len(entries)
        and all(one <= two for one, two in pairwise(pages))
    )


def _rows(table: str) -> Iterator[str]:
    """Yield the rows of a table in markdown: the cells of each, and leaders before the page."""
    for row in table.splitlines():
        cells = [cell for one in row.strip("| ").split(" |") if (cell := one.strip("| ")) != ""]
        text = " ".join(cells)
        if not text or _RULE.fullmatch(row):
            continue
        found = PAGE_AT_END.search(text)
        title = _LEADERS.sub(" ", text[: found.start()] if found else text).strip()
        if title or found:  # a row of leaders alone says nothing
            yield f"{title} … {found['page']}" if found else title


def _entries(text: str) -> Iterator[str]:
    """Yield the entries of a paragraph: titles with their pages, which do not decrease.

    A number ends an entry if a capital letter or another number, and then words, follow it.
    """
    if "\n" in text:
        return
    entry: list[str] = []
    last = 0
    tokens = text.split()
    for place, token in enumerate(tokens):
        entry.append(token)
        after, then = [*tokens[place + 1 : place + 3], "", ""][:2]
        numbered = _NUMBER.match(after) and not then[:1].isdecimal()
        ends = not after or numbered or after[0].isupper()
        worded = any(char.isalpha() for word in entry[1:-1] for char in word)
        if ends and worded and is_number(token) and number_value(token) >= last:
            yield " ".join(entry)
            entry, last = [], number_value(token)
    if entry:
        yield " ".join(entry)
