"""Cuts the excerpt that shows why a passage was found."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from indexer.passages.math_spans import find_math
from indexer.passages.statements import statement_starts
from indexer.words.terms import initials
from indexer.words.words import searchable
from ocr_service.text.ideographs import is_run, line_gap, runs, without_gaps
from ocr_service.text.late_pattern import late_pattern
from search.retrieval.hits import Snippet
from search.retrieval.keyword import stems
from search.retrieval.unspaced import wanted_ranges

__all__ = ["make_snippet", "shorter"]

_LENGTH = 320  # characters, about; a formula at the edge is kept whole
_WORD = re.compile(r"[^\W_]+")
# Of headings, bold type and figures, whose pictures an excerpt does not show.
_MARKS = re.compile(r"^#{1,6} |\*\*|!\[\]\(figure\)", re.MULTILINE)
# Tables: rows of an excerpt end in a semicolon, the bars are between cells alone.
_RULE_ROW = r"\|(?: *:?-+:? *\|)+ *"
_RULE = late_pattern(_RULE_ROW)
_GRID = late_pattern(rf"(?:^\|.*\| *\n)?^{_RULE_ROW}(?:\n\|.*\| *$)*", re.MULTILINE)
_BETWEEN_CELLS = late_pattern(r"(?<!\\)\|")
_END_OF_ROW = late_pattern(r"(?:</t[dh]>\s*)?</tr>")
_END_OF_CELL = late_pattern(r"</t[dh]>")
_TAG = late_pattern(r"</?(?:table|thead|tbody|t[rdh])\b[^<>]{0,200}>")


def make_snippet(
    text: str,
    wanted: Collection[str],
    *,
    around: str = "",
    length: int = _LENGTH,
    language: str | None = None,
) -> Snippet:
    """Return the excerpt of `text` with the most `wanted` terms, without cutting formulas.

    With `around`, a part of `text`, it is the excerpt around that. `language` is the language of
    the text, by which its words become terms.
    """
    plain = _single_spaced(text)
    formulas = [(span.start, span.end) for span in find_math(plain)]
    marks = _matches(plain, formulas, wanted, language)
    place = plain.find(_single_spaced(around)) if around else -1
    if place >= 0:
        middle = place + len(around) // 2
        start = max(0, min(middle - length // 2, place))
        end = min(len(plain), max(middle + length // 2, place + len(around)))
    else:
        start, end = _best_window(plain, marks, length)
        start, end = _from_statement(plain, marks, start, end, length)
    start, end = _widen(plain, formulas, start, end)
    before = "… " if start > 0 else ""
    after = " …" if end < len(plain) else ""
    shift = len(before) - start
    kept = tuple((a + shift, b + shift) for a, b in marks if a >= start and b <= end)
    return Snippet(before + plain[start:end] + after, kept)


def shorter(snippet: Snippet, length: int) -> Snippet:
    """Return the part of an excerpt with the most marked words, about `length` characters of it.

    Formulas stay whole.
    """
    text = snippet.text
    if len(text) <= length:
        return snippet
    formulas = [(span.start, span.end) for span in find_math(text)]
    marks = list(snippet.marks)
    start, end = _best_window(text, marks, length)
    start, end = _widen(text, formulas, *_from_statement(text, marks, start, end, length))
    before = "… " if start > 0 and not text.startswith("…", start) else ""
    after = " …" if end < len(text) and not text[start:end].endswith("…") else ""
    shift = len(before) - start
    kept = tuple((a + shift, b + shift) for a, b in snippet.marks if a >= start and b <= end)
    return Snippet(before + text[start:end].strip() + after, kept)


def _single_spaced(text: str) -> str:
    if "-|" in text or "- |" in text:
        text = _GRID.sub(_plain_rows, text)
    elif "<t" in text:
        text = _TAG.sub("", _END_OF_CELL.sub(" | ", _END_OF_ROW.sub("; ", text)))
    if "#" in text or "**" in text or "![" in text:
        text = _MARKS.sub("", text)
    return " ".join(without_gaps(text, lines_only=True).split())


def _plain_rows(grid: re.Match[str]) -> str:
    """Return the rows of a table without its rule, outer bars and empty cells."""
    rows = (row for row in grid[0].splitlines() if not _RULE.fullmatch(row))
    cells = ((cell.strip() for cell in _BETWEEN_CELLS.split(row)) for row in rows)
    return "; ".join(" | ".join(filter(None, row)) for row in cells)


def _matches(
    plain: str, formulas: list[tuple[int, int]], wanted: Collection[str], language: str | None
) -> list[tuple[int, int]]:
    """Return the ranges of words outside formulas whose terms are wanted."""
    starts = [start for start, _ in formulas]
    found = [
        (start, end)
        for start, end in wanted_ranges(plain, frozenset(wanted))
        if not (place := bisect_right(starts, start)) or start >= formulas[place - 1][1]
    ]
    for start, end in _wanted_places(plain, frozenset(wanted), language):
        place = bisect_right(starts, start) - 1
        if place < 0 or start >= formulas[place][1]:
            found.append((start, end))
    return _joined(sorted(found))


def _wanted_places(
    plain: str, wanted: frozenset[str], language: str | None
) -> Iterator[tuple[int, int]]:
    """Yield the ranges of words, written with spaces between them, whose terms are wanted."""
    if plain.isascii():
        # Most words are passed over by their first letters, without a call for each.
        for match in _beginning_with(wanted, language).finditer(plain):
            if not wanted.isdisjoint(_terms(match[0], language)):
                yield match.span()
        return
    for word in _wanted_words(_spaced_words(plain), wanted, language):
        start = -1
        while (start := plain.find(word, start + 1)) >= 0:
            end = start + len(word)
            if not (_is_letter(plain[start - 1 : start]) or _is_letter(plain[end : end + 1])):
                yield start, end


@lru_cache(maxsize=64)
def _beginning_with(wanted: frozenset[str], language: str | None) -> re.Pattern[str]:
    """Return a pattern of the words of an ASCII text whose first letters wanted terms may have."""
    letters = "".join(letter for letter in initials(wanted, language) if letter.isalnum())
    first = f"[{re.escape(letters + letters.upper())}]" if letters else "(?!)"
    # What stands before a word is looked at last, only where there is such a letter.
    return re.compile(rf"{first}(?<![a-zA-Z0-9].)[a-zA-Z0-9]*", re.DOTALL)


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return ranges in order, those that touch as one."""
    joined: list[tuple[int, int]] = []
    for start, end in ranges:
        first = joined.pop()[0] if joined and joined[-1][1] == start else start
        joined.append((first, end))
    return joined


def _spaced_words(plain: str) -> set[str]:
    """Return the words that are written with spaces between them."""
    return {word for part, unspaced in runs(plain) if not unspaced for word in _WORD.findall(part)}


def _is_letter(text: str) -> bool:
    return text.isalnum() and not is_run(text)


def _wanted_words(words: Iterable[str], wanted: frozenset[str], language: str | None) -> list[str]:
    """Return the words whose terms are wanted; first letters rule out most words."""
    letters = initials(wanted, language)
    letters |= {letter.upper() for letter in letters}
    return [
        word
        for word in words
        if (word[0] in letters or not word.isascii())
        and not wanted.isdisjoint(_terms(word, language))
    ]


@lru_cache(maxsize=32_768)
def _terms(word: str, language: str | None) -> tuple[str, ...]:
    """Return the index terms of one word. Cached: most words recur in the next hit."""
    return tuple(stems(word if word.isascii() else searchable(word), language))


def _best_window(plain: str, marks: list[tuple[int, int]], length: int) -> tuple[int, int]:
    """Return the window with the most distinct matching words; the earliest of equals."""
    if len(plain) <= length:
        return 0, len(plain)
    best, best_count = 0, 0
    for index, (start, _) in enumerate(marks):
        words = set()
        for a, b in marks[index:]:
            if b > start + length * 3 // 4:
                break
            words.add(plain[a:b].lower())
        if len(words) > best_count:
            best, best_count = start, len(words)
    begin = max(0, min(best - length // 5, len(plain) - length))
    return begin, min(begin + length, len(plain))


def _from_statement(
    plain: str, marks: list[tuple[int, int]], start: int, end: int, length: int
) -> tuple[int, int]:
    """Return the window moved to the beginning of the statement that its words are in.

    It stays where it is if its last word would be lost.
    """
    within = [mark for mark in marks if mark[0] >= start and mark[1] <= end]
    if not within:
        return start, end
    first, last = within[0][0], within[-1][1]
    begin = max((place for place in statement_starts(plain) if place <= first), default=None)
    if begin is None or last > begin + length:
        return start, end
    return begin, min(begin + length, len(plain))


def _widen(plain: str, formulas: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Widen the window to white space or ideographs, and to whole formulas."""
    while start > 0 and plain[start - 1] != " " and line_gap(plain[start - 1], plain[start]):
        start -= 1
    while end < len(plain) and plain[end] != " " and line_gap(plain[end - 1], plain[end]):
        end += 1
    for first, last in formulas:
        if first < start < last:
            start = first
        if first < end < last:
            end = last
    return start, end
