"""Recognises a page image: strengthens faint print, asks a second reader, knows blank pages."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

from ocr_service.engines.scan import second_reader
from ocr_service.engines.scan.blank import InkStrength, ink_of, strengthened, with_dark_ink
from ocr_service.engines.scan.line_images import flattened
from ocr_service.engines.scan.paragraphs import regions_from_lines
from ocr_service.engines.scan.scanned_page import PageImageReader, ScannedPage
from ocr_service.library.pages import PageStatus, Region

__all__ = ["FORMULAS", "PIXELS", "SCAN", "SECOND", "Recognised", "recognise"]

SCAN = "rapidocr"
FORMULAS = "rapidocr+formulas"  # with a reader of formulas, whether the page has any or not
SECOND = "tesseract"
PIXELS = "pixels"  # what decides that a page is blank

_FEW = 16  # letters and digits: a page with fewer is read almost empty
_GAIN = 1.5  # times as many letters, from which a second reading is the better one

_STRENGTHENED = "the print is faint; it was strengthened before it was read"
_ONLY_MARKS = "there are faint marks on the page, but no text was recognised"
_NO_TEXT = "there is ink on the page, but no text was recognised"
_BY_SECOND = "read by Tesseract; the first reader found {found}"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A page as it was recognised: how that ended, by which engine, its regions and notes."""

    status: PageStatus
    engine: str
    regions: tuple[Region, ...] = ()
    notes: tuple[str, ...] = ()


def recognise(image: Image.Image, reader: PageImageReader, engine: str = SCAN) -> Recognised:
    """Read a page image in any mode and, with the first reader, in any orientation.

    Faint print is strengthened first. If the reader is not Tesseract but that is installed, it is
    asked about pages that seem blank or are read almost empty, and its reading is kept if it found
    clearly more. `engine` is the reader's name.

    Raises:
        InputError: the reader cannot read the page.
    """
    picture = flattened(image)
    ink = ink_of(picture)
    page, notes = ScannedPage(), tuple[str, ...]()
    if ink is InkStrength.FAINT:
        picture, notes = strengthened(picture), (_STRENGTHENED,)
    elif ink is InkStrength.CLEAR:
        picture = with_dark_ink(picture)
    if ink is not InkStrength.NONE:
        page = reader.read(picture)
    if page.letters < _FEW and engine != SECOND:
        second = _second_reading(picture, page)
        if second is not None:
            return second
    if page.letters or ink is InkStrength.CLEAR:
        empty = () if any(region.text for region in page.regions) else (_NO_TEXT,)
        engine = FORMULAS if page.formula_reader else engine
        return Recognised(PageStatus.OK, engine, page.regions, (*notes, *page.notes, *empty))
    return Recognised(
        PageStatus.BLANK, PIXELS, (), (_ONLY_MARKS,) if ink is InkStrength.FAINT else ()
    )


def _second_reading(picture: Image.Image, first: ScannedPage) -> Recognised | None:
    """Return what Tesseract reads on a page, or None if that is not clearly more."""
    lines = second_reader.read_lines(picture)
    letters = sum(char.isalnum() for line in lines for char in line.text)
    if letters < max(3, _GAIN * first.letters):
        return None
    found = f"{first.letters} letters" if first.letters else "no text"
    regions = tuple(regions_from_lines(lines))
    return Recognised(PageStatus.OK, SECOND, regions, (_BY_SECOND.format(found=found),))
