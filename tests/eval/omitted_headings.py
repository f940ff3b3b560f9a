"""Tells whether a heading that an outline omits is one, by the type in which the PDF prints it.

Outlines of manuals omit References, Index and change histories, which are set like their sections.
A line whose font and size are those of a title that the outline names is a heading of its level.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pymupdf

from ocr_service.library.pages import PageBookmark

__all__ = ["PrintedHeadings"]

_Type = tuple[str, float]


@dataclass(frozen=True, slots=True)
class PrintedHeadings:
    """The lines of each page of a PDF in the type of its outline's titles.

    `lines` has the folded text of each with the outermost level whose titles are set in its type.
    """

    lines: tuple[tuple[tuple[str, int], ...], ...]
    outline: frozenset[str]

    @classmethod
    def find(
        cls,
        document: pymupdf.Document,
        entries: Sequence[PageBookmark],
        fold: Callable[[str], str],
    ) -> PrintedHeadings:
        """Find the types of the titles that `entries` name, and all lines set in them."""
        pages = [[(fold(text), kind) for text, kind in _lines(page)] for page in document]
        levels: defaultdict[_Type, int] = defaultdict(lambda: 0)
        for entry in entries:
            title = fold(entry.title)
            for text, kind in pages[entry.page_index]:
                if text and text.strip("0123456789") == title.strip("0123456789"):
                    levels[kind] = min(levels[kind] or entry.level, entry.level)
        lines = (
            tuple((text, levels[kind]) for text, kind in page if text and levels.get(kind))
            for page in pages
        )
        return cls(tuple(lines), frozenset(fold(entry.title) for entry in entries))

    def is_omitted(self, heading: str, level: int, page_index: int) -> bool:
        """Tell whether a folded heading, which the outline has not, closes sections of `level`.

        It is printed on this page or before, in the type of titles of the level or an outer one.
        """
        return heading not in self.outline and any(
            text == heading and own <= level
            for page in self.lines[: page_index + 1]
            for text, own in page
        )


def _lines(page: pymupdf.Page) -> list[tuple[str, _Type]]:
    """Return the lines of a page with the type of their longest run."""
    result: list[tuple[str, _Type]] = []
    for block in page.get_text("dict", flags=0)["blocks"]:
        for line in block["lines"]:
            spans = [span for span in line["spans"] if span["text"].strip()]
            if spans:
                span = max(spans, key=lambda span: len(span["text"]))
                text = "".join(span["text"] for span in spans)
                result.append((text, (span["font"], round(span["size"], 1))))
    return result
