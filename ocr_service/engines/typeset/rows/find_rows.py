"""Groups characters to rows of type: what TeX set as one line, with its fractions and limits.

A row grows in the order the page is drawn. A character level with the row belongs to it, any other
begins a new row. When the drawing returns to an earlier row, the characters in between belong to it
too: limits, numerators, the lines of a matrix. Two lines of a paragraph are never drawn
alternately.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.engines.typeset.characters.kinds import ACCENT, BINARY, DELIMITER, PIECE, RELATION
from ocr_service.engines.typeset.characters.nodes import Glyph, Rule
from ocr_service.engines.typeset.rows.join_rows import (
    join_braces,
    join_fractions,
    join_level,
    join_limits,
    without_sums,
)
from ocr_service.engines.typeset.rows.late_formulas import place_late_formulas
from ocr_service.engines.typeset.rows.row import GlyphRow, overlap_in_height
from ocr_service.engines.typeset.rows.stacked_lines import stacked_lines
from ocr_service.engines.typeset.rows.table_rules import without_boxes, without_frames

__all__ = ["find_rows"]

_LOOK_BACK = 16  # rows that the drawing may return over: the lines of a large matrix
_RETURN = 0.95  # type sizes: the widest gap over which the drawing returns
_NEIGHBOURS = 400  # characters of a row that a new one is compared with
_MAX_RULES = 600  # level rules of a page: more are a drawing
_STACKED_PIECES = frozenset({PIECE, DELIMITER})
_COLUMN = 1.6  # type sizes: a wider gap may separate columns
_CARDS = 8.0  # type sizes: the same beside tall signs, for columns of a matrix may be far apart
_PROSE = 4  # characters that are words
_OPERATIONS = frozenset({BINARY, RELATION})
_MAX_PAIRS = 200_000  # of a rule and a row that are compared
_EQUATION_NUMBER = re.compile(r"\((?:[A-Z]?\d{0,3}(?:[.\-–]\d{1,3}){0,3}[a-z′'*]{0,2}|[α-ωΑ-Ω])\)$")


def find_rows(glyphs: Sequence[Glyph], rules: Sequence[Rule]) -> list[GlyphRow]:
    """Return the rows of a page in the order drawn, each with the rules that belong to it."""
    rows, numbers = _without_numbers(_grow(glyphs))
    level = without_frames(without_boxes(rules), glyphs)
    if len(level) > _MAX_RULES or len(level) * len(rows) > _MAX_PAIRS:
        level = []
    level = without_sums(rows, level)
    join_fractions(rows, level)
    join_braces(rows)
    join_limits(rows)
    join_level(rows)
    place_late_formulas(rows)
    _put_numbers(rows, numbers)
    rows = [line for row in rows for line in _stacked_parts(row, level)]
    rows = [part for row in rows for part in _even_parts(row)]
    _share_rules(rows, level)
    for row in rows:
        row.glyphs.sort(key=lambda glyph: glyph.order)
    return rows


def _grow(glyphs: Sequence[Glyph]) -> list[GlyphRow]:
    """Return the rows of characters in the order drawn, before rules join them."""
    rows: list[GlyphRow] = []
    for glyph in glyphs:
        top, bottom = _body(glyph)
        place = _place(rows, glyph, top, bottom)
        if place is None:
            rows.append(GlyphRow())
        else:
            for other in rows[place + 1 :]:
                rows[place].take(other)
            del rows[place + 1 :]
        rows[-1].add(glyph, top, bottom)
    return rows


def _without_numbers(rows: Sequence[GlyphRow]) -> tuple[list[GlyphRow], list[GlyphRow]]:
    """Separate the number beside the middle of several lines, and these lines from each other.

    Returns the rows, and the numbers as rows of their own.
    """
    parted: list[GlyphRow] = []
    numbers: list[GlyphRow] = []
    for row in rows:
        if _is_number(row, parted[-4:]):
            numbers.append(row)
            continue
        count = _number_length(row)
        again = _grow(row.glyphs[:-count]) if count else [row]
        if len(again) > 1 or (count and _is_apart(row, count)):
            numbers += _grow(row.glyphs[-count:])
            parted += again
        else:
            parted.append(row)
    return parted, numbers


def _is_number(row: GlyphRow, before: Sequence[GlyphRow]) -> bool:
    """Tell whether a row is the number of the formulas drawn before it, to the right of them."""
    text = "".join(glyph.text for glyph in row.glyphs)
    if len(row.glyphs) > 10 or not before or not _EQUATION_NUMBER.fullmatch(text):
        return False
    middle = (row.top + row.bottom) / 2
    beside = [other for other in before if other.top - row.size < middle < other.bottom + row.size]
    formulas = any(glyph.face.is_math for other in beside for glyph in other.glyphs)
    return formulas and all(other.right < row.left for other in beside)


def _is_apart(row: GlyphRow, count: int) -> bool:
    """Tell whether the last `count` characters are on no baseline of their row, or far from it."""
    number, rest = row.glyphs[-count], row.glyphs[:-count]
    gap = number.left - max(glyph.right for glyph in rest)
    shared = any(abs(glyph.base - number.base) < 0.1 * number.size for glyph in rest)
    far = gap > 1.2 * row.size and any(glyph.face.is_math for glyph in rest)
    return not shared or far


def _number_length(row: GlyphRow) -> int:
    """Return how many characters at the end of a row are an equation's number after a gap."""
    text = "".join(glyph.text or " " for glyph in row.glyphs[-12:])
    found = _EQUATION_NUMBER.search(text)
    if not found or len(row.glyphs) <= len(found[0]) or len(text) != len(row.glyphs[-12:]):
        return 0
    count = len(found[0])
    rest, number = row.glyphs[:-count], row.glyphs[-count:]
    if any(glyph.face.is_math for glyph in number) and not _is_greek_label(number):
        return 0
    gap = number[0].left - max(glyph.right for glyph in rest)
    return count if gap > 0.5 * row.size else 0


def _is_greek_label(number: Sequence[Glyph]) -> bool:
    """Find a label such as "(α)": its parentheses are of the text, as those of "f(α)" may be."""
    return len(number) == 3 and "α" <= number[1].text.lower() <= "ω"


def _put_numbers(rows: Sequence[GlyphRow], numbers: Sequence[GlyphRow]) -> None:
    """Give each number to the row beside it."""
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
    """Return the top and bottom of a character; a low mark counts as high as a letter."""
    if glyph.tall:
        return glyph.top, glyph.bottom
    if glyph.kind is ACCENT:
        return glyph.top, max(glyph.bottom, glyph.base)
    return min(glyph.top, glyph.base - 0.4 * glyph.size), max(glyph.bottom, glyph.base)


def _place(rows: Sequence[GlyphRow], glyph: Glyph, top: float, bottom: float) -> int | None:
    """Return the index of the row that a character continues, or None for a new row."""
    if not rows:
        return None
    last = rows[-1]
    before = last.glyphs[-1]
    gap = glyph.left - before.right
    beside = -0.3 * glyph.size < gap < 0.5 * glyph.size
    level = abs(glyph.base - before.base) < 0.05 * glyph.size and not glyph.tall
    near = beside or (abs(glyph.size - before.size) < 0.05 * glyph.size and 0 < gap < glyph.size)
    if level and near:
        return len(rows) - 1
    back = _return(rows, glyph, top, bottom)
    if back is not None:
        return back
    if overlap_in_height(top, bottom, last.top, last.bottom) and _is_near(last, glyph):
        return len(rows) - 1
    piece = glyph.kind == before.kind and glyph.kind in _STACKED_PIECES
    if piece and abs(glyph.left - before.left) < 0.1 * glyph.size:
        return len(rows) - 1
    if beside and abs(glyph.base - before.base) < 0.7 * max(glyph.size, before.size):
        return len(rows) - 1
    return None


def _return(rows: Sequence[GlyphRow], glyph: Glyph, top: float, bottom: float) -> int | None:
    """Return the index of the earlier row that the drawing returns to, or None."""
    right = rows[-1].right
    found = None
    for index in range(len(rows) - 2, max(-1, len(rows) - 2 - _LOOK_BACK), -1):
        row = rows[index]
        right = max(right, row.right)
        size = max(row.size, glyph.size)
        gap = glyph.left - right
        if gap < -0.6 * size:
            break  # no row before can be continued either
        if gap < _RETURN * size and overlap_in_height(top, bottom, row.top, row.bottom):
            found = index
    if found is None or all(map(_is_prose, rows[found:])):
        return None  # words after words are the next line, or stand beside lines in the margin
    aside = rows[-1].left - max(row.right for row in rows[found:-1])
    return None if aside > _COLUMN * glyph.size else found


def _is_prose(row: GlyphRow) -> bool:
    """Tell whether a row begins with words: no limits, and no part of a fraction or matrix."""
    return len(row.glyphs) >= _PROSE and not any(
        glyph.face.is_math or glyph.tall or glyph.kind in _OPERATIONS
        for glyph in row.glyphs[:_PROSE]
    )


def _is_near(row: GlyphRow, glyph: Glyph) -> bool:
    """Tell whether a level character is near one of the row, or on the baseline of one."""
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
        for other in row.glyphs[-_NEIGHBOURS:]
    )


def _even_parts(row: GlyphRow) -> list[GlyphRow]:
    """Return a row split at wide gaps between lines on different baselines, as in columns."""
    ordered = sorted(row.glyphs, key=lambda glyph: glyph.left)
    least = _CARDS if any(glyph.tall for glyph in ordered) else _COLUMN
    parts: list[list[Glyph]] = []
    right = -1e9
    for glyph in ordered:
        if not parts or glyph.left - right > least * row.size:
            parts.append([])
        parts[-1].append(glyph)
        right = max(right, glyph.right)
    if len(parts) < 2 or row.number:
        return [row]
    bases = [_bases(part, row.size) for part in parts]
    steps = [y - x for x in bases[0] for y in bases[-1]]
    straddled = (
        bool(steps) and min(steps) < 0 < max(steps) and (min(map(abs, steps)) > 0.4 * row.size)
    )
    if not steps or min(map(abs, steps)) < 0.06 * row.size or straddled:
        return [row]  # on one baseline, or a fraction about it
    return [_row(part) for part in parts]


def _stacked_parts(row: GlyphRow, rules: Sequence[Rule]) -> list[GlyphRow]:
    lines = [] if row.number else stacked_lines(row.glyphs, rules)
    return [row] if len(lines) < 2 else [_row(line) for line in lines]


def _row(glyphs: Sequence[Glyph]) -> GlyphRow:
    row = GlyphRow()
    for glyph in sorted(glyphs, key=lambda glyph: glyph.order):
        row.add(glyph, *_body(glyph))
    return row


def _bases(glyphs: Sequence[Glyph], size: float) -> set[float]:
    """Return the baselines of the full-size type."""
    level = (glyph for glyph in glyphs if glyph.size > 0.9 * size and not glyph.tall)
    return {round(glyph.base, 1) for glyph in level}


def _share_rules(rows: Sequence[GlyphRow], rules: Sequence[Rule]) -> None:
    """Give each rule to the row it lies deepest in; leave out those in no row.

    A rule between two rows belongs to the one whose characters it is nearer to.
    """
    for rule in rules:
        best = None
        for row in rows:
            slack = 0.45 * row.size
            if row.top - slack <= rule.y <= row.bottom + 0.3 * row.size and (
                row.left - slack <= rule.left and rule.right <= row.right + slack
            ):
                inside = min(rule.y - row.top, row.bottom - rule.y)
                depth = inside if inside > 0 else -_distance(row, rule)
                if best is None or depth > best[0]:
                    best = (depth, row)
        if best is not None:
            best[1].rules.append(rule)


def _distance(row: GlyphRow, rule: Rule) -> float:
    """Return how far a rule is from the row's characters above or below it, in points."""
    return min(
        (
            max(rule.y - glyph.bottom, glyph.top - rule.y, 0.0)
            for glyph in row.glyphs
            if rule.left < glyph.middle < rule.right
        ),
        default=row.size,
    )
