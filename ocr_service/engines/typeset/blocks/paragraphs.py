"""Tells whether a line of text continues the paragraph before it.

The first rule that applies, in the order of `_RULES`, decides. A rule returns True if the paragraph
goes on, False if the line begins another, None if the rule does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ocr_service.engines.typeset.blocks.line_facts import LineFacts, succeeding
from ocr_service.engines.typeset.blocks.measure import Measure

__all__ = ["same_paragraph"]

_INDENT = 0.9  # type sizes: a line that begins this much further right or left is indented


class _Pair(NamedTuple):
    """The last line of a paragraph and the line below it. Lengths are in points.

    `size` is that of the larger type, `gap` the space between their ink, `step` the distance of
    their baselines, and `shift` how much further right the second begins.
    """

    first: LineFacts  # of the paragraph
    last: LineFacts
    next: LineFacts
    page: Measure
    is_second: bool  # the paragraph has one line so far
    size: float
    gap: float
    step: float
    shift: float


def same_paragraph(paragraph: Sequence[LineFacts], following: LineFacts, page: Measure) -> bool:
    """Tell whether a line of text belongs to a paragraph.

    Args:
        paragraph: Its lines so far.
        following: The line.
        page: What the page is set in.
    """
    last = paragraph[-1]
    before, line = last.line, following.line
    pair = _Pair(
        paragraph[0],
        last,
        following,
        page,
        is_second=len(paragraph) == 1,
        size=max(line.size, before.size),
        gap=line.top - before.bottom,
        step=line.base - before.base,
        shift=line.left - before.left,
    )
    for rule in _RULES:
        answer = rule(pair)
        if answer is not None:
            return answer
    return _goes_on(pair)


def _in_other_type(pair: _Pair) -> bool | None:
    """Type of another size begins a paragraph: text below a heading, a footnote below text."""
    return False if abs(pair.next.line.size - pair.last.line.size) > 0.08 * pair.size else None


def _below_gap(pair: _Pair) -> bool | None:
    """A gap begins a paragraph, as where paragraphs are set apart instead of indented."""
    leading = pair.page.leading * max(1.0, pair.size / pair.page.size)
    wide = pair.gap > 0.75 * pair.size and pair.step > 1.1 * leading  # double-spaced text has none
    return False if wide or (pair.step > 1.25 * leading and pair.gap > 0.32 * pair.size) else None


def _in_other_weight(pair: _Pair) -> bool | None:
    """Bold type begins a paragraph; plain type does below a short bold line, such as a heading."""
    bold, was_bold = pair.next.line.bold, pair.last.line.bold
    if bold == was_bold:
        return None
    below_title = pair.is_second and pair.last.room > 2 * pair.last.line.size
    return False if bold or below_title else None


def _is_bullet(pair: _Pair) -> bool | None:
    """A bullet begins an item: "• first", "• second"."""
    return False if pair.next.has_bullet else None


def _is_next_item(pair: _Pair) -> bool | None:
    """The next number at the margin of a numbered paragraph begins an item: "2." below "1."."""
    number = pair.next.number
    if number is None or number != succeeding(pair.first.number):
        return None
    return False if abs(pair.next.line.left - pair.first.line.left) < 0.5 * pair.size else None


def _below_capitals(pair: _Pair) -> bool | None:
    """A centred line in capitals is a title of its own: "II. MODEL" above a paragraph."""
    if not pair.is_second or pair.next.line.caps or not pair.last.line.caps:
        return None
    letters = sum(character.isalpha() for character in pair.last.plain)
    centred = pair.last.is_centred(1.5 * pair.size, 1.5 * pair.size)
    return False if letters > 4 and centred and not pair.last.has_formula else None


def _looks_like_item(pair: _Pair) -> bool | None:
    """A line that begins like "2." is an item, unless it continues a sentence.

    In "by Theorem" / "2. It follows" the number ends a sentence: it is at the start of a line below
    one that does not end its paragraph.
    """
    if not pair.next.has_number or (pair.shift >= 0.5 * pair.size and pair.is_second):
        return None
    return abs(pair.shift) < 0.5 * pair.size and not pair.last.ends_paragraph(pair.next.right)


def _is_indented(pair: _Pair) -> bool | None:
    """An indented line begins a paragraph, unless it hangs below the first line of an item."""
    if pair.shift <= _INDENT * pair.size:
        return None
    hangs = pair.is_second and (pair.last.has_number or pair.last.has_bullet)
    return hangs and pair.shift < 4 * pair.size


def _is_outdented(pair: _Pair) -> bool | None:
    """A line further left begins a paragraph, unless it is the second, below an indented first."""
    return False if pair.shift < -_INDENT * pair.size and not pair.is_second else None


_RULES: tuple[Callable[[_Pair], bool | None], ...] = (
    _in_other_type,
    _below_gap,
    _in_other_weight,
    _is_bullet,
    _below_capitals,
    _is_next_item,
    _looks_like_item,
    _is_indented,
    _is_outdented,
)


def _goes_on(pair: _Pair) -> bool:
    """Any other line continues a paragraph, unless the last line is short and ends a sentence.

    Even then a centred line continues what does not end with a full stop: a title of several lines.
    """
    if not pair.last.ends_paragraph(pair.next.right):
        return True
    centred = pair.next.is_centred(0.6 * pair.size, pair.size)
    return centred and not pair.last.plain.endswith(".")
