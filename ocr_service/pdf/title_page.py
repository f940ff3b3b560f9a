"""Finds a title among the lines of a document's first pages. Pure.

The title is in the largest type that is no stamp, note or heading of a part, and larger than the
text. A page that begins with such a heading is no title page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ocr_service.pdf.titles import MAX_TITLE, one_line
from ocr_service.text.ideographs import has_runs, line_gap
from ocr_service.text.text_quality import readable
from ocr_service.text.title_words import could_be_title, is_heading_of_part, is_stamp

__all__ = ["PrintedLine", "printed_lines", "title_of_pages"]

_LARGER = 1.12  # times the size of the text, at least, that a title on a page of text has
_SPARSE = 60  # words of a title page at most, whose largest type need not be larger
_MOST_LINES = 5  # of a title
_SAME_SIZE = 0.02  # share by which the lines of a title differ
_LEADING = 1.3  # type sizes between the lines of a title
_MANY_LINES = 15  # of a page on which sentences should be, too
_SENTENCES = 0.15  # share of its lines, at least, that are as long as those of sentences
_MOST_GROUPS = 2  # of lines in the size of the title; more are the headings of sections
_LATER = 0.93  # worth of a page against the one before it
_NUMBERED = re.compile(r"^(?:\d{1,2}|[IVX]+)[.\s]")
# Words that lead to the next line, which may be larger: "Principles of", "The".
_LEADS_ON = re.compile(
    r"(?:^|\s)(?:of|on|in|to|for|the|a|an|and|der|die|das|des|dem|den|von|zur|zum|und|für|über|de|du"
    r"|la|le|les|et|sur|di|della|del|e|y)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A visible horizontal line: its text, type size and place in points."""

    text: str
    size: float
    top: float
    bottom: float
    right: float


def printed_lines(blocks: Sequence[dict[str, Any]], fields: Sequence[Any]) -> list[PrintedLine]:
    """Return the visible horizontal lines of MuPDF's blocks, from top to bottom.

    What stands within `fields`, the rectangles of a form, was typed in by somebody and is left out.
    """
    found: list[PrintedLine] = []
    for line in (line for block in blocks for line in block.get("lines", ())):
        spans = [span for span in line["spans"] if _visible(span)]
        text = one_line("".join(span["text"] for span in spans))
        left, top, right, bottom = line["bbox"]
        middle = ((left + right) / 2, (top + bottom) / 2)
        typed = any(x0 <= middle[0] <= x1 and y0 <= middle[1] <= y1 for x0, y0, x1, y1 in fields)
        if not text or typed or abs(line["dir"][0] - 1) > 1e-3:
            continue
        size = round(max(span["size"] for span in spans), 1)
        before = found[-1] if found else None
        beside = before is not None and abs(before.top - top) < 0.3 * size
        # The number of a section stands farther from its heading than words from each other.
        reach = (1.6 if before is not None and before.text.isdecimal() else 1.0) * size
        if before and beside and before.size == size and 0 <= left - before.right < reach:
            found[-1] = PrintedLine(f"{before.text} {text}", size, before.top, bottom, right)
        else:
            found.append(PrintedLine(text, size, top, bottom, right))
    return found


def _visible(span: dict[str, Any]) -> bool:
    """Return whether a span is drawn: text render mode 3 neither fills (16) nor strokes (8)."""
    return bool(span.get("char_flags", 16) & 24) and span["alpha"] > 0


def title_of_pages(pages: Sequence[Sequence[PrintedLine]]) -> str | None:
    """Return the title on the first pages, or None if none of them clearly has one."""
    sizes = [line.size for lines in pages for line in lines for _ in line.text.split()]
    if not sizes:
        return None
    text_size = median(sizes)
    best, best_worth = None, 0.0
    for page_index, lines in enumerate(pages):
        found = _title_of_page(lines, text_size)
        if found is not None and page_index and _NUMBERED.match(found[1]):
            found = None  # the first section
        if found is not None and found[0] * _LATER**page_index > best_worth:
            best, best_worth = found[1], found[0] * _LATER**page_index
        if found is None and _has_sections(lines, text_size):
            break  # the text has begun
    return _in_mixed_case(best, pages) if best else None


def _has_sections(lines: Sequence[PrintedLine], text_size: float) -> bool:
    """Return whether several headings of one size stand on a page."""
    size = max((line.size for line in lines), default=0.0)
    return size >= _LARGER * text_size and len(_groups(lines, size)) > _MOST_GROUPS


def _title_of_page(lines: Sequence[PrintedLine], text_size: float) -> tuple[float, str] | None:
    """Return the size and the words of a page's title, or None if it has none."""
    most_groups = 1 if _is_table(lines) else _MOST_GROUPS
    words = sum(len(line.text.split()) for line in lines)
    left = [line for line in lines if len(line.text) > 1 and readable(line.text)]
    while left:
        size = max(line.size for line in left)
        if size < _LARGER * text_size and words > _SPARSE:
            return None
        groups = _groups(left, size)
        if len(groups) > most_groups:
            return None
        group = groups[0]
        text = _joined(group)
        above = _above(lines, group[0])
        headings = (group[0].text, text, above.text if above else "")
        if any(map(is_heading_of_part, headings)):
            return None
        if len(text) <= MAX_TITLE and len(group) <= _MOST_LINES and could_be_title(text):
            leads_on = above and _LEADS_ON.search(above.text) and not is_stamp(above.text)
            return size, _joined([above, *group] if above and leads_on else group)
        if not any(is_stamp(line.text) for line in group):
            return None
        left = [line for line in left if line not in group]
    return None


def _is_table(lines: Sequence[PrintedLine]) -> bool:
    """Return whether a page has many lines, but few that could be of sentences: a table, a plot."""
    long = sum(
        len(line.text.split()) >= 5 or (has_runs(line.text) and len(line.text) >= 12)
        for line in lines
    )
    return len(lines) > _MANY_LINES and long < _SENTENCES * len(lines)


def _groups(lines: Sequence[PrintedLine], size: float) -> list[list[PrintedLine]]:
    """Return the lines of this size in groups that follow each other closely."""
    groups: list[list[PrintedLine]] = []
    last: PrintedLine | None = None
    for line in lines:
        if abs(line.size - size) > _SAME_SIZE * size:
            last = None
            continue
        if last is None or not 0 <= line.top - last.top <= (1 + _LEADING) * size:
            groups.append([])
        groups[-1].append(line)
        last = line
    return groups


def _above(lines: Sequence[PrintedLine], first: PrintedLine) -> PrintedLine | None:
    """Return the line above a title if it is close."""
    at = lines.index(first)
    above = lines[at - 1] if at else None
    close = above is not None and abs(first.top - above.bottom) <= first.size
    return above if close else None


def _joined(lines: Sequence[PrintedLine]) -> str:
    text = ""
    for line in lines:
        if text.endswith(("-", "‐")) and line.text[:1].islower():
            text = text[:-1] + line.text
        elif text.endswith(("-", "‐")):
            text += line.text
        else:
            text += (line_gap(text, line.text) if text else "") + line.text
    return text.strip(" :;,*†‡")


def _in_mixed_case(title: str, pages: Sequence[Sequence[PrintedLine]]) -> str:
    """Return a title in capitals as the first pages write it elsewhere, if they do."""
    if not title.isupper():
        return title
    pattern = re.compile(r"\s+".join(map(re.escape, title.split())), re.IGNORECASE)
    for lines in pages:
        for match in pattern.finditer(" ".join(line.text for line in lines)):
            words = re.findall(r"[^\W\d_]{4,}", match[0])
            if all(word[0].isupper() and not word.isupper() for word in words) and words:
                return match[0]
    return title
