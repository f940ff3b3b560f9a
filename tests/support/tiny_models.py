"""Makes tiny models of each family with the real classes, in their authors' formats.

Weights are random, so what they write is noise; loading, tiling, padding, batching and decoding
are the real ones. The vocabulary is the 256 bytes and the families' own special tokens.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

BEGIN, END, PAD = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜▁pad▁｜>"
SPECIAL = ["<image>", "<|ref|>", "<|/ref|>", "<|det|>", "<|/det|>", "<|grounding|>"]
TABLE = ["<td>", "</td>", "<tr>", "</tr>"]
BEGIN_ID, END_ID, PAD_ID = 0, 1, 2

_TEXT: dict[str, Any] = {
    "vocab_size": 288,
    "hidden_size": 32,
    "intermediate_size": 48,
    "moe_intermediate_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "n_routed_experts": 4,
    "n_shared_experts": 1,
    "num_experts_per_tok": 2,
    "n_group": 1,
    "topk_group": 1,
    "topk_method": "greedy",
    "max_position_embeddings": 8192,
    "bos_token_id": BEGIN_ID,
    "eos_token_id": END_ID,
}
_SAM: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 1,
    "global_attn_indexes": [1],
    "downsample_channels": [24, 32],
    "mlp_dim": 128,
}

Tweak = Callable[[Any], None]  # changes a model's weights before it is saved


def save_tokenizer(folder: Path) -> None:
    """Write a tokenizer.json of byte tokens and the models' special tokens."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: i for i, token in enumerate([BEGIN, END, PAD, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokens = [AddedToken(text, special=True) for text in [BEGIN, END, PAD, *SPECIAL]]
    tokenizer.add_special_tokens(tokens)
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in TABLE])
    tokenizer.save(str(folder / "tokenizer.json"))


def save_v2(folder: Path, seed: int = 0, tweak: Tweak | None = None, **text: Any) -> Path:
    """Save a tiny DeepSeek-OCR-2 in transformers' own format, as deepseek-community does.

    Args:
        folder: Where to; it is made.
        seed: Of the random weights.
        tweak: Called with the model before it is saved.
        **text: Entries of the text part of its configuration.
    """
    from transformers import DeepseekOcr2Config, DeepseekOcr2ForConditionalGeneration

    encoder = {
        "vocab_size": 1,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
    }
    layers = ["dense", "sparse"]
    config = DeepseekOcr2Config(
        vision_config={"sam_config": {**_SAM, "output_channels": 16}, "encoder_config": encoder},
        text_config={
            **_TEXT,
            "mlp_layer_types": layers,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
            **text,
        },
    )
    return _save(folder, DeepseekOcr2ForConditionalGeneration, config, seed, tweak)


def save_v1(folder: Path, seed: int = 0, tweak: Tweak | None = None, **text: Any) -> Path:
    """Save a tiny DeepSeek-OCR with its authors' weight names and config.json."""
    from transformers import UnlimitedOcrConfig, UnlimitedOcrForConditionalGeneration

    config = UnlimitedOcrConfig(**_legacy_parts(full_attention=True, text=text))
    _save(folder, UnlimitedOcrForConditionalGeneration, config, seed, tweak)
    published = published_config(v1_language(**text), architecture="DeepseekOCRForCausalLM")
    published["auto_map"] = {"AutoModel": "modeling_deepseekocr.DeepseekOCRForCausalLM"}
    (folder / "config.json").write_text(json.dumps(published, indent=1), encoding="utf-8")
    return folder


def save_unlimited(folder: Path, seed: int = 0, tweak: Tweak | None = None, **text: Any) -> Path:
    """Save a tiny Unlimited-OCR: the same weights as v1, attention in a window of 12 tokens."""
    from transformers import UnlimitedOcrConfig, UnlimitedOcrForConditionalGeneration

    config = UnlimitedOcrConfig(**_legacy_parts(full_attention=False, text=text))
    _save(folder, UnlimitedOcrForConditionalGeneration, config, seed, tweak)
    language = v1_language(**text) | {"sliding_window_size": 12}
    published = published_config(language, architecture="UnlimitedOCRForCausalLM")
    published["model_type"] = "unlimited-ocr"
    (folder / "config.json").write_text(json.dumps(published, indent=1), encoding="utf-8")
    return folder


def v1_language(**text: Any) -> dict[str, Any]:
    """Return the `language_config` of a tiny v1, with the entries that v1's has."""
    more = {
        "architectures": ["DeepseekV2ForCausalLM"],
        "first_k_dense_replace": 1,
        "kv_lora_rank": None,
        "q_lora_rank": None,
        "lm_head": True,
        "rm_head": False,
        "use_mla": False,
        "v_head_dim": 0,
        "qk_nope_head_dim": 0,
        "qk_rope_head_dim": 0,
        "torch_dtype": "bfloat16",
    }
    return {**_TEXT, **more, **text}


def published_config(language: dict[str, Any], architecture: str) -> dict[str, Any]:
    """Return a config.json in v1's published format, for these sizes."""
    towers = {
        "sam_vit_b": {
            "layers": _SAM["num_hidden_layers"],
            "heads": _SAM["num_attention_heads"],
            "width": _SAM["hidden_size"],
            "downsample_channels": _SAM["downsample_channels"],
            "global_attn_indexes": _SAM["global_attn_indexes"],
        },
        "clip-l-14-224": {
            "layers": 2,
            "heads": 2,
            "width": 32,
            "image_size": 224,
            "patch_size": 14,
        },
    }
    return {
        "architectures": [architecture],
        "model_type": "deepseek_vl_v2",
        "candidate_resolutions": [[1024, 1024]],
        "global_view_pos": "head",
        "language_config": language,
        "projector_config": {"projector_type": "linear", "input_dim": 64, "n_embed": 32},
        "tile_tag": "2D",
        "torch_dtype": "bfloat16",
        "vision_config": {
            "image_size": 1024,
            "mlp_ratio": 3.7362,
            "model_name": "deeplip_b_l",
            "model_type": "vision",
            "width": towers,
        },
        **{key: language[key] for key in ("bos_token_id", "eos_token_id", "vocab_size")},
    }


def _legacy_parts(full_attention: bool, text: dict[str, Any]) -> dict[str, Any]:
    """Return the entries of a transformers config for v1's architecture."""
    encoder = {
        "hidden_size": 32,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 224,
        "patch_size": 14,
    }
    kind = "full_attention" if full_attention else "reference_sliding_attention"
    layers = {"layer_types": [kind] * 2, "mlp_layer_types": ["dense", "sparse"]}
    return {
        "vision_config": {"sam_config": _SAM, "encoder_config": encoder},
        "text_config": {**_TEXT, **layers, "sliding_window": 12, **text},
    }


def _save(folder: Path, kind: Any, config: Any, seed: int, tweak: Tweak | None) -> Path:
    """Make a model with large random weights and save it with its tokenizer."""
    import torch

    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    save_tokenizer(folder)
    model = kind(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            # large, so that logits are far apart and all that came before has a say in them
            if weight.ndim > 1 and "rel_pos" not in name:
                size = 1.5 if "language_model" in name else 0.6
                weight.normal_(0.0, size / weight.shape[-1] ** 0.5)
        model.model.language_model.embed_tokens.weight.normal_(0.0, 1.0)
        model.lm_head.weight.normal_(0.0, 1.0)
        if tweak is not None:
            tweak(model)
    model.save_pretrained(folder)
    return folder


def save_all(folder: Path) -> dict[str, Path]:
    """Save a checkpoint of each family; return their folders as "v2", "v1" and "unlimited"."""
    return {
        "v2": save_v2(folder / "v2"),
        "v1": save_v1(folder / "v1"),
        "unlimited": save_unlimited(folder / "unlimited"),
    }


def cell_loop(leave: float) -> Tweak:
    """Return the change that makes a model write `<td></td><td></td>` forever.

    Args:
        leave: How near the end token's logit comes to that of the next cell, 0 to 1. Below 1 a
            greedy model never ends; one that draws does so the sooner, the warmer it is.
    """

    def tweak(model: Any) -> None:
        text = model.model.language_model
        for layer in text.layers:  # nothing but the last token counts
            layer.self_attn.o_proj.weight.zero_()
            dense = getattr(layer.mlp, "down_proj", None)
            for part in (
                [dense.weight]
                if dense is not None
                else [
                    layer.mlp.experts.down_proj,
                    layer.mlp.shared_experts.down_proj.weight,
                ]
            ):
                part.zero_()
        text.norm.weight.fill_(1.0)
        embedding, head = text.embed_tokens.weight, model.lm_head.weight
        embedding.zero_()[:, 2] = 1.0
        head.zero_()
        cells = [265, 266]  # <td> and </td>
        for place, cell in enumerate(cells):
            embedding[cell] = 0.0
            embedding[cell, place] = 1.0
            head[cells[1 - place], place] = 4.0
            head[END_ID, place] = 4.0 * leave
        head[cells[0], 2] = 4.0

    return tweak


def coloured_page(seed: int, size: tuple[int, int] = (480, 620)) -> Image.Image:
    """Return a distinct image, small enough to have no tiles.

    A random model sees colours and coarse patterns; text is all the same to it.
    """
    random = np.random.default_rng(seed)
    low, high = sorted(random.integers(0, 256, 2))
    blocks = random.integers(low, high + 1, (4 + seed, 3 + seed, 3)).astype(np.uint8)
    return Image.fromarray(blocks).resize(size, Image.Resampling.NEAREST)
