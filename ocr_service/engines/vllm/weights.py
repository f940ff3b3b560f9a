"""Lists the names of all weights of a checkpoint in its authors' format.

vLLM refuses unexpected weights, but misses most missing ones: it does not check layers that it may
rearrange after loading, which includes every matrix, and would run them with uninitialised memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ocr_service.common.errors import ModelError
from ocr_service.engines.vision.families import ModelFamily

__all__ = ["Depths", "check_weights", "weight_names"]

Depths = Mapping[str, int]  # layers of the vision towers: "sam", and "clip" or "qwen2"

# Of the vision towers that vLLM builds; it ignores config.json here.
_DEPTHS: Depths = {"sam": 12, "clip": 24, "qwen2": 24}
_SHOWN = 3  # names listed in an error

_ONCE = (
    "lm_head.weight model.embed_tokens.weight model.norm.weight "
    "model.projector.layers.weight model.projector.layers.bias model.view_seperator "
    "model.sam_model.pos_embed model.sam_model.patch_embed.proj.weight "
    "model.sam_model.patch_embed.proj.bias model.sam_model.neck.0.weight "
    "model.sam_model.neck.1.weight model.sam_model.neck.1.bias model.sam_model.neck.2.weight "
    "model.sam_model.neck.3.weight model.sam_model.neck.3.bias model.sam_model.net_2.weight "
    "model.sam_model.net_3.weight"
).split()
_ONCE_V1 = (
    "model.image_newline model.vision_model.embeddings.class_embedding "
    "model.vision_model.embeddings.patch_embedding.weight "
    "model.vision_model.embeddings.position_embedding.weight "
    "model.vision_model.pre_layrnorm.weight model.vision_model.pre_layrnorm.bias"
).split()
_ONCE_V2 = (
    "model.qwen2_model.model.model.norm.weight model.qwen2_model.query_768.weight "
    "model.qwen2_model.query_1024.weight"
).split()

_SAM_MODULES = "norm1 norm2 attn.qkv attn.proj mlp.lin1 mlp.lin2".split()
_CLIP_MODULES = (
    "layer_norm1 layer_norm2 self_attn.qkv_proj self_attn.out_proj mlp.fc1 mlp.fc2"
).split()
_DECODER = (
    "input_layernorm.weight post_attention_layernorm.weight self_attn.q_proj.weight "
    "self_attn.k_proj.weight self_attn.v_proj.weight self_attn.o_proj.weight"
).split()
_BIASES = [f"self_attn.{part}_proj.bias" for part in "qkv"]
_MLP = [f"{part}_proj.weight" for part in ("gate", "up", "down")]


def check_weights(
    folder: Path, family: ModelFamily, config: Mapping[str, Any], names: Iterable[str]
) -> None:
    """Make sure that a checkpoint has all weights.

    Raises:
        ModelError: some are missing.
    """
    missing = sorted(weight_names(family, config, _DEPTHS) - set(names))
    if missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise ModelError(
            f"{folder}: not an exact {family} checkpoint; it would run with random weights "
            f"({len(missing)} missing: {', '.join(missing[:_SHOWN])}{more}); fetch it again"
        )


def weight_names(family: ModelFamily, config: Mapping[str, Any], depths: Depths) -> set[str]:
    """Return the names of all weights of a checkpoint with this config.json."""
    names = {*_ONCE, *_language(config["language_config"]), *_sam(depths["sam"])}
    if family is ModelFamily.DEEPSEEK_OCR:
        return names | {*_ONCE_V1, *_clip(depths["clip"])}
    return names | {*_ONCE_V2, *_qwen2(depths["qwen2"])}


def _language(text: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the language model's weights; its first layers have no experts."""
    for layer in range(text["num_hidden_layers"]):
        place = f"model.layers.{layer}"
        yield from (f"{place}.{name}" for name in _DECODER)
        if layer < text.get("first_k_dense_replace", 0):
            yield from (f"{place}.mlp.{name}" for name in _MLP)
            continue
        yield f"{place}.mlp.gate.weight"
        experts = [f"experts.{expert}" for expert in range(text["n_routed_experts"])]
        for expert in [*experts, "shared_experts"]:
            yield from (f"{place}.mlp.{expert}.{name}" for name in _MLP)


def _sam(layers: int) -> Iterator[str]:
    for layer in range(layers):
        place = f"model.sam_model.blocks.{layer}"
        yield from (f"{place}.attn.rel_pos_{axis}" for axis in "hw")
        yield from _both(place, _SAM_MODULES)


def _clip(layers: int) -> Iterator[str]:
    for layer in range(layers):
        yield from _both(f"model.vision_model.transformer.layers.{layer}", _CLIP_MODULES)


def _qwen2(layers: int) -> Iterator[str]:
    for layer in range(layers):
        place = f"model.qwen2_model.model.model.layers.{layer}"
        yield from (f"{place}.{name}" for name in [*_DECODER, *_BIASES])
        yield from (f"{place}.mlp.{name}" for name in _MLP)


def _both(place: str, modules: Iterable[str]) -> Iterator[str]:
    """Yield the weight and the bias of each module."""
    return (f"{place}.{module}.{kind}" for module in modules for kind in ("weight", "bias"))
