"""Makes the hits of a search for the screen: citation, snippet, place in the print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from indexer.passages.statements import find_statements
from ocr_service.common.errors import LibraryError, NotFoundError
from ocr_service.library.pages import Box
from search.output.citation import place_text
from search.reader.addresses import image_address, page_address
from search.reader.blocks import boxes_of, page_blocks
from search.reader.books import OpenBook, OpenBooks
from search.reader.rendering import formula_html, marked_html
from search.retrieval.hits import Hit

__all__ = ["PROOF", "THUMBNAIL", "ResultRow", "result_rows"]

THUMBNAIL = 320  # pixels of the longer side
PROOF = "proof"  # a kind besides those of numbered statements
_PROOF = re.compile(
    r"^[#*_ ]{0,6}(?:Proof|Beweis|Preuve|D[ée]monstration|Demostraci[óo]n)\b", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A hit on the screen. `html` is its formula and snippet, `boxes` its place in the print.

    `thumbnail` is empty for a book without images of its pages.
    """

    rank: int
    title: str
    book_id: str
    place: str
    section: str
    address: str
    thumbnail: str
    boxes: tuple[Box, ...]
    html: str
    relation: str
    near: bool
    why: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...]


def result_rows(hits: Sequence[Hit], books: OpenBooks, kind: str) -> list[ResultRow]:
    """Return the rows of hits; of those with a statement of this kind, unless it is empty.

    The kinds are those of numbered statements, and `PROOF`.
    """
    rows = []
    for hit in hits:
        try:
            book = books.book(hit.source.book_id)
            markdown = book.page(hit.source.page).markdown
        except (LibraryError, NotFoundError):  # a build has just removed it
            continue
        if not kind or kind in _kinds(markdown, hit.source.char_start, hit.source.char_end):
            rows.append(_row(hit, book, markdown))
    return rows


def _row(hit: Hit, book: OpenBook, markdown: str) -> ResultRow:
    source, formula = hit.source, hit.formula
    blocks = page_blocks(markdown, book.regions.get(source.page - 1, ()))
    boxes = boxes_of(blocks, source.char_start, source.char_end)
    if formula is not None and formula.box:
        left, top, right, bottom = formula.box
        boxes = [(left, top, right, bottom)]
    content = marked_html(hit.snippet.text, hit.snippet.marks)
    if formula is not None:
        content = f"<div>{formula_html(formula.latex, display=True)}</div>{content}"
    number = f"#eq-{formula.number}" if formula is not None and formula.number else ""
    anchor = number or f"#c-{source.char_start}-{source.char_end}"
    return ResultRow(
        rank=hit.rank,
        title=hit.title,
        book_id=source.book_id,
        place=place_text(book.label(source.page), source.page),
        section=" › ".join(source.section),
        address=page_address(source.book_id, book.labels, source.page) + anchor,
        thumbnail=_thumbnail(book, source.page),
        boxes=tuple(boxes),
        html=content,
        relation=hit.relation or "",
        near=hit.near,
        why=tuple(
            f"{part.retriever}: rank {part.rank}, score {part.score:.4g}"
            + ("" if part.found is None else f", {part.found:.0%} of the question")
            + ("" if part.share is None else f", adds {part.share:.4f}")
            for part in hit.contributions
        ),
        corrections=hit.corrections,
    )


def _thumbnail(book: OpenBook, number: int) -> str:
    if not book.has_images:
        return ""
    return image_address(book.book_id, number, THUMBNAIL, book.image_key)


@lru_cache(maxsize=512)
def _statements(markdown: str) -> tuple[tuple[str, int], ...]:
    return tuple((item.kind, item.start) for item in find_statements(markdown))


def _kinds(markdown: str, start: int, end: int) -> set[str]:
    """Return the kinds of the statements and proofs that begin in a range of a page."""
    found = {kind for kind, place in _statements(markdown) if start <= place < end}
    if _PROOF.search(markdown[start:end]):
        found.add(PROOF)
    return found
