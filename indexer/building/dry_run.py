"""What a build would read, send and cost, told without reading, sending or writing anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from indexer.building.reports import PlanReport, PlanRow
from ocr_service.books.page_selection import EngineChoice
from ocr_service.books.pipeline import Pipeline
from ocr_service.client.stats import GPU_RATE, Estimate, estimate
from ocr_service.common.errors import OctavoError, QueryError
from ocr_service.console.progress import counted, duration
from ocr_service.library.sources import InputSource

__all__ = ["plan_lines", "plan_report", "plan_rows"]

# A batch, as the client sends them, of the service as it is on Modal. It is not asked: that alone
# may start a GPU.
_REQUEST_PAGES = 64


def plan_rows(
    sources: Sequence[InputSource], pipeline: Pipeline, failures: dict[str, str]
) -> Iterator[PlanRow]:
    """Yield what would be done with each input that can be read.

    Args:
        sources: the inputs.
        pipeline: that of the build; its library need not exist yet.
        failures: gets the inputs that cannot be read, and why.

    Raises:
        QueryError: the input has none of the pages that are to be read again.
    """
    for source in sources:
        place = str(source.path.resolve())
        try:
            plan = pipeline.plan(source)
        except QueryError:
            raise  # not a matter of this book
        except OctavoError as error:
            failures[place] = str(error)
            continue
        yield PlanRow(place, plan.page_count, plan.to_send, plan.to_read)


def plan_lines(rows: Iterable[PlanRow], engine: EngineChoice, price: float | None) -> Iterator[str]:
    """Yield a line for each input, and a sum.

    `price` is in dollars an hour of one GPU of the service; None if it is free.
    """
    to_send = 0
    for row in rows:
        to_send += row.pages_to_send
        yield f"{Path(row.source).name}: {_of_one(row)}"
    if engine is not EngineChoice.LOCAL:
        yield _sum(_estimate(to_send, price), price)
    yield "dry run: nothing was sent, and nothing written"


def plan_report(
    rows: Iterable[PlanRow], failures: dict[str, str], library: Path, price: float | None
) -> PlanReport:
    """Return the same for programs."""
    inputs = (*rows, *(PlanRow(place, error=reason) for place, reason in failures.items()))
    guess = _estimate(sum(row.pages_to_send for row in inputs), price)
    return PlanReport(str(library), inputs, guess.requests, guess.seconds, guess.dollars)


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
