"""Turns lines of text with boxes into a page's regions, in reading order. Pure: no OCR, no images.

The steps, each a function: separate running heads and feet (`separate_edges`), find columns by
their gutter (`columns`), separate marginal notes (`margin_notes`), group the pieces of each printed
line (`rows_of`), join rows to paragraphs (`_groups`) and label them (`_region`). The geometry is in
`line_geometry.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.common.boxes import hull
from ocr_service.engines.scan.edges import margin_notes, separate_edges
from ocr_service.engines.scan.entries import is_entry, list_of, same_list
from ocr_service.engines.scan.headings import (
    APART,
    BULLET,
    Around,
    is_bold,
    is_heading,
    is_large,
    same_heading,
)
from ocr_service.engines.scan.line_geometry import (
    CAPTION,
    CHAPTER,
    PrintedRow,
    TextLine,
    TypeScale,
    columns,
    measure,
    rows_of,
    shared,
)
from ocr_service.library.pages import Region
from ocr_service.text.ideographs import line_gap

__all__ = ["TextLine", "regions_from_lines"]

_ITEM = re.compile(
    r"(?:\(\s?(?:\d{1,3}[*'′]{0,2}|[a-zA-Z]|[ivx]{1,5})\s?\)|(?:\d{1,3}|[IVX]{1,5})[.)]|[a-z]\))\s+\S"
)
_FOOTNOTE = re.compile(r"(?:[*†‡§¶¹²³]|\d{1,2})\s?[A-Z]")
_BODY_LINE = 25  # characters of a line of a paragraph
_STARRED = re.compile(r"[^\W\d_][.,;:!?)”\"]? ?\*")  # a word with the mark of a note
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
        replace(line, text=" ".join(line.text.split()) or "?")
        for line in lines
        if line.label or line.text.strip()
    ]
    if not clean:
        return []
    scale = measure(clean)
    head, body, foot = separate_edges(clean, scale)
    page_text = "\n".join(line.text for line in body)
    regions = list(head)
    for column in columns(body, scale):
        text, notes = margin_notes(column, scale)
        rows = rows_of(text, scale)
        floats = [row for row in rows if _floats(row, rows)]
        groups = _groups([row for row in rows if row not in floats], scale)
        groups = _inserted(groups, _groups(floats, scale))
        groups = _inserted(groups, [rows_of(note, scale) for note in notes])
        regions += [
            _region(group, _around(groups, i, scale), scale, page_text)
            for i, group in enumerate(groups)
        ]
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
    kinds = _kind(last), _kind(row)
    if any(kinds):
        after = following.text if following else ""
        listed = "entry" in kinds and same_list(last.text, row.text, after)
        return not (listed or kinds == ("letters", "letters"))
    if same_heading(last, row, scale):
        return False  # in large type, further apart than lines of the text
    if row.box[1] - last.box[3] > scale.gap + 0.6 * scale.height:
        return True
    if _differ_in_type(group, row, scale) or _is_centred(group, row, margin, scale):
        return True
    if CAPTION.match(row.text) and len(row.text) <= 12:
        return True
    word = len(row.text.split(maxsplit=1)[0])
    short = last.box[2] + (word + 3) * scale.char < margin and not last.text.endswith("-")
    return short or BULLET.match(row.text) is not None or _shifts(group, row, following, scale)


def _differ_in_type(group: list[PrintedRow], row: PrintedRow, scale: TypeScale) -> bool:
    """Return whether a row is larger or bolder than a group, or a heading ends before it."""
    if is_large(row, scale) != is_large(group[-1], scale):
        return not _same_type(group[-1].lines[0], row.lines[0], scale)
    bold = is_bold(row, scale)
    return bold != is_bold(group[-1], scale) and (bold or len(group) == 1)


def _is_centred(group: list[PrintedRow], row: PrintedRow, margin: float, scale: TypeScale) -> bool:
    """Return whether a single row stands in the middle above a full one, as a running head does."""
    left, right = group[0].box[0] - row.box[0], margin - group[0].box[2]
    full = row.box[2] > margin - 2 * scale.char
    apart = min(left, right) > 4 * scale.char and abs(left - right) < 2.5 * scale.char
    return len(group) == 1 and full and apart


def _same_type(one: TextLine, other: TextLine, scale: TypeScale) -> bool:
    """Return whether a line of some length and the next one are in one type."""
    if len(one.text) < _BODY_LINE:
        return False
    sizes = sorted((scale.size(one), scale.size(other)))
    weights = sorted((one.weight, other.weight))
    return sizes[1] < 1.2 * sizes[0] and weights[1] < 1.15 * weights[0]


def _shifts(
    group: list[PrintedRow], row: PrintedRow, following: PrintedRow | None, scale: TypeScale
) -> bool:
    """Return whether `row` begins a paragraph, by its indentation."""
    last = group[-1]
    shift = (row.box[0] - last.box[0]) / scale.char
    if last.text.endswith((".", ":", ";", ",", "?", "!")) or abs(shift) > 1.2:
        marked = any(mark.match(row.text) for mark in (_ITEM, CHAPTER, CAPTION))
        if marked:
            return True
    if shift > 1.2:  # indented, unless it hangs under the mark of a list or a theorem
        item = BULLET.match(last.text) or _ITEM.match(last.text)
        hangs = following is not None and _hangs(row, following, scale)
        return not (len(group) == 1 and (hangs or (item and shift < 8)))
    return shift < -1.2 and (len(group) > 1 or shift < -12)


def _hangs(row: PrintedRow, following: PrintedRow, scale: TypeScale) -> bool:
    same = abs(following.box[0] - row.box[0]) < 0.8 * scale.char
    return same and following.box[1] - row.box[3] < scale.gap + 0.6 * scale.height


def _kind(row: PrintedRow) -> str:
    """Return what kind of row is in no paragraph: a region of its own, an entry, letters; or ""."""
    if row.label:
        return row.label
    if is_entry(row.text):
        return "entry"
    return "letters" if _is_letters(row) else ""


def _is_letters(row: PrintedRow) -> bool:
    """Return whether a row is the letters of a figure: one or two, alone on their line."""
    text = "".join(piece.text for piece in row.lines)
    return (
        not row.label
        and len(text) <= 2
        and text.isalnum()
        and not (len(text) == 2 and text.islower())
    )


def _around(groups: Sequence[Sequence[PrintedRow]], at: int, scale: TypeScale) -> Around:
    """Return what stands around the group at an index."""
    near = [group for i, group in enumerate(groups) if abs(i - at) == 1]
    box = hull([row.box for row in groups[at]])
    others = [row for i, group in enumerate(groups) if i != at for row in group]
    above = groups[at - 1][-1].box[3] if at else 0.0
    return Around(
        in_list=any(_ITEM.match(group[0].text) for group in near),
        beside=any(shared(row.box, box, 1) > 0.3 and len(row.text) > 20 for row in others),
        starred=sum(group[0].text.startswith("*") for group in groups),
        apart=box[1] - above > scale.gap + APART * scale.height,
    )


def _region(group: list[PrintedRow], around: Around, scale: TypeScale, page_text: str) -> Region:
    """Turn a group of rows into a region."""
    box = hull([row.box for row in group])
    if group[0].label:
        return Region(group[0].label, box, group[0].lines[0].markdown)
    if _is_letters(group[0]) and len(group) > 1:
        return Region("image", box, " ".join(row.text for row in group))
    if any(_kind(row) == "entry" for row in group):
        return Region("text", box, list_of([row.text for row in group]))
    text = _join([row.text for row in group], page_text)
    if is_heading(group, text, scale, around):
        return Region("section_header", box, f"## {text.lstrip('# ')}")
    marks = max(1, len(_STARRED.findall(page_text)))
    is_note = box[1] > 0.6 and text.startswith("*") and around.starred <= marks
    if BULLET.match(text) and not is_note:
        return Region("list_item", box, "- " + BULLET.sub("", text, count=1))
    label = "text"
    if CAPTION.match(text) and len(group) <= 4:
        label = "caption"
    elif is_note or (box[1] > 0.6 and _FOOTNOTE.match(text)):
        label = "footnote"
    elif _ITEM.match(text) and len(_WORD.findall(text)) >= 3:
        label = "list_item"
    return Region(label, box, "\\" + text if text.startswith(("#", "* ")) else text)


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
