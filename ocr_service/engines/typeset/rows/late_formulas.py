"""Puts formulas that are drawn after their line into the gaps that it leaves for them.

Browsers draw a page's type font by font: first all text, then the formulas within it.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence

from ocr_service.engines.typeset.characters.nodes import Glyph
from ocr_service.engines.typeset.rows.row import GlyphRow

__all__ = ["place_late_formulas"]

_LEVEL = 0.12  # type sizes: baselines of one line are nearer
_NEAR = 0.6  # type sizes: at most a wide space between a line and what goes on with it
_SLACK = 0.1  # type sizes
_MOST_ROWS = 300  # rows of a page: more are a table or a picture


def place_late_formulas(rows: list[GlyphRow]) -> None:
    """Join each row of a formula to the earlier row of text in whose gap it stands, in place."""
    if len(rows) > _MOST_ROWS:
        return
    index = 1
    while index < len(rows):
        late = rows[index]
        is_formula = any(glyph.face.is_math for glyph in late.glyphs)
        earlier = rows[: index - 1] if is_formula else []
        line = next((row for row in earlier if _has_gap_for(row, late)), None)
        if line is None:
            index += 1
        else:
            line.take(late)
            del rows[index]


def _has_gap_for(row: GlyphRow, late: GlyphRow) -> bool:
    """Tell whether a row of text is level with another and leaves a gap where that stands."""
    if late.top > row.bottom or late.bottom < row.top:
        return False
    size = row.size
    bases = {glyph.base for glyph in late.glyphs if not glyph.tall and glyph.size > 0.7 * size}
    level = [g for g in row.glyphs if any(abs(g.base - base) < _LEVEL * size for base in bases)]
    if not level or not level[0].face.is_text:
        return False
    edge = _NEAR * size
    left, right = min(glyph.left for glyph in level), max(glyph.right for glyph in level)
    beside = late.left < right + edge and late.right > left - edge
    return beside and not _overlap(level, late.glyphs, _SLACK * size)


def _overlap(line: Sequence[Glyph], late: Sequence[Glyph], slack: float) -> bool:
    """Tell whether characters of a formula stand over, or across, those of a line."""
    ordered = sorted(line, key=lambda glyph: glyph.left)
    lefts = [glyph.left for glyph in ordered]
    return any(
        place > 0 and ordered[place - 1].right > glyph.left + slack
        for glyph in late
        for place in [bisect(lefts, glyph.right - slack)]
    )
