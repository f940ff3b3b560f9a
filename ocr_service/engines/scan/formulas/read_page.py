"""Reads the formulas of a page: finds them, reads each, keeps as pictures those that failed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from PIL import Image

from ocr_service.engines.scan.formulas.doubts import doubt
from ocr_service.engines.scan.formulas.images import formula_image
from ocr_service.engines.scan.formulas.places import FormulaFinder, PrintedFormula
from ocr_service.engines.scan.formulas.reader import FormulaReader
from ocr_service.engines.scan.formulas.tidy import tidied_latex
from ocr_service.engines.scan.line_geometry import TextLine, measure

__all__ = ["FormulaRoad", "ReadFormulas"]

_SECONDS = 35.0  # of processor time for the formulas of a page; a page has 60 in all
_LATE = "the page has too many formulas for its time"


@dataclass(frozen=True, slots=True)
class ReadFormulas:
    """The lines of a page with its formulas read, and how many were; `unread` counts by reason."""

    lines: list[TextLine] = field(default_factory=list)
    read: int = 0
    unread: Counter[str] = field(default_factory=Counter)

    def notes(self, reader: str) -> list[str]:
        """Return what the page's record tells of its displayed formulas."""
        notes = []
        if self.read:
            notes.append(f"{self.read} {_formulas(self.read)} read by {reader}")
        count = self.unread.total()
        if count:
            reasons = ", ".join(f"{reason} ({n})" for reason, n in self.unread.most_common())
            kept = "is kept as a picture" if count == 1 else "are kept as pictures"
            notes.append(f"formulas not read: {count} {_formulas(count)} {kept}: {reasons}")
        return notes


@dataclass(frozen=True, slots=True)
class FormulaRoad:
    """Finds and reads the displayed formulas of scans."""

    finder: FormulaFinder
    reader: FormulaReader

    def read(self, page: Image.Image, lines: Sequence[TextLine]) -> ReadFormulas:
        """Read the formulas of an upright page image.

        Args:
            page: the page, upright and level.
            lines: what was recognised on it.

        Returns:
            The lines; those of each formula are replaced by one, labelled `equation`, or `image`
            if the formula was not read.
        """
        places = self.finder.find(page, lines) if lines else []
        if not places:
            return ReadFormulas(list(lines))
        height = measure(lines).height
        begun, unread, found = time.process_time(), Counter[str](), list[TextLine]()
        for place in places:
            reason, latex = _LATE, ""
            if time.process_time() - begun < _SECONDS:
                text = self.reader.read(formula_image(page, place.box, height))
                text = replace(text, latex=tidied_latex(text.latex))
                reason, latex = doubt(text), text.latex
            unread[reason] += bool(reason)
            found.append(_picture(place) if reason else _equation(place, latex))
        gone = {id(piece) for place in places for piece in place.pieces}
        kept = [line for line in lines if id(line) not in gone]
        return ReadFormulas([*kept, *found], len(found) - unread.total(), +unread)


def _formulas(count: int) -> str:
    return "displayed formula" if count == 1 else "displayed formulas"


def _equation(place: PrintedFormula, latex: str) -> TextLine:
    tag = rf" \tag{{{place.number}}}" if place.number else ""
    return TextLine(place.plain, place.box, label="equation", markdown=rf"\[ {latex}{tag} \]")


def _picture(place: PrintedFormula) -> TextLine:
    """Return the line of a formula that was not read: its signs stay searchable."""
    signs = f": {place.plain}" if place.plain else ""
    number = f" ({place.number})" if place.number else ""
    markdown = f"[formula not read{signs}]{number}"
    return TextLine(place.plain, place.box, label="image", markdown=markdown)
