"""Inspects a file, and reads one page of it, in a worker process.

Files are untrusted, so all that opens one runs here, within limits on time and memory.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from ocr_service.common.errors import EncryptedError, OctavoError
from ocr_service.engines.local import LocalEngine, Reading
from ocr_service.library.pages import PageBookmark, PageRecord, PageStatus, Region, storable
from ocr_service.pdf.document import Document, OutlineEntry
from ocr_service.pdf.type_facts import page_size, with_type
from ocr_service.text.invisible import removal_notes, strip_invisible
from ocr_service.workers.limits import cpu_limit, memory_limit, memory_reason

__all__ = [
    "PageTask",
    "Parameters",
    "Result",
    "SourceInfo",
    "begin_worker",
    "failed_page",
    "look_into",
    "open_document",
    "read_page",
    "read_plain_page",
    "within_time",
]

# Of whatever is done in a worker process.
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>: the signal to get when the parent dies


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """The title, authors, language, year and bookmarks of a file, and its page labels."""

    title: str | None
    authors: tuple[str, ...]
    language: str | None
    labels: tuple[str, ...]
    year: int | None = None
    outline: tuple[PageBookmark, ...] = ()


@dataclass(frozen=True, slots=True)
class PageTask:
    """One page to read; `page_index` is its 0-based index in the book.

    `is_image` says that the file at `path` is the image of this page alone, one of a folder of page
    images. `sha256` is the digest of the file. `formulas` is the reader of the formulas of scans,
    as `known_reader` returned it. `tesseract` has the codes of languages if Tesseract is to
    recognise the page.
    """

    path: Path
    sha256: str
    page_index: int
    label: str
    zoom: float
    force_ocr: bool
    password: str | None = None
    is_image: bool = False
    formulas: str | None = None
    tesseract: tuple[str, ...] = ()

    @property
    def index_in_file(self) -> int:
        """The 0-based index of the page in the file at `path`."""
        return 0 if self.is_image else self.page_index


def begin_worker() -> None:
    """Prepare a new worker: ignore Ctrl-C, which the parent handles; end when the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        # The thread below waits while MuPDF holds the interpreter's lock, perhaps for ever. The
        # kernel does not wait.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def within_time(
    seconds: float,
    work: Callable[Parameters, Result],
    /,
    *args: Parameters.args,
    **kwargs: Parameters.kwargs,
) -> Result:
    """Do `work` in a worker process, which ends if that takes over `seconds` of processor time."""
    with cpu_limit(seconds):
        return work(*args, **kwargs)


def look_into(path: Path, password: str | None, *, guess_title: bool) -> SourceInfo:
    """Inspect a PDF or image.

    With `guess_title`, the first pages are read for what the metadata does not say: title, authors
    and year.

    Raises:
        InputError: it cannot be opened.
    """
    with memory_limit(), Document.open(path, password) as document:
        title = document.title if guess_title else document.stated_title
        authors = document.authors if guess_title else document.stated_authors
        return SourceInfo(
            title=storable(title) if title else None,
            authors=tuple(storable(author) for author in authors),
            language=document.language,
            labels=tuple(storable(document.label(i)) for i in range(document.page_count)),
            outline=tuple(
                PageBookmark(entry.level, storable(entry.title), entry.page_index)
                for entry in document.outline()
            ),
            year=document.year if guess_title else None,
        )


def read_page(task: PageTask) -> PageRecord:
    """Read one page; a failure becomes the record's status and error."""
    began = time.monotonic()
    try:
        with memory_limit():
            document, outline = open_document(task.path, task.sha256, task.password)
            engine = _engine(task.zoom, task.formulas, task.tesseract, force_ocr=task.force_ocr)
            reading = engine.read(document, task.index_in_file, outline)
    except MemoryError:
        return failed_page(task, memory_reason(), time.monotonic() - began)
    except EncryptedError:
        raise
    except OctavoError as error:
        reason = str(error).removeprefix(f"{task.path}: page {task.index_in_file + 1} ")
        return failed_page(task, reason, time.monotonic() - began)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"[:300]
        if "alloc" in reason or "memory" in reason:
            reason = f"{memory_reason()} ({reason})"
        return failed_page(task, reason, time.monotonic() - began)
    return _record(task, reading, began, document)


def read_plain_page(task: PageTask) -> PageRecord | None:
    """Read a page if its own text is sound and without mathematics; return None for all others."""
    began = time.monotonic()
    try:
        with memory_limit():
            document, outline = open_document(task.path, task.sha256, task.password)
            engine = _engine(task.zoom, None, (), force_ocr=False)
            reading = engine.read_plain(document, task.index_in_file, outline)
    except EncryptedError:
        raise
    except Exception:  # it fails again, and is reported, when the page is rendered
        return None
    return None if reading is None else _record(task, reading, began, document)


def _record(task: PageTask, reading: Reading, began: float, document: Document) -> PageRecord:
    texts = [strip_invisible(region.text) for region in reading.regions]
    regions = tuple(
        Region(region.label, region.box, storable(text))
        for region, (text, _) in zip(reading.regions, texts, strict=True)
    )
    regions = with_type(document, task.page_index, regions)
    return PageRecord(
        source_sha256=task.sha256,
        page_index=task.page_index,
        page_label=task.label,
        status=reading.status,
        engine=reading.engine,
        raw="\n\n".join(region.text for region in regions if region.text),
        regions=regions,
        seconds=time.monotonic() - began,
        notes=(*reading.notes, *removal_notes(sum(count for _, count in texts))),
        page_size=page_size(document, task.page_index),
    )


def failed_page(task: PageTask, reason: str, seconds: float) -> PageRecord:
    """Return the record of a page that could not be read."""
    return PageRecord(
        source_sha256=task.sha256,
        page_index=task.page_index,
        page_label=task.label,
        status=PageStatus.FAILED,
        engine="none",
        seconds=seconds,
        error=storable(f"{task.path.name} {reason}" if task.is_image else reason),
    )


# A file stays open between its pages. Its digest is part of the key, so a changed file is opened
# again.
@lru_cache(maxsize=1)
def open_document(
    path: Path, _sha256: str, password: str | None
) -> tuple[Document, list[OutlineEntry]]:
    """Return an open file and its outline; the most recent file stays open."""
    document = Document.open(path, password)
    return document, document.outline()


@lru_cache(maxsize=1)
def _engine(
    zoom: float, formulas: str | None, tesseract: tuple[str, ...], *, force_ocr: bool
) -> LocalEngine:
    return LocalEngine(zoom=zoom, force_ocr=force_ocr, formulas=formulas, tesseract=tesseract)
