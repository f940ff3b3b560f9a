"""Fits page images to the size that a model reads."""

from __future__ import annotations

import io
import math
from typing import NamedTuple

from ocr_service.models.profiles import ImageRule
from ocr_service.workers.page_images import PageImage, packed

__all__ = ["FittedImage", "fitted", "seen_size"]


class FittedImage(NamedTuple):
    """An image to send, and its width and height as the model sees it, in pixels."""

    image: PageImage
    size: tuple[int, int]


def fitted(image: PageImage, rule: ImageRule) -> FittedImage:
    """Scale a page down if it is larger than the model reads. Takes tens of milliseconds."""
    from PIL import Image

    with Image.open(io.BytesIO(image.data)) as opened:
        size = opened.size
        factor = _factor(size, rule)
        if factor < 1:
            size = (max(1, round(size[0] * factor)), max(1, round(size[1] * factor)))
            image = packed(opened.convert("RGB").resize(size, Image.Resampling.LANCZOS))
    return FittedImage(image, seen_size(size, rule))


def _factor(size: tuple[int, int], rule: ImageRule) -> float:
    """Return what both sides are to be multiplied by; at most 1."""
    factors = [1.0]
    if rule.longest_side is not None:
        factors.append(rule.longest_side / max(size))
    if rule.most_pixels is not None:
        factors.append(math.sqrt(rule.most_pixels / (size[0] * size[1])))
    return min(factors)


def seen_size(size: tuple[int, int], rule: ImageRule) -> tuple[int, int]:
    """Return the size to which a server scales an image, by the rule of Qwen's image processor.

    Both sides are rounded to multiples; if that makes too many or too few pixels, both are scaled
    and rounded down or up.
    """
    multiple = rule.multiple
    sides = [max(multiple, round(side / multiple) * multiple) for side in size]
    pixels, area = sides[0] * sides[1], size[0] * size[1]
    if rule.most_pixels is not None and pixels > rule.most_pixels:
        scale = math.sqrt(rule.most_pixels / area)
        sides = [max(multiple, math.floor(side * scale / multiple) * multiple) for side in size]
    elif pixels < rule.least_pixels:
        scale = math.sqrt(rule.least_pixels / area)
        sides = [math.ceil(side * scale / multiple) * multiple for side in size]
    return sides[0], sides[1]
