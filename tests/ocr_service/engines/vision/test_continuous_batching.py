"""Tests that continuous batching gives the same tokens as single pages and `generate`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr_service.engines.vision.attempt import PageAttempt
from ocr_service.engines.vision.continuous_batching import Generator
from ocr_service.engines.vision.repetition import (
    NoRepeatNgrams,
)
from ocr_service.protocol.engine import FinishReason
from tests.support.tiny_models import END_ID

if TYPE_CHECKING:
    import torch

    from ocr_service.engines.vision.checkpoints import Checkpoint

pytestmark = pytest.mark.usefixtures("one_thread")

PAGES = range(5)
EXEMPT = 30
Make = Callable[..., PageAttempt]


class Queue:
    """Pages that are ready."""

    def __init__(self, runs: Sequence[PageAttempt]) -> None:
        self.runs = deque(runs)

    def take(self, wait: bool) -> PageAttempt | None:  # noqa: ARG002 - they are ready
        """Return the next."""
        return self.runs.popleft() if self.runs else None


@pytest.fixture(scope="module", params=["v2", "v1", "unlimited"])
def checkpoint(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Checkpoint:
    """A model of each family, with tokens that end a page chosen so that lengths differ."""
    from ocr_service.engines.vision.checkpoints import load

    endless = replace(load(folders[request.param], "cpu", "float32"), stop_tokens=frozenset())
    runs = write(Generator(endless, 1), [maker(endless)(key) for key in PAGES])
    stops = {run.tokens[5 + 6 * key] for key, run in runs.items() if key < 3}
    return replace(endless, stop_tokens=frozenset(stops))


def maker(checkpoint: Checkpoint) -> Make:
    """Return what makes a run of one of the pages; images and questions are of several lengths.

    What the model saw of an image is random here; `test_transformers_engine.py` uses real images.
    """
    import torch

    size = checkpoint.model.config.text_config.hidden_size
    source = torch.Generator().manual_seed(1)
    seen = {key: torch.randn(9 + 5 * (key % 4), size, generator=source) for key in PAGES}

    def run(key: int, limit: int = 30, **options: Any) -> PageAttempt:
        image = [checkpoint.image_token] * len(seen[key])
        prompt = [checkpoint.begin_token, *image, *range(20, 22 + key % 3)]
        options.setdefault("guard", NoRepeatNgrams(3, 12, [EXEMPT]))
        return PageAttempt(key, prompt, views=None, seen=seen[key], limit=limit, **options)

    return run


@pytest.fixture
def make(checkpoint: Checkpoint) -> Make:
    return maker(checkpoint)


def write(generator: Generator, runs: Sequence[PageAttempt]) -> dict[int, PageAttempt]:
    """Run all pages; return them by key."""
    done = list(generator.run(Queue(runs)))
    assert len(done) == len(runs)
    return {run.key: run for run in done}


def outcomes(runs: dict[int, PageAttempt]) -> dict[int, tuple[list[int], FinishReason | None]]:
    """Return the output of each page and its finish reason."""
    return {key: (run.tokens, run.finish) for key, run in runs.items()}


@pytest.fixture(scope="module")
def alone(checkpoint: Checkpoint) -> dict[int, tuple[list[int], FinishReason | None]]:
    """The output of each page when it is generated alone."""
    make, generator = maker(checkpoint), Generator(checkpoint, 1)
    return outcomes({key: write(generator, [make(key)])[key] for key in PAGES})


def test_pages_differ_in_text_and_length(
    alone: dict[int, tuple[list[int], FinishReason | None]],
) -> None:
    assert len({tuple(tokens) for tokens, _ in alone.values()}) == len(PAGES)
    assert len({len(tokens) for tokens, _ in alone.values()}) >= 3
    assert FinishReason.STOP in {finish for _, finish in alone.values()}


@pytest.mark.parametrize("batch", [2, 5])
def test_a_batch_writes_what_its_pages_write_alone(
    checkpoint: Checkpoint,
    make: Make,
    alone: dict[int, tuple[list[int], FinishReason | None]],
    batch: int,
) -> None:
    generator = Generator(checkpoint, batch)
    assert outcomes(write(generator, [make(key) for key in PAGES])) == alone


@pytest.mark.parametrize("checkpoint", ["v2", "unlimited"], indirect=True)
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations(PAGES),
    limits=st.lists(st.integers(1, 30), min_size=len(PAGES), max_size=len(PAGES)),
    batch=st.integers(1, 5),
)
def test_joining_and_leaving_at_any_step_changes_nothing(  # noqa: PLR0917 - fixtures and values
    checkpoint: Checkpoint,
    make: Make,
    alone: dict[int, tuple[list[int], FinishReason | None]],
    order: list[int],
    limits: list[int],
    batch: int,
) -> None:
    done = write(Generator(checkpoint, batch), [make(key, limits[key]) for key in order])
    for key, run in done.items():
        tokens, finish = alone[key]
        assert run.tokens == tokens[: limits[key]]
        assert run.finish is (finish if len(tokens) < limits[key] else FinishReason.LENGTH)


def generated(
    checkpoint: Checkpoint, runs: Sequence[PageAttempt], guarded: bool
) -> list[list[int]]:
    """Return what transformers' own `generate` writes for these pages, in one batch."""
    import torch

    model = checkpoint.model
    widest = max(len(run.prompt) for run in runs)
    ids = torch.tensor([[0] * (widest - len(run.prompt)) + run.prompt for run in runs])
    mask = torch.tensor([[0] * (widest - len(run.prompt)) + [1] * len(run.prompt) for run in runs])
    embedded = model.get_input_embeddings()(ids)
    for row, run in enumerate(runs):
        assert run.seen is not None
        first = widest - len(run.prompt) + 1
        embedded[row, first : first + len(run.seen)] = run.seen
    with torch.no_grad():
        output = model.generate(
            inputs_embeds=embedded,
            attention_mask=mask,
            max_new_tokens=30,
            do_sample=False,
            pad_token_id=2,
            eos_token_id=sorted(checkpoint.stop_tokens),
            logits_processor=[our_guard()] if guarded else None,
        )
    texts = []
    for row in output.tolist():
        ends = [place for place, token in enumerate(row) if token in checkpoint.stop_tokens]
        texts.append(row[: ends[0]] if ends else row)
    return texts


def our_guard() -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """Return our guard as a logits processor of transformers."""

    def process(ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        for row, tokens in enumerate(ids.tolist()):
            guard = NoRepeatNgrams(3, 12, [EXEMPT])
            for token in tokens:
                guard.append(token)
            scores[row, list(guard.forbidden())] = float("-inf")
        return scores

    return process


@pytest.mark.parametrize("guarded", [False, True])
def test_tokens_are_those_of_generate(checkpoint: Checkpoint, make: Make, guarded: bool) -> None:
    checkpoint = replace(checkpoint, stop_tokens=frozenset([END_ID]))
    options: dict[str, Any] = {} if guarded else {"guard": None}
    ours = write(Generator(checkpoint, 4), [make(key, **options) for key in range(4)])
    runs = [make(key) for key in range(4)]
    # With a window, transformers 5.23 masks the wrong columns of a padded batch: one by one.
    batches = [runs] if checkpoint.window is None else [[run] for run in runs]
    theirs = [text for batch in batches for text in generated(checkpoint, batch, guarded)]
    assert [ours[key].tokens for key in range(4)] == theirs
    if checkpoint.window is not None:
        assert max(map(len, theirs)) > 2 * checkpoint.window  # it has slid


@pytest.mark.parametrize("checkpoint", ["v2"], indirect=True)
def test_pages_that_are_done_leave_and_others_take_their_place(
    checkpoint: Checkpoint, make: Make
) -> None:
    limits = [5, 30, 5, 5, 5]

    endless = replace(checkpoint, stop_tokens=frozenset())

    def steps(together: bool) -> tuple[int, list[int]]:
        generator = Generator(endless, 2, together)
        runs = [make(key, limit, guard=None) for key, limit in enumerate(limits)]
        order = [run.key for run in generator.run(Queue(runs))]
        return generator.spent.steps, order

    leaving, order = steps(together=False)
    staying, _ = steps(together=True)
    assert order.index(0) == 0  # it did not wait for the second, which is long
    assert leaving < staying


@pytest.mark.parametrize("checkpoint", ["v2"], indirect=True)
def test_a_page_drawn_by_chance_is_the_same_in_any_company(
    checkpoint: Checkpoint, make: Make
) -> None:
    checkpoint = replace(checkpoint, stop_tokens=frozenset())
    single = write(Generator(checkpoint, 1), [make(3, temperature=0.7, seed=5)])[3]
    company = [make(key, temperature=0.0 if key % 2 else 1.0) for key in (0, 1, 2)]
    among = write(Generator(checkpoint, 4), [*company, make(3, temperature=0.7, seed=5)])[3]
    other = write(Generator(checkpoint, 1), [make(3, temperature=0.7, seed=6)])[3]
    greedy = write(Generator(checkpoint, 1), [make(3)])[3]
    assert single.tokens == among.tokens
    assert single.tokens != other.tokens
    assert single.tokens != greedy.tokens


@pytest.fixture
def memory(checkpoint: Checkpoint) -> Iterator[Callable[[int, int], list[int]]]:
    """Makes the device run out of memory: in passes of too many pages, or too many columns."""
    import torch

    model = checkpoint.model
    forward = model.forward
    sizes: list[int] = []

    def limit(rows: int, columns: int = 1 << 30) -> list[int]:
        def wrapped(*arguments: Any, **inputs: Any) -> Any:
            size, _, asking, width = inputs["attention_mask"].shape
            sizes.append(size)
            output = forward(*arguments, **inputs)  # the cache is written, then all is lost
            if size > rows or (asking == 1 and size * width > columns):
                raise torch.OutOfMemoryError("no room")
            return output

        model.forward = wrapped
        return sizes

    yield limit
    model.forward = forward


@pytest.mark.parametrize("checkpoint", ["v2", "unlimited"], indirect=True)
@pytest.mark.parametrize("rows", [1, 2])
def test_running_out_of_memory_halves_the_batch_and_loses_nothing(
    checkpoint: Checkpoint,
    make: Make,
    alone: dict[int, tuple[list[int], FinishReason | None]],
    memory: Callable[..., list[int]],
    rows: int,
) -> None:
    sizes = memory(rows)
    generator = Generator(checkpoint, 6)
    done = write(generator, [make(key) for key in PAGES])
    assert max(sizes) > rows
    assert generator.batch < 6
    assert outcomes(done) == alone


@pytest.mark.parametrize("checkpoint", ["v2", "unlimited"], indirect=True)
def test_memory_that_runs_out_half_way_costs_no_token(
    checkpoint: Checkpoint, make: Make, memory: Callable[..., list[int]]
) -> None:
    checkpoint = replace(checkpoint, stop_tokens=frozenset())
    wanted = outcomes(write(Generator(checkpoint, 3), [make(key) for key in range(3)]))
    widest = max(len(make(key).prompt) for key in range(3))
    memory(99, columns=3 * (widest + 19))  # three pages fit until they have written some
    generator = Generator(checkpoint, 3)
    done = write(generator, [make(key) for key in range(3)])
    assert generator.batch < 3
    assert outcomes(done) == wanted


@pytest.mark.parametrize("checkpoint", ["v2"], indirect=True)
def test_a_page_that_does_not_fit_alone_fails_alone(
    checkpoint: Checkpoint, make: Make, memory: Callable[..., list[int]]
) -> None:
    memory(0)
    done = write(Generator(checkpoint, 4), [make(key) for key in range(3)])
    assert {run.finish for run in done.values()} == {FinishReason.ERROR}
    assert all("memory" in (run.error or "") for run in done.values())


@pytest.mark.parametrize("checkpoint", ["v2"], indirect=True)
def test_the_batch_grows_back_when_memory_is_there_again(
    checkpoint: Checkpoint, make: Make, memory: Callable[..., list[int]]
) -> None:
    memory(1)
    generator = Generator(checkpoint, 4)
    write(generator, [make(key, 2) for key in range(3)])
    assert generator.batch == 1
    memory(99)
    for _ in range(8):
        write(generator, [make(key, 2) for key in range(4)])
    assert generator.batch > 1
