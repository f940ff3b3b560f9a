"""Runs the models of `native_models` with transformers' own generation, batch by batch.

The reference for a few pages, and for a machine without vLLM: a batch ends with its longest page.
A page that loops is stopped when it is seen to, by the same detector as DeepSeek-OCR's; looping and
truncated pages are read again at the temperatures of the model's profile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ocr_service.engines.vision.devices import chosen_device, chosen_dtype
from ocr_service.engines.vision.native_models import NativeModel, load_native
from ocr_service.engines.vision.repetition import LoopDetector, LoopLimits, TokenKinds
from ocr_service.models.image_sizes import scale_factor, seen_size
from ocr_service.models.profiles import PLAIN
from ocr_service.protocol.engine import EngineInfo, FinishReason, PageText, Prompt
from ocr_service.protocol.model_output import ModelOutput, stored_output

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["NativeEngine"]

_CPU_BATCH = 1
_GPU_BATCH = 8
_SAMPLING = ("temperature", "top_p", "top_k")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a model wrote about one page, and why it stopped."""

    text: str
    finish: FinishReason
    prompt_tokens: int
    output_tokens: int


class NativeEngine:
    """Reads pages with a model that transformers has a class for. See `BatchEngine`."""

    def __init__(
        self, loaded: NativeModel, info: EngineInfo, limits: LoopLimits | None = None
    ) -> None:
        """Wrap a loaded model; usually called by `load`."""
        self._loaded = loaded
        self._info = info
        self._limits = limits
        vocabulary = loaded.processor.tokenizer.get_vocab()
        numbers = frozenset(token for text, token in vocabulary.items() if text.isdecimal())
        self._kinds = TokenKinds(numbers=numbers)

    @classmethod
    def load(  # noqa: PLR0913 - each is an option of its own
        cls,
        folder: Path,
        model: str,
        *,
        revision: str | None = None,
        device: str = "auto",
        dtype: str = "auto",
        max_batch: int | None = None,
        max_output_tokens: int | None = None,
    ) -> Self:
        """Load the model in a folder.

        Args:
            folder: the checkpoint.
            model: its hub id or path, as it was asked for.
            revision: its commit, if it is known.
            device: "cuda", "cpu" or another torch device; "auto" is a GPU if available.
            dtype: "bfloat16" or "float32"; "auto" is bfloat16 on a GPU, else float32.
            max_batch: the most pages at once; None for 1 on a CPU and 8 on a GPU.
            max_output_tokens: the most tokens of one page; None for those of the model's profile.

        Raises:
            ModelError: there is no such device, or no exact checkpoint.
        """
        place = chosen_device(device)
        kind = chosen_dtype(dtype, place)
        loaded = load_native(folder, model, place, kind)
        batch = max_batch or (_GPU_BATCH if place.startswith("cuda") else _CPU_BATCH)
        tokens = max_output_tokens or loaded.profile.decoding.max_tokens
        return cls(loaded, EngineInfo(loaded.kind, model, revision, place, kind, batch, tokens))

    @property
    def info(self) -> EngineInfo:
        """The description of this engine."""
        return self._info

    def read(self, images: Sequence[Image.Image], prompt: Prompt) -> list[PageText]:  # noqa: ARG002
        """Return a text for each image, in their order; the model has one prompt for all tasks."""
        results: dict[int, PageText] = {}
        pages: dict[int, Image.Image] = {}
        for place, image in enumerate(images):
            try:
                pages[place] = self._fitted(image)
            except Exception as error:  # Pillow raises many types; other pages continue
                reason = " ".join(str(error).split()) or type(error).__name__
                results[place] = PageText(
                    "", FinishReason.ERROR, error=f"the image cannot be read ({reason})"
                )
        for places in _batches(sorted(pages), self._info.max_batch):
            results.update(self._read_batch({place: pages[place] for place in places}))
        return [results[place] for place in range(len(images))]

    def _fitted(self, image: Image.Image) -> Image.Image:
        """Return an image no larger than the model reads."""
        factor = scale_factor(image.size, self._loaded.profile.image)
        picture = image.convert("RGB")
        if factor == 1:
            return picture
        width, height = (max(1, round(side * factor)) for side in picture.size)
        return picture.resize((width, height))

    def _read_batch(self, pages: dict[int, Image.Image]) -> Iterator[tuple[int, PageText]]:
        """Yield the texts of pages that are generated together, with their retries."""
        decoding = self._loaded.profile.decoding
        texts: dict[int, PageText] = {}
        waiting = dict(pages)
        for attempt, warmth in enumerate((decoding.temperature, *decoding.retry_temperatures)):
            began = time.monotonic()
            answers = self._generate(list(waiting.values()), warmth, seed=attempt)
            share = (time.monotonic() - began) / len(waiting)
            for (place, image), answer in zip(waiting.items(), answers, strict=True):
                texts[place] = _with_attempt(
                    texts.get(place), self._page_text(answer, image, share)
                )
            ended = {FinishReason.STOP}
            waiting = {p: pages[p] for p in waiting if texts[p].finish_reason not in ended}
            if not waiting:
                break
        yield from texts.items()

    def _page_text(self, answer: _Answer, image: Image.Image, seconds: float) -> PageText:
        profile = self._loaded.profile
        form = profile.output if answer.text.strip() else PLAIN.output
        output = ModelOutput(form, answer.text, seen_size(image.size, profile.image))
        return PageText(
            text=stored_output(output),
            finish_reason=answer.finish,
            prompt_tokens=answer.prompt_tokens,
            output_tokens=answer.output_tokens,
            seconds=seconds,
        )

    def _generate(self, images: list[Image.Image], warmth: float, seed: int) -> list[_Answer]:
        """Return what the model writes about each image."""
        import torch

        loaded = self._loaded
        inputs = self._inputs(images).to(loaded.model.device, dtype=loaded.model.dtype)
        watch = _LoopWatch(len(images), loaded.stop_tokens, self._kinds, self._limits)
        sampling: dict[str, Any] = {
            "do_sample": False,
            "temperature": None,
            "top_p": None,
            "top_k": None,
        }
        if warmth > 0:
            top_p = loaded.profile.decoding.top_p or 1.0
            sampling |= {"do_sample": True, "temperature": warmth, "top_p": top_p, "top_k": 0}
        torch.manual_seed(seed)
        with torch.inference_mode():
            tokens = loaded.model.generate(
                **inputs,
                **sampling,
                max_new_tokens=self._info.max_output_tokens,
                eos_token_id=sorted(loaded.stop_tokens),
                pad_token_id=loaded.processor.tokenizer.pad_token_id,
                stopping_criteria=[watch],
            )
        prompt = inputs["input_ids"].shape[1]
        asked = inputs["attention_mask"].sum(dim=1).tolist()
        rows = tokens[:, prompt:].tolist()
        return [
            self._answer(row, looping=place in watch.looping, prompt_tokens=asked[place])
            for place, row in enumerate(rows)
        ]

    def _inputs(self, images: list[Image.Image]) -> Any:
        """Return the model's inputs for one page each, padded on the left."""
        loaded = self._loaded
        if loaded.kind == "got_ocr2":  # its checkpoint has no chat template
            return loaded.processor(images, format=True, return_tensors="pt", padding=True)
        prompt = loaded.profile.prompt.strip()
        words = [{"type": "text", "text": prompt}] if prompt else []
        chats = []
        for image in images:
            picture = [{"type": "image", "image": image}]
            content = words + picture if loaded.profile.prompt_first else picture + words
            chats.append([{"role": "user", "content": content}])
        return loaded.processor.apply_chat_template(
            chats,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs={"padding": True},
        )

    def _answer(self, row: list[int], *, looping: bool, prompt_tokens: int) -> _Answer:
        """Return an answer without what ends or follows it."""
        ends = [place for place, token in enumerate(row) if token in self._loaded.stop_tokens]
        said = row[: ends[0]] if ends else row
        text = self._loaded.processor.tokenizer.decode(said, skip_special_tokens=True)
        finish = FinishReason.LOOP if looping else FinishReason.LENGTH
        finish = FinishReason.STOP if ends and not looping else finish
        return _Answer(text, finish, prompt_tokens, len(said) + bool(ends))


def _batches(places: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for first in range(0, len(places), size):
        yield places[first : first + size]


def _with_attempt(before: PageText | None, another: PageText) -> PageText:
    """Return the attempt to keep, the first that ended by itself, with the cost of all."""
    if before is None:
        return another
    kept = another if another.finish_reason is FinishReason.STOP else before
    return replace(
        kept,
        output_tokens=before.output_tokens + another.output_tokens,
        attempts=before.attempts + 1,
        seconds=before.seconds + another.seconds,
    )


class _LoopWatch:
    """Stops the rows of a batch that loop: a stopping criterion of transformers."""

    def __init__(
        self, rows: int, stop_tokens: frozenset[int], kinds: TokenKinds, limits: LoopLimits | None
    ) -> None:
        self.looping: set[int] = set()
        self._rows = rows
        self._running = set(range(rows))
        self._stop_tokens = stop_tokens
        self._detectors = [LoopDetector(kinds, limits) for _ in range(rows)]

    def __call__(self, input_ids: Any, _scores: Any, **_: Any) -> Any:
        """Return for each row whether it is to stop."""
        import torch

        last = input_ids[:, -1].tolist()
        for row in sorted(self._running):
            if last[row] in self._stop_tokens:
                self._running.remove(row)
            elif self._detectors[row].append(last[row]):
                self.looping.add(row)
                self._running.remove(row)
        stopped = [row in self.looping for row in range(self._rows)]
        return torch.tensor(stopped, device=input_ids.device)
