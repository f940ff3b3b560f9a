"""Parses what DjVuLibre prints: words and their places, bookmarks, metadata. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ocr_service.library.pages import Box

__all__ = ["Bookmark", "DjvuWord", "read_bookmarks", "read_metadata", "read_words"]

_TOKEN = re.compile(r'[()]|"(?:[^"\\]|\\.)*"|[^\s()"]+', re.DOTALL)
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_MAX_DEPTH = 100
_META = re.compile(r'^([\w-]+)\s+("(?:[^"\\]|\\.)*")\s*$', re.MULTILINE)

Expression: TypeAlias = "str | list[Expression]"


@dataclass(frozen=True, slots=True)
class DjvuWord:
    """A word and its box, as fractions of the page from its top left corner."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: `level` and `page` count from 1."""

    level: int
    title: str
    page: int


def read_words(printed: str) -> list[list[DjvuWord]]:
    """Return the words of each page, from what `djvutxt -detail=word` prints."""
    pages = []
    for page in _expressions(printed):
        words: list[DjvuWord] = []
        size = _numbers(page)
        if size is not None and size[2] > size[0] and size[3] > size[1]:
            _collect_words(page, size, words, 0)
        pages.append(words)
    return pages


def read_bookmarks(printed: str) -> list[Bookmark]:
    """Return the outline, from what `djvused -e print-outline` prints."""
    found: list[Bookmark] = []
    for outline in _expressions(printed):
        if isinstance(outline, list) and outline and outline[0] == "bookmarks":
            _collect_bookmarks(outline[1:], 1, found)
    return found


def read_metadata(printed: str) -> dict[str, str]:
    """Return the metadata by key in lower case, from what `djvused -e print-meta` prints."""
    return {key.lower(): _unquoted(value) for key, value in _META.findall(printed)}


def _collect_words(zone: Expression, size: list[int], words: list[DjvuWord], depth: int) -> None:
    box = _numbers(zone)
    if box is None or depth > _MAX_DEPTH or not isinstance(zone, list):
        return
    for part in zone[5:]:
        if isinstance(part, list):
            _collect_words(part, size, words, depth + 1)
        elif part.startswith('"') and (text := " ".join(_unquoted(part).split())):
            width, height = size[2] - size[0], size[3] - size[1]
            # DjVu counts from the bottom.
            left, right = ((x - size[0]) / width for x in (box[0], box[2]))
            top, bottom = ((size[3] - y) / height for y in (box[3], box[1]))
            words.append(DjvuWord(text, (left, top, right, bottom)))


def _collect_bookmarks(entries: list[Expression], level: int, found: list[Bookmark]) -> None:
    for entry in entries:
        if not isinstance(entry, list) or len(entry) < 2 or level > _MAX_DEPTH:
            continue
        title, target = entry[0], entry[1]
        if isinstance(title, str) and isinstance(target, str):
            number = re.fullmatch(r'"#(\d{1,7})"', target)
            name = " ".join(_unquoted(title).split())
            if number and name:
                found.append(Bookmark(level, name, int(number[1])))
        _collect_bookmarks(entry[2:], level + 1, found)


def _numbers(zone: Expression) -> list[int] | None:
    """Return left, bottom, right and top of a zone, in pixels."""
    if not isinstance(zone, list) or len(zone) < 5:
        return None
    parts = zone[1:5]
    if all(isinstance(part, str) and re.fullmatch(r"-?\d{1,9}", part) for part in parts):
        return [int(part) for part in parts if isinstance(part, str)]
    return None


def _expressions(text: str) -> Iterator[Expression]:
    """Yield the s-expressions of a text; what is not closed is left out."""
    stack: list[list[Expression]] = []
    for match in _TOKEN.finditer(text):
        part = match[0]
        if part == "(":
            stack.append([])
        elif part == ")" and stack:
            done = stack.pop()
            if stack:
                stack[-1].append(done)
            else:
                yield done
        elif part != ")" and stack:
            stack[-1].append(part)


def _unquoted(token: str) -> str:
    """Return the text of a string token, in which bytes of UTF-8 may be octal."""
    if not token.startswith('"'):
        return token

    def plain(match: re.Match[str]) -> str:
        escape = match[1]
        if escape[0] in "01234567":
            return chr(int(escape, 8) & 0xFF)
        return _CONTROLS.get(escape, escape)

    # As bytes: some versions print UTF-8 itself, others its octal bytes.
    data = token[1:-1].encode().decode("latin-1")
    return _ESCAPE.sub(plain, data).encode("latin-1").decode("utf-8", "replace")
