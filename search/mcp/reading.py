"""Makes pages, books and outlines for agents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from mcp_types import CallToolResult

from indexer.passages.blocks import BlockKind, split_blocks
from indexer.passages.wrapper import WRAPPER_NOTE, is_wrapper
from ocr_service.common.errors import LibraryError
from ocr_service.console.progress import counted
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import Page, PageStatus
from search.live.live_library import LiveLibrary, Snapshot
from search.mcp.answers import ENVELOPE, both_forms, costs, one_line
from search.mcp.quoting import fitting, quoted
from search.mcp.types import BookItem, BooksAnswer, OutlineItem, PageItem, PagesAnswer
from search.output.citation import tool_citation
from search.output.coverage import percent
from search.output.label_ranges import label_ranges
from search.pages import read_pages
from search.question.page_list import PagesFromTo

__all__ = [
    "MANY_BOOKS",
    "book_item",
    "book_items",
    "books_result",
    "finished",
    "outline",
    "pages_answer",
    "pages_result",
    "state_of",
    "stored",
]


MANY_BOOKS = 2_000  # of which not each is asked for to tell what there is
_FAITHFUL = {"typeset", "import"}  # engines that take formulas from the file, not from an image


def stored(live: LiveLibrary, name: str) -> str:
    """Return the id of a book in the library, indexed or not.

    Raises:
        NotFoundError: no book is called so, or several are.
    """
    live.library.require()
    return live.library.resolve(name)


def finished(live: LiveLibrary, book_id: str) -> Manifest:
    """Return the manifest of a finished book.

    Raises:
        LibraryError: it has no pages yet.
    """
    manifest = live.library.folder(book_id).manifest()
    if manifest is None or manifest.digest is None:
        raise LibraryError(f"{book_id}: this book has no pages yet; run 'octavo build' again")
    return manifest


def pages_answer(
    answer: PagesAnswer,
    pages: Sequence[Page],
    offset: int,
    spans: Sequence[PagesFromTo],
    budget: int,
) -> PagesAnswer:
    """Add pages to an answer until it is full; say what is left of `spans`, the pages asked for.

    `pages` are the first of them. The text of the first begins at `offset`. At least one character
    is always added.
    """
    left = budget - ENVELOPE
    for page in pages:
        item, end = _page_item(answer.book, page, offset, left)
        if item is None:
            return _left(answer, page.page_number, offset, spans, len(answer.pages))
        answer.pages.append(item)
        if end < len(page.markdown):
            return _left(answer, page.page_number, end, spans, len(answer.pages) - 1)
        left -= item.tokens + 20
        offset = 0
    numbers = [one for first, last in spans for one in range(first, last + 1)]
    if len(numbers) > len(pages):
        return _left(answer, numbers[len(pages)], 0, spans, len(pages))
    if numbers[-1] < answer.page_count:
        answer.hint = f"the book continues to page {answer.page_count}"
    return answer


def _page_item(book_id: str, page: Page, offset: int, budget: int) -> tuple[PageItem | None, int]:
    """Return the part of a page that fits, and its end; None if too little fits."""
    text = page.markdown[offset:]
    taken = fitting(text, max(budget - 60, 0), costs)
    if taken < len(text) and taken < 200 and budget < 400:
        return None, offset
    taken = max(taken, 1) if text else 0
    item = PageItem(
        cite=tool_citation(book_id, page.page_label, page.page_number),
        page=page.page_number,
        status=_status(page),
        offset=offset or None,
        quote=text[:taken],
    )
    return item, offset + taken


def _status(page: Page) -> str | None:
    """Return a note of how a page was read, if it needs one."""
    if page.status is not PageStatus.OK:
        return str(page.status)
    if is_wrapper(page.markdown):
        return WRAPPER_NOTE
    return (
        None
        if page.engine in _FAITHFUL
        else f"read by {page.engine}: check formulas with page_image"
    )


def _left(
    answer: PagesAnswer, number: int, offset: int, spans: Sequence[PagesFromTo], done: int
) -> PagesAnswer:
    """Say where to continue: at page `number`, after `done` of the pages that were asked for."""
    answer.next_page, answer.next_offset = number, offset or None
    part = " from the offset on" if offset else ""
    at = f", offset={offset}" if offset else ""
    if len(spans) == 1:
        last = spans[0][1]
        answer.hint = (
            f"left: pages {number} to {last}{part}; call read_pages with from_page={number}{at}"
        )
        return answer
    rest = _after(spans, done)
    answer.hint = f'left: pages {rest}{part}; call read_pages with pages="{rest}"{at}'
    return answer


def _after(spans: Sequence[PagesFromTo], done: int) -> str:
    """Return the list of pages without the first `done` of them."""
    parts = []
    for first, last in spans:
        begins = first + done
        done = max(0, done - (last - first + 1))
        if begins <= last:
            parts.append(str(last) if begins == last else f"{begins}-{last}")
    return ",".join(parts)


def pages_result(answer: PagesAnswer) -> CallToolResult:
    """Return the answer in both forms."""
    parts = []
    for item in answer.pages:
        status = f", status: {item.status}" if item.status else ""
        start = f", from character {item.offset}" if item.offset else ""
        text = item.quote or "[no text on this page]"
        parts.append(f"{item.cite}{start}{status}\n{quoted(text)}")
    return both_forms(answer, parts)


def _book_text(item: BookItem) -> str:
    facts = [f"{item.book}: {item.pages} pages"]
    facts += [str(item.year)] if item.year else []
    facts += [f"labels {item.labels}"] if item.labels else []
    facts += [f"{item.formulas} formulas"] if item.formulas else []
    facts += [item.state] if item.state else []
    authors = "; ".join(item.authors) if item.authors else None
    named = f"\n{quoted(item.title, authors)}" if item.title else ""
    return f"{', '.join(facts)}{named}"


def books_result(answer: BooksAnswer) -> CallToolResult:
    """Return the answer in both forms."""
    parts = [answer.status] if answer.status else []
    parts += [_book_text(item) for item in answer.books]
    if answer.outline:
        lines = [
            f"{'  ' * (item.level - 1)}{item.section} (page {item.page})" for item in answer.outline
        ]
        parts.append("Outline:\n" + quoted(*lines))
    return both_forms(answer, parts)


def state_of(snapshot: Snapshot) -> str:
    """Return the state of the library on one line, in Octavo's own words."""
    searcher = snapshot.searcher
    manifest, library = searcher.manifest, searcher.library
    facts = [counted(len(manifest.books), "book")]
    if len(manifest.books) <= MANY_BOOKS:
        pages = sum(entry.page_count for entry in manifest.books.values())
        facts[0] += f", {counted(pages, 'page')}"
    facts.append(f"{percent(searcher.coverage())} of the passages are found by meaning")
    if not searcher.whole:
        facts.append("vectors are missing: searches go by words")
    if library.writer() is not None:
        facts.append("a build is running")
    if failures := len(library.failures()):
        facts.append(f"{counted(failures, 'file')} could not be read ('octavo status' says why)")
    return "; ".join(facts)


def book_items(live: LiveLibrary, snapshot: Snapshot) -> Iterator[BookItem]:
    """Yield the indexed books, then the books that are not indexed yet."""
    indexed = snapshot.searcher.manifest.books
    for book_id, entry in sorted(indexed.items()):
        yield BookItem(
            book=book_id,
            title=entry.title[:200],
            authors=[name[:80] for name in entry.authors[:4]] or None,
            year=entry.year,
            pages=entry.page_count,
            formulas=entry.formulas or None,
        )
    for book_id in live.library.book_ids():
        if book_id not in indexed:
            yield BookItem(book=book_id, title="", pages=0, state="not finished, or not indexed")


def book_item(live: LiveLibrary, snapshot: Snapshot, book_id: str) -> BookItem:
    """Return one book, with the first and last label if it is indexed."""
    (item,) = (item for item in book_items(live, snapshot) if item.book == book_id)
    if item.state:
        return item
    return item.model_copy(update={"labels": label_ranges(finished(live, book_id).labels)})


def outline(live: LiveLibrary, book_id: str) -> tuple[OutlineItem, ...]:
    """Return the headings of a book in order.

    Raises:
        LibraryError: it has no pages yet.
    """
    manifest = finished(live, book_id)
    return _outline_once(live, book_id, manifest.digest or "")


@lru_cache(maxsize=16)
def _outline_once(live: LiveLibrary, book_id: str, _digest: str) -> tuple[OutlineItem, ...]:
    count = finished(live, book_id).book.page_count
    return tuple(_headings(read_pages(live.library, book_id, 1, count)))


def _headings(pages: Iterable[Page]) -> Iterator[OutlineItem]:
    """Yield the headings of a book's pages in order."""
    for page in pages:
        if "#" not in page.markdown:
            continue
        for block in split_blocks(page.markdown):
            if block.kind is BlockKind.HEADING and block.text:
                yield OutlineItem(
                    level=block.level, section=one_line(block.text), page=page.page_number
                )
