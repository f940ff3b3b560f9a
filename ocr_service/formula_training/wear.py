"""Wears images of formulas as printing and scanning do: skew, blur, noise, uneven and pale ink."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

__all__ = ["worn"]

_SKEW = 0.8  # degrees; a page is levelled before its formulas are cut
_BLUR = 1.1  # pixels
_NOISE = 14.0  # levels of 255
_PALE = 70  # levels, of the palest ink


def worn(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return a grey image, dark on light, worn by random shares of each fault."""
    page = image.rotate(
        float(rng.normal(0, _SKEW / 3)), Image.Resampling.BICUBIC, expand=False, fillcolor=255
    )
    scale = float(rng.uniform(0.85, 1.15))  # the height of lines is measured, not known
    size = max(1, round(page.width * scale)), max(1, round(page.height * scale))
    page = page.resize(size, Image.Resampling.BICUBIC)
    page = page.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, _BLUR))))
    levels = np.asarray(page, dtype=np.float32)
    ink, paper = float(rng.uniform(0, _PALE)), float(rng.uniform(225, 255))
    levels = ink + levels * ((paper - ink) / 255)
    levels += rng.normal(0, float(rng.uniform(0, _NOISE)), levels.shape).astype(np.float32)
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))
