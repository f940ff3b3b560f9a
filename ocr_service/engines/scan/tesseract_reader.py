"""Reads page images with Tesseract alone, for the languages that the first reader does not read."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from ocr_service.engines.scan.line_geometry import TextLine
from ocr_service.engines.scan.line_texts import count_formulas
from ocr_service.engines.scan.paragraphs import regions_from_lines
from ocr_service.engines.scan.scanned_page import ScannedPage
from ocr_service.engines.scan.tesseract import hocr_lines

__all__ = ["TesseractReader"]

_SIDE = 4_000  # pixels, longest side of the image: 300 dpi of an A4 page has 3,508
_SCORE = 0.4  # lines with less confidence are specks and drawings


class TesseractReader:
    """Reads page images; `languages` are Tesseract's codes."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(languages)

    def read(self, image: Image.Image) -> ScannedPage:
        """Read one upright page, best at 300 dots per inch.

        Raises:
            InputError: Tesseract is not installed, fails, or takes too long.
        """
        found = hocr_lines(image, self._languages, side=_SIDE)
        pieces = [TextLine(line.text, line.box, line.score) for line in found]
        lines = [piece for piece in pieces if _is_text(piece)]
        regions = tuple(regions_from_lines(lines))
        illegible = len(pieces) - len(lines)
        return ScannedPage(regions, count_formulas(lines), illegible, len(pieces))


def _is_text(line: TextLine) -> bool:
    return line.score >= _SCORE and any(char.isalnum() for char in line.text)
