"""Computes vLLM's arguments for a checkpoint, the device and a page. Does not import vLLM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ocr_service.common.errors import ModelError
from ocr_service.engines.vision.families import FAMILIES, ModelFamily, Traits, family_of
from ocr_service.engines.vision.retries import DecodingSettings

__all__ = [
    "ENVIRONMENT",
    "context_of",
    "engine_settings",
    "family_in",
    "sampling_settings",
    "traits_of",
]

# Set before vLLM is imported. Its second model runner has no logits processors; its processes are
# spawned, since the server has threads; it sends no usage statistics.
ENVIRONMENT: Mapping[str, str] = {
    "VLLM_USE_V2_MODEL_RUNNER": "0",
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    "VLLM_NO_USAGE_STATS": "1",
}

_MAX_TILES = 6  # vLLM's limit for both families; DeepSeek-OCR's own code allows 9
_WORDS = 64  # most tokens of a prompt besides those of the image
_INTERVAL = 8  # tokens of a page per output of vLLM

_Json = Mapping[str, Any]


def family_in(folder: Path, config: _Json) -> ModelFamily:
    """Return the family of a checkpoint that vLLM can run.

    Raises:
        ModelError: vLLM cannot run it.
    """
    architectures = config.get("architectures") or []
    if "DeepseekOCR2ForCausalLM" in architectures:
        return ModelFamily.DEEPSEEK_OCR_2
    family = family_of(config)
    if family is ModelFamily.DEEPSEEK_OCR and "language_config" in config:
        return family
    if family is ModelFamily.DEEPSEEK_OCR_2:
        raise ModelError(
            f"{folder}: this is DeepSeek-OCR-2 in transformers' format, which vLLM does not "
            "support; use deepseek-ai/DeepSeek-OCR-2, the same weights"
        )
    found = family or ", ".join(map(str, architectures)) or config.get("model_type")
    raise ModelError(
        f"{folder}: a checkpoint of another kind ({found}); the vLLM engine reads "
        "deepseek-ai/DeepSeek-OCR and deepseek-ai/DeepSeek-OCR-2, the transformers engine others; "
        "for all others start 'vllm serve' and build with --service URL --protocol openai"
    )


def traits_of(family: ModelFamily) -> Traits:
    """Return a family's traits with vLLM's limit of six tiles per page."""
    traits = FAMILIES[family]
    return replace(traits, tiling=replace(traits.tiling, max_tiles=_MAX_TILES))


def context_of(config: _Json, traits: Traits, max_output_tokens: int) -> int:
    """Return the most tokens of a page, prompt and text together.

    vLLM limits them to the positions that the model was trained with, 8,192.
    """
    positions = int(config["language_config"]["max_position_embeddings"])
    prompt = traits.tiling.tokens(1, traits.tiling.max_tiles) + _WORDS  # most rows, most ends
    return min(positions, prompt + max_output_tokens)


def engine_settings(
    folder: Path, dtype: str, max_batch: int, context: int, on_cpu: bool
) -> dict[str, Any]:
    """Return vLLM's `EngineArgs`.

    vLLM manages memory: it takes nine tenths of the GPU's, measures in a trial run what is left
    for keys and values, and preempts pages when that is full.
    """
    return {
        "model": str(folder),
        "dtype": dtype,
        "max_model_len": context,
        "max_num_seqs": max_batch,
        "gpu_memory_utilization": 0.9,
        "enforce_eager": on_cpu,
        "enable_prefix_caching": False,  # pages share only the words of the prompt
        "mm_processor_cache_gb": 0,  # no image occurs twice
        "limit_mm_per_prompt": {"image": 1},
        "logits_processors": ["ocr_service.engines.vllm.guard:NgramGuard"],
        "stream_interval": _INTERVAL,
        "generation_config": "vllm",  # ignore the checkpoint's
        "trust_remote_code": False,
        "load_format": "safetensors",
        "disable_log_stats": True,
    }


def sampling_settings(
    settings: DecodingSettings, limit: int, stops: Iterable[int]
) -> dict[str, Any]:
    """Return vLLM's `SamplingParams` of an attempt, without the output kind.

    Args:
        settings: The attempt's settings.
        limit: The most tokens to generate.
        stops: All tokens that end a page; vLLM's own are ignored.
    """
    return {
        "temperature": settings.temperature,
        "seed": settings.seed,
        "max_tokens": limit,
        "stop_token_ids": sorted(stops),
        "ignore_eos": True,
        "detokenize": False,  # tokens are decoded here, special ones included
        "extra_args": {
            "ngrams": [settings.ngram_size, settings.ngram_window, list(settings.exempt)]
        },
    }
