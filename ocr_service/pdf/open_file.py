"""Opens a file with MuPDF, whatever its header and the bytes of its name; says why if it cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocr_service.common.errors import InputError
from ocr_service.pdf.djvu import MAGIC, djvu_as_pdf
from ocr_service.pdf.mupdf import load_pymupdf
from ocr_service.pdf.page_tree import Native
from ocr_service.pdf.titles import one_line

__all__ = ["open_file"]

_KINDS = {
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
    MAGIC: "djvu",
}
# What MuPDF says of handlers, versions and methods of encryption that it does not have.
_UNKNOWN_ENCRYPTION = re.compile(
    r"(?:unknown|unspecified|unexpected) (?:encryption|crypt)\b.*", re.IGNORECASE
)


def open_file(path: Path) -> tuple[Native, bool]:
    """Return an open `pymupdf.Document`, and whether it is a PDF (or was made one).

    Raises:
        InputError: the file is missing, empty, damaged or of another kind.
    """
    kind = _kind(path)
    if kind == "djvu":
        return _open(djvu_as_pdf(path), "pdf"), True
    return _open(path, kind), kind == "pdf"


def _kind(path: Path) -> str:
    """Return pdf, png, jpeg, tiff or djvu, by a file's first bytes.

    A file that says nothing is taken for a PDF: MuPDF opens many whose header is damaged.
    """
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file; check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path}: this is a folder; name a file in it") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); check it") from error
    if not head:
        raise InputError(f"{path}: this file is empty (0 bytes); get it again, or leave it out")
    for magic, kind in _KINDS.items():
        if head.startswith(magic):
            return kind
    return "pdf"


def _open(path: Path, kind: str) -> Native:
    """Open a file with PyMuPDF, without its messages on stderr."""
    pymupdf = load_pymupdf()
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        with _utf8_name(path) as name:
            return pymupdf.open(name, filetype=kind)
    except Exception as error:
        raise _refusal(path, kind, error) from error


def _refusal(path: Path, kind: str, error: Exception) -> InputError:
    """Return why MuPDF has not opened a file."""
    unknown = _UNKNOWN_ENCRYPTION.search(one_line(str(error.__cause__ or error)))
    if unknown:
        return InputError(
            f"{path}: this PDF has an encryption that Octavo does not know ({unknown[0][:80]}); "
            "save a copy without encryption where it opens, or leave it out"
        )
    if kind == "pdf" and not _has_header(path):
        return InputError(
            f"{path}: this is neither a PDF nor a DjVu, PNG, JPEG or TIFF file; leave it out"
        )
    noun = "PDF" if kind == "pdf" else "image"
    return InputError(
        f"{path}: this {noun} is damaged beyond repair; get it again, or leave it out"
    )


def _has_header(path: Path) -> bool:
    with path.open("rb") as file:
        return b"%PDF-" in file.read(1024)


@contextmanager
def _utf8_name(path: Path) -> Iterator[str]:
    """Yield a name that MuPDF, which knows names in UTF-8 only, can open a file by.

    A file name may hold any bytes; one that is not UTF-8 is opened through a file descriptor.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        with path.open("rb") as file:
            yield f"/dev/fd/{file.fileno()}"
    else:
        yield str(path)
