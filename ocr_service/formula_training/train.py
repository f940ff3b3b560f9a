"""Trains a reader of formulas.

    python -m ocr_service.formula_training.train BOOK.pdf... --out FOLDER

The PDFs are typeset ones; their displayed formulas are the lessons, worn anew at every pass. Every
twentieth is held out. The reader that reads most of these is saved, for `octavo build --formulas
FOLDER`. A GPU is used if torch finds one. To try it on a CPU, a hundred formulas in minutes:

    python -m ocr_service.formula_training.train BOOK.pdf... --out FOLDER --size tiny --clean \
        --formulas 100 --held-out 0 --passes 80 --batch 16 --rate 1e-3
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ocr_service.formula_training.network import SIZES, NetworkSize, make_network, save_network
from ocr_service.formula_training.pairs import FormulaLesson, pairs_of
from ocr_service.formula_training.vocabulary import BEGIN, END, PAD, UNKNOWN, make_tokenizer, spelt
from ocr_service.formula_training.wear import worn

__all__ = ["Lessons", "Trained", "main", "train"]

_WARM_UP = 0.1  # of all steps
_CLIP = 1.0  # norm of gradients


@dataclass(frozen=True, slots=True)
class Lessons:
    """How a network is trained. `wear` tells whether images are worn; `rate` is the highest.

    One formula of `held_out` is not taught but asked; with 0, all are taught, and those are asked.

    `hidden` is the share of a formula's earlier tokens that the network is not shown while it
    learns the next one: it would else learn formulas by heart, and not look at the image.
    """

    passes: int = 30
    batch: int = 32
    rate: float = 3e-4
    wear: bool = True
    hidden: float = 0.15
    held_out: int = 20
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of training: the mean loss of a token in the first pass and in the last.

    `right` is the share of held-out formulas of which every token is read right; of the taught ones
    if none is held out.
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
    held_out = fitting[:: lessons.held_out] if 1 < lessons.held_out <= len(fitting) else []
    taught = [pair for pair in fitting if not any(pair is other for other in held_out)]
    tokenizer = make_tokenizer(pair.latex for pair in taught)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    learner = _Taught(make_network(size, tokenizer).to(device), tokenizer, size, device)
    course = _Course(learner, taught, lessons, rng)
    best, losses = -1.0, list[float]()
    for number in range(1, lessons.passes + 1):
        began = time.monotonic()
        losses.append(course.go_through())
        if number % max(1, lessons.passes // 10) and number != lessons.passes:
            continue
        right = _right(learner, held_out or taught, lessons.batch)
        seconds = time.monotonic() - began
        print(f"pass {number}: loss {losses[-1]:.3f}, {right:.1%} read right, {seconds:.1f} s")  # noqa: T201
        if right >= best:
            best = right
            save_network(learner.model, tokenizer, size, folder)
    return Trained(losses[0], losses[-1], best)


class _Course:
    """Passes through the formulas, with one optimiser and its schedule for all of them."""

    def __init__(
        self,
        learner: _Taught,
        taught: Sequence[FormulaLesson],
        lessons: Lessons,
        rng: np.random.Generator,
    ) -> None:
        import torch

        self._learner, self._taught, self._lessons, self._rng = learner, taught, lessons, rng
        self._batches = -(-len(taught) // lessons.batch)
        self._optimiser = torch.optim.AdamW(
            learner.model.parameters(), lr=lessons.rate, weight_decay=0.01
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser,
            lessons.rate,
            total_steps=lessons.passes * self._batches,
            pct_start=_WARM_UP,
        )

    def go_through(self) -> float:
        """Learn from each formula once; return the mean loss of a token."""
        import torch

        learner, lessons, rng, loss = self._learner, self._lessons, self._rng, 0.0
        learner.model.train()
        for some in _batches(self._taught, lessons, rng):
            pixels, labels = _tensors(
                some, learner.size, learner.tokenizer, rng if lessons.wear else None
            )
            out = learner.model(
                pixel_values=pixels.to(learner.device),
                decoder_input_ids=_shown(labels, learner.tokenizer, lessons.hidden).to(
                    learner.device
                ),
                labels=labels.to(learner.device),
            )
            self._optimiser.zero_grad()
            out.loss.backward()
            torch.nn.utils.clip_grad_norm_(learner.model.parameters(), _CLIP)
            self._optimiser.step()
            self._schedule.step()
            loss += out.loss.item() / self._batches
        return loss


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
    parser.add_argument("--held-out", type=int, default=20, help="ask one of so many; 0: none")
    parser.add_argument("--clean", action="store_true", help="do not wear the images")
    chosen = parser.parse_args(arguments)
    every = (pair for book in chosen.books for pair in pairs_of(book))
    fitting = (pair for pair in every if len(spelt(pair.latex)) + 2 <= SIZES[chosen.size].longest)
    pairs = list(islice(fitting, chosen.formulas))
    print(f"{len(pairs)} displayed formulas")  # noqa: T201
    lessons = Lessons(
        chosen.passes,
        chosen.batch,
        chosen.rate,
        wear=not chosen.clean,
        held_out=chosen.held_out,
    )
    train(pairs, SIZES[chosen.size], lessons, chosen.out)


if __name__ == "__main__":
    main()
