"""Finds the type size and weight of each region in the page's own text.

They are facts of the file, whichever engine read the page; what is a heading, and of what level, is
decided by comparing them over the whole book.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.library.pages import Region
from ocr_service.pdf.document import Document
from ocr_service.pdf.mupdf import load_pymupdf

__all__ = ["page_size", "with_type"]

_MAX_SPANS = 20_000  # of a page
_BOLD = 16  # MuPDF's flag
_BOLD_SHARE = 0.6  # of a region's characters
_BOLD_NAMES = ("bold", "black", "heavy", "cmbx", "sfbx")

_Span = tuple[float, float, float, int, bool]  # y, x, size, characters, bold


def page_size(document: Document, page_index: int) -> tuple[float, float] | None:
    """Return a page's width and height in points as displayed; None if they cannot be read."""
    try:
        rect = document.page(page_index).rect
    except Exception:
        return None
    return float(rect.width), float(rect.height)


def with_type(document: Document, page_index: int, regions: Sequence[Region]) -> tuple[Region, ...]:
    """Return regions with the size and weight of the text that lies in them.

    Regions without text of the file, as those of a scan, are returned as they are.
    """
    try:
        spans = _spans(document, page_index)
    except Exception:  # the page was read; that its type is not known is no reason to lose it
        return tuple(regions)
    heights = [span[0] for span in spans]
    return tuple(_with_type(region, spans, heights) for region in regions)


def _with_type(region: Region, spans: Sequence[_Span], heights: Sequence[float]) -> Region:
    left, top, right, bottom = region.box
    near = spans[bisect_left(heights, top) : bisect_right(heights, bottom)]
    sizes: Counter[float] = Counter()
    bold = 0
    for _, x, size, count, is_bold in near:
        if left <= x <= right:
            sizes[round(size, 1)] += count
            bold += count * is_bold
    total = sizes.total()
    if not total:
        return region
    size = max(sizes, key=lambda size: (sizes[size], size))
    return replace(region, size=size, bold=bold >= _BOLD_SHARE * total)


def _spans(document: Document, page_index: int) -> list[_Span]:
    """Return the runs of type of a page, by height; places are fractions of the page."""
    pymupdf = load_pymupdf()
    page = document.page(page_index)
    width, height = max(page.rect.width, 1e-6), max(page.rect.height, 1e-6)
    flags = pymupdf.TEXTFLAGS_DICT & ~pymupdf.TEXT_PRESERVE_IMAGES
    spans: list[_Span] = []
    for block in page.get_text("dict", flags=flags)["blocks"]:
        for line in block.get("lines", ()):
            for span in line["spans"]:
                count = len("".join(span["text"].split()))
                if not count:
                    continue
                left, top, right, bottom = span["bbox"]
                name = span["font"].casefold()
                bold = bool(span["flags"] & _BOLD) or any(part in name for part in _BOLD_NAMES)
                middle = ((top + bottom) / 2 / height, (left + right) / 2 / width)
                spans.append((*middle, span["size"], count, bold))
        if len(spans) > _MAX_SPANS:
            break
    return sorted(spans)
