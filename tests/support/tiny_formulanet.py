"""Makes a tiny PP-FormulaNet with the real classes and the files of its authors."""

from __future__ import annotations

import json
from pathlib import Path

_WORDS = [*"abcdefghxyz0123456789+-=(){}^_", r"\frac", r"\sum", r"\int", r"\alpha", r"\sqrt"]
_SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]  # 0 to 3, as in the authors' tokenizer

# As of the published models, but for the size.
_PREPROCESSOR = {
    "crop_size": {"height": 64, "width": 64},
    "do_align_long_axis": False,
    "do_crop_margin": True,
    "do_normalize": True,
    "do_pad": True,
    "do_rescale": True,
    "do_resize": True,
    "do_thumbnail": True,
    "image_mean": [0.7931, 0.7931, 0.7931],
    "image_processor_type": "PPFormulaNetImageProcessor",
    "image_std": [0.1738, 0.1738, 0.1738],
    "resample": 2,
    "rescale_factor": 0.00392156862745098,
    "size": {"height": 64, "width": 64},
}


def save_formulanet(folder: Path, seed: int = 0) -> Path:
    """Save a PP-FormulaNet with random weights: its config, tokenizer and image settings.

    Args:
        folder: Where to; it is made.
        seed: Of the random weights.
    """
    import torch
    from transformers import PPFormulaNetConfig, PPFormulaNetForConditionalGeneration

    torch.manual_seed(seed)
    config = PPFormulaNetConfig(
        text_config={
            "vocab_size": len(_SPECIAL) + len(_WORDS),
            "d_model": 32,
            "decoder_layers": 1,
            "decoder_attention_heads": 2,
            "decoder_ffn_dim": 32,
            "encoder_attention_heads": 2,
            "max_position_embeddings": 512,
        },
        vision_config={
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "global_attn_indexes": [1],
            "image_size": 64,
            "mlp_dim": 32,
            "output_channels": 16,
            "post_conv_in_channels": 16,
            "post_conv_mid_channels": 16,
            "post_conv_out_channels": 32,
            "decoder_hidden_size": 32,
            "window_size": 2,
            "initializer_range": 0.02,
        },
    )
    model = PPFormulaNetForConditionalGeneration(config)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    text = json.dumps(_PREPROCESSOR, indent=1)
    (folder / "preprocessor_config.json").write_text(text, encoding="utf-8")
    _save_tokenizer(folder)
    return folder


def _save_tokenizer(folder: Path) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = [*_SPECIAL, *_WORDS]
    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocab=vocabulary, unk_token=_SPECIAL[3]))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(_SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))
