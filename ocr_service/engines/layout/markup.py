"""Takes the marks of a reader's pen from a page before it is read.

A highlight or underline is drawn as paths over the text, which resemble fraction bars and
overlines. The marks are no part of what the book says; notes typed onto the page are, and stay.
"""

from __future__ import annotations

from ocr_service.pdf.document import Document

__all__ = ["remove_markup"]

# Values of a PDF annotation's type in MuPDF: highlight, underline, squiggly underline, strikeout,
# the strokes of a pen, and the window of a comment.
_MARKS = frozenset((8, 9, 10, 11, 15, 16))


def remove_markup(document: Document, page_index: int) -> None:
    """Remove a page's highlights, underlines and pen strokes from the document in memory.

    A page whose annotations cannot be read keeps them.
    """
    try:
        page = document.handle.load_page(page_index)
        marks = [annotation for annotation in page.annots() if annotation.type[0] in _MARKS]
        for annotation in marks:
            page.delete_annot(annotation)
    except Exception:  # MuPDF's errors derive from it directly
        return
