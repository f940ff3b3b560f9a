"""Decides whether the files of a folder are the pages of one book."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_service.common.errors import InputError
from ocr_service.inputs.decode import decode_text
from ocr_service.inputs.numbered import numbered_series
from ocr_service.inputs.page_files import DOCUMENTS, IMAGES, TEXTS, without_readme
from ocr_service.inputs.page_marks import has_page_marks
from ocr_service.inputs.regular import open_regular, read_start
from ocr_service.library.sources import SourceKind

__all__ = ["Series", "series_of"]

_PAGE_BYTES = 16_000  # most pages of text are shorter; chapters are longer
_TIFF = {b"II*\x00": "<", b"MM\x00*": ">"}


@dataclass(frozen=True, slots=True)
class Series:
    """The page files of one book in order, and what each would be alone.

    `beside` are the images that the texts were read from.
    """

    names: tuple[str, ...]
    kind: SourceKind
    single_kind: SourceKind
    beside: tuple[str, ...] = ()


def series_of(folder: Path, readable: Sequence[str], names: Sequence[str]) -> Series | None:
    """Return the pages that the files of a folder are, if all that are read are one series.

    PDFs are never joined, nor are images of several pages, nor texts with page marks or of the
    length of chapters. Images beside texts of the same names are what the texts were read from.

    Args:
        folder: the folder.
        readable: the files that are read if they are no series.
        names: all files.
    """
    texts = [name for name in readable if _suffix(name) in TEXTS]
    images = [name for name in readable if _suffix(name) in IMAGES]
    if len(texts) + len(images) < len(readable):
        return None
    if not readable:
        texts = without_readme(name for name in names if _suffix(name) in TEXTS - DOCUMENTS)
    if texts and {Path(name).stem for name in images} <= {Path(name).stem for name in texts}:
        series = numbered_series(texts)
        if series and _are_pages([folder / name for name in series.values()]):
            pages = tuple(series.values())
            return Series(pages, SourceKind.PAGE_FOLDER, SourceKind.DOCUMENT, tuple(images))
    if images and not texts:
        series = numbered_series(images)
        if series and not any(_has_more_pages(folder / name) for name in series.values()):
            return Series(tuple(series.values()), SourceKind.IMAGE_FOLDER, SourceKind.IMAGE)
    return None


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _are_pages(paths: Sequence[Path]) -> bool:
    """Return whether texts have the length of pages, and no page marks inside."""
    try:
        if sum(path.stat().st_size < _PAGE_BYTES for path in paths) * 2 < len(paths):
            return False
        for path in paths:
            with open_regular(path) as file:
                if has_page_marks(decode_text(file.read(), path)[0]):
                    return False
    except (InputError, OSError):
        return True  # reported when the page is read
    return True


def _has_more_pages(path: Path) -> bool:
    """Return whether an image is a TIFF with a second page."""
    start = read_start(path, 8)
    order = _TIFF.get(start[:4])
    if order is None or len(start) < 8:
        return False
    try:
        with open_regular(path) as file:
            file.seek(struct.unpack(f"{order}I", start[4:])[0])
            (entries,) = struct.unpack(f"{order}H", file.read(2))
            file.seek(12 * entries, 1)
            following: int = struct.unpack(f"{order}I", file.read(4))[0]
    except (InputError, OSError, struct.error):
        return False
    return following != 0
