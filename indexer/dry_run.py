"""What a build would read, send and cost, told without reading, sending or writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ocr_service.errors import OctavoError, QueryError
from ocr_service.page_choice import EngineChoice
from ocr_service.pipeline import Pipeline, Plan
from ocr_service.progress import duration
from ocr_service.service_stats import GPU_RATE, estimate
from ocr_service.sources import Source

__all__ = ["plan_lines"]

# A batch, as the client sends them, of the service as it is on Modal. It is not asked: that alone
# may start a GPU.
_REQUEST_PAGES = 64


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
        price: dollars an hour of one GPU of the service; None if it is free.
        failures: gets the inputs that cannot be read, and why.

    Raises:
        QueryError: the input has none of the pages that are to be read again.
    """
    to_send = 0
    for source in sources:
        try:
            plan = pipeline.plan(source)
        except QueryError:
            raise  # not a matter of this book
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
    if not pages:
        return "no page to send"
    guess = estimate(pages, _REQUEST_PAGES, 1, GPU_RATE, price)
    line = (
        f"{pages} pages to send, up to {_REQUEST_PAGES} a request, in about {guess.requests}: at "
        f"{GPU_RATE:g} page a second {duration(guess.seconds)} of one GPU"
    )
    return f"{line}, ${guess.dollars:.2f} at ${price:.2f} an hour" if price is not None else line
