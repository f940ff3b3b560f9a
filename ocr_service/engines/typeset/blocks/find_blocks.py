"""Groups lines to blocks: paragraphs, headings, displays, lists, code, footnotes, running lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ocr_service.engines.typeset.blocks.code import goes_on_in_code, is_code
from ocr_service.engines.typeset.blocks.line_facts import LineFacts, line_facts
from ocr_service.engines.typeset.blocks.lines import PageLine, is_tag, split_line, take_tag
from ocr_service.engines.typeset.blocks.measure import Measure
from ocr_service.engines.typeset.blocks.paragraphs import same_paragraph
from ocr_service.engines.typeset.blocks.run_in import run_in_end
from ocr_service.engines.typeset.characters.nodes import InkBox, hull
from ocr_service.engines.typeset.inline.segments import Segment

__all__ = ["PageBlock", "find_blocks"]

_EDGE = 0.14  # share of the page's height, at its top and bottom, that holds running lines
_PAGE_NUMBER = re.compile(r"^[-–—\[]?\s*(?:\d{1,4}|[ivxlcdm]{1,8}|[A-Z]-?\d{1,3})\s*[-–—\]]?$")
_MAX_STEP = {"code": 3.2, "contents": 2.5, "equation": 3.2}  # leadings between lines of one block


@dataclass(slots=True)
class PageBlock:
    """Lines that belong together. Labels are those of `Region`; headings are not labelled yet."""

    label: str
    facts: list[LineFacts] = field(default_factory=list)

    @property
    def lines(self) -> list[PageLine]:
        """Its lines."""
        return [facts.line for facts in self.facts]

    @property
    def box(self) -> InkBox:
        """The box around its lines, in points."""
        return hull(self.lines)  # type: ignore[arg-type]


def find_blocks(lines: Sequence[PageLine], page: Measure) -> list[PageBlock]:
    """Return a page's blocks in the order of its lines, running lines first and last."""
    head, body, foot = _edges(list(lines), page)
    blocks: list[PageBlock] = list(head)
    for line in _separated(body, page):
        facts = line_facts(line, page)
        last = blocks[-1] if blocks else None
        label = _label(facts, last, page)
        if last is not None and last not in head and _joins(last, facts, label, page):
            last.facts.append(facts)
        else:
            blocks.append(PageBlock(label, [facts]))
    return [*blocks, *foot]


def _edges(
    lines: list[PageLine], page: Measure
) -> tuple[list[PageBlock], list[PageLine], list[PageBlock]]:
    """Return the running head, the lines of the body, and the running foot."""
    if len(lines) < 2:
        return [], lines, []
    head, lines = _edge(lines, page, top=True)
    foot, lines = _edge(lines, page, top=False) if len(lines) > 1 else ([], lines)
    return head, lines, foot


def _edge(
    lines: list[PageLine], page: Measure, *, top: bool
) -> tuple[list[PageBlock], list[PageLine]]:
    """Return the running lines at an edge, none unless the whole row is, and the other lines."""
    chosen = min(lines, key=lambda line: line.top if top else -line.bottom)
    middle = (chosen.top + chosen.bottom) / 2 / page.height
    if middle > _EDGE if top else middle < 1 - _EDGE:
        return [], lines
    row = [line for line in lines if line.top < chosen.bottom and line.bottom > chosen.top]
    rest = [line for line in lines if line not in row]
    if not rest:
        return [], lines
    if top:
        gap = min(line.base for line in rest) - chosen.base
    else:
        gap = chosen.base - max(line.base for line in rest)
    blocks = [
        PageBlock(label, [line_facts(line, page)])
        for line in row
        if (label := _running(line, gap, page, top=top))
    ]
    return (blocks, rest) if len(blocks) == len(row) else ([], lines)


def _running(line: PageLine, gap: float, page: Measure, *, top: bool) -> str:
    """Return the label of a running line at an edge, empty for any other line.

    It is a page number alone, "12", or words with one far from them: "2    Chapter 1. Probability".
    `gap` is the distance to the body, in points.
    """
    text = line.plain
    if _PAGE_NUMBER.match(text):
        return "page_number"
    if len(text) > 90 or gap < 1.15 * page.leading or line.math_share > 0.3:
        return ""
    first, last = text.split(maxsplit=1)[0], text.rsplit(maxsplit=1)[-1]
    widest = max((b.left - a.right for a, b in pairwise(line.nodes)), default=0.0)
    has_number = _PAGE_NUMBER.match(first) or _PAGE_NUMBER.match(last)
    if widest > 1.2 * line.size and has_number and gap > 1.25 * page.leading:
        return "page_header" if top else "page_footer"
    return ""


def _separated(lines: Sequence[PageLine], page: Measure) -> list[PageLine]:
    """Return lines with a title before its text, and a word or number beside a display, parted."""
    separated: list[PageLine] = []
    for line in lines:
        if line.table:
            separated.append(line)
            continue
        left, right = page.margins(line)
        if (end := run_in_end(line, left, right)) is not None:
            separated += split_line(line, end)
            continue
        display = line
        place = _word_before_display(line, left, right)
        if place is not None:
            word, display = split_line(line, place)
            display.tag = line.tag
            separated.append(word)
        if display.math_share > 0.3 and len(display.nodes) > 1:
            take_tag(display, left, right)
        separated.append(display)
    return separated


def _word_before_display(line: PageLine, left: float, right: float) -> int | None:
    """Return the index where a display begins to the right of a word at the margin, or None."""
    if line.left > left + 0.3 * line.size:
        return None
    for index in range(1, len(line.nodes)):
        gap = line.nodes[index].left - line.nodes[index - 1].right
        if gap > 1.6 * line.size:
            words = [part for part in line.segments if part.box[2] < line.nodes[index].left]
            centre = (line.nodes[index].left + line.right) / 2
            centred = abs(centre - (left + right) / 2) < 0.08 * (right - left)
            text = " ".join(part.text for part in words)
            if centred and text and not is_tag(text) and not any(part.is_math for part in words):
                return index
            return None
    return None


def _label(facts: LineFacts, before: PageBlock | None, page: Measure) -> str:
    """Return the label of the block that a line belongs to."""
    line = facts.line
    if line.table:
        return "table"
    in_code = before is not None and before.label == "code"
    if is_code(line) or (in_code and before and goes_on_in_code(line, before.lines[-1])):
        return "code"
    if _is_display(facts, before, page):
        return "equation"
    if line.tag:  # not an equation's number, but part of the text
        box = (line.right, line.top, line.right, line.bottom)
        line.segments.append(Segment(f"({line.tag})", is_math=False, space=True, box=box))
        line.tag = ""
    return "contents" if facts.has_leaders else "text"


def _is_display(facts: LineFacts, before: PageBlock | None, page: Measure) -> bool:
    """Tell whether a line is a displayed formula: off the margins, and mostly mathematics."""
    if not facts.has_formula or (facts.has_label and not facts.line.tag):
        return False
    if facts.line.tag and _is_numbered_display(facts, page):
        return True
    if facts.words == 0:
        return _is_bare_display(facts, before, page)
    return _is_display_with_words(facts, page)


def _is_numbered_display(facts: LineFacts, page: Measure) -> bool:
    """An equation with its number: "x = y   (1.2)", indented or without a word of text."""
    apart = facts.indent > 0.8 * page.size or facts.words == 0
    return facts.math_share > 0.3 and apart


def _is_bare_display(facts: LineFacts, before: PageBlock | None, page: Measure) -> bool:
    """A formula without words: centred, below another display, or far right below a gap."""
    if facts.indent <= 0.8 * page.size:
        return False
    if _is_centred(facts, page) or (before is not None and before.label == "equation"):
        return True
    apart = before is None or facts.line.base - before.facts[-1].line.base > 1.12 * page.leading
    return apart and facts.indent > 1.7 * page.size


def _is_display_with_words(facts: LineFacts, page: Measure) -> bool:
    """A centred formula with a few words: "f(x) = 0 if x < 0, and 1 otherwise"."""
    starts = facts.starts_with_formula or bool(facts.line.tag)
    mostly_math = facts.math_share > 0.35 and facts.words <= 8
    return starts and mostly_math and _is_centred(facts, page)


def _is_centred(facts: LineFacts, page: Measure) -> bool:
    slack = max(1.6 * page.size, 0.05 * (facts.right - facts.left))
    return facts.is_centred(slack, 0.8 * page.size)


def _joins(block: PageBlock, facts: LineFacts, label: str, page: Measure) -> bool:
    """Tell whether a line continues a block."""
    last = block.facts[-1]
    if label == block.label == "table":
        return facts.line.table == last.line.table
    if label != block.label or facts.column != last.column:
        return False
    step = facts.line.base - last.line.base
    if step <= 0 and abs(step) > 0.3 * facts.line.size:
        return False
    if label in _MAX_STEP:
        return step < _MAX_STEP[label] * page.leading
    return same_paragraph(block.facts, facts, page)
