"""Renders pages and regions of pages as images for vision models.

Files are untrusted, so they are rendered in worker processes with limits of time and memory, as in
a build. A hostile file costs its own answer and nothing else.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import multiprocessing
from base64 import b64encode
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LimitError
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pebble import ProcessExpired, ProcessPool

from ocr_service.common.errors import InputError, NotFoundError, QueryError
from ocr_service.common.path_text import text_path
from ocr_service.inputs.page_files import page_files
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.manifest import Manifest
from ocr_service.library.pages import Box
from ocr_service.library.sources import SourceKind
from ocr_service.pdf.mupdf import load_pymupdf
from ocr_service.workers.limits import memory_limit
from ocr_service.workers.page_images import packed
from ocr_service.workers.tasks import begin_worker, open_document

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "MAX_SIDE",
    "MIN_SIDE",
    "PageView",
    "PageViews",
    "ViewTask",
    "has_images",
    "page_image",
    "view_source",
]

MIN_SIDE, MAX_SIDE = 64, 2048  # pixels of the longer side
_SECONDS = 20.0  # time limit of one rendering
_WORKERS = 2
_MAX_WAITING = 16  # renderings requested and not finished
_MAX_BYTES = 700_000  # hosts take about a megabyte of base64
_WHITE = (
    0.3  # least share of white pixels in a page that is not a scan; a dense formula has about half
)
_QUALITY = 85  # JPEG quality
_MAX_ZOOM = 6.0  # pixels per point: 432 dpi; more shows nothing new
_MARGIN = 0.01  # of the page, added around a region: boxes are tight
_TEXT_KINDS = {".mmd", ".md"}
_IMPORTED = "import"  # the engine of pages that came as text


@dataclass(frozen=True, slots=True)
class ViewTask:
    """What to render: `box` of the 0-based page, as fractions, no side over `max_side` pixels."""

    path: Path
    sha256: str
    page_index: int
    box: Box | None
    max_side: int


@dataclass(frozen=True, slots=True)
class PageView:
    """An image file, and its size in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int

    @property
    def base64(self) -> str:
        """The file in base64, for JSON."""
        return b64encode(self.data).decode()


def view_source(manifest: Manifest, page_number: int) -> Path:
    """Return the file, or folder of page images, from which a page (1-based) can be rendered.

    Raises:
        NotFoundError: no such page, or the book is not from a file with page images.
        InputError: the file is gone.
    """
    book = manifest.book
    if not 1 <= page_number <= book.page_count:
        raise NotFoundError(f"{book.book_id}: no page {page_number}; it has 1 to {book.page_count}")
    path = text_path(book.source)
    if path.is_dir() and _IMPORTED not in manifest.engines:
        return path
    if path.is_dir() or path.suffix.lower() in _TEXT_KINDS:
        raise NotFoundError(
            f"{book.book_id}: this book came as text, so there are no images of its pages; "
            "read_pages has all there is"
        )
    if not path.is_file():
        raise InputError(
            f"{book.book_id}: the file it was read from has been moved or deleted, so its pages "
            "cannot be rendered; read_pages has their text"
        )
    return path


def has_images(manifest: Manifest) -> bool:
    """Return whether pages of a book can be rendered."""
    try:
        view_source(manifest, 1)
    except (NotFoundError, InputError):
        return False
    return True


def page_image(folder: BookFolder, manifest: Manifest, page_number: int) -> tuple[Path, str]:
    """Return the image of a page (1-based) of a folder of page images, and its digest.

    Raises:
        InputError: the folder has changed.
    """
    page_index, images = page_number - 1, text_path(manifest.book.source)
    record = folder.records(manifest.book.sha256).get(page_index)
    files = page_files(images, SourceKind.IMAGE_FOLDER)
    path = files[page_index].path if len(files) == manifest.book.page_count else None
    if path is None or record is None or record.image_sha256 is None:
        raise InputError(
            f"{manifest.book.book_id}: the images in its folder are not those that were read; "
            "run 'octavo build' on it, then ask again"
        )
    return path, record.image_sha256


class PageViews:
    """Renders pages in worker processes, started when first needed; `close` ends them."""

    def __init__(self, *, seconds: float = _SECONDS) -> None:
        """Limit each rendering to `seconds`."""
        self._seconds = seconds
        self._pool: ProcessPool | None = None
        self._waiting = 0

    def close(self) -> None:
        """End the workers at once."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    async def draw(self, task: ViewTask) -> PageView:
        """Render a page or a region of it; call it on the event loop's thread.

        Raises:
            InputError: it cannot be rendered, or takes too much time or memory.
            QueryError: too many renderings are waiting.
        """
        if self._waiting >= _MAX_WAITING:
            raise QueryError("too many pages are being rendered; try again in a few seconds")
        self._waiting += 1
        name, number = task.path.name, task.page_index + 1
        try:
            return await asyncio.wrap_future(self._schedule(task))
        except (LimitError, TimeoutError):
            reason = f"takes over {self._seconds:.0f} s to render"
        except (ProcessExpired, MemoryError):
            reason = "needs too much memory, or crashes the PDF library"
        finally:
            self._waiting -= 1
        raise InputError(f"{name}: page {number} {reason}; read_pages has its text, if any")

    def _schedule(self, task: ViewTask) -> Future[PageView]:
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=_WORKERS,
                initializer=_begin,
                context=multiprocessing.get_context("spawn"),
            )
        drawn: Future[PageView] = self._pool.schedule(draw_view, args=[task], timeout=self._seconds)
        return drawn


def _begin() -> None:
    """Prepare a worker, so that loading does not count against its first rendering."""
    begin_worker()
    load_pymupdf()


def draw_view(task: ViewTask) -> PageView:
    """Render one page or region; runs in a worker process.

    Raises:
        InputError: the file has changed, or cannot be rendered.
        MemoryError: it needs too much memory.
    """
    with memory_limit():
        found = task.path.stat()
        if _digest(task.path, found.st_size, found.st_mtime_ns) != task.sha256:
            raise InputError(
                f"{task.path.name}: the file has changed since the book was read; "
                "'octavo build' reads it again"
            )
        document, _ = open_document(task.path, task.sha256, None)
        page = document.page(task.page_index)
        left, top, right, bottom = _with_margin(task.box)
        width, height = float(page.rect.width), float(page.rect.height)
        longest = max((right - left) * width, (bottom - top) * height, 1e-3)
        image = document.image(task.page_index, min(task.max_side / longest, _MAX_ZOOM))
        if task.box is not None:
            image = image.crop(_pixels((left, top, right, bottom), image.size))
        image.thumbnail((task.max_side, task.max_side))
        return _packed(image)


@lru_cache(maxsize=64)
def _digest(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with_margin(box: Box | None) -> Box:
    if box is None:
        return 0.0, 0.0, 1.0, 1.0
    left, top, right, bottom = box
    return (
        max(0.0, left - _MARGIN),
        max(0.0, top - _MARGIN),
        min(1.0, right + _MARGIN),
        min(1.0, bottom + _MARGIN),
    )


def _pixels(box: Box, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return a box in pixels, at least one pixel wide and high, within the image."""
    left, top = int(box[0] * size[0]), int(box[1] * size[1])
    left, top = min(left, size[0] - 1), min(top, size[1] - 1)
    right, bottom = round(box[2] * size[0]), round(box[3] * size[1])
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _packed(image: Image.Image) -> PageView:
    """Return a page as a PNG, or as a JPEG if it is a scan or too large.

    The grain of scanned paper makes PNGs large and slow to compress.
    """
    white = image.convert("L").histogram()[255] / (image.width * image.height)
    if white >= _WHITE:
        whole = packed(image)
        if len(whole.data) <= _MAX_BYTES:
            return PageView(whole.data, whole.media_type, *image.size)
    while True:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=_QUALITY)
        if file.tell() <= _MAX_BYTES or max(image.size) <= MIN_SIDE:
            return PageView(file.getvalue(), "image/jpeg", *image.size)
        image = image.resize((max(1, image.width * 3 // 4), max(1, image.height * 3 // 4)))
