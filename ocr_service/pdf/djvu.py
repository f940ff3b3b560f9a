"""Converts DjVu to PDF with the programs of DjVuLibre, once for each file.

`ddjvu` draws the pages; the words that somebody's OCR has put into the file become hidden text at
their places, which is judged like that of any other scan. The PDF stays in the cache, which is
bounded. The programs run as processes of their own, within limits of time, memory and size.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ocr_service.common.errors import InputError
from ocr_service.common.files import write_atomic
from ocr_service.pdf.djvu_text import Bookmark, DjvuWord, read_bookmarks, read_metadata, read_words
from ocr_service.pdf.hidden_text import HiddenText
from ocr_service.pdf.mupdf import load_pymupdf
from ocr_service.pdf.page_tree import Native

__all__ = ["MAGIC", "djvu_as_pdf"]

MAGIC = b"AT&TFORM"
_VERSION = 1  # of what is put into the PDF; in the name, so that older ones are not used
_SECONDS = 540  # a worker has ten minutes for a file
_MAX_BYTES = 4 << 30  # of a PDF, and of the memory of a program
_MAX_CACHE = 8 << 30  # bytes; the oldest files go
_MAX_TEXT = 500_000_000  # characters of the words of a file
_MISSING = (
    "DjVu is read by the programs of DjVuLibre, which are not installed; install them (Debian and "
    "Ubuntu: apt install djvulibre-bin; macOS: brew install djvulibre) and run this again"
)


def djvu_as_pdf(path: Path) -> Path:
    """Return the PDF that a DjVu file has become, now or earlier.

    Raises:
        InputError: DjVuLibre is not installed, or the file is damaged or takes too much.
    """
    import filelock
    import platformdirs

    if not (shutil.which("ddjvu") and shutil.which("djvused") and shutil.which("djvutxt")):
        raise InputError(f"{path}: {_MISSING}")
    folder = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "djvu"
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file:
        name = f"{hashlib.file_digest(file, 'sha256').hexdigest()}-{_VERSION}.pdf"
    pdf = folder / name
    with filelock.FileLock(folder / f".{name}.lock"):
        if not pdf.exists():
            _make_room(folder)
            _convert(path, pdf)
    return pdf


def _convert(path: Path, pdf: Path) -> None:
    drawn = pdf.with_name(f".{pdf.name}.drawn")
    try:
        _run(path, "ddjvu", "-format=pdf", "-quality=85", _argument(path), str(drawn))
        words = read_words(_run(path, "djvutxt", "-detail=word", _argument(path)))
        outline = read_bookmarks(_run(path, "djvused", _argument(path), "-e", "print-outline"))
        metadata = read_metadata(_run(path, "djvused", _argument(path), "-e", "print-meta"))
        write_atomic(pdf, _with_text(drawn, words, outline, metadata))
    finally:
        drawn.unlink(missing_ok=True)


def _with_text(
    drawn: Path,
    words: Sequence[Sequence[DjvuWord]],
    outline: Sequence[Bookmark],
    metadata: dict[str, str],
) -> bytes:
    """Return the PDF with words, bookmarks, title and author."""
    pymupdf = load_pymupdf()
    with pymupdf.open(drawn, filetype="pdf") as document:
        if len(words) == document.page_count:
            hidden = HiddenText(document)
            for page, page_words in zip(document, words, strict=True):
                hidden.add(page, [(word.box, word.text) for word in page_words])
        _set_outline(document, outline)
        document.set_metadata({k: metadata[k] for k in ("title", "author") if k in metadata})
        data: bytes = document.tobytes(garbage=1, deflate=True)
    return data


def _set_outline(document: Native, outline: Sequence[Bookmark]) -> None:
    rows: list[list[object]] = []
    level = 0
    for mark in outline:
        if 1 <= mark.page <= document.page_count:
            level = min(mark.level, level + 1)  # a level cannot be skipped
            rows.append([level, mark.title, mark.page])
    document.set_toc(rows)


def _argument(path: Path) -> str:
    """Return a path that no program takes for an option."""
    return str(path.absolute())


def _run(path: Path, program: str, *arguments: str) -> str:
    """Run a program on the file at `path`; return what it prints.

    Raises:
        InputError: it fails, or takes too long.
    """
    command = [program, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        _limit(process.pid)
        try:
            out, err = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise InputError(
                f"{path}: {program} takes over {_SECONDS // 60} minutes; make a PDF of it with "
                f"'ddjvu -format=pdf', and read that"
            ) from None
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        lines = err.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise InputError(
            f"{path}: {program} cannot read this DjVu file ({lines[-1][:120]}); "
            "get it again, or leave it out"
        )
    return out[:_MAX_TEXT].decode("utf-8", "replace")


def _limit(pid: int) -> None:
    """Limit a program; the time of the worker, which it inherits, is that of one page."""
    if sys.platform != "linux":
        return
    import resource

    wanted = {
        resource.RLIMIT_FSIZE: _MAX_BYTES,
        resource.RLIMIT_AS: _MAX_BYTES,
        resource.RLIMIT_CPU: _SECONDS,
    }
    for kind, most in wanted.items():
        with contextlib.suppress(OSError, ValueError):  # it may have ended already
            hard = resource.prlimit(pid, kind)[1]
            soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.prlimit(pid, kind, (soft, hard))


def _make_room(folder: Path) -> None:
    """Delete the oldest PDFs until the cache is within its bound."""
    files = sorted(folder.glob("*.pdf"), key=lambda file: file.stat().st_mtime)
    size = sum(file.stat().st_size for file in files)
    for file in files:
        if size <= _MAX_CACHE:
            return
        size -= file.stat().st_size
        file.unlink(missing_ok=True)
