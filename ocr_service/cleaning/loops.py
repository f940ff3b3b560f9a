r"""Finds where a language model fell into a loop, in a text that is finished.

A model that lost the page goes on with what it wrote last: the same words, the same words with
the numbers counting up ("(0, 1) (0, 1.5) (0, 2) ..."), or one empty table cell after another. The
usual measure is the share of windows of 24 characters that are new, over the page: .015 to .35 is
said to be a loop, above .93 none. On 330 pages we looked at, three that loop have .90 to .95 (they
count), and others go down to .31 (tables): the share misses numbers and late loops, and drowns in
tags. So it is taken locally and on a plainer text:

- tags are left out, a table cell is one mark, leaders and white space are short, numbers are "0";
- a window that stood in the last 2,400 characters counts +1, a new one -2; the stretch with the
  largest sum (Kadane) is where more than two thirds of the windows are old: new ones below 1/3.

The six of those pages that loop in words have a sum above 5,900, no other one above 330, but for a
page of empty cells with 500; on 486 pages of books none is above 160. A stretch that repeats only
if numbers are not read may be a table of numbers: it is a loop if its numbers count, or if it is
longer than a table on a page can be.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from ocr_service.cleaning.tag_stream import TAG

__all__ = ["Loop", "LoopKind", "find_loop", "find_loops"]

_WINDOW = 24  # characters
_REACH = 2_400  # characters in which a window must have stood: the longest period there is
_NEW = -2  # what a new window counts

# Sums from which a stretch is a loop. A matrix of 20 x 20 zeros has 1,600, and so has a table of
# as many cells that say the same. Loops do not end by themselves, so less is needed of one that
# the text ends in.
_WITHIN = 3_000
_AT_END = 800
_COUNTING = 2_000  # if the numbers differ, count, and the text ends
_NUMBERS_DIFFER = 4_000  # more than 1,900 numbers: the densest tables of logarithms have 1,000
_TURNS = 4  # a passage may be said twice, or three times
_FEW_SIGNS = 20  # different characters of a loop that says nothing
_EMPTY_CELLS = 400  # of one table, and nine tenths of its cells
_OVER = 600  # a stretch is over when its sum has fallen by so much
_LEADER = 300  # characters of dots or lines between a title and its page number
_MEASURED = 20_000  # characters of a stretch in which its period is looked for
_LONGEST = 500_000  # characters looked at; a page of 8,192 tokens has a tenth of them
_COUNTED = 400  # of a loop's numbers, the last so many are looked at
_BENDS = 0.1  # share of them that may be out of line

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
_TABLE = re.compile(r"<table\b.*?(?:</table>|\Z)", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b[^<>]{0,200}>\s*+.")


class LoopKind(StrEnum):
    """What a loop goes on and on with."""

    REPEATING = "repeating"  # the same, or nearly the same, text
    COUNTING = "counting"  # the same text with other numbers
    EMPTY_CELLS = "empty cells"  # a table without content


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop in `text[start:end]`, from its first turn on; the second begins at `second`.

    `period` is the usual distance in characters from a turn to the next, `repeats` the number of
    turns. Where the turns differ, all of these are estimates.
    """

    start: int
    second: int
    end: int
    period: int
    repeats: int
    kind: LoopKind = LoopKind.REPEATING


def find_loop(text: str) -> Loop | None:
    """Return the first loop of a text, None if there is none. The text may have tags.

    The source of the measure, its thresholds and what they were chosen from stand above.
    """
    return next(find_loops(text), None)


def find_loops(text: str) -> Iterator[Loop]:
    """Yield the loops of a text in their order; no two of them overlap."""
    position, text = 0, text[:_LONGEST]
    for loop in sorted([*_hollow_tables(text), *_repetitions(text)], key=lambda one: one.start):
        if loop.start >= position:
            position = loop.end
            yield loop


# ------------------------------------------------------------------------------- repetitions


class _Stretch(NamedTuple):
    """Windows of a plain text that are mostly old: where, the sum of their counts, the period."""

    start: int
    end: int
    total: int
    period: int


class _Plain:
    """A text without what hides or feigns repetition, and the way back from it to the text."""

    def __init__(self, text: str, *, numbers: bool) -> None:
        """Make the plain text; unless `numbers` are wanted, each is "0"."""
        self._original = text
        self._marks = _MARKS if numbers else _MARKS_AND_NUMBERS
        self.text = self._marks.sub(_plain_mark, text)

    @cached_property
    def _places(self) -> tuple[list[int], list[int]]:
        """Where marks and what is between them begin, in the plain text and in the original."""
        plain, original = [0], [0]
        for found in self._marks.finditer(self._original):
            start, end = found.span()
            begin = plain[-1] + start - original[-1]
            plain += (begin, begin + len(_plain_mark(found)))
            original += (start, end)
        return plain, original

    def origin(self, offset: int, *, end: bool = False) -> int:
        """Return the offset in the original of an offset in the plain text.

        Marks that are nothing in the plain text lie before it, or behind it if it is an `end`.
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
    """Return what a mark is in the plain text."""
    if found["leader"]:
        return found["sign"] * 3 if len(found[0]) <= _LEADER else found[0]
    return _PLAIN_MARKS[found.lastgroup or ""]


def _stretches(plain: str) -> Iterator[_Stretch]:
    """Yield the stretches whose windows are mostly old, if they sum up to `_AT_END` or more."""
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

    Text that happens to repeat may stand before a loop: within its first tenth, a stretch begins
    anew behind every piece of new text.
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
    """Yield what repeats with its numbers or but for its numbers."""
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
    """Return where the scraps behind a loop end: of its own few signs, up to the text's end."""
    rest = text[loop.end :].rstrip()
    if len(rest) > (loop.end - loop.start) // 10 or TAG.search(rest):
        return loop.end
    signs = set(text[loop.start : loop.end][-1_000:])
    strange = sum(character not in signs for character in rest)
    own = len(signs) <= _FEW_SIGNS and strange <= len(rest) // 20
    return loop.end + len(rest) if own else loop.end


def _exact_loop(part: str, offset: int, limit: int) -> Loop | None:
    """Return the loop of a part of a text that repeats numbers and all, at its offset."""
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
    """Tell whether the numbers of a text count: whether those a fixed step apart are in a line."""
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


def _hollow_tables(text: str) -> Iterator[Loop]:
    """Yield tables of many empty cells and next to no others."""
    for table in _TABLE.finditer(text):
        cells = _CELL.findall(table[0])
        empty = [cell for cell in cells if cell.endswith("<")]
        if len(empty) >= _EMPTY_CELLS and len(empty) >= 0.9 * len(cells):
            period = len("<td></td>")
            start, end = table.span()
            yield Loop(start, start, end, period, len(empty), LoopKind.EMPTY_CELLS)
