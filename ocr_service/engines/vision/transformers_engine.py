"""Runs DeepSeek-OCR with transformers: the reference engine, for your own GPU or a CPU.

Threads cut pages while the model generates others. Pages start in the order of their expected
length, longest first, so that the batch does not end with one long page, and leave the batch when
they are finished. A page that loops or does not end is retried; see `retries`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from ocr_service.engines.vision import checkpoints, tiling
from ocr_service.engines.vision.attempt import PageAttempt
from ocr_service.engines.vision.continuous_batching import Generator
from ocr_service.engines.vision.devices import chosen_device, chosen_dtype
from ocr_service.engines.vision.families import DEFAULT_MODEL, FAMILIES
from ocr_service.engines.vision.repetition import LoopLimits
from ocr_service.engines.vision.retries import MOST_RETRIES, Attempts, DecodingSettings
from ocr_service.protocol.engine import EngineInfo, FinishReason, PageText, Prompt

if TYPE_CHECKING:
    import torch
    from PIL import Image

    from ocr_service.engines.vision.checkpoints import Checkpoint
    from ocr_service.engines.vision.tiling import Views

__all__ = ["DeepseekEngine"]

_THREADS = 4  # cutting pages
_AHEAD = 16  # pages cut ahead of the model, up to 14 MB each
_CPU_BATCH = 4
_MAX_BATCH = 128
_PAGE_TOKENS = 3072  # prompt and text of a long page, for planning memory
_WORKSPACE = 4 << 30  # bytes left free for encoding an image


class DeepseekEngine:
    """Reads pages with a model of the DeepSeek-OCR family. See `BatchEngine`."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        info: EngineInfo,
        *,
        retries: int = MOST_RETRIES,
        limits: LoopLimits | None = None,
    ) -> None:
        """Wrap a loaded model; usually called by `load`.

        Args:
            checkpoint: The model.
            info: The value of `info`; its `max_batch` and `max_output_tokens` are limits.
            retries: How often a looping or truncated page is retried, 0 to 2.
            limits: When a page counts as looping.
        """
        self._checkpoint = checkpoint
        self._info = info
        self._traits = FAMILIES[checkpoint.family]
        self._generator = Generator(checkpoint, info.max_batch)
        ends = {checkpoint.begin_token, *checkpoint.stop_tokens}
        self._attempts = Attempts(checkpoint.tokenizer, self._traits, ends, retries, limits)

    @classmethod
    def load(  # noqa: PLR0913 - each is an option of its own
        cls,
        model: str = DEFAULT_MODEL,
        *,
        revision: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        max_batch: int | None = None,
        max_output_tokens: int = 8192,
    ) -> Self:
        """Load a model.

        Args:
            model: Hub id, or folder of a checkpoint.
            revision: Commit of a hub id; None for the one pinned in `families.REVISIONS`, else the
                newest.
            device: "cuda", "cpu" or another torch device; "auto" is a GPU if available.
            dtype: "bfloat16" or "float32"; "auto" is bfloat16 on a GPU, else float32.
            max_batch: The most pages at once; None for as many as fit in memory.
            max_output_tokens: The most tokens generated for one page.

        Raises:
            ModelError: There is no such model or device, the hub cannot be reached, or the
                checkpoint is not exactly one of a known family.
        """
        place = chosen_device(device)
        kind = chosen_dtype(dtype, place)
        folder, commit = checkpoints.locate(model, revision)
        checkpoint = checkpoints.load(folder, place, kind)
        batch = max_batch or _batch_that_fits(checkpoint)
        info = EngineInfo("deepseek", model, commit, place, kind, batch, max_output_tokens)
        return cls(checkpoint, info)

    @property
    def info(self) -> EngineInfo:
        """The description of this engine."""
        return self._info

    def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:
        """Return a text for each image, in their order; see `BatchEngine.read`."""
        results: dict[int, PageText] = {}
        tried: dict[int, list[PageAttempt]] = {}
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="tiles") as pool:
            lengths = list(pool.map(tiling.expected_length, images))
            order = sorted(range(len(images)), key=lambda index: -lengths[index])

            def start(index: int) -> Future[Views]:
                return pool.submit(tiling.cut, images[index], self._traits.tiling)

            def begin(index: int, views: Views) -> PageAttempt:
                return self._first_attempt(index, views, prompt)

            pages = _Pages(order, start, begin)
            try:
                for run in self._generator.run(pages):
                    tried.setdefault(run.key, []).append(run)
                    settings = self._attempts.another(tried[run.key])
                    if settings is None:
                        results[run.key] = self._attempts.text_of(tried.pop(run.key))
                    else:
                        again = self._attempt(run.key, run.prompt, settings, None, run.seen)
                        pages.retries.append(again)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        results.update(pages.failed)
        return [results[index] for index in range(len(images))]

    def _first_attempt(self, index: int, views: Views, prompt: Prompt) -> PageAttempt:
        """Return the first attempt at a page."""
        traits, checkpoint = self._traits, self._checkpoint
        image = [checkpoint.image_token] * traits.tiling.tokens(*views.grid)
        asked = checkpoint.tokenizer.encode(traits.prompts[prompt], add_special_tokens=False).ids
        prompt_tokens = [checkpoint.begin_token, *image, *asked]
        return self._attempt(index, prompt_tokens, self._attempts.first, views, None)

    def _attempt(
        self,
        key: int,
        prompt: list[int],
        settings: DecodingSettings,
        views: Views | None,
        seen: torch.Tensor | None,
    ) -> PageAttempt:
        """Return an attempt at a page with the given settings."""
        return PageAttempt(
            key=key,
            prompt=prompt,
            views=views,
            seen=seen,
            limit=self._info.max_output_tokens,
            temperature=settings.temperature,
            seed=settings.seed,
            guard=settings.guard(),
            watch=self._attempts.watch(),
        )


class _Pages:
    """The pages of one call, cut ahead of the model; an `AttemptSource`."""

    def __init__(
        self,
        order: Sequence[int],
        start: Callable[[int], Future[Views]],
        begin: Callable[[int, Views], PageAttempt],
    ) -> None:
        self.retries: deque[PageAttempt] = deque()
        self.failed: dict[int, PageText] = {}
        self._later = deque(order)
        self._start = start
        self._begin = begin
        self._ahead: deque[tuple[int, Future[Views]]] = deque()

    def take(self, wait: bool) -> PageAttempt | None:
        """Return the next page."""
        if self.retries:
            return self.retries.popleft()
        while True:
            while self._later and len(self._ahead) < _AHEAD:
                index = self._later.popleft()
                self._ahead.append((index, self._start(index)))
            if not self._ahead or not (wait or self._ahead[0][1].done()):
                return None
            index, future = self._ahead.popleft()
            try:
                return self._begin(index, future.result())
            except Exception as error:  # Pillow raises many types; other pages continue
                reason = " ".join(str(error).split()) or type(error).__name__
                self.failed[index] = PageText(
                    "", FinishReason.ERROR, error=f"the image cannot be read ({reason})"
                )


def _batch_that_fits(checkpoint: Checkpoint) -> int:
    """Return how many long pages fit in the device's free memory."""
    import torch

    model = checkpoint.model
    if model.device.type != "cuda":
        return _CPU_BATCH
    text = model.config.text_config
    columns = 2 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim
    page = _PAGE_TOKENS * columns * model.dtype.itemsize
    free, _ = torch.cuda.mem_get_info(model.device)
    return int(max(1, min(_MAX_BATCH, 0.8 * (free - _WORKSPACE) // page)))
