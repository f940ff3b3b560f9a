"""Makes DeepSeek-OCR-2 with random weights, at full size and at a CPU size, and pages for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ocr_service.engines.vision.checkpoints import Checkpoint
from ocr_service.engines.vision.families import ModelFamily

IMAGE_TOKEN = 15


@dataclass(frozen=True, slots=True)
class Size:
    """What is run: the model's configuration, and pages."""

    text: dict[str, Any]
    encoder: dict[str, Any]
    sam: dict[str, Any]
    tiles: int
    mean: int  # tokens of a page
    limit: int  # the most


FULL = Size(
    text={
        "vocab_size": 129280,
        "hidden_size": 1280,
        "intermediate_size": 6848,
        "moe_intermediate_size": 896,
        "num_hidden_layers": 12,
        "num_attention_heads": 10,
        "n_routed_experts": 64,
        "n_shared_experts": 2,
        "num_experts_per_tok": 6,
        "max_position_embeddings": 16384,
    },
    encoder={
        "vocab_size": 1,
        "hidden_size": 896,
        "intermediate_size": 4864,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "num_key_value_heads": 2,
    },
    sam={},
    tiles=6,
    mean=900,
    limit=8192,
)
SMALL = Size(
    text={
        "vocab_size": 2048,
        "hidden_size": 128,
        "intermediate_size": 256,
        "moe_intermediate_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "n_routed_experts": 8,
        "n_shared_experts": 1,
        "num_experts_per_tok": 2,
        "max_position_embeddings": 4096,
    },
    encoder={
        "vocab_size": 1,
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
    },
    sam={
        "hidden_size": 32,
        "output_channels": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 1,
        "global_attn_indexes": [1],
        "downsample_channels": [24, 64],
    },
    tiles=0,
    mean=40,
    limit=160,
)


def make_checkpoint(size: Size, device: str, dtype: str) -> Checkpoint:
    """Return a model of this size with random weights; no token ends a page."""
    import torch
    from transformers import DeepseekOcr2Config, DeepseekOcr2ForConditionalGeneration

    rope = {"rope_type": "default", "rope_theta": 10000.0}
    layers = ["dense"] + ["sparse"] * (size.text["num_hidden_layers"] - 1)
    text = {**size.text, "mlp_layer_types": layers, "rope_parameters": rope}
    text |= {"n_group": 1, "topk_group": 1, "bos_token_id": 0, "eos_token_id": 1}
    config = DeepseekOcr2Config(
        vision_config={
            "sam_config": size.sam,
            "encoder_config": {**size.encoder, "rope_parameters": rope},
        },
        text_config=text,
        image_token_id=IMAGE_TOKEN,
    )
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with torch.device(device):
            model = DeepseekOcr2ForConditionalGeneration(config).eval()
    finally:
        torch.set_default_dtype(before)
    nothing: Any = None  # pages come as tokens: no tokenizer is needed
    return Checkpoint(model, nothing, ModelFamily.DEEPSEEK_OCR_2, IMAGE_TOKEN, 0, frozenset(), None)
