"""Reads from a PDF what its title may be found in: lines of the first pages, and metadata."""

from __future__ import annotations

from ocr_service.pdf.page_tree import Native
from ocr_service.pdf.title_page import PrintedLine, printed_lines
from ocr_service.pdf.titles import stated_year

__all__ = ["front_lines", "is_portfolio", "published_year"]


def front_lines(handle: Native, count: int) -> list[list[PrintedLine]]:
    """Return the lines of the first `count` pages; a page that cannot be read has none."""
    pages: list[list[PrintedLine]] = []
    for page_index in range(count):
        try:
            page = handle.load_page(page_index)
            fields = [tuple(widget.rect) for widget in page.widgets()]
            pages.append(printed_lines(page.get_text("dict", flags=0)["blocks"], fields))
        except Exception:  # as in `document.py`: MuPDF's errors derive from it directly
            pages.append([])
    return pages


def is_portfolio(handle: Native) -> bool:
    """Return whether the pages are only the cover of other files."""
    try:
        kind, _ = handle.xref_get_key(handle.pdf_catalog(), "Collection")
    except Exception:
        return False
    return bool(kind != "null")


def published_year(handle: Native) -> int | None:
    """Return the year of publication that the XMP metadata states, or None."""
    try:
        return stated_year(handle.get_xml_metadata() or "")
    except Exception:
        return None
