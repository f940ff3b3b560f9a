"""Shows hits and pages as text; makes the JSON of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.passages.wrapper import WRAPPER_NOTE, is_wrapper
from ocr_service.common.path_text import text_path
from ocr_service.library.library import Library
from ocr_service.library.pages import Page, PageStatus
from search.output.citation import book_text, place_text
from search.retrieval.hits import Contribution, Hit

__all__ = [
    "BY_MEANING",
    "PageRow",
    "by_meaning_alone",
    "file_link",
    "hit_text",
    "marked",
    "page_row",
    "page_text",
]

BY_MEANING = (
    "None of these has a word of the question: they are the nearest in meaning, and may be about "
    "something else."
)


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page in JSON; `page` is 1-based, `label` is what is printed on it."""

    book_id: str
    title: str
    page: int
    label: str
    status: PageStatus
    engine: str
    markdown: str


_STATUS_TEXT = {
    PageStatus.BLANK: "[this page is blank]",
    PageStatus.UNREAD: "[this page is not read yet; 'octavo build' on the book's file reads it]",
    PageStatus.FAILED: "[this page could not be read; 'octavo status' says why]",
}


def by_meaning_alone(hits: Sequence[Hit]) -> bool:
    """Return whether hits of a hybrid search were found by nothing of the question but meaning."""
    retrievers = {part.retriever for hit in hits for part in hit.contributions}
    return bool(hits) and retrievers.isdisjoint({"keyword", "formula", "statement"})


def file_link(library: Library, hit: Hit) -> str:
    """Return the address of a hit's page in the file of its book; empty if that is not known."""
    manifest = library.folder(hit.source.book_id).manifest()
    if manifest is None:
        return ""
    return f"{text_path(manifest.book.source).absolute().as_uri()}#page={hit.source.page}"


def hit_text(hit: Hit, *, colour: bool, explain: bool, link: str = "", reader: str = "") -> str:
    """Return a hit as text for a terminal; its first line leads to `link`, its last to `reader`."""
    source, book = hit.source, book_text(hit.title, hit.authors, hit.year)
    lines = [
        _linked(f"{hit.rank}. {_bold(book, colour)}, {place_text(source.label, source.page)}", link)
    ]
    if source.section:
        lines.append(f"   {' › '.join(source.section)}")
    if hit.formula is not None:
        number = f"  ({hit.formula.number})" if hit.formula.number else ""
        relation = f"  {hit.relation}" if hit.relation else ""
        lines.append(f"   \\[ {' '.join(hit.formula.latex.split())} \\]{number}{relation}")
    around = ("\x1b[1;33m", "\x1b[0m") if colour else ("**", "**")
    lines.append(f"   {marked(hit, *around)}")
    for typed, found in hit.corrections:
        lines.append(f"   '{typed}' is not in the library; searched '{found}' instead")
    if explain:
        parts = "; ".join(_why(part) for part in hit.contributions)
        kinds = {part.kind for part in hit.contributions if part.kind}
        asked = f" (question: {', '.join(sorted(kinds))})" if kinds else ""
        lines.append(f"   score {hit.score:.4f} = {parts}{asked}")
    command = _linked(f"octavo page {source.book_id} {source.page}", reader)
    lines.append(_dim(f"   {command}", colour))
    return "\n".join(lines)


def _why(part: Contribution) -> str:
    found = "" if part.found is None else f", {part.found:.0%} of the question"
    share = "" if part.share is None else f", adds {part.share:.4f}"
    return f"{part.retriever}: rank {part.rank}, score {part.score:.4g}{found}{share}"


def marked(hit: Hit, before: str, after: str) -> str:
    """Return the snippet with `before` and `after` around each matching word."""
    text, out, place = hit.snippet.text, [], 0
    for start, end in hit.snippet.marks:
        out += [text[place:start], before, text[start:end], after]
        place = end
    return "".join([*out, text[place:]])


def _linked(text: str, address: str) -> str:
    """Return text as a link of a terminal (OSC 8)."""
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if address else text


def _bold(text: str, colour: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if colour else text


def _dim(text: str, colour: bool) -> str:
    return f"\x1b[2m{text}\x1b[0m" if colour else text


def page_text(page: Page, book: str) -> str:
    """Return a page as text, under a line that cites it; `book` is the book as it is cited."""
    body = page.markdown or _STATUS_TEXT.get(page.status, "[no text on this page]")
    note = f" [{WRAPPER_NOTE}]" if is_wrapper(page.markdown) else ""
    place = place_text(page.page_label, page.page_number)
    return f"--- {book}, {place} ---{note}\n\n{body}\n"


def page_row(page: Page, title: str) -> PageRow:
    """Return a page for JSON."""
    return PageRow(
        book_id=page.book_id,
        title=title,
        page=page.page_number,
        label=page.page_label,
        status=page.status,
        engine=page.engine,
        markdown=page.markdown,
    )
