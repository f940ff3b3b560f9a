"""Defines the `--json` answers of the commands that write."""

from __future__ import annotations

from dataclasses import dataclass, field

from ocr_service.books.pipeline import Outcome
from ocr_service.library.pages import PageStatus

__all__ = ["BuildReport", "InputRow", "PlanReport", "PlanRow", "RecleanReport", "RemoveReport"]


@dataclass(frozen=True, slots=True)
class InputRow:
    """The result for one input: `outcome` is read, unchanged, duplicate or failed.

    `pages` counts all pages of the book, `pages_read` those read by this build, `pages_unread`
    those left for another. `failed_pages` and `kept_pages` (which could not be read again) map
    1-based page numbers to reasons, `noted_pages` to what was lost or guessed on the page.
    `seconds` is the wall time of this input alone; some of its pages may have been read during
    earlier inputs. `error` says why an input failed.
    """

    source: str
    outcome: str
    book_id: str | None = None
    pages: int = 0
    pages_read: int = 0
    pages_unread: int = 0
    failed_pages: dict[str, str] = field(default_factory=dict)
    kept_pages: dict[str, str] = field(default_factory=dict)
    noted_pages: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None

    @classmethod
    def of(cls, source: str, outcome: Outcome, seconds: float) -> InputRow:
        """Return the row of a readable input."""
        return cls(
            source=source,
            outcome=outcome.kind.value,
            book_id=outcome.book_id,
            pages=outcome.page_count,
            pages_read=outcome.pages_read,
            pages_unread=outcome.statuses.count(PageStatus.UNREAD),
            failed_pages={str(page): why for page, why in outcome.failed_pages.items()},
            kept_pages={str(page): why for page, why in outcome.kept_pages.items()},
            noted_pages={str(page): note for page, note in outcome.noted_pages.items()},
            seconds=seconds,
        )


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The result of a build.

    `indexed` and `removed` are the ids of the books added to or removed from the index; `passages`
    and `formulas` count what was added. `told` has lines on the choice of inputs: which files
    became one book, and which were passed over. `gone_sources` has the books of the library whose
    source is gone: book id -> path.
    """

    library: str
    inputs: tuple[InputRow, ...]
    indexed: tuple[str, ...]
    removed: tuple[str, ...]
    passages: int
    formulas: int
    seconds: float
    told: tuple[str, ...] = ()
    gone_sources: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What a build would do with one input: pages to send to the service, pages to read here.

    `error` says why the input cannot be read.
    """

    source: str
    pages: int = 0
    pages_to_send: int = 0
    pages_to_read: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a build would do; the answer of `--dry-run`.

    `requests` to the service, `seconds` of one GPU and `dollars` are estimates; `dollars` is null
    if the GPU has no price. `told` is as in `BuildReport`.
    """

    library: str
    inputs: tuple[PlanRow, ...]
    requests: int
    seconds: float
    dollars: float | None
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecleanReport:
    """The result of cleaning again.

    `changed` maps book ids to the number of pages that changed; the rest is as in `BuildReport`.
    """

    library: str
    changed: dict[str, int]
    indexed: tuple[str, ...]
    passages: int
    formulas: int


@dataclass(frozen=True, slots=True)
class RemoveReport:
    """The id of the book that was removed."""

    library: str
    removed: str
