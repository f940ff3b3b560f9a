"""Reads formulas with `latex-ocr-junia`, if a person has installed it.

The package states no licence, so Octavo neither depends on it nor contains any of it: its network
and weights are used as they are installed. Its own decoder computes every step from the beginning;
here the keys and values of earlier steps are kept.
"""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ocr_service.common.errors import QueryError
from ocr_service.engines.scan.formulas.reader import FormulaText
from ocr_service.engines.scan.formulas.tidy import tidied_latex

__all__ = ["NAME", "JuniaReader", "is_installed"]

NAME = "latex-ocr-junia"
_PACKAGE = "latex_ocr_junia"
_ROUNDS = 64  # characters that repeat a passage of a quarter of that or less
_SCALES = (0.8, 1.0)  # of the image: sizes of type at which most formulas are read
_SURE = 0.93  # confidence from which the second size is not tried
_CANVAS = 760  # pixels, least width of the white canvas that a formula is put on
_MARGIN = 30  # pixels of white above and below


def is_installed() -> bool:
    """Return whether the package can be imported."""
    return importlib.util.find_spec(_PACKAGE) is not None


class JuniaReader:
    """Reads formulas with the network of `latex-ocr-junia`."""

    def __init__(self) -> None:
        """Load the network.

        Raises:
            QueryError: the package is not installed, or is another version of it.
        """
        if not is_installed():
            raise QueryError(f"--formulas: {NAME} is not installed; pip install {NAME}")
        try:
            self._load()
        except (ImportError, AttributeError, OSError, RuntimeError, KeyError) as error:
            raise QueryError(
                f"--formulas: {NAME} is installed but cannot be loaded ({error}); "
                f"pip install {NAME}==0.1.3"
            ) from error

    def _load(self) -> None:
        import torch

        part = {
            name: importlib.import_module(f"{_PACKAGE}.{name}")
            for name in ("model", "tokenizer", "utils")
        }
        assets = Path(str(part["model"].__file__)).parent / "assets"
        self._config: Any = part["utils"].load_model_config(assets / "model_config.json")
        self._tokenizer: Any = part["tokenizer"].LatexTokenizer.load(assets / "tokenizer.json")
        self._model: Any = part["model"].build_model(self._config)
        weights = torch.load(assets / "best.pt", map_location="cpu", weights_only=True)
        self._model.load_state_dict(weights.get("model_state_dict", weights))
        self._model.eval()

    @property
    def name(self) -> str:
        """The name that the page's record gives this reader."""
        return NAME

    def read(self, image: Image.Image) -> FormulaText:
        """Read the image of one formula, at a second size if the first reading is unsure."""
        best = FormulaText("", 0.0, is_complete=False)
        for scale in _SCALES:
            text = self._read(self._pixels(image, scale))
            if (text.is_complete, text.confidence) > (best.is_complete, best.confidence):
                best = text
            if best.is_complete and best.confidence >= _SURE:
                break
        return best

    def _read(self, pixels: np.ndarray[Any, np.dtype[np.float32]]) -> FormulaText:
        import torch

        with torch.inference_mode():
            encoded = self._model.encode(torch.from_numpy(pixels)[None, None])
            decoder = _Decoder(self._model, encoded)
            tokens, log_sum = [self._tokenizer.bos_id], 0.0
            while len(tokens) < self._config.max_length:
                scores = torch.log_softmax(decoder.step(tokens[-1]), dim=-1)
                scores[[self._tokenizer.pad_id, self._tokenizer.bos_id]] = -math.inf
                token = int(scores.argmax())
                log_sum += float(scores[token])
                tokens.append(token)
                if token == self._tokenizer.eos_id or _goes_round(tokens):
                    break
        ended = tokens[-1] == self._tokenizer.eos_id
        latex = tidied_latex(self._tokenizer.decode(tokens))
        return FormulaText(latex, math.exp(log_sum / (len(tokens) - 1)), ended and bool(latex))

    def _pixels(self, image: Image.Image, scale: float) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return the image as the network was trained on it: a canvas, padded with black."""
        width, height = self._config.image_width, self._config.image_height
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        formula = image.convert("L").resize(size, Image.Resampling.LANCZOS)
        canvas = Image.new("L", (max(_CANVAS, size[0]), size[1] + 2 * _MARGIN), 255)
        canvas.paste(formula, ((canvas.width - size[0]) // 2, _MARGIN))
        fit = min(width / canvas.width, height / canvas.height)
        size = (max(1, round(canvas.width * fit)), max(1, round(canvas.height * fit)))
        small = canvas.resize(size, Image.Resampling.BILINEAR)
        padded = Image.new("L", (width, height), 0)
        padded.paste(small, ((width - size[0]) // 2, (height - size[1]) // 2))
        return np.asarray(padded, dtype=np.float32) / np.float32(255)


def _goes_round(tokens: Sequence[int]) -> bool:
    """Return whether the last tokens are one short passage, over and over."""
    tail = tokens[-_ROUNDS:]
    if len(tail) < _ROUNDS:
        return False
    return any(
        all(one == other for one, other in zip(tail, tail[period:], strict=False))
        for period in range(1, _ROUNDS // 4)
    )


class _Decoder:
    """Decodes token by token; keys and values of earlier tokens and of the image are kept."""

    def __init__(self, model: Any, encoded: Any) -> None:
        self._model = model
        self._place = 0
        self._image = [
            _keys_and_values(block.cross_attn, encoded) for block in model.decoder_blocks
        ]
        self._past: list[tuple[Any, Any] | None] = [None] * len(model.decoder_blocks)

    def step(self, token: int) -> Any:
        """Return the scores of the token after this one: a vector over the vocabulary."""
        import torch

        embed = self._model.decoder_embed
        ids = torch.tensor([[token]])
        x = embed.norm(embed.token_emb(ids) + embed.pos_emb(torch.tensor([[self._place]])))
        self._place += 1
        for index, block in enumerate(self._model.decoder_blocks):
            normed = block.self_norm(x)
            keys, values = _keys_and_values(block.self_attn, normed)
            past = self._past[index]
            if past is not None:
                keys, values = torch.cat([past[0], keys], 2), torch.cat([past[1], values], 2)
            self._past[index] = (keys, values)
            x = x + _attend(block.self_attn, normed, keys, values)
            x = x + _attend(block.cross_attn, block.cross_norm(x), *self._image[index])
            x = x + block.ffn(block.ffn_norm(x))
        return self._model.lm_head(self._model.decoder_norm(x))[0, -1].float()


def _keys_and_values(attention: Any, x: Any) -> tuple[Any, Any]:
    """Return the keys and values of one attention, each 1 x heads x length x width of a head."""
    from torch.nn import functional

    size = attention.embed_dim
    both = functional.linear(x, attention.in_proj_weight[size:], attention.in_proj_bias[size:])
    keys, values = (
        part.view(1, -1, attention.num_heads, attention.head_dim).transpose(1, 2)
        for part in both.chunk(2, dim=-1)
    )
    return keys, values


def _attend(attention: Any, x: Any, keys: Any, values: Any) -> Any:
    from torch.nn import functional

    size = attention.embed_dim
    query = functional.linear(x, attention.in_proj_weight[:size], attention.in_proj_bias[:size])
    query = query.view(1, -1, attention.num_heads, attention.head_dim).transpose(1, 2)
    out = functional.scaled_dot_product_attention(query, keys, values)
    return attention.out_proj(out.transpose(1, 2).reshape(1, -1, size))
