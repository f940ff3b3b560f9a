"""Joins rows that are parts of one: parts of a fraction, limits, braces, neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ocr_service.engines.typeset.characters.braces import BRACES
from ocr_service.engines.typeset.characters.kinds import OPERATORS, RELATION
from ocr_service.engines.typeset.characters.nodes import Glyph, Rule
from ocr_service.engines.typeset.rows.row import GlyphRow, are_level

__all__ = ["join_braces", "join_fractions", "join_level", "join_limits", "without_sums"]

_BAR_SLACK = 0.4  # type sizes by which a part of a fraction may extend over its bar
_COLUMNS = 0.8  # type sizes: a narrower gap is a word space
_ALONG = frozenset({"brace", "-", r"\to", r"\leftarrow", "="})  # the pieces of braces and arrows


def join_fractions(rows: list[GlyphRow], rules: Sequence[Rule]) -> None:
    """Join a row above or below the bar of a fraction with the row of the other part."""
    for rule in sorted(rules, key=lambda rule: rule.width):
        over = _beside(rows, rule, above=True)
        under = _beside(rows, rule, above=False)
        if over is None or under is None or over[0] == under[0]:
            continue
        if not _drawn_together(rows, over, under) or not _as_wide(over[1], under[1], rule):
            continue
        if not _is_even(rows, rule, over, under):
            continue
        first, second = sorted((over[0], under[0]))
        if second - first <= 4:
            for other in rows[first + 1 : second + 1]:
                rows[first].take(other)
            del rows[first + 1 : second + 1]
            if first and are_level(rows[first - 1], rows[first]):
                rows[first - 1].take(rows.pop(first))


def _beside(rows: Sequence[GlyphRow], rule: Rule, *, above: bool) -> tuple[int, list[Glyph]] | None:
    """Return the nearest row over or under a rule, and its characters there, or None."""
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
    rows: Sequence[GlyphRow], over: tuple[int, list[Glyph]], under: tuple[int, list[Glyph]]
) -> bool:
    """Tell whether the lower part is drawn right after the upper, or one is a row by itself.

    A rule that ends within a word is an underline or the rule over a footnote.
    """
    parts = [(rows[index], glyphs) for index, glyphs in (over, under)]
    if any(_cuts_word(row, glyphs) for row, glyphs in parts):
        return False
    if _is_words(over[1]) and all(_has_columns(glyphs) for _, glyphs in parts):
        return False  # the rule under the head of a table
    upper, lower = over[1][-1], under[1][0]
    if lower.order == upper.order + 1:
        return True
    if any(len(glyphs) == len(row.glyphs) for row, glyphs in parts):
        return not all(_is_words(glyphs) for _, glyphs in parts)
    return rows[over[0]].glyphs[-1] is upper and rows[under[0]].glyphs[0] is lower


def _is_words(part: Sequence[Glyph]) -> bool:
    """Tell whether characters are of text alone, and more than a short name."""
    return len(part) > 3 and not any(glyph.face.is_math for glyph in part)


def _has_columns(part: Sequence[Glyph]) -> bool:
    """Tell whether a gap wider than those of a formula is within a part."""
    ordered = sorted(part, key=lambda glyph: glyph.left)
    return any(
        after.left - before.right > _COLUMNS * before.size for before, after in pairwise(ordered)
    )


def _cuts_word(row: GlyphRow, part: Sequence[Glyph]) -> bool:
    """Tell whether a letter of the row outside a part touches one of the part on its baseline."""
    inside = set(map(id, part))
    ends = (min(part, key=lambda glyph: glyph.left), max(part, key=lambda glyph: glyph.right))
    return any(
        id(glyph) not in inside
        and not glyph.face.is_math
        and abs(glyph.base - end.base) < 0.05 * end.size
        and -0.1 * end.size < max(glyph.left - end.right, end.left - glyph.right) < 0.1 * end.size
        for end in ends
        for glyph in row.glyphs
    )


def _is_even(
    rows: Sequence[GlyphRow],
    rule: Rule,
    over: tuple[int, list[Glyph]],
    under: tuple[int, list[Glyph]],
) -> bool:
    """Tell whether a rule is about as near to the part over it as to the part under it.

    Parts that are drawn one right after the other may be at any distance.
    """
    if under[1][0].order == over[1][-1].order + 1:
        return True
    if all(len(glyphs) == len(rows[index].glyphs) for index, glyphs in (over, under)):
        return True
    gaps = (
        rule.y - max(glyph.bottom for glyph in over[1]),
        min(glyph.top for glyph in under[1]) - rule.y,
    )
    return max(gaps) < 2 * max(min(gaps), 0.0) + 1.0


def without_sums(rows: Sequence[GlyphRow], rules: Sequence[Rule]) -> list[Rule]:
    """Return the rules but those between two whole equations, as under a sum of equations."""
    return [rule for rule in rules if not _is_between_equations(rows, rule)]


def _is_between_equations(rows: Sequence[GlyphRow], rule: Rule) -> bool:
    for above in (True, False):
        beside = _beside(rows, rule, above=above)
        if beside is None or len(beside[1]) < len(rows[beside[0]].glyphs):
            return False
        if not any(glyph.latex == "=" for glyph in beside[1]):
            return False
    return True


def _as_wide(over: Sequence[Glyph], under: Sequence[Glyph], rule: Rule) -> bool:
    """Tell whether a rule is as wide as the wider of two parts, as the bar of a fraction is."""
    widths = [
        max(glyph.right for glyph in part) - min(glyph.left for glyph in part)
        for part in (over, under)
    ]
    longer = (rule.width - max(widths)) / max(glyph.size for glyph in (*over, *under))
    return -0.7 < longer < 1.2  # there may be blanks beside a part


def join_braces(rows: list[GlyphRow]) -> None:
    """Join a brace or an arrow along a row with that row."""
    for index in range(len(rows) - 1, -1, -1):
        row = rows[index]
        signs = {glyph.latex for glyph in row.glyphs}
        pieces = signs <= _ALONG and signs & {"brace", r"\to", r"\leftarrow"}
        labelled = signs & BRACES  # in one character, with what stands over or under it
        if not pieces and not labelled:
            continue
        for other in (index + 1, index - 1):
            if not 0 <= other < len(rows):
                continue
            beside = rows[other]
            lower = beside.top + beside.bottom > row.top + row.bottom
            if labelled and (row.size > 0.85 * beside.size or lower != (r"\overbrace" in signs)):
                continue
            gap = max(row.top - beside.bottom, beside.top - row.bottom)
            across = min(row.right, beside.right) - max(row.left, beside.left)
            if gap < 0.6 * beside.size and across > 0.6 * (row.right - row.left):
                beside.take(row)
                del rows[index]
                break


def join_limits(rows: list[GlyphRow]) -> None:
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


def _limits(row: GlyphRow, other: GlyphRow) -> bool:
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
        if glyph.kind in OPERATORS
        or glyph.latex == "brace"
        or (glyph.latex in BRACES and row.right - row.left < glyph.right - glyph.left)
        or (short and glyph.kind is RELATION and glyph.face.is_math and gap < 0.35 * other.size)
    )


def join_level(rows: list[GlyphRow]) -> None:
    """Join neighbours that are level: a formula and its number, the cells of a line."""
    index = 1
    while index < len(rows):
        before, row = rows[index - 1], rows[index]
        if are_level(before, row):
            before.take(row)
            del rows[index]
        else:
            index += 1
