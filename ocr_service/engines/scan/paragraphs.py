"""Turns lines of text with boxes into a page's regions, in reading order. Pure: no OCR, no images.

The steps, each a function: separate running heads and feet (`_edges`), find columns by their gutter
(`columns`), group the pieces of each printed line (`rows_of`), join rows to paragraphs (`_groups`)
and label them (`_region`). The geometry is in `line_geometry.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr_service.common.boxes import hull
from ocr_service.engines.scan.line_geometry import (
    CAPTION,
    PrintedRow,
    TextLine,
    TypeScale,
    columns,
    measure,
    rows_of,
    same_row,
    shared,
)
from ocr_service.library.pages import Box, Region
from ocr_service.text.ideographs import line_gap

__all__ = ["TextLine", "regions_from_lines"]

_EDGE = 0.14  # share of the page, at its top and bottom, where running lines have their middle
_NUMBER = re.compile(r"[-–—\[]?\s*(?:\d{1,4}|[ivxlcdm]{1,7}|[IVXLCDM]{2,7})\s*[-–—\]]?")
_BULLET = re.compile(r"[•●▪■◦·∙–—*-]\s*(?=[^\W\d_])")
_ITEM = re.compile(
    r"(?:\(\s?(?:\d{1,3}[*'′]{0,2}|[a-zA-Z]|[ivx]{1,5})\s?\)|(?:\d{1,3}|[IVX]{1,5})[.)]|[a-z]\))\s+\S"
)
_CHAPTER = re.compile(
    r"(?:(?:CHAPTER|Chapter|PART|Part|BOOK|Book|APPENDIX|Appendix|LECTURE|Lecture)"
    r"(?:\s+(?:\d{1,3}|[IVXLC]{1,7}|[A-Z]))\b[.:]?|§+\s?\d|\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+[A-Z])"
)
_FOOTNOTE = re.compile(r"(?:[*†‡§¶¹²³]|\d{1,2})\s?[A-Z]")
_FORMULA = re.compile(r"[=≡∠<>+−±≤≥∥⊥∼≅≈∴√]")
_WORD = re.compile(r"[^\W\d_]{2,}")
# The first part of a word whose hyphen, at the end of a line, belongs to the word.
_HYPHENATED = re.compile(
    r"\b(?:non|self|half|quasi|well|one|two|three|four|five|six|all|right|left|cross)-$",
    re.IGNORECASE,
)


def regions_from_lines(lines: Sequence[TextLine]) -> list[Region]:
    """Rebuild a page from its lines.

    Args:
        lines: the lines of an upright page, in any order.

    Returns:
        Its regions in reading order: `section_header` (with its `##`), `text`, `list_item`,
        `caption`, `footnote`, `image` (the letters of a figure), and, as candidates by position
        only, `page_header`, `page_footer` and `page_number`. Empty if there is no text.
    """
    clean = [
        TextLine(" ".join(line.text.split()), line.box, line.score)
        for line in lines
        if line.text.strip()
    ]
    if not clean:
        return []
    scale = measure(clean)
    head, body, foot = _edges(clean, scale)
    page_text = "\n".join(line.text for line in body)
    regions = list(head)
    for column in columns(body, scale):
        rows = rows_of(column, scale)
        floats = [row for row in rows if _floats(row, rows)]
        groups = _groups([row for row in rows if row not in floats], scale)
        groups = _inserted(groups, _groups(floats, scale))
        regions += [_region(group, scale, page_text) for group in groups]
    return [*regions, *foot]


def _floats(row: PrintedRow, rows: Sequence[PrintedRow]) -> bool:
    """Return whether a row belongs to a figure beside the text, and so is not part of the text."""
    if not (_is_letters(row) or CAPTION.match(row.text)):
        return False
    return any(
        shared(row.box, other.box, 1) > 0.3 and shared(row.box, other.box, 0) < 0
        for other in rows
        if len(other.text) > max(20, len(row.text))
    )


def _inserted(
    groups: list[list[PrintedRow]], floats: list[list[PrintedRow]]
) -> list[list[PrintedRow]]:
    """Insert each group of a figure before the first group of text that begins below its top."""
    merged = list(groups)
    for group in reversed(floats):
        top = group[0].box[1]
        at = next((i for i, other in enumerate(merged) if other[0].box[1] >= top), len(merged))
        merged.insert(at, group)
    return merged


# ------------------------------------------------------------------------------------- edges


def _edges(
    lines: list[TextLine], scale: TypeScale
) -> tuple[list[Region], list[TextLine], list[Region]]:
    """Separate running heads, running feet and page numbers, by position."""
    head, lines = _edge(lines, scale, top=True)
    foot, lines = _edge(lines, scale, top=False)
    return head, lines, foot


def _edge(
    lines: list[TextLine], scale: TypeScale, *, top: bool
) -> tuple[list[Region], list[TextLine]]:
    if len(lines) < 2:
        return [], lines
    first = min(lines, key=lambda line: line.box[1] if top else -line.box[3])
    row = [line for line in lines if same_row(line.box, first.box)]
    rest = [line for line in lines if line not in row]
    box = hull([line.box for line in row])
    middle = (box[1] + box[3]) / 2
    if not rest or (middle > _EDGE if top else middle < 1 - _EDGE):
        return [], lines
    gap = min(line.box[1] for line in rest) - box[3] if top else 0.0
    if not top:
        gap = box[1] - max(line.box[3] for line in rest)
    numbers = [line for line in row if _NUMBER.fullmatch(line.text)]
    words = [line for line in row if line not in numbers]
    if len(numbers) > 1 or gap < scale.gap + 0.25 * scale.height:
        return [], lines
    if words and not _head_like(_side_text(words), box, scale, numbered=bool(numbers)):
        return [], lines
    label = "page_header" if top else "page_footer"
    found = [Region("page_number", line.box, line.text) for line in numbers]
    if words:
        found.append(Region(label, hull([line.box for line in words]), _side_text(words)))
    return sorted(found, key=lambda region: region.box[0]), rest


def _side_text(lines: Sequence[TextLine]) -> str:
    return " ".join(line.text for line in sorted(lines, key=lambda line: line.box[0]))


def _head_like(text: str, box: Box, scale: TypeScale, *, numbered: bool) -> bool:
    """Return whether a line is a running head: a number is beside it, or it is set as a title."""
    if len(text) > 80 or box[3] - box[1] > 1.5 * scale.height or CAPTION.match(text):
        return False
    if numbered:
        return True
    words = [word for word in _WORD.findall(text) if len(word) > 3]
    title = bool(words) and all(word[0].isupper() for word in words)
    return title and not text.endswith((".", ",", ";", ":", "-")) and not _CHAPTER.match(text)


# -------------------------------------------------------------------------------- paragraphs


def _groups(rows: Sequence[PrintedRow], scale: TypeScale) -> list[list[PrintedRow]]:
    """Split a column's rows into paragraphs, headings and displays."""
    groups: list[list[PrintedRow]] = []
    for i, row in enumerate(rows):
        # The right margin of lines with this indentation: a theorem may be set narrower.
        lefts = [other.box[0] for other in (*(groups[-1][-1:] if groups else ()), row)]
        margin = max(
            other.box[2]
            for other in rows[max(0, i - 6) : i + 5]
            if any(abs(other.box[0] - left) < 1.5 * scale.char for left in lefts)
        )
        following = rows[i + 1] if i + 1 < len(rows) else None
        if not groups or _breaks(groups[-1], row, following, margin, scale):
            groups.append([row])
        else:
            groups[-1].append(row)
    return groups


def _breaks(
    group: list[PrintedRow],
    row: PrintedRow,
    following: PrintedRow | None,
    margin: float,
    scale: TypeScale,
) -> bool:
    """Return whether `row` begins a new group after `group`."""
    last = group[-1]
    if _is_letters(row) or _is_letters(last):
        return _is_letters(row) != _is_letters(last)
    if row.box[1] - last.box[3] > scale.gap + 0.6 * scale.height:
        return True
    if _is_large(row, scale) != _is_large(last, scale):
        return True
    if CAPTION.match(row.text) and len(row.text) <= 12:
        return True
    word = len(row.text.split(maxsplit=1)[0])
    short = last.box[2] + (word + 3) * scale.char < margin and not last.text.endswith("-")
    return short or _BULLET.match(row.text) is not None or _shifts(group, row, following, scale)


def _shifts(
    group: list[PrintedRow], row: PrintedRow, following: PrintedRow | None, scale: TypeScale
) -> bool:
    """Return whether `row` begins a paragraph, by its indentation."""
    last = group[-1]
    shift = (row.box[0] - last.box[0]) / scale.char
    if last.text.endswith((".", ":", ";", ",", "?", "!")) or abs(shift) > 1.2:
        marked = any(mark.match(row.text) for mark in (_ITEM, _CHAPTER, CAPTION))
        if marked:
            return True
    if shift > 1.2:  # indented, unless it hangs under the mark of a list or a theorem
        item = _BULLET.match(last.text) or _ITEM.match(last.text)
        hangs = following is not None and _hangs(row, following, scale)
        return not (len(group) == 1 and (hangs or (item and shift < 8)))
    return shift < -1.2 and (len(group) > 1 or shift < -12)


def _hangs(row: PrintedRow, following: PrintedRow, scale: TypeScale) -> bool:
    same = abs(following.box[0] - row.box[0]) < 0.8 * scale.char
    return same and following.box[1] - row.box[3] < scale.gap + 0.6 * scale.height


def _is_letters(row: PrintedRow) -> bool:
    """Return whether a row is the letters of a figure: one or two, alone on their line."""
    text = "".join(piece.text for piece in row.lines)
    return len(text) <= 2 and text.isalnum() and not (len(text) == 2 and text.islower())


def _is_large(row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a row is short and set in clearly larger type than the text."""
    if len(row.text) > 70 or _BULLET.match(row.text):
        return False
    height = row.core[3] - row.core[1]
    char = (row.core[2] - row.core[0]) / len(row.lines[0].text)
    words = sum(len(word) for word in _WORD.findall(row.text))
    return height > 1.3 * scale.height and char > 1.2 * scale.char and words >= 4


def _region(group: list[PrintedRow], scale: TypeScale, page_text: str) -> Region:
    """Turn a group of rows into a region."""
    box = hull([row.box for row in group])
    if _is_letters(group[0]) and len(group) > 1:
        return Region("image", box, " ".join(row.text for row in group))
    text = _join([row.text for row in group], page_text)
    if _is_heading(group, text, scale):
        return Region("section_header", box, f"## {text.lstrip('# ')}")
    if _BULLET.match(text):
        return Region("list_item", box, "- " + _BULLET.sub("", text, count=1))
    label = "text"
    if CAPTION.match(text) and len(group) <= 4:
        label = "caption"
    elif box[1] > 0.6 and _FOOTNOTE.match(text):
        label = "footnote"
    elif _ITEM.match(text) and len(_WORD.findall(text)) >= 3:
        label = "list_item"
    return Region(label, box, "\\" + text if text.startswith("#") else text)


def _is_heading(group: list[PrintedRow], text: str, scale: TypeScale) -> bool:
    """Return whether a group is a heading, by size, number or capitals; False in doubt."""
    if len(text) > 120 or len(group) > 3 or CAPTION.match(text) or _FORMULA.search(text):
        return False
    capitals = text.isupper() and sum(len(word) for word in _WORD.findall(text)) >= 5
    if all(_is_large(row, scale) for row in group):
        return capitals or not text.endswith((".", ",", ";", ":", "-"))
    if len(group) > 1 and not capitals:
        return False
    if _CHAPTER.match(text) and not text.endswith((",", ";", ":")) and len(text) < 80:
        return True
    return capitals and (text[0].isalpha() or text[0] == "§")


def _join(texts: Sequence[str], page_text: str) -> str:
    """Join the lines of a paragraph, and words that are hyphenated at the end of a line."""
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
            joined = f"{joined}{line_gap(joined, text)}{text}"
    return joined
