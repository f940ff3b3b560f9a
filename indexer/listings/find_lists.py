"""Decides which pages of a book are an index, contents, a glossary and so on.

A list begins under its heading ("Index", "Table of contents", also as a bookmark of the file) or,
for an index or contents without one, where a page has their shape beyond doubt. It goes on over the
pages that have its shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from indexer.listings.contents_entries import parse_contents
from indexer.listings.index_entries import index_terms_of
from indexer.listings.listing import ListKind
from indexer.listings.plain_lines import LEADER, ListLine, plain_lines
from indexer.listings.term_order import in_order
from indexer.listings.work_entries import parse_bibliography, parse_glossary
from ocr_service.library.pages import Page

__all__ = ["ListPart", "find_lists"]

_OF = r"(?:\s(?:of|der|des|de)\s[^\d]{2,40})?"
_HEADINGS = {
    ListKind.CONTENTS: r"(?:short |brief |detailed )?contents(?: in (?:brief|detail))?"
    r"|table of contents|inhalt(?:sverzeichnis|sübersicht)?|table des matières|sommaire"
    r"|índice(?: general)?|contenido",
    ListKind.FIGURES: rf"(?:list|table) of (?:figures|illustrations|plates|diagrams){_OF}"
    r"|abbildungsverzeichnis|table des figures|índice de figuras",
    ListKind.TABLES: r"list of (?:tables|algorithms|listings)|tabellenverzeichnis"
    r"|liste des tableaux|índice de tablas",
    ListKind.INDEX: rf"(?:general |subject |name |author |concept |alphabetical |analytical )?"
    rf"index(?:es)?{_OF}|index to [^\d]{{2,40}}|(?:sach|stichwort|namen|personen|wort)?"
    r"(?:verzeichnis|register)|index alphabétique|índice (?:alfabético|analítico)",
    ListKind.GLOSSARY: rf"glossary{_OF}|(?:list|index|glossary|table) of (?:symbols|notations?)"
    r"|notations?|glossar|symbolverzeichnis|glossaire|dictionary|vocabulary|wörterbuch|lexique"
    r"|(?:[^\W\d_]{4,12}[-–— ]){1,2}(?:glossary|dictionary|vocabulary|wörterbuch)",
    ListKind.BIBLIOGRAPHY: r"(?:annotated |selected )?bibliography|references|works cited"
    r"|literature(?: cited)?|literatur(?:verzeichnis)?|bibliographie|références|bibliografía",
}
# The index of notation is parsed as a glossary, so that kind is tried first.
_ORDER = (ListKind.GLOSSARY, *(kind for kind in ListKind if kind is not ListKind.GLOSSARY))
_PATTERNS = {kind: re.compile(rf"(?:{_HEADINGS[kind]})", re.IGNORECASE) for kind in _ORDER}
_NUMBERED = re.compile(r"^(?:(?:appendix|chapter)\s)?(?:[A-Z]|[\dIVX]+)(?:\.\d+)*[.:]?\s+")
_WORD = re.compile(r"[a-zß-ÿ]{4}")
_ORDERED = 0.3  # share of the terms of an index in alphabetical order; sub-terms are not
_TOP = 3  # lines of a page among which a heading may lack its mark
_FRONT, _BACK = 0.15, 0.6  # shares of a book where contents end, and where an index begins


@dataclass(frozen=True, slots=True)
class ListPart:
    """The lines of a list on one page, by 0-based index. `first` says that a list begins here."""

    kind: ListKind
    page_index: int
    lines: tuple[ListLine, ...]
    first: bool = False


def find_lists(
    pages: Sequence[Page], titles: Mapping[int, Sequence[str]] = MappingProxyType({})
) -> Iterator[ListPart]:
    """Yield the parts of the lists of a book, whose pages are given in order.

    `titles` are the bookmarks of the file, by the 0-based index of the page that they lead to.
    """
    going: ListKind | None = None
    for page in pages:
        lines = plain_lines(page.markdown) if page.overlay_of is None else []
        starts = list(_headings(page, titles.get(page.page_index, ()), lines))
        found = list(_parts_of(page, lines, starts, going, page.page_index / len(pages)))
        yield from found
        going = found[-1].kind if found and _reaches_end(found[-1], lines) else None


def _parts_of(
    page: Page,
    lines: Sequence[ListLine],
    starts: list[tuple[int, ListKind]],
    going: ListKind | None,
    place: float,
) -> Iterator[ListPart]:
    """Yield the parts on a page; `place` is where in the book it is, from 0 to 1."""
    if not starts:
        kind = going if going and _has_shape(going, lines, 0) else _by_shape(lines, place)
        if kind:
            yield ListPart(kind, page.page_index, tuple(lines), first=kind is not going)
        return
    first, kind = starts[0]
    if first and _has_shape(kind, lines[:first], 1) and kind is ListKind.INDEX:
        starts[0] = (0, kind)  # a column before the heading, which stands above both
    elif first and going and _has_shape(going, lines[:first], 0):
        yield ListPart(going, page.page_index, tuple(lines[:first]))
    ends = [start for start, _ in starts[1:]] + [len(lines)]
    for (start, kind), end in zip(starts, ends, strict=True):
        part = tuple(_until_heading(lines[start:end], kind))
        # Symbols may be listed with what they mean, or as in an index with their pages.
        kinds = (kind, ListKind.INDEX) if kind is ListKind.GLOSSARY else (kind,)
        if fits := next((one for one in kinds if _has_shape(one, part, 1)), None):
            yield ListPart(fits, page.page_index, part, first=True)


def _headings(
    page: Page, titles: Sequence[str], lines: Sequence[ListLine]
) -> Iterator[tuple[int, ListKind]]:
    """Yield the headings of lists, by their place among the lines: printed, or only bookmarks."""
    printed = False
    for number, line in enumerate(lines):
        if (line.heading or number < _TOP) and (kind := _kind_of(line.text)):
            printed = True
            yield number, kind
    starts = [(each.title, each.start) for each in page.unprinted]
    for title, start in () if printed else (*starts, *((title, 0) for title in titles)):
        if kind := _kind_of(title):
            yield next((n for n, line in enumerate(lines) if line.start >= start), 0), kind
            return


def _kind_of(title: str) -> ListKind | None:
    """Return the kind of list that a heading announces."""
    plain = " ".join(title.strip(" .:*_").split())
    if len(plain) > 60:
        return None
    for text in (plain, _NUMBERED.sub("", plain)):
        for kind, pattern in _PATTERNS.items():
            if pattern.fullmatch(text):
                return kind
    return None


def _until_heading(lines: Sequence[ListLine], kind: ListKind) -> Iterator[ListLine]:
    """Yield lines up to a heading that ends the list."""
    for number, line in enumerate(lines):
        ends = number and line.heading and len(line.text) > 2 and kind is not ListKind.CONTENTS
        if ends and (kind is not ListKind.INDEX or len(line.text.split()) > 1):
            return
        yield line


def _by_shape(lines: Sequence[ListLine], place: float) -> ListKind | None:
    """Return what a page without a heading is beyond doubt."""
    worded = sum(bool(_WORD.search(line.text)) for line in lines)
    no_codes = worded * 2 > len(lines)  # a table of codes has no words
    if place >= _BACK and no_codes and _is_index(lines, most_words=6, least=15, ordered=0.8):
        return ListKind.INDEX
    leaders = sum(LEADER in line.text for line in lines)
    if place <= _FRONT and leaders >= 8 and leaders * 2 > len(lines):
        return ListKind.CONTENTS if _has_shape(ListKind.CONTENTS, lines, 8) else None
    return None


def _has_shape(kind: ListKind, lines: Sequence[ListLine], least: int) -> bool:
    """Return whether lines look like a list of a kind, with at least so many entries."""
    words = sum(len(line.text.split()) for line in lines)
    if not words:
        return False
    if kind is ListKind.INDEX:
        return _is_index(lines, most_words=10, least=max(1, least), ordered=_ORDERED)
    parse: Callable[[Sequence[ListLine]], Sequence[object]] = {
        ListKind.GLOSSARY: parse_glossary,
        ListKind.BIBLIOGRAPHY: parse_bibliography,
    }.get(kind, parse_contents)
    found = len(parse(lines))
    most = {ListKind.GLOSSARY: 60, ListKind.BIBLIOGRAPHY: 90}.get(kind, 25)
    return found >= max(2, least) and words <= most * found


def _is_index(lines: Sequence[ListLine], *, most_words: int, least: int, ordered: float) -> bool:
    terms = list(index_terms_of(lines))
    words = sum(len(line.text.split()) for line in lines)
    count = len([term for term in terms if (term.printed or term.see) and term.term])
    if count < least or words > most_words * count:
        return False
    return len(in_order([term.parent or term.term for term in terms])) >= ordered * len(terms)


def _reaches_end(part: ListPart, lines: Sequence[ListLine]) -> bool:
    return bool(part.lines) and part.lines[-1] == lines[-1]
