"""Collects the headings of a book. Pure.

Lines with `#` in code are none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ocr_service.books.edge_lines import HEADING_LABELS
from ocr_service.books.sections.numbering import HeadingNumber, heading_number
from ocr_service.library.pages import Box, PageRecord

__all__ = ["BookHeading", "PagePart", "body_size", "headings_of", "page_parts", "title_of"]

_MARKS = re.compile(r"\s{0,3}(#{1,6})\s+(?=\S)")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_MAY_BE_HEADING = HEADING_LABELS | {"text"}
_EMPHASIS = re.compile(r"[*_]{2,3}")
_IDEOGRAPH = "[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]"
_SPREAD = re.compile(rf"(?<={_IDEOGRAPH})\s+(?={_IDEOGRAPH}(?:\s|$))")


@dataclass(frozen=True, slots=True)
class PagePart:
    """A part of a page that is kept: a region, or a line of a page without regions.

    `level` is the level of a heading, 0 for all other parts; its `text` has no `#` marks.
    """

    text: str
    label: str = ""
    level: int = 0
    box: Box | None = None
    size: float = 0.0
    bold: bool = False

    @property
    def markdown(self) -> str:
        """The part with the marks of its level."""
        return f"{'#' * self.level} {self.text}" if self.level else self.text

    def as_heading(self, level: int) -> PagePart:
        """Return this part as a heading."""
        return replace(self, label="section_header", level=level)

    def as_text(self) -> PagePart:
        """Return this part as a paragraph."""
        return replace(self, label="text", level=0)


@dataclass(frozen=True, slots=True)
class BookHeading:
    """A heading; `place` is the index of its part in its page, `given` the level its page gives it.

    `size` is 0 where the type is not known. Text follows a `run_in` heading on its line.
    """

    page_index: int
    place: int
    title: str
    given: int
    number: HeadingNumber
    size: float = 0.0
    bold: bool = False
    box: Box | None = None
    run_in: bool = False


def page_parts(record: PageRecord, removed: Mapping[int, str]) -> list[PagePart]:
    """Return the parts of a page without its running lines."""
    if not record.regions:
        lines = record.raw.strip("\n").splitlines() if not removed else record.raw.splitlines()
        kept = [line for place, line in enumerate(lines) if place not in removed]
        return list(_line_parts(kept))
    parts: list[PagePart] = []
    for place, region in enumerate(record.regions):
        text = region.text.strip("\n")
        if place in removed or not text.strip():
            continue
        whole = PagePart(text, region.label, 0, region.box, region.size, region.bold)
        parts += _region_parts(whole)
    return parts


def _region_parts(whole: PagePart) -> Iterator[PagePart]:
    """Yield a heading, or a text with the headings inside it apart, whose type is not known."""
    lines = whole.text.splitlines()
    marked = [_MARKS.match(line) if whole.label in _MAY_BE_HEADING else None for line in lines]
    if len(lines) == 1 and (marks := marked[0]):
        yield replace(whole, text=whole.text[marks.end() :], level=len(marks[1]))
        return
    if not any(marked) or any(map(_FENCE.match, lines)):
        yield whole
        return
    held: list[str] = []
    for line, marks in zip([*lines, ""], [*marked, None], strict=True):
        if marks and (text := "\n".join(held).strip("\n")):
            yield replace(whole, text=text)
        if marks:
            held = []
            yield replace(whole, text=line[marks.end() :], level=len(marks[1]), size=0.0)
        else:
            held.append(line)
    if text := "\n".join(held).strip("\n"):
        yield replace(whole, text=text)


def _line_parts(lines: Sequence[str]) -> Iterator[PagePart]:
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark:
            fence = "" if fence == mark[1] else fence or mark[1]
        marks = None if fence or mark else _MARKS.match(line)
        yield PagePart(line[marks.end() :], level=len(marks[1])) if marks else PagePart(line)


def headings_of(pages: Sequence[Sequence[PagePart]]) -> list[BookHeading]:
    """Return the headings of a book; `pages` has the parts of each page in order."""
    return [
        BookHeading(
            page_index,
            place,
            title_of(part.text),
            part.level,
            heading_number(title_of(part.text)),
            part.size,
            part.bold,
            part.box,
            _is_run_in(part, parts[place + 1 : place + 2]),
        )
        for page_index, parts in enumerate(pages)
        for place, part in enumerate(parts)
        if part.level
    ]


def _is_run_in(part: PagePart, after: Sequence[PagePart]) -> bool:
    """Tell whether the part after a heading begins on its line."""
    following = after[0].box if after else None
    if part.box is None or following is None:
        return False
    return following[1] < (part.box[1] + part.box[3]) / 2 and following[3] > part.box[3]


def title_of(text: str) -> str:
    """Return a heading without emphasis, and without spaces between spread ideographs: "索 引"."""
    return _SPREAD.sub("", _EMPHASIS.sub("", text)).strip()


def body_size(pages: Sequence[Sequence[PagePart]]) -> float:
    """Return the type size, in points, of most of a book's prose; 0 if it is not known.

    What is taken for headings counts too, unless it is bold: it may be the text between programs.
    """
    sizes: Counter[float] = Counter()
    for part in (part for parts in pages for part in parts):
        prose = not part.bold if part.level else part.label in {"text", "list_item"}
        if part.size and prose:
            sizes[round(part.size, 1)] += len(part.text)
    half = sizes.total() / 2
    for size in sorted(sizes):
        half -= sizes[size]
        if half <= 0:
            return size
    return 0.0
