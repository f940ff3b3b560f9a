"""Lines of text with their boxes -> a page's regions, in reading order. Pure: no OCR, no images.

The steps, each a function: what stands at the top or bottom edge is set apart (`_edges`), columns
are found by their gutter (`_columns`), the pieces of one printed line are put together (`_rows`),
and lines are joined to paragraphs (`_groups`), which get a label (`_region`).

All places are fractions of the page: x of its width, y of its height. A width is therefore
compared with the width of a character and a height with the height of a line, never one with the
other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median

from ocr_service.pages import Region

__all__ = ["TextLine", "regions_from_lines"]

_Box = tuple[float, float, float, float]

_EDGE = 0.12  # running heads and page numbers stand in this part of the page, top and bottom
_COLUMN_PIECE = 12  # characters: shorter pieces (table cells, formulas) do not make a column
_COLUMN_ROWS = 4  # lines that must stand side by side before two columns are believed
_NUMBER = re.compile(r"[-–—\[]?\s*(?:\d{1,4}|[ivxlcdm]{1,7}|[IVXLCDM]{2,7})\s*[-–—\]]?")
_BULLET = re.compile(r"[•●▪■◦·∙–—*-]\s*(?=[^\W\d_])")
_ITEM = re.compile(
    r"(?:\(\s?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})\s?\)|(?:\d{1,3}|[IVX]{1,5})[.)]|[a-z]\))\s+\S"
)
_CHAPTER = re.compile(
    r"(?:(?:CHAPTER|Chapter|PART|Part|BOOK|Book|APPENDIX|Appendix|LECTURE|Lecture)"
    r"(?:\s+(?:\d{1,3}|[IVXLC]{1,7}|[A-Z]))\b[.:]?|§+\s?\d|\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+[A-Z])"
)
_CAPTION = re.compile(r"(?:FIG|Fig|FIGURE|Figure|TABLE|Table|PLATE|Plate)s?\.?\s?\d")
_FOOTNOTE = re.compile(r"(?:[*†‡§¶¹²³]|\d{1,2})\s?[A-Z]")
_WORD = re.compile(r"[^\W\d_]{2,}")
# What is left of a hyphen at a line's end when the hyphen belongs to the word.
_HYPHENATED = re.compile(
    r"\b(?:non|self|half|quasi|semi|well|one|two|three|four|five|six|so|all|right|left|cross|ex)-$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A piece of text on one printed line.

    `box` is (left, top, right, bottom) in fractions of the page; `score` is how sure the reader
    was of the text, 0 to 1.
    """

    text: str
    box: tuple[float, float, float, float]
    score: float = 1.0


class _Row:
    """The pieces of one printed line; `pieces` from left to right, once it is complete."""

    def __init__(self, line: TextLine) -> None:
        self.core = line.box  # the box of its longest piece
        self.lines = [line]
        self.stacked: list[TextLine] = []  # parts of fractions, above or below the line

    @cached_property
    def box(self) -> _Box:
        return _hull([line.box for line in [*self.lines, *self.stacked]])

    @cached_property
    def text(self) -> str:
        return _row_text(self.lines, self.stacked)


@dataclass(frozen=True, slots=True)
class _Scale:
    """The sizes of a page's body text: line height, white between lines, width of a character."""

    height: float
    gap: float
    char: float


def regions_from_lines(lines: Sequence[TextLine]) -> list[Region]:
    """Rebuild a page from its lines.

    Args:
        lines: the page's lines in any order, the page being upright.

    Returns:
        Its regions in reading order: `section_header` (with its `##`), `text`, `list_item`,
        `caption`, `footnote`, `image` (the letters of a figure), and, as candidates by their
        place alone, `page_header`, `page_footer` and `page_number`. Empty if there is no text.
    """
    clean = [
        TextLine(" ".join(line.text.split()), line.box, line.score)
        for line in lines
        if line.text.strip()
    ]
    if not clean:
        return []
    scale = _scale(clean)
    head, body, foot = _edges(clean, scale)
    page_text = "\n".join(line.text for line in body)
    regions = list(head)
    for column in _columns(body):
        rows = _rows(column, scale)
        regions += [_region(group, scale, page_text) for group in _groups(rows, scale)]
    return [*regions, *foot]


def _scale(lines: Sequence[TextLine]) -> _Scale:
    # Long pieces say most about the body text; a page of a few words has only short ones.
    longest = max(len(line.text) for line in lines)
    body = [line for line in lines if len(line.text) >= min(25, longest)]
    height = median(line.box[3] - line.box[1] for line in body)
    char = median((line.box[2] - line.box[0]) / len(line.text) for line in body)
    ordered = sorted(body, key=lambda line: line.box[1])
    gaps = [
        below.box[1] - above.box[3]
        for above, below in pairwise(ordered)
        if _shared(above.box, below.box, 0) > 0 and below.box[1] - above.box[3] < height
    ]
    return _Scale(max(height, 1e-4), median(gaps) if gaps else 0.3 * height, max(char, 1e-4))


# ------------------------------------------------------------------------------------- edges


def _edges(
    lines: list[TextLine], scale: _Scale
) -> tuple[list[Region], list[TextLine], list[Region]]:
    """Set apart what looks like a running head, a running foot or a page number by its place."""
    head, lines = _edge(lines, scale, top=True)
    foot, lines = _edge(lines, scale, top=False)
    return head, lines, foot


def _edge(
    lines: list[TextLine], scale: _Scale, *, top: bool
) -> tuple[list[Region], list[TextLine]]:
    if len(lines) < 2:
        return [], lines
    first = min(lines, key=lambda line: line.box[1] if top else -line.box[3])
    row = [line for line in lines if _same_row(line.box, first.box)]
    rest = [line for line in lines if line not in row]
    box = _hull([line.box for line in row])
    if not rest or (box[3] > _EDGE if top else box[1] < 1 - _EDGE):
        return [], lines
    gap = min(line.box[1] for line in rest) - box[3] if top else 0.0
    if not top:
        gap = box[1] - max(line.box[3] for line in rest)
    numbers = [line for line in row if _NUMBER.fullmatch(line.text)]
    words = [line for line in row if line not in numbers]
    if len(numbers) > 1 or gap < scale.gap + 0.25 * scale.height:
        return [], lines
    if words and not _head_like(_row_text(words, []), box, scale, numbered=bool(numbers)):
        return [], lines
    label = "page_header" if top else "page_footer"
    found = [Region("page_number", line.box, line.text) for line in numbers]
    if words:
        found.append(Region(label, _hull([line.box for line in words]), _row_text(words, [])))
    return sorted(found, key=lambda region: region.box[0]), rest


def _head_like(text: str, box: _Box, scale: _Scale, *, numbered: bool) -> bool:
    """Tell a running head from a line of the text: a number beside it, or written as a title."""
    if len(text) > 80 or box[3] - box[1] > 1.5 * scale.height or _CAPTION.match(text):
        return False
    if numbered:
        return True
    words = [word for word in _WORD.findall(text) if len(word) > 3]
    title = bool(words) and all(word[0].isupper() for word in words)
    return title and not text.endswith((".", ",", ";", ":", "-")) and not _CHAPTER.match(text)


# ----------------------------------------------------------------------------------- columns


def _columns(lines: list[TextLine], depth: int = 0) -> Iterator[list[TextLine]]:
    """Yield the lines column by column; a line across the gutter ends the columns above it."""
    gutter = _gutter(lines) if depth < 3 else None
    if gutter is None:
        if lines:
            yield lines
        return
    across = [line for line in lines if line.box[0] < gutter < line.box[2]]
    cuts = sorted((line.box[1] + line.box[3]) / 2 for line in across)
    for above, below in pairwise([-1.0, *cuts, 2.0]):
        band = [line for line in lines if above < (line.box[1] + line.box[3]) / 2 < below]
        sides = [line for line in band if line not in across]
        left = [line for line in sides if line.box[2] <= gutter]
        right = [line for line in sides if line.box[0] >= gutter]
        beside = [
            right_of for _, right_of in _white([line.box for line in sides]) if right_of >= gutter
        ]
        if len(beside) >= _COLUMN_ROWS - 1:
            yield from _columns(left, depth + 1)
            yield from _columns(right, depth + 1)
        elif band:
            yield sides
        yield [line for line in across if (line.box[1] + line.box[3]) / 2 == below]


def _gutter(lines: list[TextLine]) -> float | None:
    """Return the x of the white stripe between two columns, or None if there is none."""
    prose = [line.box for line in lines if len(line.text) >= _COLUMN_PIECE]
    spans = list(_white(prose))
    best, found = _COLUMN_ROWS - 1, [0.0]
    for step in range(1, 100):
        x = step / 100
        count = sum(left <= x <= right for left, right in spans)
        if count > best:
            best, found = count, [x]
        elif count == best:
            found.append(x)
    return found[len(found) // 2] if best >= _COLUMN_ROWS else None


def _white(boxes: Sequence[_Box]) -> Iterator[tuple[float, float]]:
    """Yield, for every box with another on its right, the stripe between it and the last such."""
    for box in boxes:
        starts = [
            other[0] for other in boxes if other[0] >= box[2] and _shared(box, other, 1) > 0.3
        ]
        if starts:
            yield box[2], max(starts)


# -------------------------------------------------------------------------------------- rows


def _rows(lines: Sequence[TextLine], scale: _Scale) -> list[_Row]:
    """Put the pieces of each printed line together, top to bottom.

    The longest piece is a row's core. Short ones join the row they are level with, or become
    parts of a fraction where they stand in a gap of the row, somewhat above or below it.
    """
    rows: list[_Row] = []
    for line in sorted(lines, key=lambda line: (-len(line.text), line.box)):
        level = [row for row in rows if _same_row(row.core, line.box)]
        free = [row for row in level if not _is_label(line, row, scale)]
        if free:
            _nearest(free, line).lines.append(line)
            continue
        gaps = [row for row in rows if not level and _in_gap(line, row)]
        if gaps:
            _nearest(gaps, line).stacked.append(line)
            continue
        rows.append(_Row(line))
    return sorted(rows, key=lambda row: (row.core[1] + row.core[3], row.core[0]))


def _same_row(one: _Box, other: _Box) -> bool:
    """Tell if the middle of each box is inside the other, top to bottom."""
    return (
        one[1] < (other[1] + other[3]) / 2 < one[3] and other[1] < (one[1] + one[3]) / 2 < other[3]
    )


def _is_label(line: TextLine, row: _Row, scale: _Scale) -> bool:
    """Tell a letter of a figure from a piece of the text that happens to be level with it."""
    if len(line.text) > 2 or not line.text.isalpha() or row.core[2] - row.core[0] < 20 * scale.char:
        return False
    pieces = [piece.box for piece in row.lines]
    apart = min(max(box[0] - line.box[2], line.box[0] - box[2]) for box in pieces)
    return apart > 4 * scale.char


def _in_gap(line: TextLine, row: _Row) -> bool:
    """Tell if a short piece stands beside the row's pieces, overlapping the row's height."""
    if len(line.text) > 8 or len(row.lines[0].text) < 10 or _shared(row.core, line.box, 1) < 0.2:
        return False
    taken = [piece.box for piece in row.lines]
    return all(_shared(box, line.box, 0) < 0.35 for box in taken)


def _nearest(rows: Sequence[_Row], line: TextLine) -> _Row:
    middle = line.box[1] + line.box[3]
    return min(rows, key=lambda row: abs(row.core[1] + row.core[3] - middle))


def _row_text(lines: Sequence[TextLine], stacked: Sequence[TextLine]) -> str:
    """Write a row from left to right; a part above another becomes `above/below`."""
    pieces = [(line.box[0], line.text) for line in lines]
    towers: list[list[TextLine]] = []
    for part in sorted(stacked, key=lambda part: part.box[0]):
        if towers and _shared(towers[-1][-1].box, part.box, 0) > 0.4:
            towers[-1].append(part)
        else:
            towers.append([part])
    for tower in towers:
        tower.sort(key=lambda part: part.box[1])
        mark = "/" if len(tower) == 2 else " "
        pieces.append((tower[0].box[0], mark.join(part.text for part in tower)))
    text = " ".join(text for _, text in sorted(pieces))
    return re.sub(r" ([,.;:])(?=\s|$)", r"\1", text)


# -------------------------------------------------------------------------------- paragraphs


def _groups(rows: Sequence[_Row], scale: _Scale) -> list[list[_Row]]:
    """Cut a column's rows into paragraphs, headings and displays."""
    groups: list[list[_Row]] = []
    for i, row in enumerate(rows):
        near = rows[max(0, i - 2) : i + 2]
        margin = max(other.box[2] for other in near)
        following = rows[i + 1] if i + 1 < len(rows) else None
        if not groups or _breaks(groups[-1], row, following, margin, scale):
            groups.append([row])
        else:
            groups[-1].append(row)
    return groups


def _breaks(
    group: list[_Row], row: _Row, following: _Row | None, margin: float, scale: _Scale
) -> bool:
    """Tell if `row` begins something new after `group`."""
    last = group[-1]
    if _is_letters(row) or _is_letters(last):
        return _is_letters(row) != _is_letters(last)
    if row.box[1] - last.box[3] > scale.gap + 0.6 * scale.height:
        return True
    if _heading_start(row, scale) != _heading_start(last, scale):
        return True
    if any(mark.match(row.text) for mark in (_BULLET, _ITEM, _CHAPTER, _CAPTION)):
        return True
    shift = (row.box[0] - last.box[0]) / scale.char
    if shift > 1.2:  # indented, unless it hangs under the mark of a list or a theorem
        hanging = len(group) == 1 and following is not None and _hangs(row, following, scale)
        return not hanging
    if shift < -1.2 and (len(group) > 1 or shift < -12):
        return True
    word = len(row.text.split(maxsplit=1)[0])
    return last.box[2] + (word + 3) * scale.char < margin and not last.text.endswith("-")


def _hangs(row: _Row, following: _Row, scale: _Scale) -> bool:
    same = abs(following.box[0] - row.box[0]) < 0.8 * scale.char
    return same and following.box[1] - row.box[3] < scale.gap + 0.6 * scale.height


def _is_letters(row: _Row) -> bool:
    """Tell the letters of a figure: one or two of them, alone on their line."""
    text = "".join(piece.text for piece in row.lines)
    return len(text) <= 2 and text.isalnum() and not (len(text) == 2 and text.islower())


def _heading_start(row: _Row, scale: _Scale) -> bool:
    """Tell if a row is set in letters clearly larger than the text's."""
    height = row.core[3] - row.core[1]
    char = (row.core[2] - row.core[0]) / len(row.lines[0].text)
    words = sum(len(word) for word in _WORD.findall(row.text))
    return height > 1.3 * scale.height and char > 1.2 * scale.char and words >= 4


def _region(group: list[_Row], scale: _Scale, page_text: str) -> Region:
    """Write a group of rows as one region."""
    box = _hull([row.box for row in group])
    if _is_letters(group[0]) and len(group) > 1:
        return Region("image", box, " ".join(row.text for row in group))
    text = _join([row.text for row in group], page_text)
    if _is_heading(group, text, scale):
        return Region("section_header", box, f"## {text.lstrip('# ')}")
    if _BULLET.match(text):
        return Region("list_item", box, "- " + _BULLET.sub("", text, count=1))
    if _CAPTION.match(text) and len(group) <= 4:
        return Region("caption", box, text)
    if box[1] > 0.6 and _FOOTNOTE.match(text):
        return Region("footnote", box, text)
    if _ITEM.match(text) and len(_WORD.findall(text)) >= 3:
        return Region("list_item", box, text)
    return Region("text", box, "\\" + text if text.startswith("#") else text)


def _is_heading(group: list[_Row], text: str, scale: _Scale) -> bool:
    if len(text) > 120 or len(group) > 3 or _CAPTION.match(text) or "=" in text:
        return False
    if all(_heading_start(row, scale) for row in group):
        return True
    if len(group) > 1 and not text.isupper():
        return False
    if _CHAPTER.match(text) and not text.endswith((",", ";", ":")) and len(text) < 80:
        return True
    return text.isupper() and sum(len(word) for word in _WORD.findall(text)) >= 5


def _join(texts: Sequence[str], page_text: str) -> str:
    """Join the lines of a paragraph; a word cut at a line's end is made whole."""
    joined = texts[0]
    for text in texts[1:]:
        if joined.endswith(("—", "\u00ad")):
            joined = joined.rstrip("\u00ad") + text
        elif re.search(r"\w[-\u2010]$", joined):
            first = text.split(maxsplit=1)[0]
            whole = joined.rsplit(maxsplit=1)[-1] + first.rstrip(".,;:")
            keep = not first[0].islower() or _HYPHENATED.search(joined) or whole in page_text
            joined = (joined if keep else joined[:-1]) + text
        else:
            joined = f"{joined} {text}"
    return joined


# ------------------------------------------------------------------------------------- boxes


def _hull(boxes: Sequence[_Box]) -> _Box:
    """Return the smallest box around all of them."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _shared(one: _Box, other: _Box, axis: int) -> float:
    """Return how much of the shorter extent two boxes share: 0 x, 1 y; negative if apart."""
    shared = min(one[axis + 2], other[axis + 2]) - max(one[axis], other[axis])
    shorter = min(one[axis + 2] - one[axis], other[axis + 2] - other[axis])
    return shared / max(shorter, 1e-9)
