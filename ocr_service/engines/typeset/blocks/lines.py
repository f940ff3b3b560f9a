"""Reads rows: parses each, splits it into text and formulas, and separates an equation's number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low

from ocr_service.engines.layout import prose
from ocr_service.engines.typeset.characters.kinds import LETTER
from ocr_service.engines.typeset.characters.nodes import Glyph, InkBox, Node, baseline, hull
from ocr_service.engines.typeset.formulas.baseline import arrange_row
from ocr_service.engines.typeset.inline.segments import Segment, is_open, plain_text, segments
from ocr_service.engines.typeset.rows.row import GlyphRow

__all__ = [
    "PageLine",
    "is_tag",
    "join_text",
    "make_line",
    "place_late_displays",
    "segment_text",
    "split_line",
    "take_tag",
]

_NUMBER = re.compile(
    r"^\(?(?:[A-Z]\.?)?\d{1,3}(?:[.\-–]\d{1,3}){0,3}[a-z′'’*]{0,2}\)?$"
    r"|^\((?:[A-Za-z*†‡]{1,4}|[IVXLC]{1,6}\.?|[α-ωΑ-Ω])\)$|^\[[A-Za-z]\]$"
)
_STOPS = frozenset(".,;")
_DISPLAY = 0.6  # share of a line that is formulas: no line of text
_WORDS = 6  # letters of text that tell the size of a line
_LABEL = re.compile(r"^\((?:[IVXLC]{1,6}\.?|[α-ω]|\*{1,3})\)$")
_OPERATOR_END = re.compile(
    r"(?:[=+\-<>]|\\(?:le|ge|ne|to|in|times|cdot|pm|mp|sim|approx|equiv|subset|subseteq|cup|cap|"
    r"leqslant|geqslant|ll|gg|propto|cong|perp|wedge|vee|Rightarrow|iff|mapsto|mid))\s*$"
)
_OPERATOR_START = re.compile(r"^\s*(?:[=+<>]|\\(?:le|ge|ne|times|cdot|pm|approx|equiv)\b)")
_LEADING_NUMBER = re.compile(r"^(\d+(?:,\d{3})*(?:\.\d+)?)(?=[.,;:)\s]|$)")


@dataclass(slots=True, eq=False)
class PageLine:
    """A row as read, its box and type `size` in points. `base` is the y of the baseline.

    `tag` is an equation's number as printed, without its parentheses. `table` is the number of the
    table it is a row of, from 1; 0 for none.
    """

    nodes: list[Node]
    segments: list[Segment]
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    bold: bool = False
    mono: bool = False
    caps: bool = False
    tag: str = ""
    table: int = 0
    glyphs: list[Glyph] = field(default_factory=list)
    plain_cache: str | None = None

    @property
    def box(self) -> InkBox:
        """(left, top, right, bottom) in points."""
        return (self.left, self.top, self.right, self.bottom)

    @property
    def text(self) -> str:
        """The line as markdown."""
        return segment_text(self.segments)

    @property
    def plain(self) -> str:
        """The line's characters, formulas too, without any LaTeX."""
        if self.plain_cache is None:
            self.plain_cache = prose.tidy(plain_text(self.nodes))
        return self.plain_cache

    @property
    def math_share(self) -> float:
        """The share of its width (0..1) that is formulas."""
        total = sum(part.box[2] - part.box[0] for part in self.segments) or 1.0
        return sum(part.box[2] - part.box[0] for part in self.segments if part.is_math) / total


def _sizes(glyphs: Sequence[Glyph]) -> list[float]:
    """Return the type sizes of a line's letters, of all its characters if it has few words.

    Browsers set formulas in larger type than the text.
    """
    letters = [glyph.size for glyph in glyphs if glyph.kind is LETTER and glyph.face.is_text]
    if len(letters) >= _WORDS:
        return letters
    return [glyph.size for glyph in glyphs if not glyph.tall]


def make_line(row: GlyphRow, before: PageLine | None) -> PageLine:
    """Read a row; `before` is the line drawn before it, which may end within a formula."""
    nodes, _ = arrange_row(row.glyphs, row.rules)
    within = before is not None and is_open(before.nodes)
    line = _line(nodes, row.glyphs, within=within)
    line.tag = row.number
    return line


def place_late_displays(lines: list[PageLine]) -> None:
    """Put displays that are drawn behind the lines below them where they stand, in place.

    Office programs draw a page's text first, and then the formulas that stand alone.
    """
    for index, line in enumerate(lines):
        if line.math_share < _DISPLAY or (index and lines[index - 1].top < line.bottom - 1):
            continue
        between = (
            place
            for place in range(1, index)
            if _is_below(lines[place], line) and lines[place - 1].bottom < line.top + 1
        )
        place = next(between, None)
        if place is not None:
            lines.insert(place, lines.pop(index))


def _is_below(line: PageLine, other: PageLine) -> bool:
    """Tell whether a line is below another of its column."""
    beside = line.left < other.right and other.left < line.right
    return beside and line.top > other.bottom - 1


def _line(
    nodes: list[Node],
    glyphs: list[Glyph],
    *,
    within: bool = False,
) -> PageLine:
    left, top, right, bottom = hull(nodes)
    sizes = sorted(_sizes(glyphs)) or [glyphs[0].size]
    size = sizes[(3 * len(sizes)) // 4]
    bases = [baseline(node, size) for node in nodes if node.size > 0.9 * size]
    letters = [glyph for glyph in glyphs if glyph.kind is LETTER and not glyph.face.is_math]
    letters = letters or [glyph for glyph in glyphs if not glyph.face.is_math]
    return PageLine(
        nodes,
        segments(nodes, within=within),
        left, top, right, bottom,
        median_low(bases) if bases else bottom,
        size,
        bold=bool(letters) and all(glyph.face.bold for glyph in letters),
        mono=bool(letters) and all(glyph.face.mono for glyph in glyphs if not glyph.face.is_math),
        caps=bool(letters) and all(
            glyph.face.small_caps or not glyph.text.islower() for glyph in letters
        ),
        glyphs=glyphs,
    )  # fmt: skip


def split_line(line: PageLine, place: int) -> tuple[PageLine, PageLine]:
    """Return a line's two parts, cut before the node at this index."""
    parts = []
    cut = line.nodes[place].left - 0.01
    for nodes, left in ((line.nodes[:place], True), (line.nodes[place:], False)):
        glyphs = [glyph for glyph in line.glyphs if (glyph.middle < cut) == left]
        parts.append(_line(list(nodes), glyphs or line.glyphs))
    return parts[0], parts[1]


def is_tag(text: str) -> bool:
    """Tell whether a text is an equation's number or mark: "(2.1)", "2.1", "(*)"."""
    return _NUMBER.match(text) is not None and len(text) > 1


def take_tag(line: PageLine, left: float, right: float) -> None:
    """Separate a display from its number, at the left or right margin (x in points), or label."""
    if not line.tag and not _take_last(line, right):
        _take_first(line, left)


def _gaps(nodes: Sequence[Node]) -> list[float]:
    """Return the gap after each node but the last, in points."""
    return [after.left - node.right for node, after in pairwise(nodes)]


def _take_last(line: PageLine, right: float) -> bool:
    """Take the number after the last gap of a display, and tell whether there is one."""
    nodes, size = line.nodes, line.size
    words = any(len(part.text) > 3 and part.text.isalpha() for part in line.segments)
    least = (1.0 if words else 0.35) * size
    for place, gap in reversed(list(enumerate(_gaps(nodes), 1))):
        if gap > least:
            text = plain_text(nodes[place:]).strip()
            at_margin = nodes[-1].right > right - 0.5 * size and _NUMBER.match(text)
            ends = gap > size and getattr(nodes[place - 1], "text", "") in _STOPS
            if at_margin or (ends and _LABEL.match(text)):
                _set_tag(line, text, nodes[:place])
            return bool(line.tag)
    return False


def _take_first(line: PageLine, left: float) -> None:
    """Take the number before the first wide gap of a display, or a label if it has no other."""
    nodes, size = line.nodes, line.size
    wide = [place for place, gap in enumerate(_gaps(nodes), 1) if gap > 1.0 * size]
    if not wide:
        return
    text = plain_text(nodes[: wide[0]]).strip()
    at_margin = nodes[0].left < left + 0.5 * size and is_tag(text)
    others = any(getattr(nodes[place], "text", "") == "(" for place in wide)
    if at_margin or (_LABEL.match(text) and not others):
        _set_tag(line, text, nodes[wide[0] :])


def _set_tag(line: PageLine, text: str, rest: Sequence[Node]) -> None:
    line.tag = text.strip("()[]")
    line.nodes = list(rest)
    line.plain_cache = None
    line.left, _, line.right, _ = hull(line.nodes)
    line.segments = segments(line.nodes)


def segment_text(parts: Sequence[Segment]) -> str:
    r"""Return segments as markdown, formulas between \( and \)."""
    text = ""
    for part in parts:
        if part.space and text:
            text += " "
        text += rf"\({part.text}\)" if part.is_math else prose.tidy(part.text)
    return text


def join_text(lines: Sequence[PageLine]) -> str:
    """Return the lines of a paragraph as one; words and formulas split between lines are joined."""
    parts: list[list[Segment]] = []
    for line in lines:
        found = list(line.segments)
        if parts and parts[-1] and found:
            _mend(parts[-1], found)
        parts.append(found)
    return prose.join_lines([segment_text(found) for found in parts if found])


def _mend(before: list[Segment], after: list[Segment]) -> None:
    """Join a formula that continues in the next line, in place."""
    last, first = before[-1], after[0]
    if not last.is_math:
        return
    open_end = bool(_OPERATOR_END.search(last.text))
    if first.is_math and (open_end or _OPERATOR_START.match(first.text)):
        after[0] = Segment(f"{last.text} {first.text}", True, last.space, first.box)
        before.pop()
    elif not first.is_math and open_end and (number := _LEADING_NUMBER.match(first.text)):
        whole = Segment(f"{last.text} {number[1]}", True, last.space, first.box)
        rest = Segment(
            first.text[number.end() :].lstrip(),
            False,
            first.text[number.end() : number.end() + 1] == " ",
            first.box,
        )
        after[0:1] = [whole, rest] if rest.text else [whole]
        before.pop()
