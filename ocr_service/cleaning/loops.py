r"""Detects repetition loops of a language model in a finished text.

A model that loses the page continues with what it wrote last: the same words, the same words with
numbers counting up ("(0, 1) (0, 1.5) (0, 2) ..."), or one empty table cell after another. The
usual measure is the share of new windows of 24 characters on the page: .015 to .35 indicates a
loop, above .93 none. On 330 pages we measured, three looping pages have .90 to .95 (they count),
and good ones go down to .31 (tables): the share misses numbers and late loops, and is distorted by
tags. So it is measured locally, on simplified text:

- tags are removed, a table cell is one mark, leaders and white space are shortened, numbers are
  "0";
- a window that occurred in the last 2,400 characters counts +1, a new one -2; the stretch with the
  largest sum (Kadane's algorithm) is where more than two thirds of the windows are old.

The six of those pages that loop in words have a sum above 5,900, all others below 330, except a
page of empty cells with 500; on 486 pages of books none is above 160. A stretch that repeats only
when numbers are ignored may be a table of numbers: it is a loop if its numbers count, or if it is
longer than a table on a page can be.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from ocr_service.cleaning.endless import derivations, hollow_tables, runs
from ocr_service.cleaning.loop import Loop, LoopKind
from ocr_service.cleaning.tag_stream import TAG

__all__ = ["find_loop", "find_loops"]

_WINDOW = 24  # characters
_REACH = 2_400  # characters in which a window must recur: the longest period
_NEW = -2  # score of a new window

# Sums from which a stretch is a loop. A matrix of 20 x 20 zeros has 1,600, and so has a table of
# as many equal cells. Loops do not end by themselves, so less is needed at the end of a text.
_WITHIN = 3_000
_AT_END = 800
_COUNTING = 2_000  # if the numbers differ and count, at the end of the text
_NUMBERS_DIFFER = 4_000  # more than 1,900 numbers: the densest tables of logarithms have 1,000
_TURNS = 4  # a passage may occur two or three times
_FEW_SIGNS = 20  # distinct characters of a loop without content
_OVER = 600  # a stretch ends when its sum has fallen by this much
_LEADER = 300  # characters of a leader between a title and its page number
_MEASURED = 20_000  # characters of a stretch in which its period is measured
_LONGEST = 500_000  # characters examined; a page of 8,192 tokens has a tenth of them
_COUNTED = 400  # how many of a loop's last numbers are examined
_BENDS = 0.1  # share of them that may break the sequence

_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,12})?")
_SAME_MARKS = rf"""
    (?P<nothing> </t[dhr]> | <\|det\|>[^<\n]{{0,200}}<\|/det\|> | <\|ref\|>\w{{1,30}}<\|/ref\|>
        | {TAG.pattern} )
    | (?P<cell> <t[dhr]\b[^<>]{{0,80}}> )
    | (?P<leader> (?P<sign>[.·…_=*~–-]) (?:\s?(?P=sign)){{5,}}+ )
    | (?P<space> \s+ )
"""
_MARKS = re.compile(_SAME_MARKS, re.VERBOSE)
_MARKS_AND_NUMBERS = re.compile(rf"{_SAME_MARKS} | (?P<number> {_NUMBER.pattern} )", re.VERBOSE)
_PLAIN_MARKS = {"nothing": "", "cell": "|", "space": " ", "number": "0"}


def find_loop(text: str) -> Loop | None:
    """Return the first loop of a text, None if there is none. The text may have tags.

    The module's docstring explains the measure and its thresholds.
    """
    return next(find_loops(text), None)


def find_loops(text: str) -> Iterator[Loop]:
    """Yield the loops of a text in their order; no two of them overlap."""
    position, text = 0, text[:_LONGEST]
    for loop in sorted(
        [*hollow_tables(text), *runs(text), *derivations(text), *_repetitions(text)],
        key=lambda one: one.start,
    ):
        if loop.start >= position:
            position = loop.end
            yield loop


# ------------------------------------------------------------------------------- repetitions


class _Stretch(NamedTuple):
    """A stretch of plain text with mostly old windows: its place, score and period."""

    start: int
    end: int
    total: int
    period: int


class _Plain:
    """A simplified text in which repetition shows, with a map back to the original offsets."""

    def __init__(self, text: str, *, numbers: bool) -> None:
        """Simplify the text; unless `numbers` is set, each number becomes "0"."""
        self._original = text
        self._marks = _MARKS if numbers else _MARKS_AND_NUMBERS
        self.text = self._marks.sub(_plain_mark, text)

    @cached_property
    def _places(self) -> tuple[list[int], list[int]]:
        """The offsets of marks and of the text between them, in the plain and the original text."""
        plain, original = [0], [0]
        for found in self._marks.finditer(self._original):
            start, end = found.span()
            begin = plain[-1] + start - original[-1]
            plain += (begin, begin + len(_plain_mark(found)))
            original += (start, end)
        return plain, original

    def origin(self, offset: int, *, end: bool = False) -> int:
        """Return the original offset of an offset in the plain text.

        Removed marks lie before it, or after it if it is an `end`.
        """
        plain, original = self._places
        if end:
            place = bisect_left(plain, offset)
            if plain[place : place + 1] == [offset]:
                return original[place]
        else:
            place = bisect_right(plain, offset)
        inside = original[place - 1] + offset - plain[place - 1]
        return min([inside, *original[place : place + 1]])


def _plain_mark(found: re.Match[str]) -> str:
    """Return the replacement of a mark in the plain text."""
    if found["leader"]:
        return found["sign"] * 3 if len(found[0]) <= _LEADER else found[0]
    return _PLAIN_MARKS[found.lastgroup or ""]


def _stretches(plain: str) -> Iterator[_Stretch]:
    """Yield the stretches of mostly old windows with a score of at least `_AT_END`."""
    last: dict[str, int] = {}
    total = best = start = end = 0
    for place in range(len(plain) - _WINDOW + 1):
        window = plain[place : place + _WINDOW]
        old = place - last.get(window, -_REACH - 1) <= _REACH
        last[window] = place
        if old:
            start = start if total else place
            total += 1
            if total > best:
                best, end = total, place + _WINDOW
        elif total:
            total = max(0, total + _NEW)
            if total == 0 or best - total > _OVER:
                if best >= _AT_END:
                    yield _measured(plain, start, end, best)
                total = best = 0
    if best >= _AT_END:
        yield _measured(plain, start, end, best)


def _measured(plain: str, start: int, end: int, total: int) -> _Stretch:
    """Find the period of a stretch and the end of its first turn.

    Text that happens to repeat may precede a loop: within its first tenth, a stretch restarts
    after every piece of new text.
    """
    last: dict[str, int] = {}
    distances: Counter[int] = Counter()
    begin, old, new = start, 0, 0
    for place in range(max(0, start - _REACH), min(end - _WINDOW, start + _MEASURED) + 1):
        window = plain[place : place + _WINDOW]
        distance = place - last.get(window, -_REACH - 1)
        last[window] = place
        if place < start:
            continue
        if distance > _REACH:
            new += 1
            continue
        if new > _WINDOW + 4 and 10 * old < total:
            begin = place
            distances.clear()
        distances[distance] += 1
        old, new = old + 1, 0
    return _Stretch(begin, end, total, distances.most_common(1)[0][0])


def _repetitions(text: str) -> Iterator[Loop]:
    """Yield the repetitions, with numbers compared or ignored."""
    plain = _Plain(text, numbers=False)
    for stretch in _stretches(plain.text):
        first = max(0, stretch.start - stretch.period)
        length = stretch.end - first
        start, end = plain.origin(first), plain.origin(stretch.end, end=True)
        end = start + len(text[start:end].rstrip())
        ends_text = not plain.text[stretch.end :].strip()
        loop = _exact_loop(text[start:end], start, _AT_END if ends_text else _WITHIN)
        differs = not loop or loop.end - loop.start < (end - start) // 2
        if differs and (
            stretch.total >= _NUMBERS_DIFFER
            or (ends_text and stretch.total >= _COUNTING and _counts(text[start:end]))
        ):
            period = max(1, round((end - start) * stretch.period / length))
            second, repeats = plain.origin(stretch.start), length // stretch.period
            loop = Loop(start, second, end, period, repeats, LoopKind.COUNTING)
        if loop and loop.repeats >= _TURNS:
            yield replace(loop, end=_debris_end(text, loop))


def _debris_end(text: str, loop: Loop) -> int:
    """Return the end of the debris after a loop: its few characters, up to the end of the text."""
    rest = text[loop.end :].rstrip()
    if len(rest) > (loop.end - loop.start) // 10 or TAG.search(rest):
        return loop.end
    signs = set(text[loop.start : loop.end][-1_000:])
    strange = sum(character not in signs for character in rest)
    own = len(signs) <= _FEW_SIGNS and strange <= len(rest) // 20
    return loop.end + len(rest) if own else loop.end


def _exact_loop(part: str, offset: int, limit: int) -> Loop | None:
    """Return the loop of a part of a text with numbers compared, at its offset."""
    plain = _Plain(part, numbers=True)
    longest = max(_stretches(plain.text), key=lambda one: one.total, default=None)
    if longest is None or longest.total < limit:
        return None
    start = plain.origin(max(0, longest.start - longest.period))
    second = plain.origin(longest.start)
    end = plain.origin(longest.end, end=True)
    period = max(1, end - plain.origin(longest.end - longest.period, end=True))
    return Loop(offset + start, offset + second, offset + end, period, (end - start) // period)


def _counts(text: str) -> bool:
    """Return whether the numbers of a text count: those a fixed step apart grow linearly."""
    plain = _Plain(text, numbers=True).text
    numbers = [float(match[0].replace(",", ".")) for match in _NUMBER.finditer(plain)][-_COUNTED:]
    for step in range(1, min(40, len(numbers) // 4)):
        bends = [
            abs(after - 2 * number + before) > 1e-6 * (1 + abs(number))
            for before, number, after in zip(
                numbers, numbers[step:], numbers[2 * step :], strict=False
            )
        ]
        if sum(bends) < _BENDS * len(bends):
            return True
    return False
