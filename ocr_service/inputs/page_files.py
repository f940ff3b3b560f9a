"""Finds the page files of a folder, in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ocr_service.common.errors import InputError
from ocr_service.inputs.numbered import MAX_PAGES, numbered_series
from ocr_service.library.sources import SourceKind

__all__ = [
    "DOCUMENTS",
    "IMAGES",
    "TEXTS",
    "PageFile",
    "has_page_name",
    "page_files",
    "without_readme",
]

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff"})
DOCUMENTS = frozenset({".mmd"})  # always pages or documents, while a .md may be anything
TEXTS = DOCUMENTS | {".md"}

# "page_45.png" is page 45 also if it is the first; "IMG_4711.png" is not.
_PAGE_WORD = re.compile(
    r"(?:^|[^a-z])(?:pages?|pg|p|seite|s|pag|pagina|página|folio|fol|f)[-_. ]*$", re.IGNORECASE
)
_PAGE_NAME = re.compile(r"page[_-]?([0-9]{1,7})\.(?:mmd|md)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageFile:
    """The file of one page, and its number; no path if the page has no file.

    The number is the one in the file's name if that counts pages, else the place in the order.
    """

    number: int
    path: Path | None


def has_page_name(name: str) -> bool:
    """Return whether a file is called like `page_0001.mmd`, as Octavo and OCR tools call pages."""
    return _PAGE_NAME.fullmatch(name) is not None


def page_files(folder: Path, kind: SourceKind) -> list[PageFile]:
    """Return the pages of a folder in order.

    `page_0001.mmd` says which page it is, so that a gap is a page without a file; other names
    only say the order. What is no regular file is not a page: finding the inputs has named it.

    Raises:
        InputError: two files claim one page, or a number is far too large.
        OSError: the folder cannot be read.
    """
    files = sorted(
        path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")
    )
    if kind is SourceKind.PAGE_FOLDER and any(has_page_name(path.name) for path in files):
        return _named_pages(folder, files)
    wanted = IMAGES if kind is SourceKind.IMAGE_FOLDER else DOCUMENTS
    for suffixes in (wanted, TEXTS - wanted if kind is SourceKind.PAGE_FOLDER else ()):
        names = [path.name for path in files if path.suffix.lower() in suffixes]
        series = numbered_series(without_readme(names))
        if series is not None:
            states_pages = 1 in series or _PAGE_WORD.search(_stem_before_number(series))
            return [
                PageFile(number if states_pages else index, folder / name)
                for index, (number, name) in enumerate(series.items(), 1)
            ]
    return []


def _stem_before_number(series: dict[int, str]) -> str:
    """Return what stands before the running number in the name of the first page."""
    number, name = next(iter(series.items()))
    return re.split(f"0*{number}(?![0-9])", Path(name).stem)[0]


def without_readme(names: Iterable[str]) -> list[str]:
    """Return the names without that of the text that describes a folder."""
    return [name for name in names if Path(name).stem.lower() != "readme"]


def _named_pages(folder: Path, files: Iterable[Path]) -> list[PageFile]:
    """Return the pages whose names say which page they are; the first is page 1, or page 0."""
    numbered: dict[int, Path] = {}
    for path in files:
        match = _PAGE_NAME.fullmatch(path.name)
        if match is None:
            continue
        number = int(match[1])
        if number in numbered:
            raise InputError(
                f"{folder}: {numbered[number].name} and {path.name} are both page {number}; "
                "leave one of them out"
            )
        numbered[number] = path
    if max(numbered) > MAX_PAGES:
        raise InputError(f"{folder}: a page number above {MAX_PAGES}; rename the page files")
    first = 0 if 0 in numbered else 1
    return [
        PageFile(number - first + 1, numbered.get(number))
        for number in range(first, max(numbered) + 1)
    ]
