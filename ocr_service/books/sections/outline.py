"""Gives headings the levels of the file's outline. Pure.

A heading that the outline names has its level there. One without a number that it does not name
has the level that it mostly gives headings of that kind; all others lie below what is open. Entries
that are printed nowhere on their page, as on a scan, open with the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ocr_service.books.sections.headings import BookHeading, PagePart
from ocr_service.books.sections.levels import DEEPEST
from ocr_service.books.sections.numbering import heading_number

__all__ = ["OutlineLevels", "by_outline", "mark_entries"]

Entry = tuple[int, str, int]
"""A bookmark: level (1-based), title, page index (0-based)."""

_LONGEST = 160  # characters of a part that is an entry's heading
_NUMBER = re.compile(
    r"^(?:chapter|chapitre|kapitel|part|teil|appendix|anhang|section|§+)?\s*"
    r"(?:[A-Z]?\d*(?:\.\d+)*|[ivxlc]+|[A-Z])[.:)]?\s+",
    re.IGNORECASE,
)
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
        if any(part.level and _is_title(part.text, title) for part in parts):
            continue
        for place, part in enumerate(parts):
            if not part.level and _may_be_title(part) and _is_title(part.text, title):
                parts[place] = part.as_heading(min(level, DEEPEST))
                break
    return marked


def _may_be_title(part: PagePart) -> bool:
    short = len(part.text) <= _LONGEST and "\n" not in part.text
    return short and part.label in {"", "text", "title", "list_item", "caption", "section_header"}


def by_outline(
    headings: Sequence[BookHeading], levels: Sequence[int], outline: Sequence[Entry]
) -> OutlineLevels:
    """Return the levels of headings, given those that they have without the outline."""
    named, opens = _named(headings, outline)
    shares: defaultdict[int, list[int | None]] = defaultdict(list)
    for index, level in enumerate(levels):
        if not headings[index].number.length:
            shares[level].append(named.get(index))
    usual = {level: _usual(found) for level, found in shares.items()}
    given = [
        named.get(index, None if headings[index].number.length else usual.get(level))
        for index, level in enumerate(levels)
    ]
    deeper = {level for level, one in zip(levels, given, strict=True) if one is None}
    waiting = deque(
        (page, place, level) for page in sorted(opens) for level, _, place in opens[page]
    )
    result: list[int] = []
    open_level = 0
    for index, level in enumerate(levels):
        while waiting and waiting[0][:2] <= (headings[index].page_index, headings[index].place):
            open_level = waiting.popleft()[2]
        found = given[index]
        if found is None:
            found = open_level + 1 + sum(other < level for other in deeper)
        else:
            open_level = found if index in named else min(open_level, found - 1)
        result.append(min(found, DEEPEST))
    return OutlineLevels(result, opens)


def _usual(found: Sequence[int | None]) -> int | None:
    """Return the level that the outline mostly gives headings of one kind; None for a few."""
    known = Counter(level for level in found if level is not None)
    if known.total() < _MOST * len(found):
        return None
    return known.most_common(1)[0][0]


def _named(
    headings: Sequence[BookHeading], outline: Sequence[Entry]
) -> tuple[dict[int, int], dict[int, tuple[tuple[int, str, int], ...]]]:
    """Return the levels of the headings that the outline names, and the entries without one."""
    on_page: defaultdict[int, list[int]] = defaultdict(list)
    for index, heading in enumerate(headings):
        on_page[heading.page_index].append(index)
    named: dict[int, int] = {}
    opens: defaultdict[int, list[tuple[int, str, int]]] = defaultdict(list)
    after: dict[int, int] = {}
    for level, title, page_index in outline:
        match = next(
            (
                index
                for index in on_page[page_index]
                if index not in named and _is_title(headings[index].title, title)
            ),
            None,
        )
        if match is None:
            opens[page_index].append((min(level, DEEPEST), title, after.get(page_index, 0)))
        else:
            named[match] = level
            after[page_index] = headings[match].place + 1
    return named, {page: tuple(entries) for page, entries in opens.items()}


def _is_title(text: str, title: str) -> bool:
    """Tell whether a heading is a title of the outline, with or without its number."""
    found, wanted = _letters(text), _letters(title)
    bare_found, bare = _letters(_NUMBER.sub("", text)), _letters(_NUMBER.sub("", title))
    if not found or not wanted:
        return False
    if found == wanted or (len(bare) >= 3 and bare == bare_found):
        return True
    number = text[: heading_number(text).length]
    if number and _letters(number) == wanted and not wanted.isdecimal():
        return True  # "Chapter IV" is printed as "CHAPTER IV. ON LIMITS"
    shorter, longer = sorted((bare_found or found, bare or wanted), key=len)
    return len(shorter) >= 6 and 1.5 * len(shorter) > len(longer) and longer.startswith(shorter)


def _letters(text: str) -> str:
    """Return letters and digits, folded: formulas and accents are written in many ways."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\\[a-zA-Z]+", "", text)).casefold()
    return "".join(char for char in plain if char.isalnum())
