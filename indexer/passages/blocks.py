"""Cuts a page's markdown into blocks: headings, paragraphs, list items, tables, formulas, code.

Blocks are whole lines and follow each other without gaps: every character of the page belongs to
exactly one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from indexer.passages.math_spans import MathSpan, code_ranges, find_math
from ocr_service.text.late_pattern import late_pattern

__all__ = ["BlockKind", "MarkdownBlock", "heading_text", "split_blocks"]


class BlockKind(StrEnum):
    """The kind of a block."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE = "table"
    DISPLAY = "display"
    CODE = "code"
    IMAGE = "image"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class MarkdownBlock:
    """The lines `markdown[start:end]`, line ends included.

    A heading has a `level` (1 to 6) and a `text` (without its `#`).
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    text: str = ""


_HEADING = late_pattern(r" {0,3}(#{1,6})(?:[ \t]|$)")
_CLOSING_MARKS = late_pattern(r"(?:^|[ \t])#+$")
_BULLET = late_pattern(r"[ \t]*[-*+•·▪◦‣][ \t]+(?=\S)")
_NUMBERED = late_pattern(r"[ \t]*\(?(\d{1,3}|[A-Za-z]|[ivx]{2,4})[.)][ \t]+(?=\S)")
_IMAGE = late_pattern(r"(?:!\[[^\]\n]*\]\([^)\n]*\)[ \t]*|<img\b[^>\n]*>[ \t]*)++")
_TABLE_OPEN = late_pattern(r"[ \t]*<table\b", re.IGNORECASE)
_TABLE_CLOSE = late_pattern(r"</table\s{0,8}>|\n(?: {0,3}#{1,6}[ \t]|[ \t]*\n)", re.IGNORECASE)
# What may share a line with a displayed formula: a number, punctuation, dots.
_BESIDE_DISPLAY = late_pattern(r"[\s.,;:…·]*+(?:\([\w.*†'\-]{1,10}\))?[\s.,;:]*")


def split_blocks(markdown: str, spans: list[MathSpan] | None = None) -> list[MarkdownBlock]:
    """Return the blocks of a page; joined, they give the page.

    Args:
        markdown: the page.
        spans: the formulas of the page if `find_math` has been called already.
    """
    spans = find_math(markdown) if spans is None else spans
    blocks: list[MarkdownBlock] = []
    chunks = [(*chunk, _classify(markdown, *chunk)) for chunk in _chunks(markdown, spans)]
    pipe_rows = _pipe_tables(markdown, chunks)
    for index, (start, end, _, alone) in enumerate(chunks):
        last = blocks[-1] if blocks else None
        kind = _in_context(markdown[start:end], alone, last)
        if index in pipe_rows:
            kind = BlockKind.TABLE
        if last and _continues(index, kind, last, pipe_rows):
            blocks[-1] = MarkdownBlock(last.kind, last.start, end)
        elif kind is BlockKind.HEADING:
            found = _HEADING.match(markdown, start)
            level = len(found[1]) if found else 1
            blocks.append(MarkdownBlock(kind, start, end, level, heading_text(markdown[start:end])))
        else:
            blocks.append(MarkdownBlock(kind, start, end))
    return blocks


def heading_text(line: str) -> str:
    """Return a heading without its `#` marks and without emphasis around all of it."""
    text = _CLOSING_MARKS.sub("", line.strip().lstrip("#").strip()).strip()
    for mark in ("**", "__", "*", "_"):
        inner = text[len(mark) : -len(mark)]
        if len(text) > 2 * len(mark) and text == f"{mark}{inner}{mark}" and mark not in inner:
            return inner.strip()
    return text


def _chunks(markdown: str, spans: list[MathSpan]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, held by) of lines, or of several lines that belong together.

    `held by` says what joins them: "code", "table", "display" or "".
    """
    code = [pair for pair in code_ranges(markdown) if "\n" in markdown[pair[0] : pair[1]]]
    held: dict[int, tuple[int, str]] = {start: (end, "code") for start, end in code}
    held.update({span.start: (span.end, "math") for span in spans})
    starts = sorted(held)
    position = 0
    while position < len(markdown):
        end, holder = _line_end(markdown, position), ""
        table = _TABLE_OPEN.match(markdown, position)
        if table:
            close = _TABLE_CLOSE.search(markdown, table.end())
            end, holder = _line_end(markdown, close.start() if close else len(markdown)), "table"
        # Code and formulas that begin on these lines extend them to their own end.
        index = bisect_right(starts, position - 1)
        while index < len(starts) and starts[index] < end:
            stop, what = held[starts[index]]
            if what == "code" and not holder:
                holder = "code"
            end = max(end, _line_end(markdown, stop - 1))
            index += 1
        if not holder and _is_display(markdown, position, end, spans):
            holder = "display"
        yield position, end, holder
        position = end


def _line_end(markdown: str, offset: int) -> int:
    """Return the end of the line that holds an offset, its line feed included."""
    found = markdown.find("\n", offset)
    return len(markdown) if found < 0 else found + 1


def _is_display(markdown: str, start: int, end: int, spans: list[MathSpan]) -> bool:
    """Return whether lines hold only displayed formulas and their numbers."""
    index = bisect_right(spans, start - 1, key=lambda span: span.start)
    position, seen = start, False
    while index < len(spans) and spans[index].start < end:
        span = spans[index]
        if not span.display or not _BESIDE_DISPLAY.fullmatch(markdown, position, span.start):
            return False
        position, seen = span.end, True
        index += 1
    return seen and bool(_BESIDE_DISPLAY.fullmatch(markdown, position, end))


_HELD = {"code": BlockKind.CODE, "table": BlockKind.TABLE, "display": BlockKind.DISPLAY}


def _classify(markdown: str, start: int, end: int, held: str) -> BlockKind:
    """Return the kind of lines without regard to their neighbours."""
    if held:
        return _HELD[held]
    text = markdown[start:end]
    if text.isspace():
        return BlockKind.BLANK
    if _HEADING.match(text):
        return BlockKind.HEADING
    if _IMAGE.fullmatch(text.strip()):
        return BlockKind.IMAGE
    if _BULLET.match(text) or _NUMBERED.match(text):
        return BlockKind.LIST_ITEM
    return BlockKind.PARAGRAPH


def _in_context(text: str, kind: BlockKind, last: MarkdownBlock | None) -> BlockKind:
    """Return the kind of lines, given the block before them.

    A list item may be a line of that paragraph: "... by Theorem / 4. Then ...".
    """
    if kind is not BlockKind.LIST_ITEM or last is None or last.kind is not BlockKind.PARAGRAPH:
        return kind
    numbered = _NUMBERED.match(text)
    if numbered and numbered[1] not in {"1", "a", "A", "i"}:
        return BlockKind.PARAGRAPH
    return kind


def _continues(index: int, kind: BlockKind, last: MarkdownBlock, pipe_rows: dict[int, int]) -> bool:
    """Return whether lines continue the block before them."""
    if index in pipe_rows:
        return pipe_rows[index] != index
    if kind is BlockKind.BLANK:
        return last.kind is BlockKind.BLANK
    return kind is BlockKind.PARAGRAPH and last.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM}


def _pipe_tables(markdown: str, chunks: list[tuple[int, int, str, BlockKind]]) -> dict[int, int]:
    """Return the rows of pipe tables: index of a chunk -> index of the first chunk of its table.

    A table is two or more lines with a pipe, of which the second is a rule or all begin and end
    with a pipe. (A paragraph may begin with |x|.)
    """
    rows: dict[int, int] = {}
    run: list[int] = []
    for index, (start, end, _, kind) in enumerate([*chunks, (0, 0, "", BlockKind.BLANK)]):
        if kind is BlockKind.PARAGRAPH and "|" in markdown[start:end]:
            run.append(index)
            continue
        lines = [markdown[chunks[i][0] : chunks[i][1]].strip() for i in run]
        first = _table_begins(lines)
        if first is not None:
            rows.update(dict.fromkeys(run[first:], run[first]))
        run = []
    return rows


def _table_begins(lines: list[str]) -> int | None:
    """Return the index of the line that begins a table, None if none does."""
    for index, line in enumerate(lines[1:]):
        if "-" in line and set(line) <= set("|-: \t"):
            return index
    framed = all(line[0] == line[-1] == "|" and line.count("|") > 2 for line in lines)
    return 0 if framed and len(lines) > 1 else None
