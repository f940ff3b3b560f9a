"""Makes scans out of rendered pages: lower resolution, blur, noise, skew, pale or inverse print."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pymupdf
from PIL import Image, ImageFilter

__all__ = ["DEGRADATIONS", "RESOLUTIONS", "degraded_page", "scan_pdf"]

RESOLUTIONS = (100, 150, 200)  # dots per inch
_PAPER = 242.0  # level of the paper that a scan is given

Degradation = Callable[[Image.Image, np.random.Generator], Image.Image]


def _clean(page: Image.Image, _: np.random.Generator) -> Image.Image:
    return page


def _blurred(page: Image.Image, _: np.random.Generator) -> Image.Image:
    return page.filter(ImageFilter.GaussianBlur(max(page.size) / 2000))


def _noisy(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    levels = np.asarray(page, dtype=np.float32) * (_PAPER / 255) + rng.normal(
        0, 16, page.size[::-1]
    )
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


def _skewed(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    angle = float(rng.choice([-1, 1]) * rng.uniform(0.8, 2.0))
    return page.rotate(angle, Image.Resampling.BICUBIC, expand=False, fillcolor=255)


def _pale(page: Image.Image, _: np.random.Generator) -> Image.Image:
    """Reduce the contrast to 40 of 255 levels."""
    return page.point(lambda level: 190 + level * 40 / 255)


def _inverse(page: Image.Image, _: np.random.Generator) -> Image.Image:
    return page.point(lambda level: 245 - level * 230 / 255)


def _packed(page: Image.Image, _: np.random.Generator) -> Image.Image:
    """Pack the page as a strong JPEG."""
    stream = io.BytesIO()
    page.save(stream, "JPEG", quality=25)
    return Image.open(stream).convert("L")


DEGRADATIONS: dict[str, Degradation] = {
    "clean": _clean,
    "blur": _blurred,
    "noise": _noisy,
    "skew": _skewed,
    "pale": _pale,
    "inverse": _inverse,
    "jpeg": _packed,
}


def degraded_page(page: pymupdf.Page, kind: str, dpi: int, seed: int = 0) -> Image.Image:
    """Return a page as a grey scan with a fault of this kind at this resolution."""
    picture = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
    image = Image.frombytes("L", (picture.width, picture.height), picture.samples)
    return DEGRADATIONS[kind](image, np.random.default_rng(seed))


def scan_pdf(images: list[tuple[Image.Image, int]]) -> bytes:
    """Return a PDF without a text layer of page images, each with its dots per inch."""
    with pymupdf.open() as scan:
        for image, dpi in images:
            stream = io.BytesIO()
            image.save(stream, "PNG")
            page = scan.new_page(width=image.width * 72 / dpi, height=image.height * 72 / dpi)
            page.insert_image(page.rect, stream=stream.getvalue())
        return bytes(scan.tobytes())
