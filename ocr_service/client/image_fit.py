"""Fits page images to the size that a model reads."""

from __future__ import annotations

import io
from typing import NamedTuple

from ocr_service.models.image_sizes import scale_factor, seen_size
from ocr_service.models.profiles import ImageRule
from ocr_service.workers.page_images import PageImage, packed

__all__ = ["FittedImage", "fitted"]


class FittedImage(NamedTuple):
    """An image to send, and its width and height as the model sees it, in pixels."""

    image: PageImage
    size: tuple[int, int]


def fitted(image: PageImage, rule: ImageRule) -> FittedImage:
    """Scale a page down if it is larger than the model reads. Takes tens of milliseconds."""
    from PIL import Image

    with Image.open(io.BytesIO(image.data)) as opened:
        size = opened.size
        factor = scale_factor(size, rule)
        if factor < 1:
            size = (max(1, round(size[0] * factor)), max(1, round(size[1] * factor)))
            image = packed(opened.convert("RGB").resize(size, Image.Resampling.LANCZOS))
    return FittedImage(image, seen_size(size, rule))
