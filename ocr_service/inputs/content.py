"""Computes the digest of an input's content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ocr_service.common.errors import InputError
from ocr_service.inputs.content_list import content_list_of
from ocr_service.inputs.page_files import PageFile, page_files
from ocr_service.inputs.regular import open_regular
from ocr_service.library.sources import InputSource, SourceKind

__all__ = ["ImageFile", "SourceContent", "read_content", "source_digest"]

_BLOCK = 1 << 20  # bytes read at a time


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A page image of a folder: its path, the digest of the file, and the number of the page."""

    path: Path
    sha256: str
    number: int


@dataclass(frozen=True, slots=True)
class SourceContent:
    """The digest of an input; of a folder of page images also the images, in order."""

    sha256: str
    images: tuple[ImageFile, ...] = ()


def source_digest(source: InputSource) -> str:
    """Return the sha256 of an input's content: of the file, or of all page files of a folder.

    Raises:
        InputError: it cannot be read.
    """
    return read_content(source).sha256


def read_content(source: InputSource) -> SourceContent:
    """Read an input once, for its digest and those of its page images.

    Raises:
        InputError: it cannot be read.
    """
    try:
        if source.kind is SourceKind.IMAGE_FOLDER:
            return _image_folder(source.path)
        digest = hashlib.sha256()
        if source.kind is SourceKind.PAGE_FOLDER:
            for page_index, file in enumerate(page_files(source.path, source.kind)):
                if file.path is not None:
                    digest.update(f"{page_index}:{file.path.stat().st_size}:".encode())
                    _add_file(digest, file.path)
        else:
            _add_file(digest, source.path)
            is_document = source.kind is SourceKind.DOCUMENT
            beside = content_list_of(source.path) if is_document else None
            if beside is not None:
                _add_file(digest, beside)
    except OSError as error:
        raise InputError(f"{source.path}: cannot be read ({error.strerror})") from error
    return SourceContent(digest.hexdigest())


def _image_folder(folder: Path) -> SourceContent:
    images = [_image(file) for file in page_files(folder, SourceKind.IMAGE_FOLDER)]
    pages = tuple(image for image in images if image is not None)
    if not pages:
        raise InputError(f"{folder}: its page images are gone, or numbered otherwise; check it")
    text = "".join(f"{image.number}:{image.sha256}\n" for image in pages)
    return SourceContent(hashlib.sha256(text.encode()).hexdigest(), pages)


def _image(file: PageFile) -> ImageFile | None:
    if file.path is None:
        return None
    digest = hashlib.sha256()
    _add_file(digest, file.path)
    return ImageFile(file.path, digest.hexdigest(), file.number)


def _add_file(digest: hashlib._Hash, path: Path) -> None:
    with open_regular(path) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
