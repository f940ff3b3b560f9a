r"""Turns the markdown of a list into plain lines.

Readers see leader dots as text, or as mathematics (`\(\mathrm{Index}\ldots\ldots\)`), and a list
set as a table as rows. Here a leader is one `…`, and a row is a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.passages.math_spans import find_math

__all__ = ["LEADER", "ListLine", "plain_lines"]

LEADER = "…"

_LEADERS = re.compile(r"\s*(?:…|(?:\.\s?){3,}|(?<=\S)\s\.+\s(?=[(\d§]))[\s.…·]*")
_DOTS = re.compile(r"\\(?:[lc]?dots|dotfill|cdot)\b|\.{2,}")
_NAMES = re.compile(r"\\(?:operatorname|mathrm|mathbf|mathit|text[a-z]*|mbox)\*?\s*\{([^{}]*)\}")
_TAG = re.compile(r"\\tag\*?\s?\{\(?([^{}()]{1,12})\)?\}")
_REST = re.compile(r"\\[,;: !]|\\[a-zA-Z]+|[{}~]")
_HTML = re.compile(r"<[^<>]{0,200}>")
_RULE = re.compile(r"\|?[\s|:-]*-[\s|:-]*\|?")
_HEADING = re.compile(r"^#{1,6}\s+")
_BULLET = re.compile(r"^[-*+•]\s+(?=\S)")
_EMPHASIS = re.compile(r"(\*{1,3}|(?<!\w)_{1,3}(?=\w))(?P<text>[^*_\n]+?)(\*{1,3}|_{1,3}(?!\w))")
_NUMBERS = re.compile(r"[\d\s,–-]+")
_LONE_LETTER = re.compile(r"\\[(\[]\s*\\math[a-z]+\s*\{\s*(\w)\s*\}\s*\\[)\]]")
# A reader takes numbers in italics for the number of an equation.
_BRACKETED = re.compile(r"(?P<before>^|…\s*|,\s*)\((?P<number>\d{1,4}|[ivxlc]{1,7})\)(?=,|$)")


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line without marks; `start` is the offset of its line in the page's markdown.

    `heading` says that it is a heading, `parted` that a blank line stands before it.
    """

    text: str
    start: int
    heading: bool = False
    parted: bool = False


def plain_lines(markdown: str) -> list[ListLine]:
    """Return the lines of a page that have text.

    Emphasis is kept around numbers only, where it tells the main page of a term.
    """
    lines: list[ListLine] = []
    parted = False
    place = 0
    for raw in _joined_formulas(markdown).split("\n"):
        text = raw.strip()
        start, place = place, place + len(raw) + 1
        if text.startswith("|") and _RULE.fullmatch(text):
            continue
        heading = bool(_HEADING.match(text))
        text = _plain(_BULLET.sub("", _HEADING.sub("", text, count=1), count=1))
        if text:
            lines.append(ListLine(text, start, heading, parted))
        parted = not text
    return lines


def _joined_formulas(markdown: str) -> str:
    """Return the page with each formula on one line; all offsets stay."""
    parts, place = [], 0
    for span in find_math(markdown):
        parts += [markdown[place : span.start], markdown[span.start : span.end].replace("\n", " ")]
        place = span.end
    return "".join([*parts, markdown[place:]])


def _plain(text: str) -> str:
    if "<" in text:
        text = _HTML.sub(" ", text)
    if "|" in text:
        text = " ".join(cell.strip() for cell in text.strip("|").split("|"))
    text = _LONE_LETTER.sub(r"\1", _without_math_leaders(text))
    text = _EMPHASIS.sub(_kept_emphasis, text)
    text = _LEADERS.sub(f" {LEADER} ", text)
    return _BRACKETED.sub(r"\g<before>\g<number>", " ".join(text.split()))


def _without_math_leaders(text: str) -> str:
    """Return a line in which formulas that hold a leader are read as text."""
    parts, place = [], 0
    for span in find_math(text):
        if not _DOTS.search(span.latex):
            continue
        plain = _TAG.sub(r" \1", _NAMES.sub(r"\1", span.latex))
        parts += [text[place : span.start], _REST.sub(" ", _DOTS.sub(f" {LEADER} ", plain))]
        place = span.end
    return "".join([*parts, text[place:]])


def _kept_emphasis(found: re.Match[str]) -> str:
    inner = found["text"]
    return f"*{inner}*" if _NUMBERS.fullmatch(inner) else inner
