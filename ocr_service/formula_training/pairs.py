"""Makes pairs for training: the image of a displayed formula, and its LaTeX.

The LaTeX is what the typeset reader reads on pages of PDFs made by TeX. On books that it had never
seen it has nine of ten displays exactly; the rest teaches a little noise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ocr_service.engines.scan.formulas.images import formula_image
from ocr_service.engines.scan.formulas.ink import cut_apart, ink_boxes
from ocr_service.engines.scan.formulas.tidy import tidied_latex
from ocr_service.engines.text_readers import TextPage, read_text
from ocr_service.library.pages import Box, Region
from ocr_service.pdf.document import Document
from ocr_service.pdf.type_facts import with_type

__all__ = ["FormulaLesson", "pairs_of"]

_TAG = re.compile(r"\s*\\tag\{[^{}]*\}")
_DISPLAY = re.compile(r"\\\[(.*)\\\]", re.DOTALL)
_ZOOM = 200 / 72  # 200 dots per inch
_LINE = 1.38  # height of a line as the scan reader measures it, by the type's size
_DEFAULT_SIZE = 10.0  # points
_LONGEST = 400  # characters of LaTeX


@dataclass(frozen=True, slots=True)
class FormulaLesson:
    """The image of a displayed formula without its number, in grey, and its LaTeX."""

    image: Image.Image
    latex: str


def pairs_of(pdf: Path, page_indices: Sequence[int] | None = None) -> Iterator[FormulaLesson]:
    """Yield the displayed formulas of a typeset PDF, of all its pages or of some (0-based).

    Raises:
        InputError: the PDF cannot be opened or read.
    """
    with Document.open(pdf) as document:
        for index in page_indices if page_indices is not None else range(document.page_count):
            page = TextPage.look(document, index, ())
            regions = with_type(document, index, read_text(page).regions)
            displays = [region for region in regions if region.label == "equation"]
            if displays:
                image = document.image(index, _ZOOM, grey=True)
                yield from _pairs(displays, image, _line(regions) * _ZOOM / image.height)


def _line(regions: Sequence[Region]) -> float:
    """Return the height of a line of the page's text, in points."""
    sizes = [region.size for region in regions for _ in region.text if region.size]
    return _LINE * (sorted(sizes)[len(sizes) // 2] if sizes else _DEFAULT_SIZE)


def _pairs(displays: Sequence[Region], page: Image.Image, line: float) -> Iterator[FormulaLesson]:
    for display in displays:
        match = _DISPLAY.fullmatch(display.text.strip())
        if match is None:
            continue
        latex, box = tidied_latex(_TAG.sub("", match[1])), display.box
        if _TAG.search(display.text):
            box = _without_number(page, box, line)
        if latex and len(latex) <= _LONGEST:
            yield FormulaLesson(formula_image(page, box, line), latex)


def _without_number(page: Image.Image, box: Box, line: float) -> Box:
    """Return the box of a display without its number, which stands at either end, set apart."""
    left, top, right, bottom = (
        round(side * length) for side, length in zip(box, page.size * 2, strict=True)
    )
    parts = cut_apart(ink_boxes(page.crop((left, top, right, bottom))), 0, line * page.height, 0.0)
    if len(parts) < 2:
        return box
    widths = [float(part[:, 2].max() - part[:, 0].min()) for part in parts]
    at_left = widths[0] < widths[-1]
    rest = np.concatenate(parts[1:] if at_left else parts[:-1])
    ends = left + int(rest[:, 0].min()), left + int(rest[:, 2].max())
    return ends[0] / page.width, box[1], ends[1] / page.width, box[3]
