"""Groups pieces of text into columns and printed rows by their boxes. Pure; for `paragraphs.py`.

All positions are fractions of the page: x of its width, y of its height. Widths are therefore
compared with the width of a character and heights with the height of a line, never with each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from ocr_service.common.boxes import hull
from ocr_service.library.pages import Box

__all__ = [
    "CAPTION",
    "CHAPTER",
    "PrintedRow",
    "TextLine",
    "TypeScale",
    "columns",
    "measure",
    "rows_of",
    "same_row",
    "shared",
]

CAPTION = re.compile(r"(?:FIG|Fig|FIGURE|Figure|TABLE|Table|PLATE|Plate)s?\.?\s?\d")
CHAPTER = re.compile(
    r"(?:(?:CHAPTER|Chapter|PART|Part|BOOK|Book|APPENDIX|Appendix|LECTURE|Lecture)"
    r"(?:\s+(?:\d{1,3}|[IVXLC]{1,7}|[A-Z]))\b[.:]?|§+\s?\d|\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+[A-Z])"
)
_COLUMN_PIECE = 12  # characters: shorter pieces (table cells, formulas) do not make a column
_COLUMN_ROWS = 4  # lines side by side that make two columns
_WIDTHS = {
    **dict.fromkeys("iljI.,;:'!|‘’", 0.55),
    **dict.fromkeys(" tfr()[]-", 0.75),
    **dict.fromkeys("mwMW—", 1.6),
}  # of characters, in those of small letters
_AROUND = 1.6  # such widths of white in the box of a line
_WHITE = 0.6  # characters of white at each end of a line's box
_NESTED = 4  # columns within columns are looked for so often
_SAME_GUTTER = 0.02  # of the page's width: a gutter so near another one is the same


@dataclass(frozen=True, slots=True)
class TextLine:
    """A piece of text on one printed line.

    `score` is the confidence of the OCR model, 0 to 1; `weight` the thickness of its strokes in
    pixels, 0 if that was not measured. A piece that is a region by itself (a displayed formula) has
    its `label` and `markdown`; `text` is then only what was recognised there.
    """

    text: str
    box: Box
    score: float = 1.0
    weight: float = 0.0
    label: str = ""
    markdown: str = ""

    @property
    def middle(self) -> float:
        """The y of its vertical middle."""
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True, slots=True)
class TypeScale:
    """A page's body text: height of a line, gap between lines, width of a character, weight.

    `heaviest` is the weight that few of its lines exceed, `unit` the width of a usual small letter.
    """

    height: float
    gap: float
    char: float
    weight: float = 0.0
    heaviest: float = 0.0
    unit: float = 0.0

    def size(self, line: TextLine) -> float:
        """Return the type size of a line, of the body text's, by the widths of its letters."""
        return (line.box[2] - line.box[0]) / _units(line.text) / self.unit if self.unit else 1.0


class PrintedRow:
    """The pieces of one printed line. `box` and `text` are computed once it is complete."""

    def __init__(self, line: TextLine) -> None:
        self.core = line.box  # the box of its longest piece
        self.lines = [line]
        self.stacked: list[TextLine] = []  # parts of fractions, above or below the line
        self.label = line.label

    @cached_property
    def box(self) -> Box:
        """The box around all pieces."""
        return hull([line.box for line in [*self.lines, *self.stacked]])

    @cached_property
    def text(self) -> str:
        """The pieces from left to right; a piece above another becomes `above/below`."""
        level, towers = list(self.lines), list[list[TextLine]]()
        for part in sorted(self.stacked, key=lambda part: part.box[0]):
            if towers and shared(towers[-1][-1].box, part.box, 0) > 0.4:
                towers[-1].append(part)
                continue
            over = [ln for ln in level if len(ln.text) <= 8 and shared(ln.box, part.box, 0) > 0.4]
            level = [line for line in level if line not in over]
            towers.append([part, *over])
        pieces = [(line.box[0], line.text) for line in level]
        for tower in towers:
            tower.sort(key=lambda part: part.middle)
            mark = "/" if len(tower) == 2 else " "
            pieces.append((tower[0].box[0], mark.join(part.text for part in tower)))
        text = " ".join(text for _, text in sorted(pieces))
        return re.sub(r" ([,.;:])(?=\s|$)", r"\1", text)


def measure(lines: Sequence[TextLine]) -> TypeScale:
    """Return the sizes of the body text of a page that has at least one line."""
    # Long pieces are typical of body text; a page of a few words has only short ones.
    plain = [line for line in lines if not line.label] or lines
    longest = max(len(line.text) for line in plain)
    body = [line for line in plain if len(line.text) >= min(25, longest)]
    height = max(median(line.box[3] - line.box[1] for line in body), 1e-4)
    char = max(median((line.box[2] - line.box[0]) / len(line.text) for line in body), 1e-4)
    ordered = sorted(body, key=lambda line: line.box[1])
    gaps = [
        below.box[1] - above.box[3]
        for above, below in pairwise(ordered)
        if shared(above.box, below.box, 0) > 0 and below.box[1] - above.box[3] < height
    ]
    gap = median(gaps) if gaps else 0.3 * height
    weights = sorted(line.weight for line in body)
    heaviest = weights[int(0.9 * (len(weights) - 1))]
    unit = max(median((line.box[2] - line.box[0]) / _units(line.text) for line in body), 1e-4)
    gap = max(-0.2 * height, min(gap, 0.8 * height))
    return TypeScale(height, gap, char, median(weights), heaviest, unit)


def _units(text: str) -> float:
    """Return how wide a text is, in usual small letters, with the white around its box."""
    return _AROUND + sum(_WIDTHS.get(char, 1.4 if char.isupper() else 1.05) for char in text)


# ----------------------------------------------------------------------------------- columns


def columns(
    lines: Sequence[TextLine], scale: TypeScale, depth: int = 0, outer: float = -1.0
) -> Iterator[list[TextLine]]:
    """Yield groups of a page's lines in reading order, each to be read from top to bottom.

    Lines that cross the gutter divide the page into bands. In a band with lines side by side, the
    left column comes before the right one; other bands join what is above and below them, and may
    have columns of their own, with another gutter than the `outer` one.
    """
    gutter = _gutter(lines, scale) if depth < _NESTED else None
    if gutter is None or abs(gutter - outer) < _SAME_GUTTER:
        yield from [list(lines)] if lines else []
        return
    inner = {id(line): _inner(line, scale) for line in lines}
    across = [line for line in lines if inner[id(line)][0] < gutter < inner[id(line)][2]]
    cuts = sorted({line.middle for line in across})
    plain: list[TextLine] = []
    for above, below in pairwise([-1.0, *cuts, 2.0]):
        band = [line for line in lines if above <= line.middle < below and line not in across]
        band, tail = _without_tail(band, scale)
        spans = _white([inner[id(line)] for line in band])
        if sum(left <= gutter <= right for left, right in spans) >= _COLUMN_ROWS - 1:
            yield from columns(plain, scale, depth + 1, gutter)
            left = [line for line in band if inner[id(line)][2] <= gutter]
            yield from columns(left, scale, depth + 1)
            yield from columns([line for line in band if line not in left], scale, depth + 1)
            plain = []
        else:
            plain += band
        plain += tail + [line for line in across if line.middle == below]
    yield from columns(plain, scale, depth + 1, gutter)


def _without_tail(band: list[TextLine], scale: TypeScale) -> tuple[list[TextLine], list[TextLine]]:
    """Separate one or two last lines, below a gap under both columns: they follow both."""
    ordered = sorted(band, key=lambda line: line.box[1])
    for size in (1, 2):
        rest, tail = ordered[:-size], ordered[-size:]
        if rest and tail[0].box[1] - max(line.box[3] for line in rest) > 0.4 * scale.height:
            return rest, tail
    return band, []


def _inner(line: TextLine, scale: TypeScale) -> Box:
    """Return the box of a line without the white around it, which may reach into a gutter."""
    left, top, right, bottom = line.box
    white = min(_WHITE * scale.char, (right - left) / 4)
    return left + white, top, right - white, bottom


def _gutter(lines: Sequence[TextLine], scale: TypeScale) -> float | None:
    """Return the x of the gutter between two columns, or None if there is none."""
    long = [line for line in lines if len(line.text) >= _COLUMN_PIECE]
    spans = list(_white([_inner(line, scale) for line in long]))
    best, found = _COLUMN_ROWS - 1, [0.0]
    for step in range(1, 200):
        x = step / 200
        count = sum(left <= x <= right for left, right in spans)
        if count > best:
            best, found = count, [x]
        elif count == best:
            found.append(x)
    return found[len(found) // 2] if best >= _COLUMN_ROWS else None


def _white(boxes: Sequence[Box]) -> Iterator[tuple[float, float]]:
    """Yield, for every box with others to its right, the gap between it and the last of them."""
    for box in boxes:
        starts = [other[0] for other in boxes if other[0] >= box[2] and shared(box, other, 1) > 0.3]
        if starts:
            yield box[2], max(starts)


# -------------------------------------------------------------------------------------- rows


def rows_of(lines: Sequence[TextLine], scale: TypeScale) -> list[PrintedRow]:
    """Group the pieces of each printed line, from top to bottom.

    The longest piece is a row's core. Short ones join the row they are level with, or become
    parts of a fraction if they are in a gap of the row, a little above or below it.
    """
    rows: list[PrintedRow] = []
    for line in sorted(lines, key=lambda line: (-len(line.text), line.box)):
        if line.label:
            rows.append(PrintedRow(line))
            continue
        level = [row for row in rows if not row.label and same_row(row.core, line.box)]
        joined = [row for row in level if not _of_a_figure(line, row, scale)]
        if joined:
            _nearest(joined, line).lines.append(line)
            continue
        gaps = [row for row in rows if not (level or row.label) and _in_gap(line, row, scale)]
        if gaps:
            _nearest(gaps, line).stacked.append(line)
        else:
            rows.append(PrintedRow(line))
    return sorted(rows, key=lambda row: (row.core[1] + row.core[3], row.core[0]))


def same_row(one: Box, other: Box) -> bool:
    """Return whether the vertical middle of each box is inside the other."""
    return (
        one[1] < (other[1] + other[3]) / 2 < one[3] and other[1] < (one[1] + one[3]) / 2 < other[3]
    )


def _of_a_figure(line: TextLine, row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a piece is a figure's letter or caption, level with the row by chance."""
    letter = len(line.text) <= 2 and line.text.isalpha()
    caption = len(line.text) <= 12 and CAPTION.match(line.text)
    if not (letter or caption) or row.core[2] - row.core[0] < 20 * scale.char:
        return False
    apart = min(max(p.box[0] - line.box[2], line.box[0] - p.box[2]) for p in row.lines)
    return apart > (4 if letter else 2) * scale.char


def _in_gap(line: TextLine, row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a short piece is in a gap or at the end of a row, a little above or below."""
    if len(line.text) > 8 or len(row.lines[0].text) < 10:
        return False
    level = hull([piece.box for piece in row.lines])
    inside = level[0] < line.box[0] and line.box[2] < level[2]
    at_end = line.box[0] > level[0] and line.box[0] - level[2] < 3 * scale.char
    if shared(row.core, line.box, 1) < (0.05 if inside else 0.2) or not (inside or at_end):
        return False
    return all(shared(piece.box, line.box, 0) < 0.35 for piece in row.lines)


def _nearest(rows: Sequence[PrintedRow], line: TextLine) -> PrintedRow:
    return min(rows, key=lambda row: abs((row.core[1] + row.core[3]) / 2 - line.middle))


# ------------------------------------------------------------------------------------- boxes


def shared(one: Box, other: Box, axis: int) -> float:
    """Return the overlapping share of the shorter box on an axis (0 x, 1 y); negative if apart."""
    overlap = min(one[axis + 2], other[axis + 2]) - max(one[axis], other[axis])
    shorter = min(one[axis + 2] - one[axis], other[axis + 2] - other[axis])
    return overlap / max(shorter, 1e-9)
