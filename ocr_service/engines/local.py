"""The local engine: decides for each page between its text layer and recognition on the CPU."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ocr_service.engines.blank import is_blank
from ocr_service.engines.scan import ScanReader
from ocr_service.engines.text_layer import TextVerdict, judge, read_text_layer
from ocr_service.pages import PageStatus, Region

if TYPE_CHECKING:
    from ocr_service.render import Document, OutlineEntry

__all__ = ["LocalEngine", "Reading"]

TEXT_LAYER = "text-layer"
SCAN = "rapidocr"
PIXELS = "pixels"

_LEAST_PIXELS = 1_200  # of the longer side of an image to recognise: type on small pages is small
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
            verdict = judge(document, page_index)
            if verdict is TextVerdict.USABLE:
                regions = read_text_layer(document, page_index, outline)
                if regions:
                    return _without_nameless(regions)
            if verdict is TextVerdict.GARBLED:
                notes = ("the text layer is garbled; the page was recognised from its image",)
        return self._recognise(document, page_index, notes)

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


def _without_nameless(regions: Sequence[Region]) -> Reading:
    """Leave out glyphs that no Unicode character stands for, such as pieces of tall brackets."""
    lost = sum(len(_NAMELESS.findall(region.text)) for region in regions)
    if not lost:
        return Reading(PageStatus.OK, TEXT_LAYER, tuple(regions))
    cleaned = tuple(replace(region, text=_NAMELESS.sub("", region.text)) for region in regions)
    note = f"{lost} glyphs that have no Unicode character were left out"
    return Reading(PageStatus.OK, TEXT_LAYER, cleaned, (note,))
