"""Characters to rows of type: what TeX has set as one line, its fractions and limits with it.

A row grows in the order the page is drawn. A character that stands level with the row belongs to
it; one that does not begins another row; and when the drawing comes back to an earlier row, what
was drawn in between belongs to it too: limits, numerators, the lines of a matrix. Two lines of a
paragraph are never drawn alternately.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ocr_service.engines.typeset.items import Glyph, Rule

__all__ = ["Row", "find_rows"]

_LOOK_BACK = 16  # rows that the drawing may come back to: the lines of a large matrix
_OVERLAP = 0.2  # of the lower of two heights: from here on two things stand level
_RETURN = 0.95  # type sizes: the widest gap over which the drawing comes back
_BAR_SLACK = 0.4  # type sizes by which a fraction's bar may differ from what it parts


@dataclass(slots=True, eq=False)
class Row:
    """A row of type: its characters in the order drawn, and the rules that belong to it.

    `number` is an equation's number, where it stands beside several rows.
    """

    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    number: str = ""
    left: float = 1e9
    top: float = 1e9
    right: float = -1e9
    bottom: float = -1e9
    size: float = 0.0

    def add(self, glyph: Glyph, top: float, bottom: float) -> None:
        """Take in a character whose body reaches from `top` to `bottom`."""
        self.glyphs.append(glyph)
        self.left, self.right = min(self.left, glyph.left), max(self.right, glyph.right)
        self.top, self.bottom = min(self.top, top), max(self.bottom, bottom)
        if not glyph.tall:
            self.size = max(self.size, glyph.size)

    def take(self, other: Row) -> None:
        """Take in all of another row."""
        self.glyphs += other.glyphs
        self.rules += other.rules
        self.number = self.number or other.number
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.top, self.bottom = min(self.top, other.top), max(self.bottom, other.bottom)
        self.size = max(self.size, other.size)


def find_rows(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> tuple[list[Row], list[Rule]]:
    """Return the rows of a page in the order drawn, and the rules that are part of none."""
    rows, numbers = _without_numbers(_grow(glyphs))
    level = [rule for rule in rules if rule.level and rule.width > 1.0]
    _join_fractions(rows, level)
    _join_braces(rows)
    _join_limits(rows)
    _join_level(rows)
    _put_numbers(rows, numbers)
    free = _share_rules(rows, level)
    for row in rows:
        row.glyphs.sort(key=lambda glyph: glyph.order)
    return rows, free + [rule for rule in rules if not rule.level]


def _grow(glyphs: Sequence[Glyph]) -> list[Row]:
    """Return the rows that characters, in the order drawn, make by themselves."""
    rows: list[Row] = []
    for glyph in glyphs:
        top, bottom = _body(glyph)
        place = _place(rows, glyph, top, bottom)
        if place is None:
            rows.append(Row())
        else:
            for other in rows[place + 1 :]:
                rows[place].take(other)
            del rows[place + 1 :]
        rows[-1].add(glyph, top, bottom)
    return rows


_EQUATION_NUMBER = re.compile(r"\([A-Z]?\d{0,3}(?:[.\-–]\d{1,3}){0,3}[a-z′'*]{0,2}\)$")


def _without_numbers(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Take out the number that stands beside the middle of several lines, and part these again.

    Returns the rows, and the numbers as rows of their own.
    """
    parted: list[Row] = []
    numbers: list[Row] = []
    for row in rows:
        count = _number_length(row)
        again = _grow(row.glyphs[:-count]) if count else [row]
        if len(again) > 1:
            numbers += _grow(row.glyphs[-count:])
            parted += again
        else:
            parted.append(row)
    return parted, numbers


def _number_length(row: Row) -> int:
    """Return how many characters at the end of a row are an equation's number, far to the right."""
    text = "".join(glyph.text or " " for glyph in row.glyphs[-12:])
    found = _EQUATION_NUMBER.search(text)
    if not found or len(row.glyphs) <= len(found[0]) or len(text) != len(row.glyphs[-12:]):
        return 0
    count = len(found[0])
    rest, number = row.glyphs[:-count], row.glyphs[-count:]
    if any(glyph.face.is_math for glyph in number):
        return 0
    white = number[0].left - max(glyph.right for glyph in rest)
    return count if white > 0.5 * row.size else 0


def _put_numbers(rows: Sequence[Row], numbers: Sequence[Row]) -> None:
    """Give each number back to the row it stands beside."""
    for number in numbers:
        middle = (number.top + number.bottom) / 2
        drawn = number.glyphs[0].order
        before = [row for row in rows if row.glyphs[0].order < drawn][-_LOOK_BACK:]
        if before:
            nearest = min(
                before, key=lambda row: (abs((row.top + row.bottom) / 2 - middle), -row.right)
            )
            nearest.number = "".join(glyph.text for glyph in number.glyphs).strip("()")


def _body(glyph: Glyph) -> tuple[float, float]:
    """Return the y's between which a character stands; marks count as if they were letters."""
    if glyph.tall:
        return glyph.top, glyph.bottom
    if glyph.kind == "a":
        return glyph.top, max(glyph.bottom, glyph.base)
    return min(glyph.top, glyph.base - 0.4 * glyph.size), max(glyph.bottom, glyph.base)


def _level(top: float, bottom: float, other_top: float, other_bottom: float) -> bool:
    shared = min(bottom, other_bottom) - max(top, other_top)
    return shared > _OVERLAP * max(0.5, min(bottom - top, other_bottom - other_top))


def _place(rows: Sequence[Row], glyph: Glyph, top: float, bottom: float) -> int | None:
    """Return the index of the row that a character goes on with, or None."""
    if not rows:
        return None
    last = rows[-1]
    before = last.glyphs[-1]
    beside = -0.3 * glyph.size < glyph.left - before.right < 0.5 * glyph.size
    if beside and abs(glyph.base - before.base) < 0.05 * glyph.size and not glyph.tall:
        return len(rows) - 1
    back = _return(rows, glyph, top, bottom)
    if back is not None:
        return back
    if _level(top, bottom, last.top, last.bottom) and _is_near(last, glyph):
        return len(rows) - 1
    piece = glyph.kind == before.kind == "P"
    if piece and abs(glyph.left - before.left) < 0.1 * glyph.size:
        return len(rows) - 1
    if beside and abs(glyph.base - before.base) < 0.7 * max(glyph.size, before.size):
        return len(rows) - 1
    return None


def _return(rows: Sequence[Row], glyph: Glyph, top: float, bottom: float) -> int | None:
    """Return the index of the earlier row that the drawing comes back to, or None."""
    right = rows[-1].right
    found = None
    for index in range(len(rows) - 2, max(-1, len(rows) - 2 - _LOOK_BACK), -1):
        row = rows[index]
        right = max(right, row.right)
        size = max(row.size, glyph.size)
        gap = glyph.left - right
        if gap < -0.6 * size:
            break  # and no row before can be continued either
        if gap < _RETURN * size and _level(top, bottom, row.top, row.bottom):
            found = index
    return found


def _is_near(row: Row, glyph: Glyph) -> bool:
    """Tell whether a level character stands by one of the row, or on the baseline of one."""
    size = max(glyph.size, row.size)
    before = row.glyphs[-1]
    if abs(glyph.base - before.base) < 0.3 * size:
        return True
    return any(
        abs(glyph.base - other.base) < 0.3 * size
        or (
            other.left - 2.5 * size < glyph.left < other.right + 2.5 * size
            and other.top - 2.2 * size < glyph.base < other.bottom + 2.2 * size
        )
        for other in row.glyphs
    )


def _join_fractions(rows: list[Row], rules: Sequence[Rule]) -> None:
    """Join what stands alone over or under the bar of a fraction with the row of the other part."""
    for rule in sorted(rules, key=lambda rule: rule.width):
        over = _beside(rows, rule, above=True)
        under = _beside(rows, rule, above=False)
        if over is None or under is None or over[0] == under[0]:
            continue
        if not _drawn_together(rows, over, under) or not _as_wide(over[1], under[1], rule):
            continue
        first, second = sorted((over[0], under[0]))
        if second - first <= 4:
            for other in rows[first + 1 : second + 1]:
                rows[first].take(other)
            del rows[first + 1 : second + 1]
            if first and _is_level(rows[first - 1], rows[first]):
                rows[first - 1].take(rows.pop(first))


def _beside(rows: Sequence[Row], rule: Rule, *, above: bool) -> tuple[int, list[Glyph]] | None:
    """Return the nearest row over or under a rule, and its characters there; None if there is none."""
    best: tuple[float, int, list[Glyph]] | None = None
    for index, row in enumerate(rows):
        slack = _BAR_SLACK * row.size
        if row.top - row.size > rule.y or row.bottom + row.size < rule.y:
            continue
        found = [
            glyph
            for glyph in row.glyphs
            if rule.left - slack < glyph.left
            and glyph.right < rule.right + slack
            and (glyph.bottom <= rule.y + 1 if above else glyph.top >= rule.y - 1)
        ]
        if not found:
            continue
        ends = [rule.y - glyph.bottom if above else glyph.top - rule.y for glyph in found]
        gap = min(ends)
        if gap < 0.8 * row.size and (best is None or gap < best[0]):
            best = (gap, index, found)
    return best and best[1:]


def _drawn_together(
    rows: Sequence[Row], over: tuple[int, list[Glyph]], under: tuple[int, list[Glyph]]
) -> bool:
    """Tell whether one part is a row by itself, or the lower is drawn right after the upper."""
    if any(len(glyphs) == len(rows[index].glyphs) for index, glyphs in (over, under)):
        return True
    return rows[over[0]].glyphs[-1] in over[1] and rows[under[0]].glyphs[0] in under[1]


def _as_wide(over: Sequence[Glyph], under: Sequence[Glyph], rule: Rule) -> bool:
    """Tell whether a rule is as wide as the wider of what it parts, as a fraction's bar is."""
    widths = [
        max(glyph.right for glyph in part) - min(glyph.left for glyph in part)
        for part in (over, under)
    ]
    return abs(rule.width - max(widths)) < 0.7 * max(glyph.size for glyph in (*over, *under))


_ALONG = frozenset({"brace", "-", r"\to", r"\leftarrow", "="})  # what braces and arrows are made of


def _join_braces(rows: list[Row]) -> None:
    """Join a brace or an arrow that lies along a row with that row."""
    for index in range(len(rows) - 1, -1, -1):
        row = rows[index]
        signs = {glyph.latex for glyph in row.glyphs}
        if not signs <= _ALONG or not (signs & {"brace", r"\to", r"\leftarrow"}):
            continue
        for other in (index + 1, index - 1):
            if not 0 <= other < len(rows):
                continue
            beside = rows[other]
            gap = max(row.top - beside.bottom, beside.top - row.bottom)
            across = min(row.right, beside.right) - max(row.left, beside.left)
            if gap < 0.6 * beside.size and across > 0.6 * (row.right - row.left):
                beside.take(row)
                del rows[index]
                break


def _join_limits(rows: list[Row]) -> None:
    """Join limits over or under an operator that begins or ends a row."""
    index = 0
    while index < len(rows):
        row = rows[index]
        beside = [i for i in (index - 1, index + 1) if 0 <= i < len(rows)]
        found = next((i for i in beside if _limits(row, rows[i])), None)
        if found is None:
            index += 1
            continue
        rows[found].take(row)
        del rows[index]
        index = max(0, index - 1)


def _limits(row: Row, other: Row) -> bool:
    """Tell whether `row` holds the limits of an operator, or the label of a brace, of `other`."""
    if row.size > 0.85 * other.size or not other.size:
        return False
    gap = max(row.top - other.bottom, other.top - row.bottom)
    if gap > 0.6 * other.size:
        return False
    middle = (row.left + row.right) / 2
    short = row.right - row.left < 3 * other.size
    return any(
        glyph.left - 0.3 * other.size < middle < glyph.right + 0.3 * other.size
        for glyph in other.glyphs
        if glyph.kind in "OI"
        or glyph.latex == "brace"
        or (short and glyph.kind == "r" and glyph.face.is_math and gap < 0.35 * other.size)
    )


def _join_level(rows: list[Row]) -> None:
    """Join neighbours that stand level: a formula and its number, the cells of a line."""
    index = 1
    while index < len(rows):
        before, row = rows[index - 1], rows[index]
        if _is_level(before, row):
            before.take(row)
            del rows[index]
        else:
            index += 1


def _is_level(before: Row, row: Row) -> bool:
    """Tell whether two rows stand side by side."""
    apart = row.left > before.right - 1 or row.right < before.left + 1
    return apart and _level(row.top, row.bottom, before.top, before.bottom)


def _share_rules(rows: Sequence[Row], rules: Sequence[Rule]) -> list[Rule]:
    """Give each rule to the row it stands in; return those that stand in none."""
    free = []
    for rule in rules:
        best = None
        for row in rows:
            slack = 0.45 * row.size
            if row.top - slack <= rule.y <= row.bottom + 0.3 * row.size and (
                row.left - slack <= rule.left and rule.right <= row.right + slack
            ):
                inside = min(rule.y - row.top, row.bottom - rule.y)
                if best is None or inside > best[0]:
                    best = (inside, row)
        if best is None:
            free.append(rule)
        else:
            best[1].rules.append(rule)
    return free
