"""What a build would read, send and cost, told without reading, sending or writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ocr_service.errors import OctavoError
from ocr_service.page_choice import EngineChoice
from ocr_service.pipeline import Pipeline, Plan
from ocr_service.service_stats import estimate
from ocr_service.sources import Source

__all__ = ["plan_lines"]

# What an estimate is reckoned with. The service is not asked: that alone may start a GPU.
_REQUEST_PAGES = 16  # half of a batch of 32, as the client sends them
_RATE = 1.0  # pages a second of one GPU: between .22, of a blog post, and 2.3, of vLLM on an A100
_PRICE = 2.50  # dollars an hour of an A100 in November 2026


def plan_lines(
    sources: Sequence[Source],
    pipeline: Pipeline,
    price: float | None,
    failures: dict[str, str],
) -> Iterator[str]:
    """Yield a line for each input that can be read, and a sum.

    Args:
        sources: the inputs.
        pipeline: that of the build; its library need not exist yet.
        price: dollars an hour of one GPU of the service.
        failures: gets the inputs that cannot be read, and why.
    """
    to_send = 0
    for source in sources:
        try:
            plan = pipeline.plan(source)
        except OctavoError as error:
            failures[str(source.path)] = str(error)
            continue
        to_send += plan.to_send
        yield f"{source.path.name}: {_of_one(plan)}"
    if pipeline.options.engine is not EngineChoice.LOCAL:
        yield _sum(to_send, price)
    yield "dry run: nothing was sent, and nothing written"


def _of_one(plan: Plan) -> str:
    parts = [f"{plan.page_count} pages"]
    if plan.to_send:
        parts.append(f"{plan.to_send} to send")
    if plan.to_read:
        parts.append(f"{plan.to_read} to read on this machine")
    return ", ".join(parts) if len(parts) > 1 else f"{parts[0]}, nothing to read"


def _sum(pages: int, price: float | None) -> str:
    guess = estimate(pages, _REQUEST_PAGES, 1, _RATE, _PRICE if price is None else price)
    minutes = guess.seconds / 60
    return (
        f"{pages} pages to send in about {guess.requests} requests of {_REQUEST_PAGES}: at "
        f"{_RATE:g} page a second some {minutes:.0f} minutes of one GPU, ${guess.dollars:.2f} at "
        f"${_PRICE if price is None else price:.2f} an hour"
    )
