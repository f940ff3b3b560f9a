"""The local engine: decides for each page between its own text and recognition on the CPU."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ocr_service.engines.layout.text_boxes import page_ink
from ocr_service.engines.layout.text_layer import TextVerdict, judge, read_text_layer
from ocr_service.engines.scan.blank import is_blank
from ocr_service.engines.scan.rapidocr_reader import ScanReader
from ocr_service.engines.typeset.page import LEAST_CONFIDENCE, read_typeset
from ocr_service.library.pages import PageStatus, Region

if TYPE_CHECKING:
    from ocr_service.pdf.document import Document, OutlineEntry

__all__ = ["LOCAL_ENGINES", "TEXT_ENGINES", "LocalEngine", "Reading"]

TYPESET = "typeset"
TEXT_LAYER = "text-layer"
SCAN = "rapidocr"
PIXELS = "pixels"
TEXT_ENGINES = frozenset({TYPESET, TEXT_LAYER})  # those that read a file's own text
LOCAL_ENGINES = TEXT_ENGINES | {SCAN}

_HIDDEN = "the text lies under a picture, as that of OCR tools does; read without its mathematics"

_LEAST_PIXELS = 1_200  # of the longer side of an image to recognise: type on small pages is small
_MATHEMATICS = re.compile(r"(?<!\\)\$|\\[(\[]|\\begin\b")
_NAMELESS = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the local engine made of one page; `engine` names the road that was taken."""

    status: PageStatus
    engine: str
    regions: tuple[Region, ...]
    notes: tuple[str, ...] = ()


class LocalEngine:
    """Reads pages of a document, one at a time, in the process it lives in."""

    def __init__(self, *, zoom: float = 2.0, force_ocr: bool = False) -> None:
        """Set the zoom of page images (2.0 = 144 dpi) and whether text layers are ignored."""
        self._zoom = zoom
        self._force_ocr = force_ocr
        self._scan = ScanReader()

    def read(self, document: Document, page_index: int, outline: Sequence[OutlineEntry]) -> Reading:
        """Read the page with this 0-based index.

        Raises:
            InputError: the page cannot be rendered or read.
        """
        notes: tuple[str, ...] = ()
        if not self._force_ocr:
            ink = page_ink(document, page_index)
            verdict = judge(document, page_index, ink)
            if verdict is TextVerdict.USABLE:
                hidden = ink.hidden_share > 0.5
                reading = _read_text(document, page_index, outline, hidden=hidden)
                if reading.regions:
                    return reading
            if verdict is TextVerdict.GARBLED:
                notes = ("the text layer is garbled; the page was recognised from its image",)
        return self._recognise(document, page_index, notes)

    def read_plain(
        self, document: Document, page_index: int, outline: Sequence[OutlineEntry]
    ) -> Reading | None:
        """Read a page whose own text is sound and without mathematics; None if it is not so.

        What other OCR tools hid under a picture does not count as sound: it may be anything.

        Raises:
            InputError: the page cannot be read.
        """
        ink = page_ink(document, page_index)
        if judge(document, page_index, ink) is not TextVerdict.USABLE or ink.hidden_share > 0:
            return None
        reading = _read_text(document, page_index, outline, hidden=False)
        sound = reading.engine == TYPESET and reading.regions and not reading.notes
        has_formulas = any(
            region.label == "equation" or _MATHEMATICS.search(region.text)
            for region in reading.regions
        )
        return reading if sound and not has_formulas else None

    def _recognise(self, document: Document, page_index: int, notes: tuple[str, ...]) -> Reading:
        page = document.page(page_index)
        points = max(page.rect.width, page.rect.height)
        zoom = max(self._zoom, _LEAST_PIXELS / max(points, 72.0))
        image = document.image(page_index, zoom, grey=True)
        if is_blank(image):
            return Reading(PageStatus.BLANK, PIXELS, (), notes)
        regions = tuple(self._scan.read(image))
        if not any(region.text for region in regions):
            notes += ("there is ink on the page, but no text was recognised",)
        return Reading(PageStatus.OK, SCAN, regions, notes)


def _read_text(
    document: Document, page_index: int, outline: Sequence[OutlineEntry], *, hidden: bool
) -> Reading:
    """Read a page's own text: by fonts and positions, or plainly where these cannot be trusted."""
    if hidden:
        return _without_nameless(read_text_layer(document, page_index, outline), (_HIDDEN,))
    page = read_typeset(document, page_index, outline)
    if page.regions and page.confidence >= LEAST_CONFIDENCE:
        notes = (page.doubt,) if page.doubt else ()
        return Reading(PageStatus.OK, TYPESET, page.regions, notes)
    doubt = page.doubt or "no character was found"
    note = f"read without its mathematics: {doubt}"
    return _without_nameless(read_text_layer(document, page_index, outline), (note,))


def _without_nameless(regions: Sequence[Region], notes: tuple[str, ...]) -> Reading:
    """Leave out glyphs that no Unicode character stands for, such as pieces of tall brackets."""
    lost = sum(len(_NAMELESS.findall(region.text)) for region in regions)
    if not lost:
        return Reading(PageStatus.OK, TEXT_LAYER, tuple(regions), notes)
    cleaned = tuple(replace(region, text=_NAMELESS.sub("", region.text)) for region in regions)
    note = f"{lost} glyphs that have no Unicode character were left out"
    return Reading(PageStatus.OK, TEXT_LAYER, cleaned, (*notes, note))
