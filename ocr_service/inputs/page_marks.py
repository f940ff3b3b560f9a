r"""Splits a document at the page marks that OCR tools write. Pure.

<--- Page Split --->            DeepSeek-OCR, Octavo; after every page or between pages
{3}-----------------            marker; before the page with this 0-based number
<!-- page break -->             docling, Azure (PageBreak) and others; between pages
<!-- page 3 -->                 several, also `Page: 3`, `Slide number: 3`; before that page
--- end of page=3 ---           pymupdf4llm; after the page with this 0-based number
## Page 3                       many scripts; only if the numbers count on from one to the next
<div style="page-break-...">    converters to HTML; between pages
form feed                       pdftotext and others; after every page or between pages
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["MarkedPage", "has_page_marks", "split_pages"]


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A page of a document; `number` is the 1-based one that its mark states."""

    markdown: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class _Family:
    """Marks of one tool; `offset` makes a stated number 1-based, `before` is where it stands."""

    pattern: re.Pattern[str]
    offset: int = 0
    before: bool = True
    consecutive: bool = False


def _marks(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)


_FAMILIES = (
    _Family(_marks(r"<\s?-{2,4}\s*page[ _-]?split\s*-{2,4}\s?>")),
    _Family(_marks(r"^[ \t]*\{([0-9]{1,6})\}-{16,}[ \t]*$"), offset=1),
    _Family(_marks(r"<!--\s*(?:[\w-]*[_-])?page[\s_-]?break(?:[_-][\w-]*)?\s*-->")),
    _Family(_marks(r"^[ \t]*-{2,} ?end of page ?[=:#]? ?([0-9]{1,6}) ?-{2,}[ \t]*$"), 1, False),
    _Family(_marks(r"<!--\s*(?:page|slide)(?:\s+(?:number|no\.?))?\s*[:=#]?\s*([0-9]{1,6})\s*-->")),
    _Family(_marks(r"^#{1,6}[ \t]+page[ \t]+([0-9]{1,6})[ \t]*$"), consecutive=True),
    _Family(
        _marks(
            r"<div[^<>]*(?:page-break-(?:after|before)|break-(?:after|before)):\s*"
            r"(?:always|page)[^<>]*>\s*(?:</div>|/>)?"
        )
    ),
    _Family(_marks("\f")),
)


def split_pages(text: str) -> list[MarkedPage]:
    """Return the pages of a document; one page if there are no marks.

    Only the marks of one tool count: the first family above that occurs.
    """
    for family in _FAMILIES:
        marks = list(family.pattern.finditer(text))
        numbers = [int(mark[1]) + family.offset for mark in marks if family.pattern.groups]
        if not marks or not _count_up(numbers, consecutive=family.consecutive):
            continue
        texts = _between(text, marks)
        if numbers:
            return _numbered(texts, numbers, before=family.before)
        # Some tools write the mark after every page, others between pages. Nothing before the first
        # mark is a blank page.
        if not texts[-1]:
            texts.pop()
        return [MarkedPage(page) for page in texts]
    return [MarkedPage(text.strip())]


def has_page_marks(text: str) -> bool:
    """Return whether a document has page marks."""
    pages = split_pages(text)
    return len(pages) > 1 or pages[0].markdown != text.strip()


def _count_up(numbers: Sequence[int], *, consecutive: bool) -> bool:
    steps = [after - before for before, after in pairwise(numbers)]
    if consecutive:
        return len(numbers) > 1 and all(step == 1 for step in steps)
    return all(step > 0 for step in steps)


def _between(text: str, marks: Sequence[re.Match[str]]) -> list[str]:
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _numbered(texts: list[str], numbers: list[int], *, before: bool) -> list[MarkedPage]:
    """Pair texts with the numbers of their marks; text on the far side is a page without one."""
    if before:
        pages = [MarkedPage(page, number) for page, number in zip(texts[1:], numbers, strict=True)]
        return [MarkedPage(texts[0]), *pages] if texts[0] else pages
    pages = [MarkedPage(page, number) for page, number in zip(texts[:-1], numbers, strict=True)]
    return [*pages, MarkedPage(texts[-1])] if texts[-1] else pages
