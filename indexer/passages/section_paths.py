"""Follows the headings through a book: which section each part of a page is in."""

from __future__ import annotations

from collections import deque

from indexer.passages.blocks import BlockKind, MarkdownBlock
from ocr_service.library.pages import Page, UnprintedHeading

__all__ = ["SectionPaths"]

_MAX_HEADING = 200  # characters of one heading in a path
_LISTED_CHAPTERS = 3  # first-level headings with entries between them: a table of contents
_ENTRY = 160  # characters of an entry in a table of contents
_SENTENCE = 10  # words


class SectionPaths:
    """The path of headings, page by page and block by block.

    A heading closes those of its own level and below.
    """

    def __init__(self) -> None:
        """Begin before the first page."""
        self._open: list[tuple[int, str]] = []
        self._chapters = 0  # first-level headings with no more than entries between them
        self._lists = False
        self._waiting: deque[UnprintedHeading] = deque()

    def turn_page(self, page: Page) -> None:
        """Start the next page; chapters that a table of contents lists end with its page."""
        self._enter_before(None)
        if self._lists:
            self._open.clear()
        self._chapters, self._lists = 0, False
        self._waiting = deque(page.unprinted)

    def pass_block(self, block: MarkdownBlock) -> None:
        """Go on to a block of the current page."""
        self._enter_before(block.start + 1)
        if block.kind is BlockKind.HEADING and block.text:
            self._enter(block.level, block.text)
            if block.level == 1:
                # A chapter after a paragraph is none of those listed before, on a title page.
                self._chapters += 1
                self._lists = self._chapters > 1 and self._lists
                self._lists = self._lists or self._chapters >= _LISTED_CHAPTERS
        elif block.end - block.start > _ENTRY or _is_prose(block.text):
            self._chapters = 0

    @property
    def path(self) -> tuple[str, ...]:
        """The open headings, outermost first."""
        return tuple(text for _, text in self._open)

    def path_at_end(self) -> tuple[str, ...]:
        """Return the open headings at the end of the current page."""
        self._enter_before(None)
        return self.path

    def _enter_before(self, start: int | None) -> None:
        """Pass the headings that are not printed before an offset; all of the page for None."""
        while self._waiting and (start is None or self._waiting[0].start < start):
            heading = self._waiting.popleft()
            self._enter(heading.level, heading.title)

    def _enter(self, level: int, text: str) -> None:
        while self._open and self._open[-1][0] >= level:
            self._open.pop()
        if len(text) > _MAX_HEADING:
            text = text[: _MAX_HEADING - 1].rsplit(None, 1)[0] + "…"
        self._open.append((level, text))


def _is_prose(text: str) -> bool:
    """Tell whether a short paragraph is a sentence, not an entry of a table of contents."""
    return len(text.split()) >= _SENTENCE and text.rstrip().endswith(".")
