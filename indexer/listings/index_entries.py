"""Parses the lines of a back-of-book index into entries.

An index may have one entry a line, or its reader may have joined lines: "Abel, 127 Abscissa, 74".
So the text is cut behind each list of page references, and what stands between two of them is a
term, or several lines of which the last is the term of the references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.listings.listing import RawEntry
from indexer.listings.locators import LOCATORS
from indexer.listings.plain_lines import LEADER, ListLine
from indexer.listings.term_order import SMALL_WORDS, main_terms, sort_key

__all__ = ["IndexTerm", "index_terms_of", "parse_index"]

_LEADS = {
    "comma": rf"\s*[,;:]\s*(?:{LEADER}\s*)?|\s*{LEADER}\s*",
    "leader": rf"\s*,?\s*{LEADER}\s*",
    "space": rf"\s*[,;:]?\s+(?:{LEADER}\s*)?",
}
_LISTS = {
    style: re.compile(
        rf"(?P<lead>{lead})(?P<pages>{LOCATORS})(?=\s|$|[.,;](?:\s|$))[.,;]?", re.IGNORECASE
    )
    for style, lead in _LEADS.items()
}
_SEE = re.compile(
    rf"(?:^|[\s,.;:({LEADER}]+)(?:see(?:\s+also)?|vide|siehe(?:\s+auch)?|voir(?:\s+aussi)?|véase)"
    r"\s+(?P<target>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_LETTER = re.compile(r"[^\w]*(?:[A-Z](?:\s?[-–]\s?[A-Z])?|Symbols?|Numbers?|Symbole)?[^\w]*")
_SHORT_LIST = 3  # words that follow a term: "of", "of the"
_FULL_LINE = 0.75  # share of the longest lines from which a line without pages is a broken one
_INITIAL = re.compile(r"\b[A-Z]\.$")
_MOST_WORDS = 16  # of a term


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A term before it is known whether it is a main term.

    `parent` is a main term that stands on a line before it and has no pages of its own.
    """

    term: str
    printed: str = ""
    see: tuple[str, ...] = ()
    parent: str = ""


def parse_index(lines: Sequence[ListLine]) -> list[RawEntry]:
    """Return the entries of an index, whose lines are given in order over all its pages."""
    terms = _with_targets(list(index_terms_of(lines)))
    return list(_with_paths(terms))


def index_terms_of(lines: Sequence[ListLine]) -> Iterator[IndexTerm]:
    """Yield the terms of lines in the order of printing, each with its page references."""
    text = "\n".join(line.text for line in lines if not _is_letter(line))
    pattern = _LISTS[_style(text)]
    width = _width(lines)
    place = 0
    for found in pattern.finditer(text):
        yield from _terms(text[place : found.start()], found["pages"], width)
        place = found.end()
    yield from _terms(text[place:], "", width)


def _is_letter(line: ListLine) -> bool:
    """Return whether a line only names the letter that follows, or the index itself."""
    return line.heading or bool(_LETTER.fullmatch(line.text))


def _style(text: str) -> str:
    """Return what stands before the references of most lines: a comma, a leader, only space."""
    # In "polynomials 3, 17" the comma stands between two pages: it counts behind letters only.
    comma = len(re.findall(r"[^\W\d]\)?,\s*[*_]{0,2}(?:\d|§)", text))
    leader = len(re.findall(rf"{LEADER}\s*(?:\d|§|[ivx]+\b)", text))
    space = len(re.findall(r"[^\W\d]\s+\d+(?=\n|$|,)", text))
    if leader > max(comma, space):
        return "leader"
    return "comma" if comma >= space else "space"


def _width(lines: Sequence[ListLine]) -> int:
    lengths = sorted(len(line.text) for line in lines)
    return lengths[len(lengths) * 19 // 20] if lengths else 0


def _terms(text: str, pages: str, width: int) -> Iterator[IndexTerm]:
    """Yield the term of `pages`, and before it what lines without pages say."""
    lines = [line.strip(f" {LEADER}") for line in text.split("\n") if line.strip(f" .,{LEADER}")]
    lines = [line.lstrip(".") for line in lines]
    parent, held = "", ""
    for number, printed in enumerate(lines, 1):
        line, held = f"{held} {printed}".strip(), ""
        see = _SEE.search(line)
        if see and (number < len(lines) or not pages):
            if _goes_on(line, lines[number : number + 1], width=10**6):
                held = line
                continue
            yield IndexTerm(_clean(line), "", (), parent)
        elif number == len(lines) and pages:
            yield IndexTerm(_clean(line), pages, (), parent)
        elif number < len(lines) and _goes_on(line, lines[number:], width):
            held = line
        elif len(line.split()) <= _MOST_WORDS:
            parent = _clean(line)
    if pages and not lines:
        yield IndexTerm("", pages)


def _goes_on(line: str, following: Sequence[str], width: int) -> bool:
    """Return whether the next line continues a line that has no page references."""
    if not following:
        return False
    after = following[0].split()
    few = len(after) < _SHORT_LIST and all(word.lower() in SMALL_WORDS for word in after)
    return (
        line.endswith((",", "-", "–", ";"))
        or line.rsplit(maxsplit=1)[-1].lower() in SMALL_WORDS
        or few
        or (len(line) >= _FULL_LINE * width and following[0][:1].islower())
    )


def _clean(term: str) -> str:
    """Return a term without what surrounds it; the full stop of an initial stays."""
    text = " ".join(term.strip(f" ,;:{LEADER}").split())
    return text if _INITIAL.search(text) else text.strip(f" .,;:{LEADER}")


def _with_targets(terms: list[IndexTerm]) -> list[IndexTerm]:
    """Part "MS see manuscript Osge" where the index has no term "manuscript Osge"."""
    known = {sort_key(term.term) for term in terms}
    known |= {sort_key(term.term.partition("(")[0]) for term in terms}  # "manuscript (code)"
    parted: list[IndexTerm] = []
    waiting = terms[::-1]
    while waiting:
        term = waiting.pop()
        see = _SEE.search(term.term)
        if see is None:
            parted.append(term)
            continue
        name, (target, rest) = _clean(term.term[: see.start()]), _parted(see["target"], known)
        printed = "" if rest else term.printed
        parted.append(IndexTerm(name, printed, (_clean(target), *term.see), term.parent))
        if rest:
            waiting.append(IndexTerm(rest, term.printed))
    return parted


def _parted(target: str, known: set[str]) -> tuple[str, str]:
    """Return the longest beginning of a text that is a term of the index, and the rest."""
    words = target.split()
    for count in range(len(words), 0, -1):
        if sort_key(" ".join(words[:count])) in known:
            return " ".join(words[:count]), " ".join(words[count:])
    return target, ""


def _with_paths(terms: Sequence[IndexTerm]) -> Iterator[RawEntry]:
    """Yield the entries with the path of each: main term, sub-term."""
    usable = [term for term in terms if term.term and len(term.term.split()) <= _MOST_WORDS]
    mains = main_terms([term.parent or term.term for term in usable])
    above = ""
    for term, is_main in zip(usable, mains, strict=True):
        own = term.term.lstrip("—–- ")
        if term.parent:
            above = term.parent if is_main else above or term.parent
            path: tuple[str, ...] = (above, own) if is_main else (above, term.parent, own)
        elif is_main or not above:
            above, path = own, (own,)
        else:
            path = (above, own)
        see = tuple(target for text in term.see for target in re.split(r"\s*;\s*", text) if target)
        if own:
            yield RawEntry(tuple(dict.fromkeys(path)), term.printed, see)
