"""Generates many pages at once with continuous batching.

transformers' `generate` keeps a batch together until its longest page is done. Here a finished
page leaves at once and a waiting one takes its place, so that the device always works on as many
pages as fit. The tokens are the same as those of `generate`.

When memory runs out, the pages of the batch return to the queue with their output so far and
continue in a batch half as large, which grows back slowly.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ocr_service.engines.vision.attempt import AttemptSource, PageAttempt, Spent
from ocr_service.engines.vision.families import FAMILIES
from ocr_service.engines.vision.kv_cache import PageCache
from ocr_service.engines.vision.repetition import ngrams_forbidden

if TYPE_CHECKING:
    import torch

    from ocr_service.engines.vision.checkpoints import Checkpoint
    from ocr_service.engines.vision.tiling import Views

__all__ = ["Generator"]

_PREFILL = 4  # prompts per prefill pass
_REFILL = 8  # refill when one place in this many is free: each prefill pauses decoding
_RECOVERY = 4  # batches' worth of finished pages before the batch grows by a quarter


class Generator:
    """Runs one model. Not thread-safe.

    Args:
        checkpoint: The model.
        max_batch: The most pages in a batch.
        together: Keep a batch together until all its pages are done, as `generate` does. For
            comparison only.
    """

    def __init__(self, checkpoint: Checkpoint, max_batch: int, together: bool = False) -> None:
        self.spent = Spent()
        self.batch = max_batch  # the largest that fits in memory, as far as known
        self._max_batch = max_batch
        self._together = together
        self._checkpoint = checkpoint
        self._model = checkpoint.model
        self._unbroken = 0  # pages finished since memory ran out
        self._clear()

    def run(self, source: AttemptSource) -> Iterator[PageAttempt]:
        """Generate pages until the source is empty; yield each as soon as it is finished.

        The source is asked again after every page, so that the caller may add a further attempt
        at that page.
        """
        import torch

        self._clear()
        while True:
            with torch.inference_mode():
                self._admit(source)
                if self._active:
                    self._step()
                self._release()
            while self._done:
                yield self._done.popleft()
            if not self._active and not self._waiting:
                first = source.take(wait=True)
                if first is None:
                    return
                self._waiting.append(first)

    def _clear(self) -> None:
        """Drop all pages."""
        self._active: list[PageAttempt] = []  # in the order of the cache's rows
        self._waiting: deque[PageAttempt] = deque()  # pages returned when memory ran out
        self._done: deque[PageAttempt] = deque()
        self._cache = PageCache(self._checkpoint.window)

    def _admit(self, source: AttemptSource) -> None:
        """Let waiting pages join the batch if enough places are free to be worth a prefill."""
        free = self.batch - len(self._active)
        if self._active and (self._together or free < max(1, self.batch // _REFILL)):
            return
        while (free := self.batch - len(self._active)) > 0:
            group: list[PageAttempt] = []
            while len(group) < min(free, _PREFILL):
                run = self._waiting.popleft() if self._waiting else source.take(wait=False)
                if run is None:
                    break
                group.append(run)
            if not group or not self._begin(group):
                return

    def _begin(self, group: list[PageAttempt]) -> bool:
        """Prefill some pages and add them to the batch; return False if they do not fit."""
        import torch

        chosen = None
        with suppress(
            torch.OutOfMemoryError
        ):  # handled below, when the failed pass holds no memory
            chosen = self._prefill(group)
        self._active += group
        if chosen is None:
            self._retreat()
            return False
        self._accept(group, chosen)
        self._release()
        return True

    def _prefill(self, group: Sequence[PageAttempt]) -> list[int]:
        """Fill the cache for some pages; return their next tokens.

        The output so far of pages returned to the queue is prefilled too.
        """
        import torch

        began = self._now()
        seen = [self._look(run) for run in group]
        looked = self._now()
        device = self._model.device
        rows = [run.prompt + run.tokens for run in group]
        widest = max(map(len, rows))
        padded = [[0] * (widest - len(row)) + row for row in rows]
        embedded = self._model.get_input_embeddings()(torch.tensor(padded, device=device))
        for row, (run, features) in enumerate(zip(group, seen, strict=True)):
            first = widest - len(rows[row]) + run.prompt.index(self._checkpoint.image_token)
            embedded[row, first : first + len(features)] = features
        cache = PageCache(self._checkpoint.window)
        cache.begin([len(row) for row in rows], [len(run.prompt) for run in group])
        inputs = cache.inputs(widest, device)
        output = self._model(inputs_embeds=embedded, logits_to_keep=1, **inputs)
        cache.advance(widest)
        chosen = self._choose(output.logits[:, -1], group)
        self._cache.join(cache)
        ended = self._now()
        self.spent.vision += looked - began
        self.spent.prefill += ended - looked
        for run in group:
            run.seconds += (ended - began) / len(group)
        return chosen

    def _look(self, run: PageAttempt) -> torch.Tensor:
        """Return the image features of a page: (image tokens, hidden size).

        Encodes one page at a time, to limit memory; its tiles keep the device busy.
        """
        if run.views is not None:
            run.seen = self._encode(run.views)
            run.views = None
        assert run.seen is not None  # noqa: S101 - a run has one or the other
        return run.seen

    def _encode(self, views: Views) -> torch.Tensor:
        """Run the vision towers on a page."""
        grids = {}
        if FAMILIES[self._checkpoint.family].tiling.row_ends:
            grids["patches_grid"] = [list(views.grid)]
        seen = self._model.get_image_features(
            pixel_values=_levels(views.whole[None], self._model),
            pixel_values_local=_levels(views.tiles, self._model) if len(views.tiles) else None,
            num_local_patches=[len(views.tiles)],
            return_dict=True,
            **grids,
        )
        features: torch.Tensor = seen.pooler_output[0]
        return features.to(self._model.dtype)

    def _step(self) -> None:
        """Decode one token for every page in the batch."""
        import torch

        began = time.perf_counter()
        device = self._model.device
        chosen = None
        with suppress(torch.OutOfMemoryError):
            last = [[run.tokens[-1] if run.tokens else 0] for run in self._active]
            inputs = self._cache.inputs(1, device)
            output = self._model(input_ids=torch.tensor(last, device=device), **inputs)
            chosen = self._choose(output.logits[:, -1], self._active)
        if chosen is None:
            self._retreat()
            return
        self._cache.advance(1)
        took = time.perf_counter() - began
        self.spent.decode += took
        self.spent.steps += 1
        self.spent.tokens += sum(run.finish is None for run in self._active)
        for run in self._active:
            run.seconds += took / len(self._active)
        self._accept(self._active, chosen)

    def _choose(self, logits: torch.Tensor, runs: Sequence[PageAttempt]) -> list[int]:
        """Return the next token of each page: the most likely allowed one, or a sampled one.

        Args:
            logits: (pages, vocabulary).
            runs: The pages.
        """
        import torch

        scores = logits.float()
        rows, tokens = ngrams_forbidden([run.guard for run in runs])
        if rows:
            scores[rows, tokens] = float("-inf")
        chosen: list[int] = scores.argmax(-1).tolist()
        for row, run in enumerate(runs):
            if run.temperature > 0 and run.finish is None:
                heights = (scores[row] / run.temperature).softmax(-1).double().cumsum(-1)
                place = torch.searchsorted(heights, heights[-1] * run.draw(), right=True)
                chosen[row] = int(place)
        return chosen

    def _accept(self, runs: Sequence[PageAttempt], chosen: Sequence[int]) -> None:
        """Add a token to each page that is not finished."""
        for run, token in zip(runs, chosen, strict=True):
            if run.finish is None:
                run.accept(token, self._checkpoint.stop_tokens)

    def _release(self) -> None:
        """Remove finished pages from the batch."""
        import torch

        rows = [row for row, run in enumerate(self._active) if run.finish is None]
        if len(rows) == len(self._active) or (self._together and rows):
            return
        self._done += [run for run in self._active if run.finish is not None]
        self._recover(len(self._active) - len(rows))
        self._active = [self._active[row] for row in rows]
        fits = False
        with suppress(torch.OutOfMemoryError):
            self._cache.keep(rows)
            fits = True
        if not fits:
            self._retreat()

    def _retreat(self) -> None:
        """Return the batch to the queue and halve its size, because memory has run out."""
        import torch

        self._cache = PageCache(self._checkpoint.window)
        if self._model.device.type == "cuda":
            torch.cuda.empty_cache()
        self._unbroken = 0
        self.batch = max(1, len(self._active) // 2)
        if len(self._active) == 1:
            self._active[0].fail("not enough memory for this page")
            self._done += self._active
        else:
            self._waiting.extendleft(reversed(self._active))
        self._active = []

    def _recover(self, done: int) -> None:
        """Enlarge the batch again after enough finished pages."""
        self._unbroken += done
        if self.batch < self._max_batch and self._unbroken >= _RECOVERY * self.batch:
            self.batch = min(self._max_batch, self.batch + max(1, self.batch // 4))
            self._unbroken = 0

    def _now(self) -> float:
        """Return the time after the device has finished its queued work."""
        import torch

        if self._model.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()


def _levels(pixels: Any, model: Any) -> torch.Tensor:
    """Return (count, height, width, 3) values 0..255 as (count, 3, height, width) in -1..1.

    Both divisions are those of the models' own preprocessing, in single precision.
    """
    import torch

    levels = torch.tensor(pixels, device=model.device).permute(0, 3, 1, 2).float()
    # Divisors on the device: for a Python number, CUDA multiplies by the reciprocal instead.
    full, half = levels.new_tensor(255.0), levels.new_tensor(0.5)
    return ((levels / full - half) / half).to(model.dtype)
