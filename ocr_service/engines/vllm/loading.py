"""Loads a checkpoint with vLLM completely and exactly, or not at all. Runs no remote code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_service.common.errors import ModelError
from ocr_service.engines.vision import checkpoints
from ocr_service.engines.vllm.settings import (
    ENVIRONMENT,
    context_of,
    engine_settings,
    family_in,
    traits_of,
)
from ocr_service.engines.vllm.weights import check_weights

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from ocr_service.engines.vision.families import Traits

__all__ = ["Served", "device", "serve"]


@dataclass(frozen=True, slots=True)
class Served:
    """A model loaded by vLLM. `engine`: its `LLMEngine`. `context`: see `context_of`."""

    engine: Any
    tokenizer: Tokenizer
    traits: Traits
    image_token: int
    begin_token: int
    stop_tokens: frozenset[int]
    context: int


def serve(folder: Path, dtype: str, max_batch: int, max_output_tokens: int, on_cpu: bool) -> Served:
    """Load a checkpoint with vLLM."""
    from vllm.engine.arg_utils import EngineArgs
    from vllm.v1.engine.llm_engine import LLMEngine

    config = checkpoints.read_config(folder)
    family = family_in(folder, config)
    traits = traits_of(family)
    tokenizer = checkpoints.read_tokenizer(folder)
    image_token = tokenizer.token_to_id("<image>")
    if image_token is None:
        raise ModelError(f"{folder / 'tokenizer.json'}: has no <image> token; fetch it again")
    check_weights(folder, family, config, _weights_in(folder))
    context = context_of(config, traits, max_output_tokens)
    settings = engine_settings(folder, dtype, max_batch, context, on_cpu)
    try:
        engine = LLMEngine.from_engine_args(EngineArgs(**settings))
    except Exception as error:  # damaged files, too little memory: errors of many types
        raise ModelError(
            f"{folder}: vLLM cannot load it ({checkpoints.brief(error)}); see its log"
        ) from error
    text = config["language_config"]
    end = text["eos_token_id"]
    return Served(
        engine=engine,
        tokenizer=tokenizer,
        traits=traits,
        image_token=image_token,
        begin_token=text["bos_token_id"],
        stop_tokens=frozenset(end if isinstance(end, list) else [end]),
        context=context,
    )


def _weights_in(folder: Path) -> Iterator[str]:
    """Return the names of all weights of a checkpoint."""
    from safetensors import safe_open

    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise ModelError(f"{folder}: the checkpoint is incomplete, it has no safetensors file")
    for path in files:
        try:
            with safe_open(path, "np") as opened:
                yield from opened.keys()
        except Exception as error:  # the library's own error, or the system's
            raise ModelError(f"{path}: cannot be read ({checkpoints.brief(error)})") from error


def device() -> str:
    """Return the device that vLLM was built for.

    Raises:
        ModelError: vLLM is not installed.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        from vllm.platforms import current_platform
    except ImportError as error:
        raise ModelError(
            f"the vLLM engine is not installed here ({checkpoints.brief(error)}); it needs its "
            "own environment, see docs/guide.md"
        ) from error
    return str(current_platform.device_type or "cpu")
