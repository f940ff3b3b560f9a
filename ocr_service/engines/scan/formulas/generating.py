"""Reads formulas with models that transformers has: PP-FormulaNet, and those of our own trainer.

A model is a folder as `save_pretrained` writes it: config.json, weights, tokenizer.json and
preprocessor_config.json. Images are prepared by PIL after the last of these, in the steps of
transformers' `PPFormulaNetImageProcessor`: that class needs torchvision, of which package
registries have no build for the CPU builds of torch.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_service.common.errors import QueryError
from ocr_service.engines.scan.formulas.reader import FormulaText

__all__ = ["MODEL_TYPES", "GeneratingReader", "ImageSteps", "quiet"]

MODEL_TYPES = frozenset({"pp_formulanet", "vision-encoder-decoder"})
_LONGEST = 400  # tokens of a formula


@dataclass(frozen=True, slots=True)
class ImageSteps:
    """How an image becomes a model's input: the entries of preprocessor_config.json.

    `height` and `width` are the input's in pixels. The margin is cut off (`do_crop_margin`), what
    is smaller is enlarged (`do_resize`), what is larger is reduced, and the rest is filled with
    `pad_value` (of 255). `white` and `spread` are the mean and the deviation of the levels, 0 to 1.
    """

    height: int = 768
    width: int = 768
    do_crop_margin: bool = True
    do_resize: bool = True
    pad_value: int = 0
    white: float = 0.7931
    spread: float = 0.1738

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return the steps that the file of a model's folder names; the defaults without one."""
        file = folder / "preprocessor_config.json"
        data: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        known = {field.name for field in fields(cls)}
        found = {name: value for name, value in data.items() if name in known}
        means, spreads = data.get("image_mean", []), data.get("image_std", [])
        if means and spreads:
            found |= {"white": float(means[0]), "spread": float(spreads[0])}
        return cls(**(data.get("size", {}) | found))

    def pixels(self, image: Image.Image) -> NDArray[np.float32]:
        """Return the model's input of an image of a formula: height x width."""
        grey = image.convert("L")
        if self.do_crop_margin:
            grey = _without_margin(grey)
        if self.do_resize:
            scale = min(self.height, self.width) / min(grey.size)
            grey = _resized(grey, scale, Image.Resampling.BILINEAR)
        scale = min(self.height / grey.height, self.width / grey.width)
        if scale < 1:
            grey = _resized(grey, scale, Image.Resampling.BICUBIC)
        page = Image.new("L", (self.width, self.height), self.pad_value)
        page.paste(grey, ((self.width - grey.width) // 2, (self.height - grey.height) // 2))
        levels = np.asarray(page, dtype=np.float32) / np.float32(255)
        return (levels - np.float32(self.white)) / np.float32(self.spread)


def _resized(image: Image.Image, scale: float, filter_: Image.Resampling) -> Image.Image:
    size = max(1, int(image.width * scale)), max(1, int(image.height * scale))
    return image.resize(size, filter_)


def _without_margin(image: Image.Image) -> Image.Image:
    """Return the part of an image in which anything is darker than 200 of its 255 levels."""
    levels = np.asarray(image, dtype=np.float32)
    low, high = float(levels.min()), float(levels.max())
    if low == high:
        return image
    rows, columns = np.nonzero((levels - low) / (high - low) * 255 < 200)
    return image.crop(
        (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    )


class GeneratingReader:
    """Reads formulas with an encoder-decoder of transformers, on the CPU."""

    def __init__(self, folder: Path) -> None:
        """Load a model from its folder.

        Raises:
            QueryError: files are missing, damaged, or of another kind of model.
        """
        try:
            with quiet():
                self._load(folder)
        except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
            reason = str(error).strip().splitlines()[0][:160] if str(error).strip() else error
            raise QueryError(
                f"--formulas: the model in {folder} cannot be loaded ({reason}); it needs "
                "config.json, model.safetensors and tokenizer.json"
            ) from error
        self._name = folder.name

    def _load(self, folder: Path) -> None:
        from transformers import AutoConfig, PreTrainedTokenizerFast

        config = AutoConfig.from_pretrained(folder)
        if config.model_type not in MODEL_TYPES:
            raise ValueError(f"a model of type {config.model_type} reads no formulas")
        self._steps = ImageSteps.of(folder)
        self._tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
        self._model = _model_class(config.model_type).from_pretrained(folder)
        self._model.eval()
        self._is_coloured = config.model_type == "pp_formulanet"

    @property
    def name(self) -> str:
        """The name of the model's folder."""
        return self._name

    def read(self, image: Image.Image) -> FormulaText:
        """Read the image of one formula."""
        import torch

        pixels = torch.from_numpy(self._steps.pixels(image))[None, None]
        if self._is_coloured:
            pixels = pixels.repeat(1, 3, 1, 1)
        with torch.inference_mode():
            done = self._model.generate(
                pixel_values=pixels,
                max_new_tokens=_LONGEST,
                do_sample=False,
                num_beams=1,
                output_logits=True,
                return_dict_in_generate=True,
            )
        tokens = done.sequences[0, -len(done.logits) :].tolist()
        log_sum = sum(
            float(torch.log_softmax(logits[0].float(), -1)[token])
            for logits, token in zip(done.logits, tokens, strict=True)
        )
        latex = self._tokenizer.decode(tokens, skip_special_tokens=True)
        # The last of the most tokens may be the end because a model is made to end there.
        is_complete = len(tokens) < _LONGEST and tokens[-1] in self._ends
        return FormulaText(latex.strip(), math.exp(log_sum / len(tokens)), is_complete)

    @property
    def _ends(self) -> set[int]:
        end = self._model.generation_config.eos_token_id
        return set(end) if isinstance(end, list) else {end}


def _model_class(model_type: str) -> Any:
    import transformers

    if model_type == "pp_formulanet":
        return transformers.PPFormulaNetForConditionalGeneration
    return transformers.VisionEncoderDecoderModel


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from printing while it loads or saves a model."""
    from transformers.utils import logging as notices

    level, bars = notices.get_verbosity(), notices.is_progress_bar_enabled()
    notices.set_verbosity(logging.CRITICAL)
    notices.disable_progress_bar()
    try:
        yield
    finally:
        notices.set_verbosity(level)
        if bars:
            notices.enable_progress_bar()
