"""Cuts the pages of a book into passages, the units that are embedded, found and cited.

A page consists of pieces that are never cut (a list item, a table, a displayed formula, a sentence
of a long paragraph). Dynamic programming chooses the cuts between the pieces of a section, so that
passages are near the target length, end with a paragraph if possible, and none is very short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from indexer.passages.blocks import BlockKind, MarkdownBlock, split_blocks
from indexer.passages.math_spans import MathSpan, find_math
from indexer.passages.section_paths import SectionPaths
from indexer.passages.sentences import cut_evenly, sentence_ends
from indexer.passages.wrapper import is_wrapper
from ocr_service.library.pages import Page, PageStatus

__all__ = ["Passage", "split_book"]

_WINDOW = 100  # the most pieces of one passage
# Costs of cuts, on the scale of `_length_cost` (an empty passage costs 1).
_CUT_IN_PARAGRAPH = 0.08
_CUT_IN_SENTENCE = 0.2
_CUT_BEFORE_DISPLAY = 0.5
_CUT_IN_LIST = 0.03
_ENDS = re.compile(r"[.!?…。！？][)\]}”’\"'*_]*$")  # of a sentence


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of one page: `text == page.markdown[char_start:char_end]`.

    `passage_id` is "book:page number:n", both counted from 1; `page_index` is 0-based. `section`
    is the path of headings above its first text, the outermost first.
    """

    passage_id: str
    book_id: str
    page_index: int
    char_start: int
    char_end: int
    section: tuple[str, ...]
    text: str


@dataclass(slots=True)
class _PagePiece:
    """A part of a page that is never cut, without white space around it."""

    kind: BlockKind
    start: int
    end: int
    tokens: int
    cut_cost: float  # of starting a passage with this piece
    section: tuple[str, ...] = ()


def split_book(
    pages: Iterable[Page], count_tokens: Callable[[str], int], target: int = 200
) -> Iterator[Passage]:
    """Yield the passages of a book's pages, which are given in order.

    Blank, failed and unread pages have none, nor do pages that hold only images, nor earlier states
    of a slide, whose last state has their text, nor pages that are no part of the book.

    Args:
        pages: the pages of one book.
        count_tokens: counts the tokens of a text as the encoder does, without special tokens.
            Called once for each piece of a page.
        target: approximate tokens of a passage. Only what cannot be cut (a table, a displayed
            formula) is much longer.
    """
    headings = SectionPaths()
    for page in pages:
        if page.overlay_of is not None:
            continue
        unread = page.status in {PageStatus.BLANK, PageStatus.FAILED, PageStatus.UNREAD}
        if unread or is_wrapper(page.markdown):
            headings.turn_page(page)
            continue
        headings.turn_page(page)
        pieces = _pieces(page.markdown, headings, count_tokens, target)
        number = 0
        for group in _sections(pieces):
            for run in _pack(_glue(group), target):
                number += 1
                start, end = run[0].start, run[-1].end
                yield Passage(
                    passage_id=f"{page.book_id}:{page.page_number}:{number}",
                    book_id=page.book_id,
                    page_index=page.page_index,
                    char_start=start,
                    char_end=end,
                    section=run[0].section,
                    text=page.markdown[start:end],
                )


def _pieces(
    markdown: str, headings: SectionPaths, count_tokens: Callable[[str], int], target: int
) -> list[_PagePiece]:
    """Return the pieces of a page; advances `headings` to the end of the page."""
    pieces: list[_PagePiece] = []
    spans = find_math(markdown)
    for block in split_blocks(markdown, spans):
        if block.kind is BlockKind.BLANK:
            continue
        headings.pass_block(block)
        before = pieces[-1].kind if pieces else None
        opened = bool(pieces) and not _ENDS.search(markdown, pieces[-1].start, pieces[-1].end)
        for start, end, tokens, cost in _divide(markdown, block, spans, count_tokens, target):
            first = markdown[start]
            price = _cut_cost(before, block.kind, first, opened=opened) if cost is None else cost
            pieces.append(_PagePiece(block.kind, start, end, tokens, price, headings.path))
    return pieces


def _cut_cost(before: BlockKind | None, kind: BlockKind, first: str, *, opened: bool) -> float:
    """Return the cost of a cut before a block; `first` is its first character.

    `opened` says that the block before it ends no sentence.
    """
    if kind is BlockKind.DISPLAY:
        # A formula stays with the words before it; a chain of formulas may be cut anywhere.
        return _CUT_IN_PARAGRAPH if before is BlockKind.DISPLAY else _CUT_BEFORE_DISPLAY
    if kind is BlockKind.LIST_ITEM:
        return _CUT_IN_LIST
    # "with the entries" goes on in the formula below it, which a scan has as a paragraph, and
    # "where a and b are ..." continues the sentence of the formula before it.
    paragraphs = before is BlockKind.PARAGRAPH and kind is BlockKind.PARAGRAPH
    unfinished = (opened and paragraphs) or (before is BlockKind.DISPLAY and first.islower())
    return _CUT_IN_SENTENCE if unfinished else 0.0


# A part of a block: start, end, tokens, cost of the cut before it (None for the first part).
_BlockPart = tuple[int, int, int, float | None]
# A block of these kinds is cut if it is longer than this many targets; other kinds never are.
_PATIENCE = {BlockKind.PARAGRAPH: 1, BlockKind.LIST_ITEM: 2, BlockKind.CODE: 2}


def _divide(
    markdown: str,
    block: MarkdownBlock,
    spans: list[MathSpan],
    count_tokens: Callable[[str], int],
    target: int,
) -> list[_BlockPart]:
    """Cut a block into parts that stay whole, usually one."""
    start, end = _trim(markdown, block.start, block.end)
    tokens = count_tokens(markdown[start:end])
    if block.kind not in _PATIENCE or tokens <= _PATIENCE[block.kind] * target:
        return [(start, end, tokens, None)]
    stops = sentence_ends(markdown, start, end, spans)
    parts: list[_BlockPart] = []
    for begin, stop in zip([start, *stops], [*stops, end], strict=True):
        left, right = _trim(markdown, begin, stop)
        count = count_tokens(markdown[left:right]) if stops else tokens
        cost = _CUT_IN_PARAGRAPH if parts else None
        if count <= 2 * target:
            parts.append((left, right, count, cost))
            continue
        for a, b in cut_evenly(markdown, left, right, spans, -(-count // target)):
            low, high = _trim(markdown, a, b)
            if low < high:
                parts.append((low, high, count_tokens(markdown[low:high]), cost))
                cost = _CUT_IN_SENTENCE
    return parts


def _trim(markdown: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets without the white space at both ends."""
    text = markdown[start:end]
    return end - len(text.lstrip()), start + len(text.rstrip())


def _sections(pieces: list[_PagePiece]) -> Iterator[list[_PagePiece]]:
    """Yield the pieces between headings; a group without text joins the next one."""
    group: list[_PagePiece] = []
    has_text = False
    for piece in pieces:
        if piece.kind is BlockKind.HEADING and has_text:
            yield group
            group, has_text = [], False
        group.append(piece)
        has_text = has_text or _is_text(piece)
    if any(piece.kind is not BlockKind.IMAGE for piece in group):
        yield group


def _is_text(piece: _PagePiece) -> bool:
    return piece.kind not in {BlockKind.HEADING, BlockKind.IMAGE}


def _glue(group: list[_PagePiece]) -> list[_PagePiece]:
    """Join headings and images to the text beside them, so that none is a passage of its own."""
    glued: list[_PagePiece] = []
    leading: list[_PagePiece] = []  # headings and images before the next text
    for piece in group:
        if _is_text(piece):
            first = leading[0] if leading else piece
            tokens = piece.tokens + sum(other.tokens for other in leading)
            place = (first.start, piece.end)
            glued.append(_PagePiece(piece.kind, *place, tokens, piece.cut_cost, piece.section))
            leading = []
        elif glued:
            glued[-1].end = piece.end
            glued[-1].tokens += piece.tokens
        else:
            leading.append(piece)
    if leading:  # a page that ends with headings alone
        last = leading[-1]
        tokens = sum(piece.tokens for piece in leading)
        glued.append(_PagePiece(last.kind, leading[0].start, last.end, tokens, 0.0, last.section))
    return glued


def _length_cost(tokens: int, target: int) -> float:
    """Return the cost of a passage's length; too long is worse, as encoders truncate."""
    miss = (tokens - target) / target
    return miss * miss * (6.0 if miss > 0 else 1.0)


def _pack(pieces: list[_PagePiece], target: int) -> list[list[_PagePiece]]:
    """Group pieces into passages at the least total cost, by dynamic programming."""
    # best[k]: the cost of the first k pieces, and the start of their last passage
    best: list[tuple[float, int]] = [(0.0, 0)]
    for stop in range(1, len(pieces) + 1):
        choice, tokens = (float("inf"), stop - 1), 0
        for begin in range(stop - 1, max(-1, stop - 1 - _WINDOW), -1):
            tokens += max(1, pieces[begin].tokens)
            if tokens > 2 * target and begin < stop - 1:
                break
            cut = pieces[begin].cut_cost if begin else 0.0
            cost = best[begin][0] + cut + _length_cost(tokens, target)
            choice = min(choice, (cost, begin))
        best.append(choice)
    runs: list[list[_PagePiece]] = []
    stop = len(pieces)
    while stop:
        begin = best[stop][1]
        runs.append(pieces[begin:stop])
        stop = begin
    return runs[::-1]
