"""Reports what a build would read, send and cost, without doing any of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from indexer.building.reports import PlanReport, PlanRow
from ocr_service.books.page_selection import EngineChoice
from ocr_service.books.pipeline import Pipeline
from ocr_service.client.options import ServicePlace, ServiceProtocol
from ocr_service.client.stats import GPU_RATE, Estimate, estimate
from ocr_service.common.errors import OctavoError, QueryError
from ocr_service.common.path_text import path_text, shown, text_path
from ocr_service.console.json_values import json_text, plain
from ocr_service.console.options import say
from ocr_service.console.progress import counted, duration
from ocr_service.inputs.find import Found
from ocr_service.library.sources import InputSource

__all__ = ["plan_lines", "plan_report", "plan_rows", "tell_plan"]

# Pages in a request to the service on Modal. The service is not asked for its own limit, because
# any request may start a GPU. A chat reads one page.
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


def plan_lines(
    rows: Iterable[PlanRow],
    engine: EngineChoice,
    price: float | None,
    request_pages: int = _REQUEST_PAGES,
) -> Iterator[str]:
    """Yield a line for each input, and the total.

    `price` is in dollars an hour for one GPU of the service; None if it is free. `request_pages`:
    the most pages of a request.
    """
    to_send = 0
    for row in rows:
        to_send += row.pages_to_send
        yield f"{text_path(row.source).name}: {_of_one(row)}"
    if not engine.is_here:
        yield _sum(_estimate(to_send, request_pages, price), price, request_pages)
    yield "dry run: nothing was sent, and nothing written"


def plan_report(
    rows: Iterable[PlanRow],
    failures: dict[str, str],
    told: Sequence[str],
    library: Path,
    guess: Estimate,
) -> PlanReport:
    """Return the same as the answer of `--json`."""
    inputs = (*rows, *(PlanRow(place, error=reason) for place, reason in failures.items()))
    return PlanReport(
        path_text(library), inputs, guess.requests, guess.seconds, guess.dollars, tuple(told)
    )


def _estimate(pages: int, request_pages: int, price: float | None) -> Estimate:
    return estimate(pages, request_pages, 1, GPU_RATE, price)


def _of_one(row: PlanRow) -> str:
    parts = [counted(row.pages, "page")]
    if row.pages_to_send:
        parts.append(f"{row.pages_to_send} to send")
    if row.pages_to_read:
        parts.append(f"{row.pages_to_read} to read on this machine")
    return ", ".join(parts) if len(parts) > 1 else f"{parts[0]}, nothing to read"


def _sum(guess: Estimate, price: float | None, request_pages: int) -> str:
    if not guess.pages:
        return "no page to send"
    many = f"up to {request_pages} a request, in about {guess.requests}"
    line = (
        f"{counted(guess.pages, 'page')} to send, {many if request_pages > 1 else 'one a request'}"
        f": at {GPU_RATE:g} page a second {duration(guess.seconds)} of one GPU"
    )
    if price is None or guess.dollars is None:
        return line
    return f"{line}, ${guess.dollars:.2f} at ${price:.2f} an hour"


def tell_plan(
    found: Found,
    pipeline: Pipeline,
    place: ServicePlace,
    price: float | None,
    *,
    as_json: bool,
) -> dict[str, str]:
    """Print the plan for --dry-run; return the inputs that cannot be read, and why."""
    from ocr_service.client.stats import gpu_price

    engine = pipeline.options.engine
    request_pages = _REQUEST_PAGES
    if not engine.is_here:
        options = place.options() if place.url else None
        price = gpu_price(price, options)
        stated = options.stated_protocol if options else place.protocol
        request_pages = 1 if stated is ServiceProtocol.OPENAI else _REQUEST_PAGES
    sources, failures, told = found
    rows = plan_rows(sources, pipeline, failures)
    if as_json:
        listed = list(rows)
        guess = _estimate(sum(row.pages_to_send for row in listed), request_pages, price)
        report = plan_report(listed, failures, told, pipeline.library.path, guess)
        click.echo(json_text(plain(report)))
    else:
        for line in (*told, *plan_lines(rows, engine, price, request_pages)):
            click.echo(shown(line))
    for reason in failures.values():
        say(reason)
    return failures
