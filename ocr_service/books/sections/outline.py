"""Gives headings the levels of the file's outline, or of its printed table of contents. Pure.

A heading that the outline names has its level there. One without a number that it does not name
has the level that it mostly gives headings of that kind; all others lie below what is open. Entries
that are printed nowhere on their page, as on a scan, open with the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import mode
from string import digits

from ocr_service.books.sections.gaps import next_numbers
from ocr_service.books.sections.headings import BookHeading, PagePart
from ocr_service.books.sections.known_titles import is_matter
from ocr_service.books.sections.levels import DEEPEST
from ocr_service.books.sections.numbering import heading_number, section_number
from ocr_service.text.title_words import is_placeholder

__all__ = [
    "Entry",
    "OutlineLevels",
    "begins_with",
    "by_outline",
    "first_row",
    "is_title",
    "letters",
    "mark_entries",
    "matches",
    "may_be_title",
]

Entry = tuple[int, str, int]
"""A bookmark: level (1-based), title, page index (0-based)."""

_LONGEST = 160  # characters of a part that is an entry's heading
_NUMBER = re.compile(
    r"^(?:chapter|chapitre|kapitel|part|teil|appendix|anhang|section|§+)?\s*"
    r"(?:[A-Z]?\d*(?:\.\d+)*|[ivxlc]+|[A-Z])[.:)]?\s+",
    re.IGNORECASE,
)
_SYMBOL = re.compile(r"(?<![\u0370-\u03ff])[\u0370-\u03ff](?![\u0370-\u03ff])")  # LaTeX2ε
_SHORTENED = 8  # letters of a title that is shorter than its heading
_MOST = 0.5  # share of the headings of a type that the outline names, so that it is of its level


@dataclass(frozen=True, slots=True)
class OutlineLevels:
    """The level of each heading of a book, and the entries that are not printed, by page index.

    An entry that is not printed has its level, its title and the index of the part that it comes
    before.
    """

    levels: list[int]
    opens: Mapping[int, tuple[tuple[int, str, int], ...]] = field(default_factory=dict)


def mark_entries(
    pages: Sequence[Sequence[PagePart]], outline: Sequence[Entry]
) -> list[list[PagePart]]:
    """Make the parts of pages that are a title of the outline headings."""
    marked = [list(parts) for parts in pages]
    for level, title, page_index in outline:
        if page_index >= len(marked):
            continue
        parts = marked[page_index]
        if any(part.level and is_title(part.text, title) for part in parts):
            continue
        for place, part in enumerate(parts):
            if part.level:
                continue
            if may_be_title(part) and is_title(part.text, title):
                parts[place] = part.as_heading(min(level, DEEPEST))
                break
            if part.label == "table" and is_title(first_row(part.text), title):
                parts[place : place + 1] = _without_first_row(part, min(level, DEEPEST))
                break
    return marked


def first_row(table: str) -> str:
    """Return the words of the first row of a table in markdown."""
    return " ".join(table.split("\n", 1)[0].replace("|", " ").split())


def _without_first_row(table: PagePart, level: int) -> list[PagePart]:
    """Part the title above a table, which was read as its first row, from the table."""
    heading = replace(table, text=first_row(table.text)).as_heading(level)
    _, rule, *rows = table.text.split("\n")
    rest = "\n".join([*rows[:1], rule, *rows[1:]])
    return [heading, replace(table, text=rest)] if rows else [heading]


def may_be_title(part: PagePart) -> bool:
    """Tell whether a part that is no heading may be one if it is a title of the outline."""
    short = len(part.text) <= _LONGEST and "\n" not in part.text
    return short and part.label in {"", "text", "title", "list_item", "caption", "section_header"}


def by_outline(
    headings: Sequence[BookHeading],
    levels: Sequence[int],
    outline: Sequence[Entry],
    *,
    partial: bool = False,
) -> OutlineLevels:
    """Return the levels of headings, given those that they have without the outline.

    `partial` says that entries may be missing, as from a printed table of contents.
    """
    found = matches(headings, outline)
    named = {index: outline[entry][0] for index, entry in found.items()}
    opens = _unprinted(headings, outline, found)
    given = _given(headings, levels, named, partial=partial)
    deeper = {level for level, one in zip(levels, given, strict=True) if one is None}
    waiting = deque(
        (page, place, level) for page in sorted(opens) for level, _, place in opens[page]
    )
    result: list[int] = []
    open_level = 0
    for index, level in enumerate(levels):
        while waiting and waiting[0][:2] <= (headings[index].page_index, headings[index].place):
            open_level = waiting.popleft()[2]
        own = given[index]
        if own is None:
            own = open_level + 1 + sum(other < level for other in deeper)
        else:
            open_level = own if index in named else min(open_level, own - 1)
        result.append(min(own, DEEPEST))
    return OutlineLevels(result, opens)


def _given(
    headings: Sequence[BookHeading],
    levels: Sequence[int],
    named: Mapping[int, int],
    *,
    partial: bool,
) -> list[int | None]:
    """Return the level in the outline of each heading; None for those below what is open.

    One without a number that the outline does not name has the level of most others of its kind,
    one of front or back matter the outermost, unless the outline goes on with deeper entries: it
    would have named an outer one. Where entries may be missing, one with the next number has the
    level of its depth.
    """
    kinds: defaultdict[int, list[int | None]] = defaultdict(list)
    for index, level in enumerate(levels):
        if not headings[index].number.length:
            kinds[level].append(named.get(index))
    usual = {level: _usual(found) for level, found in kinds.items()}
    titles = Counter(heading.title for heading in headings)
    outermost = min(named.values(), default=1)
    after = _levels_of_next(headings, named)
    depths = _levels_of_depths(headings, named)
    opened: tuple[int, ...] = ()
    given: list[int | None] = []
    for index, (heading, level) in enumerate(zip(headings, levels, strict=True)):
        number = section_number(heading.title)
        matter = is_matter(heading.title) and titles[heading.title] == 1
        own = outermost if matter else usual.get(level)
        if heading.number.length:
            own = depths.get(len(number)) if partial and number in next_numbers(opened) else None
        elif own is not None and own < after[index]:
            own = None
        given.append(named.get(index, own))
        opened = number if number and given[-1] is not None else opened
    return given


def _levels_of_depths(headings: Sequence[BookHeading], named: Mapping[int, int]) -> dict[int, int]:
    """Return the usual level in the outline of each depth of numbers: 1, 1.1."""
    levels: defaultdict[int, list[int]] = defaultdict(list)
    for index, level in named.items():
        if number := section_number(headings[index].title):
            levels[len(number)].append(level)
    return {depth: mode(found) for depth, found in levels.items()}


def _levels_of_next(headings: Sequence[BookHeading], named: Mapping[int, int]) -> list[int]:
    """Return for each heading the level of the next one that the outline names, 0 after the last.

    The outline would say so if an outer heading came in between.
    """
    result = [0] * len(headings)
    for index in range(len(headings) - 2, -1, -1):
        result[index] = named.get(index + 1, result[index + 1])
    return result


def _usual(found: Sequence[int | None]) -> int | None:
    """Return the level that the outline mostly gives headings of one kind; None for a few."""
    known = Counter(level for level in found if level is not None)
    if known.total() < _MOST * len(found):
        return None
    return known.most_common(1)[0][0]


def matches(headings: Sequence[BookHeading], outline: Sequence[Entry]) -> dict[int, int]:
    """Return by the index of a heading that of the entry that names it, in the outline's order."""
    on_page: defaultdict[int, list[int]] = defaultdict(list)
    for index, heading in enumerate(headings):
        on_page[heading.page_index].append(index)
    found: dict[int, int] = {}
    for entry, (_, title, page_index) in enumerate(outline):
        free = [index for index in on_page[page_index] if index not in found]
        same = [index for index in free if is_title(headings[index].title, title)]
        same = same or [index for index in free if begins_with(headings[index].title, title)]
        if same:
            found[same[0]] = entry
    return found


def _unprinted(
    headings: Sequence[BookHeading], outline: Sequence[Entry], found: Mapping[int, int]
) -> dict[int, tuple[tuple[int, str, int], ...]]:
    """Return the entries that no heading stands for; each comes after the heading before it.

    "Untitled", "Page 3" and the like, which no page prints, name no section.
    """
    heading_of = {entry: headings[index] for index, entry in found.items()}
    opens: defaultdict[int, list[tuple[int, str, int]]] = defaultdict(list)
    after: dict[int, int] = {}
    for entry, (level, title, page_index) in enumerate(outline):
        if entry in heading_of:
            after[page_index] = heading_of[entry].place + 1
        elif not is_placeholder(title):
            opens[page_index].append((min(level, DEEPEST), title, after.get(page_index, 0)))
    return {page: tuple(entries) for page, entries in opens.items()}


def is_title(text: str, title: str) -> bool:
    """Tell whether a heading is a title of the outline, with or without its number."""
    found, wanted = letters(text), letters(title)
    bare_found, bare = letters(_NUMBER.sub("", text)), letters(_NUMBER.sub("", title))
    if not found or not wanted:
        return False
    glued = found.lstrip(digits) if text[:1].isdecimal() else ""  # "11Year planner"
    if found == wanted or (len(bare) >= 3 and bare in (bare_found, glued)):
        return True
    number = text[: heading_number(text).length]
    if number and letters(number) == wanted and not wanted.isdecimal():
        return True  # "Chapter IV" is printed as "CHAPTER IV. ON LIMITS"
    shorter, longer = sorted((bare_found or found, bare or wanted), key=len)
    return len(shorter) >= 6 and 1.5 * len(shorter) > len(longer) and longer.startswith(shorter)


def begins_with(text: str, title: str) -> bool:
    """Tell whether a heading is longer than its title in the outline, which may be shortened."""
    numbers = [one[: heading_number(one).length] for one in (text, title)]
    if heading_number(text).depth > 1 and letters(numbers[0]) != letters(numbers[1]):
        return False
    found, wanted = (letters(_NUMBER.sub("", one)) for one in (text, title.rstrip(" .…")))
    return len(wanted) >= _SHORTENED and found.startswith(wanted)


def letters(text: str) -> str:
    """Return letters and digits, folded: formulas and accents are written in many ways."""
    plain = _SYMBOL.sub("", re.sub(r"\\[a-zA-Z]+", "", text))
    plain = unicodedata.normalize("NFKD", plain).casefold()
    return "".join(char for char in plain if char.isalnum())
