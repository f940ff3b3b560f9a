"""Reads the table of contents that a book prints, as an outline. Pure.

An entry counts if its title stands on the page that it names. The numbers of pages and those of the
file differ by what most titles say. The levels are those that the headings so found have without
all others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ocr_service.books.sections.contents import PAGE_AT_END, is_contents
from ocr_service.books.sections.headings import BookHeading, PagePart, headings_of, title_of
from ocr_service.books.sections.levels import heading_levels
from ocr_service.books.sections.outline import (
    Entry,
    is_title,
    letters,
    mark_entries,
    matches,
    may_be_title,
)
from ocr_service.books.sections.numbering import heading_number
from ocr_service.text.numerals import number_value

__all__ = ["printed_outline"]

_LEAST = 4  # entries that make a table of contents
_FOUND = 0.5  # share of the entries whose titles are on the pages that they name
_WRAPPED = 2  # lines of a title before the one that ends in its page
_LONG = 160  # characters of a line that is no entry
_ASIDE = frozenset({"footnote", "page_header", "page_footer", "page_number"})


@dataclass(frozen=True, slots=True)
class _Listed:
    """An entry of a table of contents: its title, and the number of its page, roman or not.

    Where the lines before it may belong to it there are several titles, the longest first.
    """

    titles: tuple[str, ...]
    number: int
    roman: bool


def printed_outline(pages: Sequence[Sequence[PagePart]]) -> list[Entry]:
    """Return the entries of a book's table of contents, in order; empty if it has none.

    Args:
        pages: the parts of each page, with their headings mended.
    """
    listing = _contents_pages(pages)
    listed = [entry for lines in listing.values() for entry in _entries(lines)]
    others = [() if index in listing else parts for index, parts in enumerate(pages)]
    found = _located(listed, others)
    if len(found) < max(_LEAST, _FOUND * len(listed)):
        return []
    return _with_levels(others, found)


# ------------------------------------------------------------------------------- the entries


def _contents_pages(pages: Sequence[Sequence[PagePart]]) -> dict[int, list[str]]:
    """Return the lines of the table of contents on each page that has some.

    They follow its title, or begin the page after one that ends in them.
    """
    result: dict[int, list[str]] = {}
    goes_on = False
    for page_index, parts in enumerate(pages):
        start = next((place + 1 for place, part in enumerate(parts) if is_contents(part)), None)
        if start is None and not goes_on:
            continue
        lines = [
            line
            for part in parts[start or 0 :]
            if part.label not in _ASIDE
            for line in part.text.splitlines()
            if line.strip()
        ]
        entries = _leading_entries(lines)
        goes_on = bool(entries) and len(entries) == len(lines)
        if entries:
            result[page_index] = entries
    return result


def _leading_entries(lines: Sequence[str]) -> list[str]:
    """Return the lines up to the last one that ends in a page, a few lines after the one before."""
    last = -1
    for place, line in enumerate(lines):
        if PAGE_AT_END.search(line) and len(line) < _LONG:
            last = place
        elif place - last > _WRAPPED or len(line) >= _LONG:
            break
    return list(lines[: last + 1])


def _entries(lines: Sequence[str]) -> Iterator[_Listed]:
    """Yield the entries of lines; one may begin on the lines before that with its page."""
    begun: list[str] = []
    for line in lines:
        found = PAGE_AT_END.search(line)
        title = title_of(line[: found.start()] if found else line)
        if found is None:
            begun = [*begun, title][-_WRAPPED:] if len(line) < _LONG else []
            continue
        titles = [" ".join([*begun[first:], title]).strip() for first in range(len(begun) + 1)]
        page = found["page"]
        yield _Listed(tuple(titles), number_value(page), not page.isdecimal())
        begun = []


# --------------------------------------------------------------------------------- their pages


def _located(
    listed: Sequence[_Listed], pages: Sequence[Sequence[PagePart]]
) -> list[tuple[str, int]]:
    """Return the title and the page index of the entries that stand on the page they name."""
    steps = _steps(listed, pages)
    found: list[tuple[str, int]] = []
    for entry in listed:
        for title in entry.titles:
            page_index = entry.number + steps.get(entry.roman, 0)
            if 0 <= page_index < len(pages) and any(
                (part.level or may_be_title(part)) and is_title(part.text, title)
                for part in pages[page_index]
            ):
                found.append((title, page_index))
                break
    return found


def _steps(listed: Sequence[_Listed], pages: Sequence[Sequence[PagePart]]) -> dict[bool, int]:
    """Return what to add to a page's number for its index; one for roman numbers, one for others.

    It is what most headings with the words of an entry say.
    """
    places: defaultdict[str, set[int]] = defaultdict(set)
    for page_index, parts in enumerate(pages):
        for part in parts:
            if part.level:
                places[letters(part.text)].add(page_index)
    votes: defaultdict[bool, Counter[int]] = defaultdict(Counter)
    for entry in listed:
        found = {page for title in entry.titles for page in places.get(letters(title), ())}
        votes[entry.roman].update(page - entry.number for page in found)
    return {roman: count.most_common(1)[0][0] for roman, count in votes.items() if count}


# -------------------------------------------------------------------------------- their levels


def _with_levels(
    pages: Sequence[Sequence[PagePart]], found: Sequence[tuple[str, int]]
) -> list[Entry]:
    """Return entries with the levels that their headings have without all others."""
    entries = [(1, title, page_index) for title, page_index in found]
    headings = headings_of(mark_entries(pages, entries))
    matched = matches(headings, entries)
    named = [_with_number(headings[index], entries[entry][1]) for index, entry in matched.items()]
    levels = heading_levels(named)
    return [
        (level, *entries[entry][1:]) for level, entry in zip(levels, matched.values(), strict=True)
    ]


def _with_number(heading: BookHeading, title: str) -> BookHeading:
    """Return a heading with the number that the table of contents gives it, if it has none."""
    if heading.number.length:
        return heading
    return replace(heading, number=heading_number(title))
