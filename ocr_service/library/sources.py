"""Finds the inputs at the paths a person names: PDFs, images, and pages that are text already.

A folder of `page_0001.mmd` files, or one `document.mmd` with page-split markers, is the output of
other OCR tools; it becomes a book like any other. Named pipes, devices and sockets are reported and
never opened: reading one may wait for ever.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ocr_service.common.errors import InputError
from ocr_service.library.book_folder import PAGE_SPLIT

__all__ = ["InputSource", "SourceKind", "find_sources", "read_text_pages", "source_digest"]

_IMAGES = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}
_TEXT = {".mmd", ".md"}
_PAGE_FILE = re.compile(r"page[_-]?(\d{1,7})\.(?:mmd|md)", re.IGNORECASE)
_MAX_PAGES = 100_000
_MAX_PAGE_BYTES = 4_000_000
_BLOCK = 1 << 20  # bytes read at a time
_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


class SourceKind(StrEnum):
    """The kinds of input."""

    PDF = "pdf"
    IMAGE = "image"
    PAGE_FOLDER = "page folder"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class InputSource:
    """One input that becomes one book."""

    path: Path
    kind: SourceKind

    @property
    def is_text(self) -> bool:
        """Whether the pages are text already, so that nothing is rendered or recognised."""
        return self.kind in (SourceKind.PAGE_FOLDER, SourceKind.DOCUMENT)


def find_sources(paths: Iterable[Path], skip: Path) -> tuple[list[InputSource], dict[str, str]]:
    """Find the inputs in files and folders.

    Folders are searched through, except hidden ones and the folder `skip` (the library).

    Returns:
        The inputs in order, each once; and for each path that cannot be used, the reason.
    """
    found: dict[Path, InputSource] = {}
    wrong: dict[str, str] = {}
    for given in paths:
        special: dict[str, str] = {}
        try:
            sources = list(_sources_at(given, skip.resolve(), special))
            wrong |= special
            if not sources and not special:
                raise InputError(f"{given}: no PDF, image or page file in this folder")
        except InputError as error:
            wrong[str(given.resolve())] = str(error)
            continue
        for source in sources:
            found.setdefault(source.path.resolve(), source)
    return list(found.values()), wrong


def _sources_at(given: Path, skip: Path, special: dict[str, str]) -> Iterable[InputSource]:
    if not given.exists():
        raise InputError(f"{given}: no such file or folder; check the path")
    if given.is_dir():
        return _sources_in_folder(given, skip, special)
    _require_file(given)
    kind = _kind_of(given, explicit=True)
    if kind is None:
        raise InputError(
            f"{given}: not a kind of file that Octavo reads (PDF, PNG, JPEG, TIFF, markdown pages)"
        )
    return [InputSource(given, kind)]


def _sources_in_folder(folder: Path, skip: Path, special: dict[str, str]) -> Iterator[InputSource]:
    """Yield the inputs in a folder; put what is no regular file into `special`, with the reason."""
    for place, subfolders, names in os.walk(folder):
        here = Path(place)
        if here.resolve() == skip:
            subfolders.clear()
            continue
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        if any(_PAGE_FILE.fullmatch(name) for name in names):
            yield InputSource(here, SourceKind.PAGE_FOLDER)
            subfolders.clear()
            continue
        for name in sorted(names):
            path = here / name
            kind = _kind_of(path, explicit=False)
            if kind is None or name.startswith("."):
                continue
            try:
                _require_file(path)
            except InputError as error:
                special[str(path.absolute())] = str(error)
            else:
                yield InputSource(path, kind)


def _require_file(path: Path) -> None:
    """Check that a path, or what it links to, is no named pipe, device or socket.

    Raises:
        InputError: it is.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # reported when it is opened
    for is_kind, name in _SPECIAL:
        if is_kind(mode):
            raise InputError(f"{path}: this is {name} and no file; leave it out")


def _kind_of(path: Path, *, explicit: bool) -> SourceKind | None:
    suffix = path.suffix.lower()
    if suffix == ".pdf":
        return SourceKind.PDF
    if suffix in _IMAGES:
        return SourceKind.IMAGE
    if suffix == ".mmd" or (explicit and suffix in _TEXT):
        return SourceKind.DOCUMENT
    return None


def source_digest(source: InputSource) -> str:
    """Return the sha256 of an input's content: of the file, or of all page files of a folder.

    Raises:
        InputError: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        if source.kind is not SourceKind.PAGE_FOLDER:
            _add_file(digest, source.path)
            return digest.hexdigest()
        for page_index, path in sorted(_page_files(source.path).items()):
            digest.update(f"{page_index}:{path.stat().st_size}:".encode())
            _add_file(digest, path)
    except OSError as error:
        raise InputError(f"{source.path}: cannot be read ({error.strerror})") from error
    return digest.hexdigest()


def _add_file(digest: hashlib._Hash, path: Path) -> None:
    _require_file(path)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)


def _page_files(folder: Path) -> dict[int, Path]:
    """Return the page files of a folder by 0-based page index.

    Numbers count from 1 unless a page 0 is there.

    Raises:
        InputError: two files claim one page, a number is far too large, or a page is no file.
    """
    numbered: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        match = _PAGE_FILE.fullmatch(path.name)
        if match is None:
            continue
        _require_file(path)
        number = int(match[1])
        if number in numbered:
            raise InputError(
                f"{folder}: {numbered[number].name} and {path.name} are both page {number}; "
                "leave one of them out"
            )
        numbered[number] = path
    if max(numbered, default=0) > _MAX_PAGES:
        raise InputError(f"{folder}: a page number above {_MAX_PAGES}; rename the page files")
    first = 0 if 0 in numbered else 1
    return {number - first: path for number, path in numbered.items()}


def read_text_pages(source: InputSource) -> list[str | None]:
    """Return the pages of a page folder or document; None for each page without a file.

    Raises:
        InputError: it cannot be read, is empty, or has a page of over 4 MB.
    """
    try:
        if source.kind is SourceKind.PAGE_FOLDER:
            files = _page_files(source.path)
            if not files:
                raise InputError(f"{source.path}: its page files are gone; check the folder")
            return [
                _read_text(files[index]) if index in files else None
                for index in range(max(files) + 1)
            ]
        return _split_document(source.path)
    except OSError as error:
        raise InputError(f"{source.path}: cannot be read ({error.strerror})") from error


def _split_document(path: Path) -> list[str | None]:
    pages = path.read_bytes().decode("utf-8-sig", "replace").split(PAGE_SPLIT)
    # DeepSeek-OCR's script writes the marker after every page, other tools between pages.
    if len(pages) > 1 and not pages[-1].strip():
        pages.pop()
    if not any(page.strip() for page in pages):
        raise InputError(f"{path}: this file is empty; leave it out, or make it again")
    if any(len(page) > _MAX_PAGE_BYTES for page in pages) or len(pages) > _MAX_PAGES:
        raise InputError(
            f"{path}: a page of over {_MAX_PAGE_BYTES // 1_000_000} million characters; "
            f"separate pages by the line {PAGE_SPLIT}"
        )
    return [page.strip() for page in pages]


def _read_text(path: Path) -> str:
    if path.stat().st_size > _MAX_PAGE_BYTES:
        raise InputError(f"{path}: over {_MAX_PAGE_BYTES // 1_000_000} MB; too large for one page")
    return path.read_bytes().decode("utf-8-sig", "replace").strip()
