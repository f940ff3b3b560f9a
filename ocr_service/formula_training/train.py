"""Trains a reader of formulas.

    python -m ocr_service.formula_training.train BOOK.pdf... --out FOLDER

The PDFs are typeset ones; their displayed formulas are the lessons, worn anew at every pass. Every
twentieth is held out. The reader that reads most of these is saved, for `octavo build --formulas
FOLDER`. A GPU is used if torch finds one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ocr_service.formula_training.network import SIZES, NetworkSize, make_network, save_network
from ocr_service.formula_training.pairs import FormulaLesson, pairs_of
from ocr_service.formula_training.vocabulary import BEGIN, END, PAD, UNKNOWN, make_tokenizer, spelt
from ocr_service.formula_training.wear import worn

__all__ = ["Lessons", "Trained", "main", "train"]

_HELD_OUT = 20  # one of so many
_WARM_UP = 0.05  # of all steps
_CLIP = 1.0  # norm of gradients


@dataclass(frozen=True, slots=True)
class Lessons:
    """How a network is trained. `wear` tells whether images are worn; `rate` is the highest.

    `hidden` is the share of a formula's earlier tokens that the network is not shown while it
    learns the next one: it would else learn formulas by heart, and not look at the image.
    """

    passes: int = 30
    batch: int = 32
    rate: float = 3e-4
    wear: bool = True
    hidden: float = 0.15
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of training: the mean loss of a token in the first pass and in the last.

    `right` is the share of held-out formulas of which every token is read right; of all, if there
    are fewer than twenty.
    """

    first_loss: float
    last_loss: float
    right: float


def train(
    pairs: Sequence[FormulaLesson], size: NetworkSize, lessons: Lessons, folder: Path
) -> Trained:
    """Train a network on pairs and save it.

    Returns:
        The losses, and how many formulas the saved network reads right.

    Raises:
        ValueError: there are no pairs.
        OSError: the folder cannot be written.
    """
    import torch

    torch.manual_seed(lessons.seed)
    rng = np.random.default_rng(lessons.seed)
    fitting = [pair for pair in pairs if len(spelt(pair.latex)) + 2 <= size.longest]
    if not fitting:
        raise ValueError("there are no formulas to learn from")
    held_out = fitting[::_HELD_OUT] if len(fitting) >= _HELD_OUT else []
    taught = [pair for pair in fitting if not any(pair is other for other in held_out)]
    tokenizer = make_tokenizer(pair.latex for pair in taught)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = make_network(size, tokenizer).to(device)
    batches = -(-len(taught) // lessons.batch)
    optimiser = torch.optim.AdamW(model.parameters(), lr=lessons.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, lessons.rate, total_steps=lessons.passes * batches, pct_start=_WARM_UP
    )
    best, losses = -1.0, list[float]()
    for number in range(1, lessons.passes + 1):
        began, loss = time.monotonic(), 0.0
        model.train()
        for some in _batches(taught, lessons, rng):
            pixels, labels = _tensors(some, size, tokenizer, rng if lessons.wear else None)
            shown = _shown(labels, tokenizer, lessons.hidden).to(device)
            out = model(
                pixel_values=pixels.to(device), decoder_input_ids=shown, labels=labels.to(device)
            )
            optimiser.zero_grad()
            out.loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
            optimiser.step()
            schedule.step()
            loss += out.loss.item() / batches
        losses.append(loss)
        if number % max(1, lessons.passes // 10) and number != lessons.passes:
            continue
        right = _right(_Taught(model, tokenizer, size, device), held_out or taught, lessons.batch)
        seconds = time.monotonic() - began
        print(f"pass {number}: loss {loss:.3f}, {right:.1%} read right, {seconds:.1f} s")  # noqa: T201
        if right >= best:
            best = right
            save_network(model, tokenizer, size, folder)
    return Trained(losses[0], losses[-1], best)


def _batches(
    pairs: Sequence[FormulaLesson], lessons: Lessons, rng: np.random.Generator
) -> Iterator[list[FormulaLesson]]:
    order = rng.permutation(len(pairs))
    for start in range(0, len(order), lessons.batch):
        yield [pairs[index] for index in order[start : start + lessons.batch]]


def _tensors(
    pairs: Sequence[FormulaLesson],
    size: NetworkSize,
    tokenizer: Any,
    rng: np.random.Generator | None,
) -> tuple[Any, Any]:
    """Return images (n x 1 x height x width) and labels (n x tokens; -100 where there are none)."""
    import torch

    images = [pair.image if rng is None else worn(pair.image, rng) for pair in pairs]
    pixels = np.stack([size.steps.pixels(image) for image in images])[:, None]
    end = tokenizer.token_to_id(END)
    rows = [[*tokenizer.encode(" ".join(spelt(pair.latex))).ids, end] for pair in pairs]
    longest = max(map(len, rows))
    labels = [row + [-100] * (longest - len(row)) for row in rows]
    return torch.from_numpy(pixels), torch.tensor(labels)


def _shown(labels: Any, tokenizer: Any, hidden: float) -> Any:
    """Return the tokens before each label, a share of them replaced by the unknown one."""
    import torch

    begin, pad, unknown = (tokenizer.token_to_id(token) for token in (BEGIN, PAD, UNKNOWN))
    before = labels.masked_fill(labels < 0, pad)
    before = before.masked_fill((torch.rand(before.shape) < hidden) & (labels >= 0), unknown)
    start = torch.full((len(labels), 1), begin)
    return torch.cat([start, before[:, :-1]], dim=1)


@dataclass(frozen=True, slots=True)
class _Taught:
    """A network with its tokenizer, the size of its input, and where it is."""

    model: Any
    tokenizer: Any
    size: NetworkSize
    device: str


def _right(taught: _Taught, pairs: Sequence[FormulaLesson], batch: int) -> float:
    """Return the share of pairs of which every token is read right, from unworn images."""
    import torch

    taught.model.eval()
    special = {taught.tokenizer.token_to_id(token) for token in (PAD, BEGIN, END)}
    right = 0
    for start in range(0, len(pairs), batch):
        some = pairs[start : start + batch]
        pixels, labels = _tensors(some, taught.size, taught.tokenizer, None)
        with torch.inference_mode():
            read = taught.model.generate(
                pixel_values=pixels.to(taught.device),
                max_new_tokens=labels.shape[1] + 1,
                do_sample=False,
                num_beams=1,
            )
        for got, wanted in zip(read.tolist(), labels.tolist(), strict=True):
            tokens = [token for token in got if token not in special]
            right += tokens == [token for token in wanted if token >= 0][:-1]
    return right / len(pairs)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train by the command line's options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("books", nargs="+", type=Path, help="typeset PDFs")
    parser.add_argument("--out", type=Path, required=True, help="folder of the reader")
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--passes", type=int, default=30)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--formulas", type=int, help="only so many")
    parser.add_argument("--clean", action="store_true", help="do not wear the images")
    chosen = parser.parse_args(arguments)
    pairs = [pair for book in chosen.books for pair in pairs_of(book)][: chosen.formulas]
    print(f"{len(pairs)} displayed formulas")  # noqa: T201
    lessons = Lessons(chosen.passes, chosen.batch, chosen.rate, not chosen.clean)
    train(pairs, SIZES[chosen.size], lessons, chosen.out)


if __name__ == "__main__":
    main()
