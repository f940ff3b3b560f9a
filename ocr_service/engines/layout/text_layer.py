"""Reads the text layer of a page region by region, by PyMuPDF's layout models.

Nothing is recognised here: a page whose text layer is missing or garbled is for the OCR engines.
Mathematics comes as the plain characters of the file.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_service.engines.layout import headings
from ocr_service.engines.layout.box_regions import (
    continues_heading,
    fractions,
    labelled,
    merged,
    with_marks,
)
from ocr_service.engines.layout.edges import Edges, running_rows
from ocr_service.engines.layout.ink import Ink, page_ink, upright_page
from ocr_service.engines.layout.reading_order import in_reading_order
from ocr_service.engines.layout.text_boxes import read_boxes
from ocr_service.library.pages import Region
from ocr_service.pdf.document import TITLE_PAGES, Document, OutlineEntry

__all__ = ["CUT_NOTE", "MAX_PAGE_CHARS", "bounded", "read_text_layer"]

MAX_PAGE_CHARS = 200_000
CUT_NOTE = "[The text of this page is cut here: it is longer than 200,000 characters.]"


def read_text_layer(
    document: Document, page_index: int, outline: Sequence[OutlineEntry], ink: Ink | None = None
) -> list[Region]:
    """Return the regions of a page in reading order, running heads and page numbers included.

    Args:
        document: The open document.
        page_index: 0-based.
        outline: The whole document's bookmarks; those of this page set its headings' levels.
        ink: What `page_ink` says of this page, where that is known already.

    Returns:
        Regions with boxes as fractions of the page as displayed; together at most
        MAX_PAGE_CHARS characters, with a note where they were cut. Empty if there is no text.

    Raises:
        InputError: The page cannot be read.
    """
    ink = ink or page_ink(document, page_index)
    entries = [entry for entry in outline if entry.page_index == page_index]
    boxes = read_boxes(document, page_index, ink)
    page = upright_page(document, page_index)
    body = headings.body_size(boxes)
    edges = Edges.of(boxes, page.rect.width, page.rect.height)
    regions: list[Region] = []
    for box in boxes:
        label, text = labelled(box, body, entries, ink, edges)
        if not text:
            continue
        region = Region(label, fractions(box.box, page.rect.width, page.rect.height), text)
        if regions and continues_heading(regions[-1], region, entries):
            regions[-1] = merged(regions[-1], region)
        else:
            regions.append(region)
    titled = (
        _titled(region, document, page_index) for region in in_reading_order(running_rows(regions))
    )
    return bounded([with_marks(region, entries) for region in titled])


def bounded(regions: Sequence[Region]) -> list[Region]:
    """Return the regions, cut with a note once they are longer than MAX_PAGE_CHARS together."""
    kept: list[Region] = []
    left = MAX_PAGE_CHARS
    for region in regions:
        if len(region.text) > left:
            kept.append(Region(region.label, region.box, region.text[:left]))
            return [*kept, Region("text", region.box, CUT_NOTE)]
        kept.append(region)
        left -= len(region.text)
    return kept


def _titled(region: Region, document: Document, page_index: int) -> Region:
    """Return a heading of the first pages as a title if it is the document's own."""
    heading = region.label in headings.LABELS and page_index < TITLE_PAGES
    if heading and region.text.casefold() == (document.stated_title or "").casefold():
        return Region("title", region.box, region.text)
    return region
