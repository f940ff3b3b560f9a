"""Works out once what the rules for blocks ask of a line: its place in the column, its start."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ocr_service.engines.typeset.blocks.lines import PageLine
from ocr_service.engines.typeset.blocks.measure import Measure

__all__ = ["BULLET", "LineFacts", "line_facts", "succeeding"]

BULLET = re.compile(r"^[•‣◦▪▫●○■□►▸∙–—∗⋆-]\s+(?=\S)")
_NUMBERED = re.compile(r"^(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\[\d{1,3}\])\s")
_ITEM_NUMBER = re.compile(r"^(\(?)(\d{1,3}|[a-z])([.)])\s")
_LABELLED = re.compile(r"^\(?(?:\d{1,3}|[a-z])[.)]\s?")
_LEADERS = re.compile(r"(?:\s?[.·․‧…]){4,}|(?:\s[.·․‧…]){3,}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_ENDS = (".", ":", "!", "?", ";")


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line with what the rules for blocks ask of it. Lengths are in points.

    `indent` is the space between the left margin of its column and the line, `room` that between
    the line and the right margin. `words` counts the words of text in a line that has formulas.
    """

    line: PageLine
    plain: str
    column: int
    left: float  # margins of its column
    right: float
    indent: float
    room: float
    has_formula: bool
    starts_with_formula: bool
    math_share: float
    words: int

    @property
    def has_bullet(self) -> bool:
        """Whether it begins with a bullet: "• an item"."""
        return bool(BULLET.match(self.plain))

    @property
    def has_number(self) -> bool:
        """Whether it begins as an item of a numbered list: "(a) an item", "2. an item"."""
        return bool(_NUMBERED.match(self.plain))

    @property
    def number(self) -> tuple[str, str, str] | None:
        """The number of an item with what is around it, ("(", "a", ")"); None if it has none."""
        found = _ITEM_NUMBER.match(self.plain)
        return (found[1], found[2], found[3]) if found else None

    @property
    def has_label(self) -> bool:
        """Whether it begins with a label, which a formula may follow at once: "(a)x = y"."""
        return bool(_LABELLED.match(self.plain))

    @property
    def has_leaders(self) -> bool:
        """Whether dots lead to a page number: "1 Groups . . . . 7"."""
        return bool(_LEADERS.search(self.plain))

    def is_centred(self, slack: float, indent: float) -> bool:
        """Tell whether the margins differ by less than `slack` and are wider than `indent`."""
        return abs(self.indent - self.room) < slack and self.indent > indent

    def ends_paragraph(self, right: float) -> bool:
        """Tell whether it ends a sentence well before the margin `right` (x)."""
        short = right - self.line.right > 4 * self.line.size
        return short and self.plain.endswith(_SENTENCE_ENDS)


def succeeding(number: tuple[str, str, str] | None) -> tuple[str, str, str] | None:
    """Return the number of the next item: "2." after "1.", "(b)" after "(a)"; None after none."""
    if number is None:
        return None
    before, value, after = number
    if value.isdecimal():
        return before, str(int(value) + 1), after
    return before, chr(ord(value) + 1), after


def line_facts(line: PageLine, page: Measure) -> LineFacts:
    """Return a line with its facts."""
    left, right = page.margins(line)
    has_formula = any(part.is_math for part in line.segments)
    return LineFacts(
        line=line,
        plain=line.plain,
        column=page.column(line),
        left=left,
        right=right,
        indent=line.left - left,
        room=right - line.right,
        has_formula=has_formula,
        starts_with_formula=has_formula and line.segments[0].is_math,
        math_share=line.math_share if has_formula else 0.0,
        words=_words_of_text(line) if has_formula else 0,
    )


def _words_of_text(line: PageLine) -> int:
    return sum(len(_WORD.findall(part.text)) for part in line.segments if not part.is_math)
