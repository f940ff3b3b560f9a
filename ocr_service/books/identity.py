"""Chooses the title and the id of a book. Pure, standard library only."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from ocr_service.library.library import slugify
from ocr_service.library.pages import storable
from ocr_service.library.sources import InputSource

__all__ = ["first_heading", "free_id", "stem_and_title"]


def first_heading(texts: Sequence[str | None]) -> str | None:
    """Return the first heading of the first level on the first ten pages of markdown."""
    for text in texts[:10]:
        match = re.search(r"^# +(\S.{1,118})$", text or "", re.MULTILINE)
        if match:
            return storable(match[1]).strip()
    return None


def stem_and_title(source: InputSource, title: str | None) -> tuple[str, str]:
    """Return the stem of an input's file name, and `title` or, if there is none, that stem."""
    stem = source.stem
    if stem in ("pages", "document"):  # what OCR tools call their output
        stem = source.path.resolve().parent.name
    return stem, title or re.sub(r"[_\s]+", " ", storable(stem)).strip() or "Untitled"


def free_id(stem: str, title: str, taken: Collection[str]) -> str:
    """Choose a readable id: from the file's name, or from the title if the name says nothing."""
    name = slugify(stem)
    has_words = sum(letter.isalpha() for letter in name) >= 3 and not re.fullmatch(
        r"[0-9a-f]{8,}", name.replace("-", "")
    )
    base = name if has_words else (slugify(title) or name or "book")
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
