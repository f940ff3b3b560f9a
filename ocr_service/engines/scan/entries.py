"""Joins the entries of contents and indexes with their pages, across leaders of dots. Pure.

The dots are seldom recognised as they are printed, and part a title from its page. Where several
entries of a page have dots, numbers that end in one column belong to the words to their left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ocr_service.common.boxes import hull
from ocr_service.engines.scan.line_geometry import TextLine, TypeScale, same_row

__all__ = ["is_entry", "list_of", "same_list", "with_entries"]

_DOTS = r"[.…·․,]"
_LEADERS = rf"(?:(?:{_DOTS}\s?){{2,}}|…)[\s.…·,]*"
_PAGES = r"(?:\d{1,4}|[ivxlc]{1,7})(?:\s?[-–,]\s?\d{1,4})*"
_PAGE = re.compile(rf"[\s.…·,]*({_PAGES})")
_WORDS = re.compile(rf"(.*?[^\W_].*?)\s?({_LEADERS})?")
_WHOLE = re.compile(rf"(.*?[^\W\d_]{{2}}.*?)\s?{_LEADERS}\s?({_PAGES})")
_ONE_DOT = re.compile(rf"(.*?[^\W\d_]{{2}}.*?)\s?{_DOTS}\s?({_PAGES})")
_FEWEST = 4  # entries with dots, from which numbers without them are pages too
_NUMBER_APART = 6  # characters between the number of an entry and its words
_ALIGNED = 1.5  # characters between the ends of numbers in one column

_COUNTED = re.compile(r"(?:§+\s?)?(?:\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6})[.)]?(?:\s|$)")
_ENTRY = re.compile(rf".*[^\W\d_].* … {_PAGES}")


def with_entries(lines: Sequence[TextLine], scale: TypeScale) -> list[TextLine]:
    """Return the lines of a page with each entry and its page in one: "Limits … 14".

    Lines stay as they are where fewer than four have dots between words and a number.
    """
    whole = [_shortened(line) for line in lines]
    if sum(map(_has_dots, lines)) < _FEWEST:
        return list(lines)
    pairs = list(_pairs(whole, scale))
    dotted = [page for words, page in pairs if _has_dots(words) or _has_dots(page)]
    ends = [line.box[2] for line in [*dotted, *filter(_is_entry, whole)]]
    if len(ends) < _FEWEST:
        return list(lines)
    near = _ALIGNED * scale.char
    joined: dict[int, TextLine] = {}
    gone: set[int] = set()
    for words, page in pairs:
        in_column = sum(abs(page.box[2] - end) < near for end in ends) >= _FEWEST
        if page in dotted or in_column:
            joined[id(words)] = _joined(words, page)
            gone.add(id(page))
    for line in whole:
        if id(line) not in joined and sum(abs(line.box[2] - end) < near for end in ends) >= _FEWEST:
            joined[id(line)] = _shortened(line, _ONE_DOT)
    found = [joined.get(id(line), line) for line in whole if id(line) not in gone]
    return _with_numbers(found, scale)


def _with_numbers(lines: Sequence[TextLine], scale: TypeScale) -> list[TextLine]:
    """Return lines with the number of each entry, which is found apart, in front of its words."""
    joined: dict[int, TextLine] = {}
    gone: set[int] = set()
    for number in lines:
        if number.label or not _COUNTED.fullmatch(number.text):
            continue
        right = number.box[2]
        level = [
            line
            for line in lines
            if 0 < line.box[0] - right + scale.char < _NUMBER_APART * scale.char
            and not line.label
            and same_row(number.box, line.box)
        ]
        if level:
            words = min(level, key=lambda line: line.box[0])
            text, box = f"{number.text} {words.text}", hull([number.box, words.box])
            joined[id(words)] = replace(words, text=text, box=box)
            gone.add(id(number))
    return [joined.get(id(line), line) for line in lines if id(line) not in gone]


def _shortened(line: TextLine, form: re.Pattern[str] = _WHOLE) -> TextLine:
    """Return a line that has words, dots and a page with its dots shortened."""
    match = None if line.label or _ENTRY.fullmatch(line.text) else form.fullmatch(line.text)
    return replace(line, text=f"{match[1]} … {match[2]}") if match else line


def _has_dots(line: TextLine) -> bool:
    return not line.label and re.search(_LEADERS, line.text) is not None


def _is_entry(line: TextLine) -> bool:
    return not line.label and is_entry(line.text)


def is_entry(text: str) -> bool:
    """Return whether a line, as `with_entries` leaves it, is an entry with its page."""
    return _ENTRY.fullmatch(text) is not None


def same_list(last: str, line: str, following: str) -> bool:
    """Return whether a line goes on with a list of entries after its `last` line.

    An entry may begin, with a number, on the line before that with its page, which then has none.
    """
    if is_entry(line):
        return is_entry(last) or bool(_COUNTED.match(last) and not _COUNTED.match(line))
    goes_on = is_entry(following) and not _COUNTED.match(following)
    return is_entry(last) and goes_on and bool(_COUNTED.match(line))


def list_of(lines: Sequence[str]) -> str:
    """Return the entries of a list, a line each."""
    entries: list[list[str]] = [[]]
    for line in lines:
        entries[-1].append(line)
        if is_entry(line):
            entries.append([])
    return "\n".join(" ".join(parts) for parts in entries if parts)


def _pairs(lines: Sequence[TextLine], scale: TypeScale) -> Iterator[tuple[TextLine, TextLine]]:
    """Yield every number with the words to its left, if nothing stands between them."""
    plain = [line for line in lines if not line.label]
    for page in plain:
        if not _PAGE.fullmatch(page.text):
            continue
        level = [line for line in plain if line is not page and same_row(line.box, page.box)]
        before = [line for line in level if line.box[2] < page.box[2] - 0.5 * scale.char]
        words = max(before, key=lambda line: line.box[2], default=None)
        if words is None or _is_entry(words) or _PAGE.fullmatch(words.text):
            continue
        if _WORDS.fullmatch(words.text):
            yield words, page


def _joined(words: TextLine, page: TextLine) -> TextLine:
    title, number = _WORDS.fullmatch(words.text), _PAGE.fullmatch(page.text)
    name = (title[1] if title else words.text).rstrip(" .,·")
    text = f"{name} … {number[1] if number else page.text}"
    box = hull([words.box, page.box])
    return replace(words, text=text, box=box, score=min(words.score, page.score))
