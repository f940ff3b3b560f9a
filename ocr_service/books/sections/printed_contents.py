"""Reads the table of contents that a book prints, as an outline. Pure.

An entry counts if its title stands on the page that it names. The numbers of pages and those of the
file differ by what most titles say. The levels are those that the headings so found have without
all others.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import mode

from ocr_service.books.sections.contents import ASIDE, PAGE_AT_END, WRAPPED, listings
from ocr_service.books.sections.headings import BookHeading, PagePart, headings_of, title_of
from ocr_service.books.sections.levels import heading_levels
from ocr_service.books.sections.numbering import heading_number
from ocr_service.books.sections.outline import (
    Entry,
    begins_with,
    first_row,
    is_title,
    letters,
    mark_entries,
    matches,
    may_be_title,
)
from ocr_service.text.numerals import number_value

__all__ = ["printed_outline"]

_LEAST = 4  # entries that make a table of contents
_FOUND = 0.5  # share of the entries whose titles are on the pages that they name

_FORMULA_MARKS = re.compile(r"\\[()]|\\c?dots?\b")  # of "Section 1 ·"

_Look = tuple[float, bool]  # left edge, bold
_Found = tuple[str, int, _Look | None]
_Pages = Sequence[Sequence[PagePart]]


@dataclass(frozen=True, slots=True)
class _Listed:
    """An entry of a table of contents: its title, and the number of its page, roman or not.

    Where the lines before it may belong to it there are several titles, the longest first. `look`
    is not known for one of several lines in a region.
    """

    titles: tuple[str, ...]
    number: int
    roman: bool
    look: _Look | None


def printed_outline(pages: _Pages) -> list[Entry]:
    """Return the entries of a book's table of contents, in order; empty if it has none.

    Args:
        pages: the parts of each page, with their headings mended.
    """
    listed: list[_Listed] = []
    others = [list(parts) for parts in pages]
    for page_index, places in listings(pages).items():
        listed += _entries(pages[page_index][places.start : places.stop])
        del others[page_index][places.start : places.stop]
    found = _located(listed, others)
    if len(found) < max(_LEAST, _FOUND * len(listed)):
        return []
    return _with_levels(others, found)


# ------------------------------------------------------------------------------- the entries


def _entries(parts: Sequence[PagePart]) -> Iterator[_Listed]:
    """Yield the entries of parts; one may begin on the lines before that with its page."""
    begun: list[str] = []
    for part, line in _lines(parts):
        found = PAGE_AT_END.search(line)
        title = title_of(_FORMULA_MARKS.sub(" ", line[: found.start()] if found else line))
        if found is None:
            begun = [*begun, title][-WRAPPED:]
            continue
        titles = [" ".join([*begun[first:], title]).strip() for first in range(len(begun) + 1)]
        page = found["page"]
        look = None if part.box is None or part.text != line else (part.box[0], part.bold)
        yield _Listed(tuple(titles), number_value(page), not page.isdecimal(), look)
        begun = []


def _lines(parts: Sequence[PagePart]) -> Iterator[tuple[PagePart, str]]:
    for part in parts:
        if part.label not in ASIDE:
            yield from ((part, line) for line in part.text.splitlines())


# --------------------------------------------------------------------------------- their pages


def _located(listed: Sequence[_Listed], pages: _Pages) -> list[_Found]:
    """Return the title, page index and look of the entries that stand on the page they name."""
    steps = _steps(listed, pages)
    found: list[_Found] = []
    for entry in listed:
        named = entry.number + steps.get(entry.roman, 0)
        places = (
            (title, named + step, entry.look)
            for step in (0, 1, -1)
            for title in entry.titles
            if _is_printed(title, pages, named + step, sure=not step)
        )
        if (place := next(places, None)) is not None:
            found.append(place)
    return found


def _is_printed(title: str, pages: _Pages, page_index: int, *, sure: bool) -> bool:
    """Tell whether a title is on a page; if not `sure` of the page, whether a heading has it.

    Contents that were not made anew name the page before or after.
    """
    parts = pages[page_index] if 0 <= page_index < len(pages) else ()
    if not sure:
        return any(part.level and is_title(part.text, title) for part in parts)
    return any(
        ((part.level or may_be_title(part)) and is_title(part.text, title))
        or (part.level and begins_with(part.text, title))
        or (part.label == "table" and is_title(first_row(part.text), title))
        for part in parts
    )


def _steps(listed: Sequence[_Listed], pages: _Pages) -> dict[bool, int]:
    """Return what to add to a page's number for its index; one for roman numbers, one for others.

    It is what most lines say that have the words of an entry and no others.
    """
    places: defaultdict[str, set[int]] = defaultdict(set)
    for page_index, parts in enumerate(pages):
        for part in parts:
            if part.level or may_be_title(part):
                places[letters(part.text)].add(page_index)
    votes: defaultdict[bool, Counter[int]] = defaultdict(Counter)
    for entry in listed:
        found = {page for title in entry.titles for page in places.get(letters(title), ())}
        votes[entry.roman].update(page - entry.number for page in found)
    return {roman: count.most_common(1)[0][0] for roman, count in votes.items() if count}


# -------------------------------------------------------------------------------- their levels


def _with_levels(pages: _Pages, found: Sequence[_Found]) -> list[Entry]:
    """Return entries with the levels that their headings have without all others.

    One without a number that is set like those with numbers has their level.
    """
    entries = [(1, title, page_index) for title, page_index, _ in found]
    headings = headings_of(mark_entries(pages, entries))
    matched = sorted(matches(headings, entries).items())
    named = [_with_number(headings[index], entries[entry][1]) for index, entry in matched]
    levels = heading_levels(named)
    looks = [found[entry][2] for _, entry in matched]
    by_look: defaultdict[_Look, list[int]] = defaultdict(list)
    for heading, level, look in zip(named, levels, looks, strict=True):
        if look and heading.number.length:
            by_look[_rounded(look)].append(level)
    result: list[Entry] = []
    for heading, level, look, (_, entry) in zip(named, levels, looks, matched, strict=True):
        alike = by_look.get(_rounded(look)) if look and not heading.number.length else None
        result.append((mode(alike) if alike else level, *entries[entry][1:]))
    return result


def _rounded(look: _Look) -> _Look:
    return round(look[0], 2), look[1]


def _with_number(heading: BookHeading, title: str) -> BookHeading:
    """Return a heading with the number that the table of contents gives it, if it has none."""
    if heading.number.length:
        return heading
    return replace(heading, title=title, number=heading_number(title))
