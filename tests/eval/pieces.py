"""Defines the form of both sides of a comparison: prose and formulas in reading order."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["FormulaPiece", "Piece", "ProsePiece", "without_boilerplate"]

_BEGIN = re.compile(
    r"\*\*\*\s*START OF TH(?:IS|E) PROJECT GUTENBERG EBOOK[^*]*\*\*\*", re.IGNORECASE
)
_END = re.compile(r"(?:\*\*\*\s*)?END OF TH(?:IS|E) PROJECT GUTENBERG EBOOK", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProsePiece:
    """A stretch of text. `aside` is set in tables, figures and lists of contents.

    What is aside may be read or not; it is no error either way. `page` is 1-based, 0 if unknown.
    `note` marks footnotes, which may be elsewhere on the page.
    """

    text: str
    aside: bool = False
    page: int = 0
    note: bool = False


@dataclass(frozen=True, slots=True)
class FormulaPiece:
    """One formula, without its delimiters; a display is one row of it (see `displays.py`)."""

    latex: str
    display: bool
    number: str | None = None
    aside: bool = False
    page: int = 0
    note: bool = False


Piece = ProsePiece | FormulaPiece


def without_boilerplate(pieces: list[Piece]) -> list[Piece]:
    """Leave out Project Gutenberg's header and licence, which frame the book in both forms."""
    first, last = 0, len(pieces)
    for index, piece in enumerate(pieces):
        if not isinstance(piece, ProsePiece):
            continue
        text = re.sub(r"\s+", " ", piece.text)
        begin, end = _BEGIN.search(text), _END.search(text)
        if begin and first == 0 and index < len(pieces) / 2:
            pieces = [*pieces[:index], ProsePiece(text[begin.end() :]), *pieces[index + 1 :]]
            first = index
        elif end and index > len(pieces) / 2:
            kept = ProsePiece(text[: end.start()], piece.aside, piece.page)
            pieces = [*pieces[:index], kept, *pieces[index + 1 :]]
            last = index + 1
            break
    return pieces[first:last]
