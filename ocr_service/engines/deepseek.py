"""DeepSeek-OCR through transformers: the reference engine, for a GPU of one's own or a CPU.

Pages are cut by threads while the model writes others, begin in the order of their expected
length, longest first, so that the last ones to end are short, and leave the batch when they are
done. A page that loops or does not end is tried again with settings that break loops:

    attempt  temperature  no n-gram of      may come twice within
    1        0            30 (35) tokens    90 (128) tokens   the authors' own for batches
    2        0.3          20 tokens         the whole page    their own for single pages, warmer
    3        0.8          20 tokens         the whole page

The ladder of temperatures is olmOCR's idea, whose has eight steps from .1 to 1. Of the attempts
that say at least half as much as any of them, the first that ended by itself is kept; if none
did, the first, which guesses least.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from ocr_service.engines import checkpoints, tiling
from ocr_service.engines.families import DEFAULT_MODEL, FAMILIES
from ocr_service.engines.generation import Generator
from ocr_service.engines.guards import LoopDetector, LoopLimits, NoRepeatNgrams, TokenKinds
from ocr_service.engines.protocol import EngineInfo, FinishReason, PageText, Prompt
from ocr_service.engines.runs import Run
from ocr_service.errors import ModelError

if TYPE_CHECKING:
    from PIL import Image

    from ocr_service.engines.checkpoints import Checkpoint
    from ocr_service.engines.tiling import Views

__all__ = ["DeepseekEngine"]

_RETRIES = ((0.3, 20), (0.8, 20))  # temperature, size of n-grams
_RETRIED = {FinishReason.LOOP, FinishReason.LENGTH}
_THREADS = 4  # that cut pages
_AHEAD = 16  # pages that are cut ahead of the model, up to 14 MB each
_CPU_BATCH = 4
_MAX_BATCH = 128
_PAGE_TOKENS = 3072  # for which memory is planned: prompt and text of a long page
_WORKSPACE = 4 << 30  # bytes left free for looking at a page


class DeepseekEngine:
    """Reads pages with a model of the DeepSeek-OCR family. See `BatchEngine`."""

    def __init__(
        self,
        checkpoint: Checkpoint,
        info: EngineInfo,
        *,
        retries: int = len(_RETRIES),
        limits: LoopLimits | None = None,
    ) -> None:
        """Take a loaded model; `load` is the usual way.

        Args:
            checkpoint: The model.
            info: What `info` is to say; `max_batch` and `max_output_tokens` are kept to.
            retries: How often a looping or truncated page is tried again, 0 to 2.
            limits: When a page counts as looping.
        """
        self._checkpoint = checkpoint
        self._info = info
        self._retries = _RETRIES[:retries]
        self._limits = limits
        self._traits = FAMILIES[checkpoint.family]
        self._generator = Generator(checkpoint, info.max_batch)
        vocabulary = checkpoint.tokenizer.get_vocab()
        self._cells = [vocabulary[text] for text in ("<td>", "</td>") if text in vocabulary]
        self._kinds = TokenKinds(
            box_begins=vocabulary.get("<|det|>"),
            box_ends=vocabulary.get("<|/det|>"),
            numbers=frozenset(i for text, i in vocabulary.items() if text.isdecimal()),
        )
        unsaid = {vocabulary.get(text) for text in ("<｜▁pad▁｜>", "<pad>")} - {None}
        self._unsaid = unsaid | {checkpoint.begin_token} | checkpoint.stop_tokens

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
            revision: Commit of a hub id; None for the one that is pinned in `families.REVISIONS`,
                else the newest.
            device: "cuda", "cpu" or another that torch knows; "auto" is the GPU if there is one.
            dtype: "bfloat16" or "float32"; "auto" is bfloat16 on a GPU, else float32.
            max_batch: The most pages at once; None for what memory holds.
            max_output_tokens: The most tokens that are written for one page.

        Raises:
            ModelError: There is no such model or device, the hub cannot be reached, or the
                checkpoint is not exactly one of a known family.
        """
        place = _device(device)
        kind = _dtype(dtype, place)
        folder, commit = checkpoints.locate(model, revision)
        checkpoint = checkpoints.load(folder, place, kind)
        batch = max_batch or _batch_that_fits(checkpoint)
        info = EngineInfo("deepseek", model, commit, place, kind, batch, max_output_tokens)
        return cls(checkpoint, info)

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._info

    def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:
        """Return a text for each image, in their order; see `BatchEngine.read`."""
        results: dict[int, PageText] = {}
        attempts: dict[int, list[Run]] = {}
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="tiles") as pool:
            lengths = list(pool.map(tiling.expected_length, images))
            order = sorted(range(len(images)), key=lambda index: -lengths[index])

            def start(index: int) -> Future[Views]:
                return pool.submit(tiling.cut, images[index], self._traits.tiling)

            def begin(index: int, views: Views) -> Run:
                return self._first_attempt(index, views, prompt)

            pages = _Pages(order, start, begin)
            try:
                for run in self._generator.run(pages):
                    attempts.setdefault(run.key, []).append(run)
                    again = self._next_attempt(attempts[run.key])
                    if again is None:
                        results[run.key] = self._text_of(attempts.pop(run.key))
                    else:
                        pages.retries.append(again)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        results.update(pages.failed)
        return [results[index] for index in range(len(images))]

    def _first_attempt(self, index: int, views: Views, prompt: Prompt) -> Run:
        """Return the first attempt at a page."""
        traits, checkpoint = self._traits, self._checkpoint
        image = [checkpoint.image_token] * traits.tiling.tokens(*views.grid)
        asked = checkpoint.tokenizer.encode(traits.prompts[prompt], add_special_tokens=False).ids
        return Run(
            key=index,
            prompt=[checkpoint.begin_token, *image, *asked],
            views=views,
            limit=self._info.max_output_tokens,
            guard=NoRepeatNgrams(traits.ngram_size, traits.ngram_window, self._cells),
            watch=LoopDetector(self._kinds, self._limits),
        )

    def _next_attempt(self, attempts: Sequence[Run]) -> Run | None:
        """Return another attempt at a page, or None if those so far will do."""
        last, count = attempts[-1], len(attempts)
        wanting = last.finish in _RETRIED or (
            last.finish is FinishReason.STOP and _best(attempts) is not last
        )
        if not wanting or count > len(self._retries):
            return None
        temperature, size = self._retries[count - 1]
        return Run(
            key=last.key,
            prompt=last.prompt,
            views=None,
            seen=last.seen,
            limit=last.limit,
            temperature=temperature,
            seed=count,
            guard=NoRepeatNgrams(size, None, self._cells),
            watch=LoopDetector(self._kinds, self._limits),
        )

    def _text_of(self, attempts: Sequence[Run]) -> PageText:
        """Return the best attempt at a page, with what all of them took."""
        best = _best(attempts)
        said = [token for token in best.tokens if token not in self._unsaid]
        return PageText(
            text=self._checkpoint.tokenizer.decode(said, skip_special_tokens=False),
            finish_reason=best.finish or FinishReason.ERROR,
            prompt_tokens=len(best.prompt),
            output_tokens=sum(run.produced for run in attempts),
            attempts=len(attempts),
            seconds=sum(run.seconds for run in attempts),
            error=best.error,
        )


class _Pages:
    """The pages of one call, cut ahead of the model; see `Source`."""

    def __init__(
        self,
        order: Sequence[int],
        start: Callable[[int], Future[Views]],
        begin: Callable[[int, Views], Run],
    ) -> None:
        self.retries: deque[Run] = deque()
        self.failed: dict[int, PageText] = {}
        self._later = deque(order)
        self._start = start
        self._begin = begin
        self._ahead: deque[tuple[int, Future[Views]]] = deque()

    def take(self, wait: bool) -> Run | None:
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
            except Exception as error:  # Pillow raises all kinds; the others go on
                reason = " ".join(str(error).split()) or type(error).__name__
                self.failed[index] = PageText(
                    "", FinishReason.ERROR, error=f"the image cannot be read ({reason})"
                )


def _best(attempts: Sequence[Run]) -> Run:
    """Return the attempt that is kept; see above."""

    def said(run: Run) -> int:
        return run.watch.variety if run.watch is not None else len(run.tokens)

    most = max(map(said, attempts))
    enough = [run for run in attempts if 2 * said(run) >= most and run.error is None]
    ended = [run for run in enough if run.finish is FinishReason.STOP]
    return (ended or enough or attempts)[0]


def _device(wanted: str) -> str:
    """Return the device to run on."""
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=wanted)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"device {wanted!r}: cannot be used here ({str(error).splitlines()[0]}); "
            "use --device auto or cpu"
        ) from error
    return wanted


def _dtype(wanted: str, device: str) -> str:
    """Return the precision to run in."""
    if wanted == "auto":
        return "bfloat16" if device.startswith("cuda") else "float32"
    if wanted not in {"bfloat16", "float32"}:
        raise ModelError(f"dtype {wanted!r}: use auto, bfloat16 or float32")
    return wanted


def _batch_that_fits(checkpoint: Checkpoint) -> int:
    """Return how many long pages the device's free memory holds."""
    import torch

    model = checkpoint.model
    if model.device.type != "cuda":
        return _CPU_BATCH
    text = model.config.text_config
    columns = 2 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim
    page = _PAGE_TOKENS * columns * model.dtype.itemsize
    free, _ = torch.cuda.mem_get_info(model.device)
    return int(max(1, min(_MAX_BATCH, 0.8 * (free - _WORKSPACE) // page)))
