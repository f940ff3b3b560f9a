"""What vLLM is told: of a checkpoint, of the device's memory, of a page. Plain data, no vLLM."""

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

# Before vLLM is imported. Its second model runner knows no logits processors; its processes are
# begun anew, since the server has threads; it sends no reports of its use.
ENVIRONMENT: Mapping[str, str] = {
    "VLLM_USE_V2_MODEL_RUNNER": "0",
    "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
    "VLLM_NO_USAGE_STATS": "1",
}

_MAX_TILES = 6  # vLLM cuts pages of both families into no more; DeepSeek-OCR's own code into 9
_WORDS = 64  # tokens of a prompt beside those of the image, at most
_INTERVAL = 8  # tokens of a page that vLLM hands over at a time

_Json = Mapping[str, Any]


def family_in(folder: Path, config: _Json) -> ModelFamily:
    """Return the family of a checkpoint that vLLM can run.

    Raises:
        ModelError: it can run none like this.
    """
    architectures = config.get("architectures") or []
    if "DeepseekOCR2ForCausalLM" in architectures:
        return ModelFamily.DEEPSEEK_OCR_2
    family = family_of(config)
    if family is ModelFamily.DEEPSEEK_OCR and "language_config" in config:
        return family
    if family is ModelFamily.DEEPSEEK_OCR_2:
        raise ModelError(
            f"{folder}: this is DeepSeek-OCR-2 in the form of transformers, which vLLM does not "
            "know; use deepseek-ai/DeepSeek-OCR-2, the same weights"
        )
    found = family or ", ".join(map(str, architectures)) or config.get("model_type")
    raise ModelError(
        f"{folder}: a checkpoint of another kind ({found}); the vLLM engine reads "
        "deepseek-ai/DeepSeek-OCR and deepseek-ai/DeepSeek-OCR-2, the transformers engine others"
    )


def traits_of(family: ModelFamily) -> Traits:
    """Return a family's traits as vLLM has them: pages are cut into six tiles at most."""
    traits = FAMILIES[family]
    return replace(traits, tiling=replace(traits.tiling, max_tiles=_MAX_TILES))


def context_of(config: _Json, traits: Traits, max_output_tokens: int) -> int:
    """Return the most tokens of a page, prompt and text together.

    vLLM lets no page grow beyond the positions that the model was trained with, which are 8,192.
    """
    positions = int(config["language_config"]["max_position_embeddings"])
    prompt = traits.tiling.tokens(1, traits.tiling.max_tiles) + _WORDS  # most rows, most ends
    return min(positions, prompt + max_output_tokens)


def engine_settings(
    folder: Path, dtype: str, max_batch: int, context: int, on_cpu: bool
) -> dict[str, Any]:
    """Return vLLM's `EngineArgs`.

    Memory is vLLM's own matter: it takes nine tenths of the GPU's, finds out by a trial run what
    is left for keys and values, and sets pages aside, to go on later, when that is full.
    """
    return {
        "model": str(folder),
        "dtype": dtype,
        "max_model_len": context,
        "max_num_seqs": max_batch,
        "gpu_memory_utilization": 0.9,
        "enforce_eager": on_cpu,
        "enable_prefix_caching": False,  # pages have nothing in common but five words
        "mm_processor_cache_gb": 0,  # and none comes twice
        "limit_mm_per_prompt": {"image": 1},
        "logits_processors": ["ocr_service.engines.vllm.guard:NgramGuard"],
        "stream_interval": _INTERVAL,
        "generation_config": "vllm",  # not the checkpoint's: every setting is ours
        "trust_remote_code": False,
        "load_format": "safetensors",
        "disable_log_stats": True,
    }


def sampling_settings(
    settings: DecodingSettings, limit: int, stops: Iterable[int]
) -> dict[str, Any]:
    """Return vLLM's `SamplingParams` of an attempt, but for the kind of its output.

    Args:
        settings: Of the attempt.
        limit: The most tokens to write.
        stops: Tokens that end a page. They are all there is: vLLM's own idea of them is left out.
    """
    return {
        "temperature": settings.temperature,
        "seed": settings.seed,
        "max_tokens": limit,
        "stop_token_ids": sorted(stops),
        "ignore_eos": True,
        "detokenize": False,  # tokens are put into words here, special ones too
        "extra_args": {
            "ngrams": [settings.ngram_size, settings.ngram_window, list(settings.exempt)]
        },
    }
