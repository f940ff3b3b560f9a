"""Decides where a quotation begins and ends: whole paragraphs, and the text they continue into."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.passages.blocks import BlockKind, MarkdownBlock, split_blocks
from indexer.passages.math_spans import MathSpan, find_math
from indexer.passages.sentences import sentence_ends
from ocr_service.common.errors import NotFoundError
from ocr_service.library.library import Library
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import Page, PageStatus

__all__ = ["Excerpt", "PageReader", "ReadPage", "sentence_around", "widen"]

_MAX_BLOCK = 4_000  # characters; a longer block is never quoted whole: it is a loop or a listing
_MAX_REACH = (
    1_200  # characters that an excerpt grows by in each direction, beside its own paragraphs
)
_ABOVE = 8  # blocks at the top of a page that may be parts of a figure
_WORDS = 6  # of a paragraph; shorter ones may be parts of a figure
_NO_TEXT = {PageStatus.BLANK, PageStatus.FAILED}
_ENDS_SENTENCE = tuple(".!?…\"'”’»)]")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A part of one page: `markdown[start:end]`; `page_index` is 0-based."""

    book_id: str
    page_index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page with its blocks (without blank lines and images) and its formulas."""

    page: Page
    blocks: tuple[MarkdownBlock, ...]
    spans: tuple[MathSpan, ...]

    def text(self, block: MarkdownBlock) -> str:
        """Return a block's text without surrounding white space."""
        return self.page.markdown[block.start : block.end].strip()

    def excerpt(self, start: int, end: int) -> Excerpt:
        """Return the excerpt from `start` to `end` without surrounding white space."""
        text = self.page.markdown[start:end]
        return Excerpt(
            self.page.book_id,
            self.page.page_index,
            end - len(text.lstrip()),
            start + len(text.rstrip()),
        )


class PageReader:
    """Reads the pages of a library's books and splits them into blocks, each page once."""

    def __init__(self, library: Library) -> None:
        """Prepare to read a library; nothing is read yet."""
        self._library = library
        self._manifests: dict[str, Manifest | None] = {}
        self._pages: dict[tuple[str, int], ReadPage | None] = {}

    def manifest(self, book_id: str) -> Manifest | None:
        """Return the manifest of a book, or None if the book is missing or not finished."""
        if book_id not in self._manifests:
            self._manifests[book_id] = self._library.folder(book_id).manifest()
        found = self._manifests[book_id]
        return found if found is not None and found.digest is not None else None

    def page(self, book_id: str, page_index: int) -> ReadPage | None:
        """Return a page of a book, 0-based, or None if it is missing or has no text."""
        key = (book_id, page_index)
        if key not in self._pages:
            self._pages[key] = self._read(*key)
        return self._pages[key]

    def _read(self, book_id: str, page_index: int) -> ReadPage | None:
        manifest = self.manifest(book_id)
        if manifest is None:
            return None
        try:
            page = self._library.folder(book_id).page(manifest, page_index)
        except NotFoundError:
            return None
        if page.status in _NO_TEXT or not page.markdown:
            return None
        spans = find_math(page.markdown)
        blocks = tuple(
            block
            for block in split_blocks(page.markdown, spans)
            if block.kind not in {BlockKind.BLANK, BlockKind.IMAGE}
        )
        return ReadPage(page, blocks, tuple(spans)) if blocks else None


def widen(pages: PageReader, excerpt: Excerpt) -> list[Excerpt]:
    """Return the whole paragraphs around an excerpt, with the text they continue into.

    That is the sentence's formulas and the words before and after them, the heading above, and the
    other part of a paragraph across a page break: one excerpt per page, in order.
    """
    page = pages.page(excerpt.book_id, excerpt.page_index)
    if page is None:
        return []
    inside = _blocks_at(page, excerpt.start, excerpt.end)
    if not inside:
        return [excerpt]
    first, last = _first_block(page, inside[0]), _last_block(page, inside[-1])
    parts = [_cover(page, first, last, excerpt)]
    before = pages.page(excerpt.book_id, excerpt.page_index - 1)
    if before and _continuation(before, page) == first:
        begin = _first_block(before, len(before.blocks) - 1)
        parts.insert(0, _cover(before, begin, len(before.blocks) - 1))
    behind = pages.page(excerpt.book_id, excerpt.page_index + 1)
    if behind and last == len(page.blocks) - 1:
        place = _continuation(page, behind)
        if place is not None:
            parts.append(_cover(behind, place, _last_block(behind, place)))
    return parts


def sentence_around(page: ReadPage, start: int, end: int) -> Excerpt:
    """Return the sentence around `markdown[start:end]`, a formula.

    A displayed formula is part of the sentence before it; a full stop inside it ends the sentence.
    """
    inside = _blocks_at(page, start, end)
    if not inside:
        return page.excerpt(start, end)
    first, last = _first_block(page, inside[0], heading=False), _last_block(page, inside[-1])
    low, high = page.blocks[first].start, page.blocks[last].end
    stops = sentence_ends(page.page.markdown, low, high, list(page.spans))
    stops += [span.end for span in page.spans if span.display and span.latex.endswith(".")]
    begin = max((stop for stop in stops if low <= stop <= start), default=low)
    finish = min((stop for stop in stops if end <= stop <= high), default=high)
    held = page.blocks[inside[-1]]
    if held.kind is BlockKind.DISPLAY:  # its number may be beside the formula
        finish = max(finish, held.end)
    return page.excerpt(begin, finish)


def _blocks_at(page: ReadPage, start: int, end: int) -> list[int]:
    return [i for i, block in enumerate(page.blocks) if block.start < end and block.end > start]


def _cover(page: ReadPage, first: int, last: int, least: Excerpt | None = None) -> Excerpt:
    """Return the excerpt from one block to another; of a block that is too long, only `least`."""
    start, end = page.blocks[first].start, page.blocks[last].end
    if least is not None:
        start = max(start, least.start) if _too_long(page.blocks[first]) else start
        end = min(end, least.end) if _too_long(page.blocks[last]) else end
    return page.excerpt(start, end)


def _too_long(block: MarkdownBlock) -> bool:
    return block.end - block.start > _MAX_BLOCK


def _first_block(page: ReadPage, index: int, *, heading: bool = True) -> int:
    """Return the first block of the text that continues into the block `index`."""
    end = page.blocks[index].start
    for before in range(index - 1, -1, -1):
        block = page.blocks[before]
        if end - block.start > _MAX_REACH:
            break
        is_heading = block.kind is BlockKind.HEADING
        if not (is_heading and heading) and not _continues(page, before, index):
            break
        index = before
    return index


def _last_block(page: ReadPage, index: int) -> int:
    """Return the last block of the text that the block `index` continues into."""
    start = page.blocks[index].end
    for behind in range(index + 1, len(page.blocks)):
        if page.blocks[behind].end - start > _MAX_REACH or not _continues(page, index, behind):
            break
        index = behind
    return index


def _continues(page: ReadPage, before: int, behind: int) -> bool:
    """Return whether the text of a block continues in another block of its page."""
    first, second = page.blocks[before], page.blocks[behind]
    if BlockKind.HEADING in {first.kind, second.kind}:
        return False
    ending, beginning = page.text(first)[-1:], page.text(second)[:1]
    if second.kind is BlockKind.DISPLAY:
        return True
    if first.kind is BlockKind.DISPLAY:
        return beginning.islower()
    return ending in {":", ",", "-"} or (beginning.islower() and ending != ".")


def _continuation(before: ReadPage, behind: ReadPage) -> int | None:
    """Return the block in which the last sentence of the page before continues, or None.

    The block may be below a figure, whose letters and caption are blocks too.
    """
    last = before.blocks[-1]
    text = before.text(last)
    if last.kind is BlockKind.HEADING or _too_long(last) or text.endswith((".", "?", "!")):
        return None
    for index, block in enumerate(behind.blocks[:_ABOVE]):
        if block.kind is BlockKind.PARAGRAPH and behind.text(block)[:1].islower():
            return None if _too_long(block) else index
    first = behind.blocks[0]
    in_sentence = last.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM} and not text.endswith(
        _ENDS_SENTENCE
    )
    if first.kind is BlockKind.DISPLAY:
        return 0 if in_sentence or last.kind is BlockKind.DISPLAY else None
    whole = first.kind is BlockKind.PARAGRAPH and len(behind.text(first).split()) >= _WORDS
    return 0 if in_sentence and whole and not _too_long(first) else None
