"""Renders pages for an OCR service, in worker processes; skips blank ones."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocr_service.engines.scan.blank import is_blank
from ocr_service.workers.limits import memory_limit
from ocr_service.workers.tasks import PageTask, open_document

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PageImage", "draw_page", "packed"]

_LEAST_PIXELS = 1_200  # of the longer side: small pages have small type
_LETTERS = 100  # in a text layer, from which on a page is not blank
_MAX_PNG = 6_000_000  # bytes; larger ones are photographs, which JPEG preserves as well
_JPEG_QUALITY = 95


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as an image file; without data if the page is blank, which is not sent."""

    data: bytes
    media_type: str = "image/png"

    @property
    def is_blank(self) -> bool:
        """Whether the page is blank."""
        return not self.data


def draw_page(task: PageTask) -> PageImage:
    """Render one page, in a worker process.

    Raises:
        InputError: the page cannot be rendered.
        MemoryError: it needs too much memory.
    """
    with memory_limit():
        document, _ = open_document(task.path, task.sha256, task.password)
        page = document.page(task.index_in_file)
        points = max(page.rect.width, page.rect.height)
        zoom = max(task.zoom, _LEAST_PIXELS / max(points, 72.0))
        image = document.image(task.index_in_file, zoom)
        # Examining the pixels takes longer than rendering; a text layer makes it unnecessary.
        written = sum(not letter.isspace() for letter in document.text(task.index_in_file))
        blank = written < _LETTERS and is_blank(image)
        return PageImage(b"") if blank else packed(image)


def packed(image: Image.Image) -> PageImage:
    """Return an RGB image as a PNG, grey if it has no colours; a large photograph as a JPEG."""
    if _is_grey(image):
        image = image.convert("L")
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=3)
    if file.tell() <= _MAX_PNG:
        return PageImage(file.getvalue())
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_JPEG_QUALITY)
    return PageImage(file.getvalue(), "image/jpeg")


def _is_grey(image: Image.Image) -> bool:
    from PIL import ImageChops

    red, green, blue = image.split()
    return not (
        ImageChops.difference(red, green).getbbox() or ImageChops.difference(red, blue).getbbox()
    )
