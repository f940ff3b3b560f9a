"""Recognises the folders of Octavo itself, whose books are not read again."""

from __future__ import annotations

from pathlib import Path

__all__ = ["is_book_folder", "is_library"]


def is_library(folder: Path) -> bool:
    """Return whether a folder is a library: it has `books/` and what a build writes beside it."""
    return (folder / "books").is_dir() and (
        (folder / "write.lock").is_file()
        or (folder / "index" / "CURRENT").is_file()
        or any((folder / "books").glob("*/book.json"))
    )


def is_book_folder(folder: Path) -> bool:
    """Return whether a folder is a book of a library: it has a manifest and the record of OCR."""
    return (folder / "book.json").is_file() and (folder / "ocr.jsonl").is_file()
