"""Makes scans of worn paper out of rendered pages: curled, unevenly lit, thin, skewed, packed."""

from __future__ import annotations

import io
from collections.abc import Callable

import cv2
import numpy as np
import pymupdf
from PIL import Image, ImageFilter

__all__ = ["LOOKS", "grey_page", "worn_page"]

_PAPER = 240.0  # level of the paper
_LIFT = 0.012  # of the page's height: how far a line bends near the spine
_BEND = 0.25  # of its width: where the bend begins

Look = Callable[[Image.Image, Image.Image, np.random.Generator], Image.Image]


def grey_page(page: pymupdf.Page, dpi: int) -> Image.Image:
    """Return a page of a PDF as a grey image."""
    picture = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY, alpha=False)
    return Image.frombytes("L", (picture.width, picture.height), picture.samples)


def worn_page(page: Image.Image, behind: Image.Image, look: str, seed: int) -> Image.Image:
    """Return a page with this look; `behind` is printed on the other side of its paper."""
    return LOOKS[look][1](page, behind, np.random.default_rng(seed))


def _clean(page: Image.Image, _behind: Image.Image, _rng: np.random.Generator) -> Image.Image:
    return page


def _skewed(page: Image.Image, _behind: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Turn the page by 1 to 1.5 degrees and blur it a little."""
    angle = float(rng.choice([-1, 1]) * rng.uniform(1.0, 1.5))
    turned = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
    return turned.filter(ImageFilter.GaussianBlur(0.7))


def _curled(page: Image.Image, _behind: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Bend the lines near the spine, left or right, where the paper is darker and narrower."""
    levels = np.asarray(page, np.float32)
    height, width = levels.shape
    x = np.linspace(0, 1, width, dtype=np.float32)
    depth = ((_BEND - x) / _BEND).clip(0, 1) ** 2
    if rng.random() < 0.5:
        x, depth = 1 - x[::-1], depth[::-1]
    sign = 1.0 if depth[0] > depth[-1] else -1.0
    columns = np.arange(width, dtype=np.float32) - sign * depth * 0.03 * width
    y = np.arange(height, dtype=np.float32)[:, None]
    bend = (0.5 + y / height) * _LIFT * height * depth[None, :]
    bent = cv2.remap(
        levels,
        np.broadcast_to(columns, levels.shape).astype(np.float32),
        (y + bend).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return _image(bent * (1 - 0.45 * depth[None, :] ** 2))


def _worn(page: Image.Image, behind: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Light the page from one side, let the other side show through, add noise, pack as JPEG."""
    front = np.asarray(page.filter(ImageFilter.GaussianBlur(0.6)), np.float32)
    back = np.asarray(behind.resize(page.size).filter(ImageFilter.GaussianBlur(2)), np.float32)
    paper = np.minimum(front, 255 - 0.12 * (255 - back[:, ::-1])) * (_PAPER / 255)
    height, width = paper.shape
    light = np.linspace(0.72, 1.0, width)[None, :] * np.linspace(1.0, 0.85, height)[:, None]
    stream = io.BytesIO()
    _image(paper * light + rng.normal(0, 8, paper.shape)).save(stream, "JPEG", quality=40)
    return Image.open(stream).convert("L")


def _image(levels: np.ndarray) -> Image.Image:
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


LOOKS: dict[str, tuple[int, Look]] = {  # dots per inch, and what happens to the page
    "clean": (300, _clean),
    "skew": (200, _skewed),
    "curl": (200, _curled),
    "worn": (150, _worn),
}
