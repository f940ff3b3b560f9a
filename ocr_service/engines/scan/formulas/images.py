"""Cuts the images of formulas out of an upright page."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ocr_service.engines.scan.formulas.reader import LINE
from ocr_service.library.pages import Box

__all__ = ["formula_image"]

_MARGIN = 0.15  # lines of white around a formula
_LARGEST = 4_000  # pixels of a side
_NOISE = 12.0  # levels of 255 by which paper varies
_CONTRAST = 20.0  # levels between ink and paper, under which nothing is stretched


def formula_image(page: Image.Image, box: Box, line: float) -> Image.Image:
    """Return the image of a formula in grey, scaled so that a line of text is `LINE` high.

    Its paper is white and its ink black, whatever they are on the page.

    Args:
        page: the upright page.
        box: the formula's place, as fractions of the page.
        line: height of a line of the page's text, as a fraction of the page's height.
    """
    margin = _MARGIN * line * page.height
    left, top = box[0] * page.width - margin, box[1] * page.height - margin
    right, bottom = box[2] * page.width + margin, box[3] * page.height + margin
    scale = LINE / (line * page.height)
    size = (
        min(_LARGEST, max(1, round((right - left) * scale))),
        min(_LARGEST, max(1, round((bottom - top) * scale))),
    )
    grey = page.convert("L")
    place = (max(0.0, left), max(0.0, top), min(page.width, right), min(page.height, bottom))
    return _stretched(grey.resize(size, Image.Resampling.LANCZOS, box=place))


def _stretched(image: Image.Image) -> Image.Image:
    """Return an image with its levels stretched so that paper is white and ink black."""
    levels = np.asarray(image, dtype=np.float32)
    # Noise makes paper lighter and darker than its own level; the darkest ink is a few pixels.
    ink, paper = float(np.quantile(levels, 0.005)), float(np.quantile(levels, 0.5)) - _NOISE
    if paper - ink < _CONTRAST:
        return image
    stretched = (levels - ink) * (255 / (paper - ink))
    return Image.fromarray(stretched.clip(0, 255).astype(np.uint8))
