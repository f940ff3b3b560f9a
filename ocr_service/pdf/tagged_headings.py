"""Reads the headings that a tagged PDF marks (H1 to H6), as Word, LibreOffice and browsers do."""

from __future__ import annotations

from collections.abc import Iterator

from ocr_service.pdf.mupdf import load_pymupdf
from ocr_service.pdf.page_tree import Native

__all__ = ["tagged_headings"]

_MOST_PAGES = 1_000  # each takes a few milliseconds
_LONGEST = 300  # characters; whole paragraphs are marked as headings by mistake
_DEEPEST = 60  # levels of nesting


def tagged_headings(handle: Native) -> list[tuple[int, str, int]]:
    """Return the level, text and 1-based page of each heading in order, like `get_toc`.

    One heading alone is the title of the file, and no outline.

    Raises:
        Exception: of MuPDF, for a damaged page.
    """
    catalog = handle.pdf_catalog() if handle.is_pdf else 0
    if not catalog or handle.xref_get_key(catalog, "StructTreeRoot")[0] == "null":
        return []
    pymupdf = load_pymupdf()
    found: list[tuple[int, str, int]] = []
    for page_index in range(min(handle.page_count, _MOST_PAGES)):
        page = handle.load_page(page_index)
        text = page.get_textpage(flags=pymupdf.TEXT_COLLECT_STRUCTURE)
        blocks = pymupdf.mupdf.ll_fz_stext_page_block_iterator_begin(text.this.m_internal)
        for level, title in _headings(pymupdf.mupdf, blocks, 0):
            if 0 < len(title) <= _LONGEST:
                found.append((level, title, page_index + 1))
    return found if len(found) > 1 else []


def _headings(mupdf: Native, blocks: Native, depth: int) -> Iterator[tuple[int, str]]:
    """Yield the level and text of the headings among the blocks of a page."""
    while blocks.block and depth < _DEEPEST:
        if blocks.block.type == mupdf.FZ_STEXT_BLOCK_STRUCT:
            inner = mupdf.ll_fz_stext_page_block_iterator_down(blocks)
            level = inner.parent.standard - mupdf.FZ_STRUCTURE_H1 + 1 if inner.parent else 0
            if 1 <= level <= 6:
                yield level, " ".join(" ".join(_lines(mupdf, inner, depth + 1)).split())
            else:
                yield from _headings(mupdf, inner, depth + 1)
        blocks = mupdf.ll_fz_stext_page_block_iterator_next(blocks)


def _lines(mupdf: Native, blocks: Native, depth: int) -> Iterator[str]:
    """Yield the lines of text in blocks."""
    while blocks.block and depth < _DEEPEST:
        if blocks.block.type == mupdf.FZ_STEXT_BLOCK_STRUCT:
            inner = mupdf.ll_fz_stext_page_block_iterator_down(blocks)
            yield from _lines(mupdf, inner, depth + 1)
        elif blocks.block.type == mupdf.FZ_STEXT_BLOCK_TEXT:
            for line in mupdf.FzStextBlock(blocks.block):
                yield "".join(chr(char.m_internal.c) for char in line)
        blocks = mupdf.ll_fz_stext_page_block_iterator_next(blocks)
