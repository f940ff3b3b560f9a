"""Lines to blocks: paragraphs, headings, displays, lists, code, footnotes, running lines. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ocr_service.engines.layout.reading_order import find_gutter
from ocr_service.engines.typeset.blocks.lines import PageLine, split_line, take_tag
from ocr_service.engines.typeset.characters.nodes import InkBox, hull
from ocr_service.engines.typeset.inline.segments import Segment

__all__ = ["Measure", "PageBlock", "find_blocks"]

_EDGE = 0.14  # share of the page's height, at its top and bottom, where running lines stand
_FOLIO = re.compile(r"^[-–—\[]?\s*(?:\d{1,4}|[ivxlcdm]{1,8}|[A-Z]-?\d{1,3})\s*[-–—\]]?$")
_BULLET = re.compile(r"^[•‣◦▪▫●○■□►▸∙–—∗⋆-]\s")
_ITEM = re.compile(r"^(?:\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\[\d{1,3}\])\s")
_LABEL = re.compile(r"^\(?(?:\d{1,3}|[a-z])[.)]\s?")
_CAPTION = re.compile(
    r"^(?:fig(?:ure|\.)?|abb(?:ildung|\.)|tab(?:le|elle|\.)|plate)\s*\.?\s*[\dIVX]", re.I
)
_LEADERS = re.compile(r"(?:\s?[.·․‧…]){4,}|(?:\s[.·․‧…]){3,}")
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(slots=True)
class PageBlock:
    """Lines that belong together. Labels are those of `Region`; headings have no marks yet."""

    label: str
    lines: list[PageLine] = field(default_factory=list)

    @property
    def box(self) -> InkBox:
        """The box around its lines, in points."""
        return hull(self.lines)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a page is set in: body type size, leading and margins, in points.

    `columns` has the left and right margin of each column; `gutter` is the x between two, or None.
    """

    size: float
    leading: float
    columns: tuple[tuple[float, float], ...]
    gutter: float | None
    width: float
    height: float

    def column(self, line: PageLine) -> int:
        """Return the column a line stands in: 0, or 1 right of the gutter."""
        if self.gutter is None or line.left < self.gutter < line.right:
            return 0
        return int((line.left + line.right) / 2 > self.gutter)

    def margins(self, line: PageLine) -> tuple[float, float]:
        """Return the margins of a line's column; of the whole page where it crosses the gutter."""
        if self.gutter is not None and line.left < self.gutter - 4 and line.right > self.gutter + 4:
            return self.columns[0][0], self.columns[-1][1]
        return self.columns[min(self.column(line), len(self.columns) - 1)]


def measure(lines: Sequence[PageLine], width: float, height: float) -> Measure:
    """Return what a page's lines are set in; `width` and `height` are the page's, in points."""
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.glyphs)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    body = [line for line in lines if abs(line.size - size) < 0.6] or list(lines)
    boxes = [
        (line.left / width, line.top / height, line.right / width, line.bottom / height)
        for line in body
    ]
    share = find_gutter(boxes) if len(body) > 8 else None
    gutter = share * width if share is not None else None
    if gutter is None:
        columns = (_margins(body, width),)
    else:
        halves = [
            [line for line in body if line.right < gutter + 3],
            [line for line in body if line.left > gutter - 3],
        ]
        columns = tuple(_margins(half, width) for half in halves)  # type: ignore[assignment]
    return Measure(size, _leading(body, size), columns, gutter, width, height)


def _margins(lines: Sequence[PageLine], width: float) -> tuple[float, float]:
    """Return the left and right margin that most lines keep to.

    Where hardly a line is text, displays tell: they are centred between the margins, and numbers
    stand at the right one.
    """
    if not lines:
        return 0.0, width
    text = [line for line in lines if line.math_share < 0.6]
    if len(text) < 3:
        left, right = min(line.left for line in lines), max(line.right for line in lines)
        centres = Counter(round((line.left + line.right) / 2) for line in lines)
        centre, count = centres.most_common(1)[0]
        return (min(left, 2.0 * centre - right), right) if count >= 3 else (left, right)
    lefts = Counter(round(line.left) for line in text)
    rights = Counter(round(line.right) for line in text)
    usual = [left for left, count in lefts.items() if count >= max(2, 0.12 * len(text))]
    most, count = rights.most_common(1)[0]
    right = float(most) if count >= 3 else max(line.right for line in text)
    return float(min(usual, default=min(lefts))), right


def _leading(lines: Sequence[PageLine], size: float) -> float:
    steps = Counter[float]()
    for before, line in pairwise(lines):
        step = line.base - before.base
        if 1.02 * size < step < 2.2 * size:
            steps[round(step * 2) / 2] += 1
    # Displays and short paragraphs stand further apart: the closest that recurs is the leading.
    usual = [step for step, count in steps.items() if count >= max(2, 0.1 * steps.total())]
    return min(usual, default=1.2 * size)


def find_blocks(lines: Sequence[PageLine], page: Measure) -> list[PageBlock]:
    """Return a page's blocks in the order of its lines, running lines first and last."""
    head, body, foot = _edges(list(lines), page)
    blocks: list[PageBlock] = list(head)
    for line in _parted(body, page):
        label = _label(line, blocks[-1] if blocks else None, page)
        last = blocks[-1] if blocks else None
        if last is not None and last not in head and _joins(last, line, label, page):
            last.lines.append(line)
        else:
            blocks.append(PageBlock(label, [line]))
    return [*blocks, *foot]


def _edges(
    lines: list[PageLine], page: Measure
) -> tuple[list[PageBlock], list[PageLine], list[PageBlock]]:
    """Set apart the running head and foot."""
    if len(lines) < 2:
        return [], lines, []
    head, lines = _edge(lines, page, top=True)
    foot, lines = _edge(lines, page, top=False) if len(lines) > 1 else ([], lines)
    return head, lines, foot


def _edge(
    lines: list[PageLine], page: Measure, *, top: bool
) -> tuple[list[PageBlock], list[PageLine]]:
    chosen = min(lines, key=lambda line: line.top if top else -line.bottom)
    middle = (chosen.top + chosen.bottom) / 2 / page.height
    if middle > _EDGE if top else middle < 1 - _EDGE:
        return [], lines
    row = [line for line in lines if line.top < chosen.bottom and line.bottom > chosen.top]
    rest = [line for line in lines if line not in row]
    if not rest:
        return [], lines
    gap = min(line.base for line in rest) - chosen.base if top else 0.0
    if not top:
        gap = chosen.base - max(line.base for line in rest)
    blocks = [
        PageBlock(label, [line]) for line in row if (label := _running(line, gap, page, top=top))
    ]
    return (blocks, rest) if len(blocks) == len(row) else ([], lines)


def _running(line: PageLine, gap: float, page: Measure, *, top: bool) -> str:
    """Return the label of a line at an edge if it is a running one, else nothing."""
    text = line.plain
    if _FOLIO.match(text):
        return "page_number"
    if len(text) > 90 or gap < 1.15 * page.leading or line.math_share > 0.3:
        return ""
    first, last = text.split(maxsplit=1)[0], text.rsplit(maxsplit=1)[-1]
    widest = max((b.left - a.right for a, b in pairwise(line.nodes)), default=0.0)
    numbered = widest > 1.2 * line.size and (_FOLIO.match(first) or _FOLIO.match(last))
    if numbered and gap > 1.25 * page.leading:
        return "page_header" if top else "page_footer"
    return ""


def _parted(lines: Sequence[PageLine], page: Measure) -> list[PageLine]:
    """Return lines, with a word at the margin parted from the display beside it."""
    parted: list[PageLine] = []
    for line in lines:
        if line.table:
            parted.append(line)
            continue
        left, right = page.margins(line)
        place = _word_before_display(line, left, right)
        if place is not None:
            word, rest = split_line(line, place)
            rest.tag = line.tag
            parted.append(word)
            line = rest  # noqa: PLW2901
        if line.math_share > 0.3 and len(line.nodes) > 1:
            take_tag(line, left, right)
        parted.append(line)
    return parted


def _word_before_display(line: PageLine, left: float, right: float) -> int | None:
    """Return the index where a display begins to the right of a word at the margin."""
    if line.left > left + 0.3 * line.size:
        return None
    for index in range(1, len(line.nodes)):
        gap = line.nodes[index].left - line.nodes[index - 1].right
        if gap > 1.6 * line.size:
            words = [part for part in line.segments if part.box[2] < line.nodes[index].left]
            centre = (line.nodes[index].left + line.right) / 2
            centred = abs(centre - (left + right) / 2) < 0.08 * (right - left)
            if centred and words and not any(part.is_math for part in words):
                return index
            return None
    return None


def _label(line: PageLine, before: PageBlock | None, page: Measure) -> str:
    if line.table:
        return "table"
    if line.mono and len(line.plain) > 2:
        return "code"
    if _is_display(line, before, page):
        return "equation"
    if line.tag:  # no equation's number after all
        box = (line.right, line.top, line.right, line.bottom)
        line.segments.append(Segment(f"({line.tag})", is_math=False, space=True, box=box))
        line.tag = ""
    return "contents" if _LEADERS.search(line.plain) else "text"


def _is_display(line: PageLine, before: PageBlock | None, page: Measure) -> bool:
    """Tell a displayed formula: set apart from the margins, and mathematics for the most part."""
    if not any(part.is_math for part in line.segments):
        return False
    left, right = page.margins(line)
    size = page.size
    words = sum(len(_WORD.findall(part.text)) for part in line.segments if not part.is_math)
    starts = line.segments[0].is_math or bool(line.tag)
    indent, room = line.left - left, right - line.right
    centred = abs(indent - room) < max(1.6 * size, 0.05 * (right - left)) and indent > 0.8 * size
    if _LABEL.match(line.plain) and not line.tag:
        return False
    after_display = before is not None and before.label == "equation"
    if line.tag and line.math_share > 0.3 and (indent > 0.8 * size or words == 0):
        return True
    if words == 0:
        apart = line.base - before.lines[-1].base > 1.12 * page.leading if before else True
        return indent > 0.8 * size and (centred or after_display or (apart and indent > 1.7 * size))
    return centred and starts and line.math_share > 0.35 and words <= 8


def _joins(block: PageBlock, line: PageLine, label: str, page: Measure) -> bool:
    """Tell whether a line goes on with a block."""
    last = block.lines[-1]
    if label == block.label == "table":
        return line.table == last.table
    if label != block.label or page.column(line) != page.column(last):
        return False
    step = line.base - last.base
    if step <= 0 and abs(step) > 0.3 * line.size:
        return False
    if label == "code":
        return step < 2.2 * page.leading
    if label == "contents":
        return step < 2.5 * page.leading
    if label == "equation":
        return step < 3.2 * page.leading
    return _same_paragraph(block, line, page)


def _same_paragraph(block: PageBlock, line: PageLine, page: Measure) -> bool:
    """Tell whether a line of text belongs to the paragraph before it."""
    last = block.lines[-1]
    gap = line.top - last.bottom
    step = line.base - last.base
    size = max(line.size, last.size)
    if abs(line.size - last.size) > 0.08 * size or gap > 0.75 * size:
        return False
    if step > 1.25 * page.leading * max(1.0, size / page.size) and gap > 0.32 * size:
        return False
    if line.bold != last.bold and (
        line.bold or (len(block.lines) == 1 and _stands_alone(last, page))
    ):
        return False
    left, right = page.margins(line)
    shift = line.left - last.left
    first = len(block.lines) == 1
    text = line.plain
    if _BULLET.match(text) or (_ITEM.match(text) and (shift < 0.5 * size or not first)):
        return bool(not _BULLET.match(text) and abs(shift) < 0.5 * size and not _ends(last, right))
    if shift > 0.9 * size:
        hangs = first and (_ITEM.match(last.plain) or _BULLET.match(last.plain))
        return bool(hangs) and shift < 4 * size
    if shift < -0.9 * size and not first:
        return False
    centred = (
        abs((line.left - left) - (right - line.right)) < 0.6 * size and line.left > left + size
    )
    return not _ends(last, right) or (centred and not last.plain.endswith("."))


def _ends(line: PageLine, right: float) -> bool:
    """Tell whether a line ends its paragraph: short, and at the end of a sentence."""
    return right - line.right > 4 * line.size and line.plain.endswith((".", ":", "!", "?", ";"))


def _stands_alone(line: PageLine, page: Measure) -> bool:
    return page.margins(line)[1] - line.right > 2 * line.size
