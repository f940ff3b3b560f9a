"""Defines what an input is: a file or folder that becomes one book."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ocr_service.common.path_text import path_text

__all__ = ["InputSource", "SourceKind"]


class SourceKind(StrEnum):
    """The kinds of input."""

    PDF = "pdf"
    IMAGE = "image"
    IMAGE_FOLDER = "image folder"
    PAGE_FOLDER = "page folder"
    DOCUMENT = "document"
    DJVU = "djvu"
    EBOOK = "e-book"


@dataclass(frozen=True, slots=True)
class InputSource:
    """One input that becomes one book."""

    path: Path
    kind: SourceKind

    @property
    def is_text(self) -> bool:
        """Whether the pages are text already, so that nothing is rendered or recognised."""
        return self.kind in (SourceKind.PAGE_FOLDER, SourceKind.DOCUMENT, SourceKind.EBOOK)

    @property
    def is_folder(self) -> bool:
        """Whether each page is a file of its own."""
        return self.kind in (SourceKind.PAGE_FOLDER, SourceKind.IMAGE_FOLDER)

    @property
    def stem(self) -> str:
        """The name that a person gave it: of the folder, or of the file without its suffix."""
        return self.path.name if self.is_folder else self.path.stem

    @property
    def place(self) -> str:
        """The resolved path as text, as the library stores it."""
        return path_text(self.path.resolve())
