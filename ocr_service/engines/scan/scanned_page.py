"""Defines what a reader of page images returns, and what such a reader is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from ocr_service.engines.scan.formulas.read_page import ReadFormulas
from ocr_service.library.pages import Region

__all__ = ["PageImageReader", "ScannedPage"]

_ILLEGIBLE = 3  # lines that were found but not read, from which a page's record tells of them


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """What was read on a page image: its regions, in reading order, and what they lack.

    `formulas` counts pieces of text that are formulas; their signs are read, their structure is
    not. `displays` tells of the displayed formulas that a reader of formulas was given, of the name
    `formula_reader`. `illegible` counts pieces that look like lines and could not be read, of
    `pieces` in all.
    """

    regions: tuple[Region, ...] = ()
    formulas: int = 0
    illegible: int = 0
    pieces: int = 0
    displays: ReadFormulas = field(default_factory=ReadFormulas)
    formula_reader: str = ""

    @property
    def letters(self) -> int:
        """The number of letters and digits read."""
        return sum(char.isalnum() for region in self.regions for char in region.text)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the page's record tells: formulas and lines that were not read."""
        notes = self.displays.notes(self.formula_reader)
        if self.formulas:
            what = "line of formulas is" if self.formulas == 1 else "lines of formulas are"
            notes.append(f"formulas not read: {self.formulas} {what} kept as plain characters")
        if self.illegible >= max(_ILLEGIBLE, 0.05 * self.pieces):
            notes.append(
                f"{self.illegible} of {self.pieces} pieces that look like text could not be read"
            )
        return tuple(notes)


class PageImageReader(Protocol):
    """Reads the image of a page."""

    def read(self, image: Image.Image) -> ScannedPage:
        """Read one page.

        Raises:
            InputError: it cannot be read.
        """
