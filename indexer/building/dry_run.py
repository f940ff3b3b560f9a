"""Reports what a build would read, send and cost, without doing any of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from indexer.building.reports import PlanReport, PlanRow
from ocr_service.books.page_selection import EngineChoice
from ocr_service.books.pipeline import Pipeline
from ocr_service.client.stats import GPU_RATE, Estimate, estimate
from ocr_service.common.errors import OctavoError, QueryError
from ocr_service.common.path_text import path_text, text_path
from ocr_service.console.progress import counted, duration
from ocr_service.library.sources import InputSource

__all__ = ["plan_lines", "plan_report", "plan_rows"]

# Pages in a request to the service on Modal. The service is not asked for its own limit, because
# any request may start a GPU.
_REQUEST_PAGES = 64


def plan_rows(
    sources: Sequence[InputSource], pipeline: Pipeline, failures: dict[str, str]
) -> Iterator[PlanRow]:
    """Yield what a build would do with each readable input.

    Args:
        sources: the inputs.
        pipeline: the build's; its library may not exist yet.
        failures: receives unreadable inputs and the reasons.

    Raises:
        QueryError: the input has none of the pages that `--redo` names.
    """
    for source in sources:
        place = source.place
        try:
            plan = pipeline.plan(source)
        except QueryError:
            raise  # concerns the whole run, not this book
        except OctavoError as error:
            failures[place] = str(error)
            continue
        yield PlanRow(place, plan.page_count, plan.to_send, plan.to_read)


def plan_lines(rows: Iterable[PlanRow], engine: EngineChoice, price: float | None) -> Iterator[str]:
    """Yield a line for each input, and the total.

    `price` is in dollars an hour for one GPU of the service; None if it is free.
    """
    to_send = 0
    for row in rows:
        to_send += row.pages_to_send
        yield f"{text_path(row.source).name}: {_of_one(row)}"
    if engine is not EngineChoice.LOCAL:
        yield _sum(_estimate(to_send, price), price)
    yield "dry run: nothing was sent, and nothing written"


def plan_report(
    rows: Iterable[PlanRow],
    failures: dict[str, str],
    told: Sequence[str],
    library: Path,
    price: float | None,
) -> PlanReport:
    """Return the same as the answer of `--json`."""
    inputs = (*rows, *(PlanRow(place, error=reason) for place, reason in failures.items()))
    guess = _estimate(sum(row.pages_to_send for row in inputs), price)
    return PlanReport(
        path_text(library), inputs, guess.requests, guess.seconds, guess.dollars, tuple(told)
    )


def _estimate(pages: int, price: float | None) -> Estimate:
    return estimate(pages, _REQUEST_PAGES, 1, GPU_RATE, price)


def _of_one(row: PlanRow) -> str:
    parts = [counted(row.pages, "page")]
    if row.pages_to_send:
        parts.append(f"{row.pages_to_send} to send")
    if row.pages_to_read:
        parts.append(f"{row.pages_to_read} to read on this machine")
    return ", ".join(parts) if len(parts) > 1 else f"{parts[0]}, nothing to read"


def _sum(guess: Estimate, price: float | None) -> str:
    if not guess.pages:
        return "no page to send"
    line = (
        f"{counted(guess.pages, 'page')} to send, up to {_REQUEST_PAGES} a request, in about "
        f"{guess.requests}: at {GPU_RATE:g} page a second {duration(guess.seconds)} of one GPU"
    )
    if price is None or guess.dollars is None:
        return line
    return f"{line}, ${guess.dollars:.2f} at ${price:.2f} an hour"
