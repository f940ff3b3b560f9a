"""The local engine: decides for each page between its own text and recognition on the CPU."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ocr_service.engines.choose import Reader
from ocr_service.engines.layout.sideways import read_level, turned_back
from ocr_service.engines.layout.verdict import TextVerdict
from ocr_service.engines.scan.formulas.load import formula_road
from ocr_service.engines.scan.rapidocr_reader import ScanReader
from ocr_service.engines.scan.recognise import FORMULAS, SCAN, SECOND, recognise
from ocr_service.engines.scan.scanned_page import PageImageReader
from ocr_service.engines.scan.tesseract_reader import TesseractReader
from ocr_service.engines.text_readers import Reading, TextPage, read_text
from ocr_service.pdf.document import Document, OutlineEntry

__all__ = ["LOCAL_ENGINES", "TEXT_ENGINES", "LocalEngine", "Reading"]

TEXT_ENGINES = frozenset(map(str, Reader))  # those that read a file's own text
LOCAL_ENGINES = TEXT_ENGINES | {SCAN, FORMULAS, SECOND}

_GARBLED = "the text layer is garbled, so the page was recognised from its image"

_LEAST_PIXELS = 1_200  # of the longer side of an image to recognise: type on small pages is small
_TESSERACT_ZOOM = 300 / 72  # what it is made for
_MATHEMATICS = re.compile(r"(?<!\\)\$|\\[(\[]|\\begin\b")


class LocalEngine:
    """Reads pages of a document, one at a time, in the process it lives in."""

    def __init__(
        self,
        *,
        zoom: float = 2.0,
        force_ocr: bool = False,
        formulas: str | None = None,
        tesseract: Sequence[str] = (),
    ) -> None:
        """Set how pages are read.

        Args:
            zoom: the scale of page images; 2.0 means 144 dpi.
            force_ocr: whether text layers are ignored.
            formulas: the reader of the formulas of scans, as `known_reader` returned it.
            tesseract: the codes of languages, if Tesseract is to recognise pages.

        Raises:
            QueryError: the reader of formulas cannot be loaded.
        """
        self._zoom = max(zoom, _TESSERACT_ZOOM) if tesseract else zoom
        self._force_ocr = force_ocr
        road = None if formulas is None else formula_road(formulas)
        self._scan: PageImageReader = TesseractReader(tesseract) if tesseract else ScanReader(road)
        self._scan_name = SECOND if tesseract else SCAN

    def read(self, document: Document, page_index: int, outline: Sequence[OutlineEntry]) -> Reading:
        """Read the page with this 0-based index.

        Raises:
            InputError: the page cannot be rendered or read.
        """
        if self._force_ocr:
            return self._recognise(document, page_index, ())
        with read_level(document, page_index) as degrees:
            reading = self._read_level(document, page_index, outline)
        return replace(reading, regions=turned_back(reading.regions, degrees))

    def _read_level(
        self, document: Document, page_index: int, outline: Sequence[OutlineEntry]
    ) -> Reading:
        page = TextPage.look(document, page_index, outline)
        if page.verdict is TextVerdict.USABLE:
            reading = read_text(page)
            if reading.regions:
                return reading
        notes = (_GARBLED,) if page.verdict is TextVerdict.GARBLED else ()
        recognised = self._recognise(document, page_index, notes)
        if page.verdict is TextVerdict.MISSING and not _has_text(recognised):
            reading = read_text(page)  # a few words, too pale or too small to be recognised
            return reading if _has_text(reading) else recognised
        return recognised

    def read_plain(
        self, document: Document, page_index: int, outline: Sequence[OutlineEntry]
    ) -> Reading | None:
        """Read a page whose own text is sound and without mathematics; None if it is not so.

        What other OCR tools hid under a picture does not count as sound: it may be anything.

        Raises:
            InputError: the page cannot be read.
        """
        page = TextPage.look(document, page_index, outline)
        if page.verdict is not TextVerdict.USABLE or page.ink.hidden_share > 0:
            return None
        reading = read_text(page)
        # A reading without formulas may have been kept for its words: where the typeset reader
        # finds any, a model is asked.
        has_formulas = any(
            region.label == "equation" or _MATHEMATICS.search(region.text)
            for region in (*reading.regions, *page.typeset.regions)
        )
        is_sound = reading.regions and not reading.notes
        return reading if is_sound and not has_formulas else None

    def _recognise(self, document: Document, page_index: int, notes: tuple[str, ...]) -> Reading:
        page = document.page(page_index)
        points = max(page.rect.width, page.rect.height)
        zoom = max(self._zoom, _LEAST_PIXELS / max(points, 72.0))
        image = document.image(page_index, zoom, grey=True)
        read = recognise(image, self._scan, self._scan_name)
        return Reading(read.status, read.engine, read.regions, notes + read.notes)


def _has_text(reading: Reading) -> bool:
    return any(region.text for region in reading.regions)
