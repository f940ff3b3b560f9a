"""Measures the transformers engine stage by stage, next to the limits of the device.

    python tests/bench/ocr_engine.py [--batch N...] [--pages N] [--small] [--seed N]

On a CUDA GPU: DeepSeek-OCR-2 at its full size, bfloat16, an A4 page with six tiles each (1,121
image tokens). On a CPU, or with --small: a model of a few layers and pages without tiles, which
shows that the script runs and what leaving early saves, no more. Weights are random, since speed
does not depend on them; lengths are forced: lognormal with a mean of 900 tokens (40 small), and
one page in a hundred at the limit. Both guards run, and stop nothing.

Each batch size is run twice: with pages that leave when they are done, and together to the end as
`generate` has it. The floor is what the same pages would take if images and prompts cost their
multiplications at the rate of a large matrix product, and each written token the reading of the
weights that its step touches and of the page's keys and values, at the rate of a large copy, both
measured here.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.engines.vision.attempt import PageAttempt
from ocr_service.engines.vision.checkpoints import Checkpoint
from ocr_service.engines.vision.continuous_batching import Generator
from ocr_service.engines.vision.families import FAMILIES, ModelFamily
from ocr_service.engines.vision.repetition import (
    LoopDetector,
    LoopLimits,
    NoRepeatNgrams,
    TokenKinds,
)
from ocr_service.engines.vision.tiling import Views
from tests.bench.ocr_model import FULL, IMAGE_TOKEN, SMALL, Size, make_checkpoint

NEVER = LoopLimits(period=1 << 30, counting=1 << 30, variety=0.0)


class Ready:
    """Pages that are ready to be written."""

    def __init__(self, runs: Sequence[PageAttempt]) -> None:
        self.runs = deque(runs)

    def take(self, wait: bool) -> PageAttempt | None:  # noqa: ARG002 - they are ready
        """Return the next page."""
        return self.runs.popleft() if self.runs else None


def make_lengths(size: Size, pages: int, seed: int) -> list[int]:
    """Return how many tokens each page has, in the order in which the engine begins them.

    That is longest first as far as a page's ink tells; nothing tells of those at the limit.
    """
    source, spread = random.Random(seed), 0.6
    centre = math.log(size.mean) - spread**2 / 2
    lengths = [source.lognormvariate(centre, spread) for _ in range(pages)]
    lengths.sort(key=lambda length: -length * source.lognormvariate(0, 0.4))
    for place in source.sample(range(pages), -(-pages // 100)):
        lengths[place] = size.limit
    return [min(size.limit, int(length) + 1) for length in lengths]


def make_runs(size: Size, lengths: Sequence[int]) -> list[PageAttempt]:
    """Return pages of noise, one for each length."""
    tiling = FAMILIES[ModelFamily.DEEPSEEK_OCR_2].tiling
    source = np.random.default_rng(0)
    whole = source.integers(0, 256, (1024, 1024, 3), np.uint8)
    tiles = source.integers(0, 256, (size.tiles, tiling.tile, tiling.tile, 3), np.uint8)
    views = Views(whole, tiles, (1, size.tiles) if size.tiles else (1, 1))
    prompt = [0, *[IMAGE_TOKEN] * tiling.tokens(*views.grid), *range(20, 32)]
    return [
        PageAttempt(
            key,
            prompt,
            views,
            length,
            guard=NoRepeatNgrams(30, 90),
            watch=LoopDetector(TokenKinds(), NEVER),
        )
        for key, length in enumerate(lengths)
    ]


def seconds_of(action: Callable[[], object], device: str, times: int = 10) -> float:
    """Return the shortest time that an action takes."""
    import torch

    taken = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        if device == "cuda":
            torch.cuda.synchronize()
        taken.append(time.perf_counter() - began)
    return min(taken)


def device_rates(device: str, dtype: str) -> tuple[float, float]:
    """Return bytes a second of a large copy, and multiply-adds x 2 a second of a large product."""
    import torch

    count, side = (1 << 28, 8192) if device == "cuda" else (1 << 25, 1024)
    source = torch.ones(count, device=device, dtype=torch.float32)
    target = torch.empty_like(source)
    copied = 2 * source.nbytes / seconds_of(lambda: target.copy_(source), device)
    matrix = torch.randn(side, side, device=device, dtype=getattr(torch, dtype))
    return copied, 2 * side**3 / seconds_of(lambda: matrix @ matrix, device)


def floor_seconds(
    checkpoint: Checkpoint, runs: Sequence[PageAttempt], batch: int, rates: tuple[float, float]
) -> tuple[float, float]:
    """Return the least time that images and prompts take, and that writing takes."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    copied, multiplied = rates
    model, run = checkpoint.model, runs[0]
    assert run.views is not None
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        Generator(checkpoint, 1)._encode(run.views)
    text = model.config.text_config
    share = text.num_experts_per_tok / text.n_routed_experts
    named = list(model.model.language_model.layers.named_parameters())
    experts = sum(weight.numel() for name, weight in named if ".experts." in name)
    others = sum(weight.numel() for name, weight in named if ".experts." not in name)
    others += model.lm_head.weight.numel()
    active = others + share * experts
    reading = len(runs) * (counter.get_total_flops() + 2 * active * len(run.prompt)) / multiplied
    tokens = sum(run.limit for run in runs)
    touched = others + (1 - (1 - share) ** batch) * experts
    column = 2 * text.num_hidden_layers * text.hidden_size
    columns = sum(run.limit * (len(run.prompt) + run.limit / 2) for run in runs)
    moved = (tokens / batch * touched + columns * column) * model.dtype.itemsize
    return reading, moved / copied


def measure(
    checkpoint: Checkpoint, size: Size, lengths: Sequence[int], batch: int, together: bool
) -> tuple[Generator, float]:
    """Write all pages; return the generator, which knows what it spent, and the seconds."""
    generator = Generator(checkpoint, batch, together)
    runs = make_runs(size, lengths)
    began = time.perf_counter()
    done = list(generator.run(Ready(runs)))
    took = time.perf_counter() - began
    assert sorted(run.produced for run in done) == sorted(lengths), "a page was not written whole"
    return generator, took


def print_head(checkpoint: Checkpoint, device: str, dtype: str, rates: tuple[float, float]) -> None:
    """Print what runs where, and the table's head."""
    import torch

    name = torch.cuda.get_device_name() if device == "cuda" else "one CPU thread"
    parameters = sum(weight.numel() for weight in checkpoint.model.parameters())
    print(
        f"{name}: {parameters / 1e6:,.0f}M parameters in {dtype}, copy {rates[0] / 1e9:,.0f} GB/s"
    )
    print(f"and product {rates[1] / 1e12:,.2f} TFLOP/s as measured here", end="\n\n")
    columns = "batch|pages|leave|steps|pages/s|tokens/s|vision|prefill|decode|ms a step|pages in it"
    print(f"|{columns}|times floor|")
    print("|" + "---|" * 12)


def table_row(generator: Generator, lengths: Sequence[int], took: float) -> str:
    """Return what one run says of itself: steps, rates, shares of time, and its steps."""
    spent = generator.spent
    steps = max(1, spent.steps)
    shares = [f"{part / took:.0%}" for part in (spent.vision, spent.prefill, spent.decode)]
    rates = [f"{len(lengths) / took:.2f}", f"{sum(lengths) / took:,.0f}"]
    step = [f"{1000 * spent.decode / steps:.1f}", f"{spent.tokens / steps:.1f}"]
    return "|".join([str(spent.steps), *rates, *shares, *step])


def main() -> None:
    """Run all batch sizes and print a table."""
    import torch

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--batch", type=int, nargs="+", help="batch sizes")
    parser.add_argument("--pages", type=int, help="pages; 8 for each place of a batch, 16 small")
    parser.add_argument("--small", action="store_true", help="the small model on any device")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = "bfloat16" if device == "cuda" else "float32"
    full = device == "cuda" and not options.small
    size = FULL if full else SMALL
    if device == "cpu":
        torch.set_num_threads(1)  # several are slower for so small a model
    checkpoint = make_checkpoint(size, device, dtype)
    rates = device_rates(device, dtype)
    print_head(checkpoint, device, dtype, rates)
    for batch in options.batch or ([16, 32, 64, 128] if full else [1, 4, 8]):
        pages = options.pages or (8 * batch if full else 16)
        lengths = make_lengths(size, pages, options.seed)
        least = sum(floor_seconds(checkpoint, make_runs(size, lengths), batch, rates))
        measure(checkpoint, size, [2] * min(batch, 8), batch, together=False)  # warm
        for together in (False, True):
            generator, took = measure(checkpoint, size, lengths, batch, together)
            row = table_row(generator, lengths, took)
            leave = "no" if together else "yes"
            print(f"|{batch}|{pages}|{leave}|{row}|{took / least:.1f}|", flush=True)
        if generator.batch < batch:
            print(f"memory holds {generator.batch} pages, not {batch}: no larger batch is tried")
            break


if __name__ == "__main__":
    main()
