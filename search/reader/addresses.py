"""Makes and reads the addresses of pages: `/b/BOOK/p/LABEL`, or `/b/BOOK/n/NUMBER`.

A printed label is what people cite and what survives another scan of the book; where a book prints
a label twice, or none, the address has the page's number in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

__all__ = ["book_address", "crop_address", "image_address", "page_address"]


def book_address(book_id: str) -> str:
    """Return the address of a book."""
    return f"/b/{quote(book_id, safe='')}"


def page_address(book_id: str, labels: Sequence[str], number: int) -> str:
    """Return the address of a page (1-based number) of a book with these labels."""
    label = labels[number - 1]
    if labels.count(label) == 1 and "/" not in label:
        return f"{book_address(book_id)}/p/{quote(label, safe='')}"
    return f"{book_address(book_id)}/n/{number}"


def image_address(book_id: str, number: int, side: int, key: str) -> str:
    """Return the address of a page's image; `key` changes when the file does."""
    return f"{book_address(book_id)}/n/{number}/image?side={side}&v={quote(key, safe='')}"


def crop_address(
    book_id: str, number: int, box: tuple[float, float, float, float], key: str
) -> str:
    """Return the address of the image of a part of a page."""
    sides = ",".join(f"{value:.4f}" for value in box)
    return f"{image_address(book_id, number, 900, key)}&box={sides}"
