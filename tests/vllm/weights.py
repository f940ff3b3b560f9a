"""Makes random checkpoints for vLLM, whose vision towers must have their published sizes.

The language model has three layers and a vocabulary of bytes, so that a checkpoint has about 1 GB.
What is made here is made through the true classes and saved with the authors' own names.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.tiny_models import (
    BEGIN,
    END,
    PAD,
    Tweak,
    published_config,
    save_tokenizer,
    v1_language,
)

_TEXT: dict[str, Any] = {
    "hidden_size": 256,
    "intermediate_size": 512,
    "moe_intermediate_size": 128,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "n_routed_experts": 8,
    "n_shared_experts": 2,
    "num_experts_per_tok": 3,
}
_TOWERS: dict[str, Any] = {
    "sam_vit_b": {
        "downsample_channels": [512, 1024],
        "global_attn_indexes": [2, 5, 8, 11],
        "heads": 12,
        "layers": 12,
        "width": 768,
    },
    "clip-l-14-224": {
        "heads": 16,
        "image_size": 224,
        "layers": 24,
        "patch_size": 14,
        "width": 1024,
    },
}
_ROPE = {"rope_type": "default", "rope_theta": 10000.0}
_ENCODER: dict[str, Any] = {  # DeepSeek-OCR-2's
    "vocab_size": 1,
    "hidden_size": 896,
    "intermediate_size": 4864,
    "num_hidden_layers": 24,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "max_position_embeddings": 131072,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1000000.0},
}


def save_v1(folder: Path, tweak: Tweak | None = None) -> Path:
    """Save a DeepSeek-OCR in its authors' format."""
    from transformers import UnlimitedOcrConfig, UnlimitedOcrForConditionalGeneration

    language = v1_language(**_TEXT)
    layers = _TEXT["num_hidden_layers"]
    text = {
        **language,
        "layer_types": ["full_attention"] * layers,
        "mlp_layer_types": ["dense"] + ["sparse"] * (layers - 1),
    }
    config = UnlimitedOcrConfig(text_config=text)  # its vision towers are those of v1
    _save(folder, UnlimitedOcrForConditionalGeneration, config, tweak)
    _publish(folder, language, "DeepseekOCRForCausalLM", _TOWERS, 2048)
    _add_unused(folder / "model.safetensors")
    return folder


def save_v2(folder: Path, community: Path) -> tuple[Path, Path]:
    """Save a DeepSeek-OCR-2 in its authors' and in transformers' format, with the same weights."""
    from transformers import DeepseekOcr2Config, DeepseekOcr2ForConditionalGeneration

    language = v1_language(**_TEXT)
    layers = _TEXT["num_hidden_layers"]
    text = {
        **language,
        "mlp_layer_types": ["dense"] + ["sparse"] * (layers - 1),
        "rope_parameters": _ROPE,
    }
    config = DeepseekOcr2Config(vision_config={"encoder_config": _ENCODER}, text_config=text)
    _save(community, DeepseekOcr2ForConditionalGeneration, config, None)
    folder.mkdir(parents=True, exist_ok=True)
    for file in community.iterdir():
        if file.name != "config.json":
            (folder / file.name).unlink(missing_ok=True)
            (folder / file.name).hardlink_to(file)
    towers = {"sam_vit_b": _TOWERS["sam_vit_b"], "qwen2-0-5b": {"dim": 896}}
    towers["sam_vit_b"]["downsample_channels"] = [512, 896]
    _publish(folder, language, "DeepseekOCR2ForCausalLM", towers, 896)
    return folder, community


def _add_unused(file: Path) -> None:
    """Add a weight that v1's checkpoint has and its code never uses; vLLM requires it."""
    import torch
    from safetensors.torch import load_file, save_file

    weights = load_file(file)
    weights["model.vision_model.embeddings.patch_embedding.weight"] = torch.randn(1024, 3, 14, 14)
    save_file(weights, file, metadata={"format": "pt"})


def _publish(
    folder: Path, language: dict[str, Any], architecture: str, towers: Any, seen: int
) -> None:
    """Write the authors' config.json and the other files of their repositories."""
    published = published_config(language, architecture)
    published["vision_config"]["width"] = towers
    published["projector_config"] |= {"input_dim": seen, "n_embed": language["hidden_size"]}
    published["auto_map"] = {
        "AutoConfig": f"modeling.{architecture}",
        "AutoModel": f"modeling.{architecture}",
    }
    tokenizer = {
        "tokenizer_class": "LlamaTokenizerFast",
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": BEGIN,
        "eos_token": END,
        "pad_token": PAD,
        "model_max_length": 8192,
    }
    (folder / "config.json").write_text(json.dumps(published, indent=1), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer, indent=1), encoding="utf-8")


def _save(folder: Path, kind: Any, config: Any, tweak: Tweak | None) -> None:
    """Make a model with large random weights and save it with its tokenizer."""
    import torch

    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    save_tokenizer(folder)
    model = kind(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1 and "rel_pos" not in name:
                size = 1.5 if "language_model" in name else 0.6
                weight.normal_(0.0, size / weight[0].numel() ** 0.5)
        model.model.language_model.embed_tokens.weight.normal_(0.0, 1.0)
        model.lm_head.weight.normal_(0.0, 1.0)
        if tweak is not None:
            tweak(model)
    model.to(torch.bfloat16).save_pretrained(folder)
