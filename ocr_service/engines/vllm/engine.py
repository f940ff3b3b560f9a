"""Runs DeepSeek-OCR with vLLM: the engine for throughput, on data-centre GPUs.

Protocol, prompts, tiles, guards, attempts and statuses are those of the transformers engine, which
it is checked against token for token (`make test-vllm`). vLLM keeps the device full: pages join
and leave at each step, and a further attempt at a page joins the running ones. Threads prepare
the next pages.

Unlike there, a page has at most six tiles, and prompt and text together at most as many tokens as
the model has positions, 8,192. vLLM needs an older transformers than the rest of Octavo, hence its
own environment; see the guide.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Any, Self

from ocr_service.engines.vision import checkpoints, tiling
from ocr_service.engines.vision.attempt import PageAttempt
from ocr_service.engines.vision.repetition import LoopLimits
from ocr_service.engines.vision.retries import MOST_RETRIES, Attempts, DecodingSettings
from ocr_service.engines.vllm.loading import Served, device, serve
from ocr_service.engines.vllm.settings import sampling_settings
from ocr_service.protocol.engine import EngineInfo, FinishReason, PageText, Prompt

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["DEFAULT_MODEL", "VllmEngine", "take"]

DEFAULT_MODEL = "deepseek-ai/DeepSeek-OCR"

_THREADS = 4  # preparing pages: about 100 ms of CPU time each
_AHEAD = 8  # pages prepared, and queued in vLLM, beyond those being generated
_CPU_BATCH = 4
_GPU_BATCH = 128


class VllmEngine:
    """Reads pages with a model of the DeepSeek-OCR family. See `BatchEngine`."""

    def __init__(
        self,
        served: Served,
        info: EngineInfo,
        *,
        retries: int = MOST_RETRIES,
        limits: LoopLimits | None = None,
    ) -> None:
        """Wrap a loaded model; usually called by `load`.

        Args:
            served: The model.
            info: The value of `info`.
            retries: How often a looping or truncated page is retried, 0 to 2.
            limits: When a page counts as looping.
        """
        self._served = served
        self._info = info
        ends = {served.begin_token, *served.stop_tokens}
        self._attempts = Attempts(served.tokenizer, served.traits, ends, retries, limits)
        self._numbers = count()

    @classmethod
    def load(
        cls,
        model: str = DEFAULT_MODEL,
        *,
        revision: str | None = None,
        dtype: str = "auto",
        max_batch: int | None = None,
        max_output_tokens: int = 8192,
    ) -> Self:
        """Load a model on the device that vLLM was built for.

        Args:
            model: Hub id, or folder of a checkpoint in its authors' format.
            revision: Commit of a hub id; None for the one pinned in `families.REVISIONS`, else the
                newest.
            dtype: "bfloat16" or "float32"; "auto" is bfloat16 on a GPU, else float32.
            max_batch: The most pages at once; None for 128 on a GPU.
            max_output_tokens: The most tokens generated for one page.

        Raises:
            ModelError: vLLM is not installed, there is no such model, the hub cannot be reached,
                or the checkpoint is not exactly one that vLLM can run.
        """
        place = device()
        on_cpu = place == "cpu"
        kind = ("float32" if on_cpu else "bfloat16") if dtype == "auto" else dtype
        batch = max_batch or (_CPU_BATCH if on_cpu else _GPU_BATCH)
        folder, commit = checkpoints.locate(model, revision)
        served = serve(folder, kind, batch, max_output_tokens, on_cpu)
        info = EngineInfo("vllm", model, commit, place, kind, batch, max_output_tokens)
        return cls(served, info)

    @property
    def info(self) -> EngineInfo:
        """The description of this engine."""
        return self._info

    def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:
        """Return a text for each image, in their order; see `BatchEngine.read`."""
        names = (str(number) for number in self._numbers)
        reading = _Reading(self._served, self._info, self._attempts, names)
        return reading.read(images, prompt)

    def close(self) -> None:
        """End vLLM's processes."""
        self._served.engine.engine_core.shutdown()


class _Reading:
    """One call of `read`."""

    def __init__(
        self, served: Served, info: EngineInfo, attempts: Attempts, names: Iterator[str]
    ) -> None:
        self._served = served
        self._info = info
        self._attempts = attempts
        self._names = names  # request ids of attempts, all different
        self._waiting: deque[tuple[int, DecodingSettings]] = deque()
        self._prepared: deque[tuple[int, DecodingSettings, Future[Any]]] = deque()
        self._running: dict[str, PageAttempt] = {}
        self._tried: dict[int, list[PageAttempt]] = {}
        self._results: dict[int, PageText] = {}
        self._since = 0.0

    def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:
        """Read pages, those expected to be longest first."""
        asked = self._asked(prompt)
        first = next(self._names)
        lengths = [tiling.expected_length(image) for image in images]
        order = sorted(range(len(images)), key=lambda index: -lengths[index])
        self._waiting.extend((index, self._attempts.first) for index in order)
        self._since = time.perf_counter()
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="tiles") as pool:

            def prepare(index: int) -> Future[Any]:
                name = f"{first}-{index}"
                return pool.submit(_prepared, self._served, images[index], asked, name)

            try:
                while len(self._results) < len(images):
                    self._feed(prepare)
                    if self._running:
                        self._step()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
                self._served.engine.abort_request(list(self._running))
        return [self._results[index] for index in range(len(images))]

    def _asked(self, prompt: Prompt) -> list[int]:
        """Return a prompt's tokens with one image token, which vLLM expands."""
        served = self._served
        words = served.tokenizer.encode(served.traits.prompts[prompt], add_special_tokens=False).ids
        return [served.begin_token, served.image_token, *words]

    def _feed(self, prepare: Any) -> None:
        """Add requests to vLLM until a few more are queued than it can generate at once."""
        while len(self._running) < self._info.max_batch + _AHEAD:
            while self._waiting and len(self._prepared) < _AHEAD:
                index, settings = self._waiting.popleft()
                self._prepared.append((index, settings, prepare(index)))
            if not self._prepared or (self._running and not self._prepared[0][2].done()):
                return
            index, settings, future = self._prepared.popleft()
            try:
                page = future.result()
            except Exception as error:  # Pillow raises many types; other pages continue
                self._fail(index, error)
            else:
                self._begin(index, settings, page)

    def _begin(self, index: int, settings: DecodingSettings, page: Any) -> None:
        """Add a request for a prepared page to vLLM."""
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        served, prompt = self._served, list(page["prompt_token_ids"])
        limit = min(self._info.max_output_tokens, served.context - len(prompt))
        given = sampling_settings(settings, limit, served.stop_tokens)
        parameters = SamplingParams(**given, output_kind=RequestOutputKind.DELTA)
        name = next(self._names)
        served.engine.add_request(name, page, parameters)
        self._running[name] = PageAttempt(
            key=index,
            prompt=prompt,
            views=None,
            limit=limit,
            temperature=settings.temperature,
            seed=settings.seed,
            watch=self._attempts.watch(),
        )

    def _step(self) -> None:
        """Wait for the next tokens; handle finished pages."""
        outputs = self._served.engine.step()
        now = time.perf_counter()
        took, self._since = now - self._since, now
        heard = [output for output in outputs if output.request_id in self._running]
        for output in heard:
            run = self._running[output.request_id]
            run.seconds += took / len(heard)
            take(run, output, self._served.stop_tokens)
            if run.finish is not None:
                del self._running[output.request_id]
                if not output.finished:  # it loops; vLLM would continue
                    self._served.engine.abort_request([output.request_id])
                self._end(run)

    def _end(self, run: PageAttempt) -> None:
        """Retry a page, or keep the best attempt."""
        tried = self._tried.setdefault(run.key, [])
        tried.append(run)
        settings = self._attempts.another(tried)
        if settings is None:
            self._results[run.key] = self._attempts.text_of(self._tried.pop(run.key))
        else:
            self._waiting.appendleft((run.key, settings))

    def _fail(self, index: int, error: Exception) -> None:
        """Record a page that cannot be prepared."""
        message = f"the image cannot be read ({checkpoints.brief(error)})"
        tried = self._tried.pop(index, None)
        if tried:  # an earlier attempt was generated: keep it
            self._results[index] = self._attempts.text_of(tried)
        else:
            self._results[index] = PageText("", FinishReason.ERROR, error=message)


def take(run: PageAttempt, output: Any, stops: frozenset[int]) -> None:
    """Add vLLM's output to an attempt.

    Args:
        run: The attempt.
        output: vLLM's `RequestOutput` with the tokens since the last one.
        stops: Tokens that end a page.
    """
    said = output.outputs[0]
    for token in said.token_ids:
        if run.finish is None:
            run.accept(token, stops)
    if run.finish is None and output.finished:
        if said.finish_reason == "length":
            run.finish = FinishReason.LENGTH
        else:
            run.fail(f"vLLM aborted this page ({said.finish_reason})")


def _prepared(served: Served, image: Image.Image, asked: Sequence[int], name: str) -> Any:
    """Return a page as input of vLLM's model. Attempts at one page share the name of its image."""
    page = tiling.upright(image)
    prompt = {
        "prompt_token_ids": list(asked),
        "multi_modal_data": {"image": page},
        "multi_modal_uuids": {"image": [name]},
    }
    (shown,) = served.engine.renderer.render_cmpl([prompt])
    grid = served.traits.tiling.grid(*page.size)
    wanted = served.traits.tiling.tokens(*grid)
    found = shown["prompt_token_ids"].count(served.image_token)
    if found != wanted:
        raise ValueError(f"vLLM makes {found} image tokens of it instead of {wanted}")
    return shown
