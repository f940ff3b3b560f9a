"""What the commands that write did, for programs: their answers with `--json`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ocr_service.books.pipeline import Outcome
from ocr_service.library.pages import PageStatus

__all__ = ["BuildReport", "InputRow", "PlanReport", "PlanRow", "RecleanReport", "RemoveReport"]


@dataclass(frozen=True, slots=True)
class InputRow:
    """What became of one input: `outcome` is read, unchanged, duplicate or failed.

    `pages` are all of its book, `pages_read` those of this build, `pages_unread` those left for
    another. `failed_pages` and `kept_pages` (that could not be read again) map 1-based page numbers
    to reasons. `seconds` are those of its turn: pages may have been begun in turns before. `error`
    says why an input failed.
    """

    source: str
    outcome: str
    book_id: str | None = None
    pages: int = 0
    pages_read: int = 0
    pages_unread: int = 0
    failed_pages: dict[str, str] = field(default_factory=dict)
    kept_pages: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None

    @classmethod
    def of(cls, source: Path, outcome: Outcome, seconds: float) -> InputRow:
        """Return the row of an input that was read."""
        return cls(
            source=str(source.resolve()),
            outcome=outcome.kind.value,
            book_id=outcome.book_id,
            pages=outcome.page_count,
            pages_read=outcome.pages_read,
            pages_unread=outcome.statuses.count(PageStatus.UNREAD),
            failed_pages={str(page): why for page, why in outcome.failed_pages.items()},
            kept_pages={str(page): why for page, why in outcome.kept_pages.items()},
            seconds=seconds,
        )


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    `indexed` and `removed` are the books whose passages were put into the index or taken out of it;
    `passages` and `formulas` count what was put in.
    """

    library: str
    inputs: tuple[InputRow, ...]
    indexed: tuple[str, ...]
    removed: tuple[str, ...]
    passages: int
    formulas: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What a build would do with one input: pages to send to a service, and to read here.

    `error` says why an input cannot be read.
    """

    source: str
    pages: int = 0
    pages_to_send: int = 0
    pages_to_read: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What a build would do, told by `--dry-run`, which does nothing.

    `requests`, `seconds` and `dollars` are about what the service would get, and take of one GPU;
    `dollars` is null where a GPU has no price.
    """

    library: str
    inputs: tuple[PlanRow, ...]
    requests: int
    seconds: float
    dollars: float | None


@dataclass(frozen=True, slots=True)
class RecleanReport:
    """What cleaning again did.

    `changed` counts, by book id, the pages that came out differently; the rest is as for a build.
    """

    library: str
    changed: dict[str, int]
    indexed: tuple[str, ...]
    passages: int
    formulas: int


@dataclass(frozen=True, slots=True)
class RemoveReport:
    """Which book is in the library no more."""

    library: str
    removed: str
