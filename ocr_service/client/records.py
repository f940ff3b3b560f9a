"""Defines the page sent to a service, and makes the record of its outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from ocr_service.library.pages import PageRecord, PageStatus, Region, storable
from ocr_service.protocol.engine import FinishReason, PageText
from ocr_service.text.invisible import is_removal_note, removal_notes, strip_invisible
from ocr_service.workers.limits import out_of_time
from ocr_service.workers.page_images import PageImage

__all__ = [
    "PageJob",
    "blank_record",
    "cleaned_again",
    "drawing_trouble",
    "failed_record",
    "read_record",
]

_MAX_REASON = 300  # characters
_MAX_ENGINE = 64

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageJob:
    """A page to read: 0-based index, printed label, and a function that renders it.

    `draw` returns at once; its future holds the image or the error.
    """

    page_index: int
    page_label: str
    draw: Callable[[], Future[PageImage]]


def read_record(source_sha256: str, job: PageJob, page: PageText, engine: str) -> PageRecord:
    """Return the record of a page that a model has read."""
    text, hidden = strip_invisible(page.text)
    raw = storable(text)
    status, regions, notes = _cleaned(raw, page)
    return PageRecord(
        source_sha256=source_sha256,
        page_index=job.page_index,
        page_label=job.page_label,
        status=status,
        engine=storable(engine).replace("\n", " ")[:_MAX_ENGINE],
        raw=raw,
        regions=regions,
        seconds=page.seconds,
        attempts=page.attempts,
        prompt_tokens=page.prompt_tokens,
        output_tokens=page.output_tokens,
        finish_reason=str(page.finish_reason),
        notes=(*notes, *removal_notes(hidden)),
    )


def cleaned_again(record: PageRecord) -> PageRecord:
    """Return the record cleaned by the current rules; unchanged if no model wrote it."""
    if record.finish_reason is None:
        return record
    page = PageText(
        text=record.raw,
        finish_reason=FinishReason(record.finish_reason),
        prompt_tokens=record.prompt_tokens or 0,
        output_tokens=record.output_tokens or 0,
        attempts=record.attempts,
        seconds=record.seconds,
    )
    status, regions, notes = _cleaned(record.raw, page)
    removed = filter(is_removal_note, record.notes)
    return replace(record, status=status, regions=regions, notes=(*notes, *removed))


def _cleaned(raw: str, page: PageText) -> tuple[PageStatus, tuple[Region, ...], tuple[str, ...]]:
    """Return status, regions and notes. A fault in cleaning must not lose a paid page."""
    from ocr_service.cleaning.clean import clean, page_status

    try:
        cleaned = clean(raw)
        # A page without regions would be published as its raw text, whatever that is.
        nothing = (Region("text", (0.0, 0.0, 1.0, 1.0)),) if raw.strip() else ()
        return page_status(page), cleaned.regions or nothing, cleaned.notes
    except Exception as error:
        logger.exception("a page could not be cleaned")
        note = f"not cleaned because of a fault ({type(error).__name__})"
        return PageStatus.OK, (Region("text", (0.0, 0.0, 1.0, 1.0), raw),), (note,)


def blank_record(source_sha256: str, job: PageJob) -> PageRecord:
    """Return the record of a blank page, which is not sent."""
    return PageRecord(source_sha256, job.page_index, job.page_label, PageStatus.BLANK, "pixels")


def failed_record(source_sha256: str, job: PageJob, reason: str) -> PageRecord:
    """Return the record of a page that could not be read."""
    return PageRecord(
        source_sha256=source_sha256,
        page_index=job.page_index,
        page_label=job.page_label,
        status=PageStatus.FAILED,
        engine="none",
        error=" ".join(storable(reason).split())[:_MAX_REASON],
    )


def drawing_trouble(job: PageJob, error: Exception) -> str:
    """Return why a page cannot be rendered, for people."""
    if out_of_time(error):
        return "takes too long to draw; repair the file, or try --retry-failed"
    if isinstance(error, MemoryError):
        return "needs over 2 GB of memory"
    if type(error).__name__ == "ProcessExpired":
        return "needs too much memory or crashes a library; repair the file or leave it out"
    _, found, reason = str(error).partition(f": page {job.page_index + 1} ")
    return reason if found else f"{type(error).__name__}: {error}"
