"""Makes the encoder-decoder that reads formulas, and what is saved beside its weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr_service.engines.scan.formulas.generating import ImageSteps, quiet
from ocr_service.formula_training.vocabulary import BEGIN, END, PAD

__all__ = ["SIZES", "NetworkSize", "make_network", "save_network"]


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """How large a network is: its input in pixels, patches, width, layers on either side."""

    height: int
    width: int
    patch: int
    hidden: int
    heads: int
    layers: int
    longest: int  # tokens
    dropout: float = 0.1

    @property
    def steps(self) -> ImageSteps:
        """How images become its input."""
        return ImageSteps(
            height=self.height,
            width=self.width,
            do_resize=False,  # the size of the type is known, and says something
            pad_value=255,
            white=1.0,  # paper is 0, so that patches without ink are alike and differ by place only
            spread=0.5,
        )


SIZES = {
    # 8 million parameters.
    "small": NetworkSize(160, 960, 16, 256, 8, 4, 400),
    # What a CPU trains on a dozen formulas in half a minute: to try the trainer.
    "tiny": NetworkSize(64, 320, 16, 96, 4, 2, 120, dropout=0.0),
}


def make_network(size: NetworkSize, tokenizer: Any) -> Any:
    """Return a `VisionEncoderDecoderModel` with random weights.

    Their deviation is the inverse root of the width, so that layers keep the size of what passes
    through them. With transformers' 0.02, made for wide networks, what the encoder says about an
    image is drowned, and the decoder learns the formulas by heart instead.
    """
    from transformers import (
        TrOCRConfig,
        VisionEncoderDecoderConfig,
        VisionEncoderDecoderModel,
        ViTConfig,
    )

    deviation = size.hidden**-0.5
    encoder = ViTConfig(
        hidden_size=size.hidden,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        intermediate_size=4 * size.hidden,
        image_size=(size.height, size.width),
        patch_size=size.patch,
        num_channels=1,
        hidden_dropout_prob=size.dropout,
        initializer_range=deviation,
    )
    tokens = {name: tokenizer.token_to_id(token) for name, token in _TOKENS.items()}
    decoder = TrOCRConfig(
        vocab_size=tokenizer.get_vocab_size(),
        d_model=size.hidden,
        decoder_layers=size.layers,
        decoder_attention_heads=size.heads,
        decoder_ffn_dim=4 * size.hidden,
        max_position_embeddings=size.longest + 2,
        cross_attention_hidden_size=size.hidden,
        dropout=size.dropout,
        init_std=deviation,
        is_decoder=True,
        add_cross_attention=True,
        **tokens,
    )
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    for name, token in tokens.items():
        setattr(config, name, token)
    model = VisionEncoderDecoderModel(config)
    for name, token in tokens.items():
        setattr(model.generation_config, name, token)
    return model


_TOKENS = {
    "pad_token_id": PAD,
    "bos_token_id": BEGIN,
    "eos_token_id": END,
    "decoder_start_token_id": BEGIN,
}


def save_network(model: Any, tokenizer: Any, size: NetworkSize, folder: Path) -> None:
    """Save a network so that `octavo build --formulas FOLDER` reads with it.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with quiet():
        model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    steps = size.steps
    entries = {
        "size": {"height": steps.height, "width": steps.width},
        "do_crop_margin": steps.do_crop_margin,
        "do_resize": steps.do_resize,
        "pad_value": steps.pad_value,
        "image_mean": [steps.white],
        "image_std": [steps.spread],
    }
    text = json.dumps(entries, indent=1)
    (folder / "preprocessor_config.json").write_text(text, encoding="utf-8")
