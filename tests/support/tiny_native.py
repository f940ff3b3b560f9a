"""Makes tiny checkpoints of the kinds that transformers has classes for, with random weights.

Configuration, tokenizer and image processor are saved by transformers' own classes, so the files
have the names and entries that published checkpoints have. The vocabulary is the 256 bytes and the
special tokens of all kinds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

END, PAD = "<|im_end|>", "<|pad|>"
SPECIAL = [
    *(END, PAD, "<|im_start|>", "<|image_pad|>", "<|video_pad|>", "<|vision_start|>"),
    *("<|vision_end|>", "<img>", "</img>", "<imgpad>"),
]
HIDDEN = 32
_TEXT: dict[str, Any] = {
    "vocab_size": 320,
    "hidden_size": HIDDEN,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "max_position_embeddings": 4096,
}
_MROPE = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 3, 3]}
# As published: one user message, images and words in the order given, then the assistant's turn.
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{% for part in message.content %}"
    "{% if part.type == 'image' %}IMAGE{% else %}{{ part.text }}{% endif %}{% endfor %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer(tokens: dict[str, str]) -> Any:
    """Return a tokenizer of bytes with these special tokens as attributes."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    rust = Tokenizer(models.BPE(vocab={char: i for i, char in enumerate(alphabet)}, merges=[]))
    rust.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    rust.decoder = decoders.ByteLevel()
    rust.add_special_tokens([AddedToken(text, special=True) for text in SPECIAL])
    return PreTrainedTokenizerFast(
        tokenizer_object=rust,
        eos_token=END,
        pad_token=PAD,
        extra_special_tokens=tokens,
    )


def save_qwen2_5_vl(folder: Path, times: int = 1) -> Path:
    """Save a tiny Qwen2.5-VL, the kind of olmOCR and Nanonets-OCR2.

    Its layers are `times` as wide: vLLM wants heads of 64 on a CPU, which is four times.
    """
    import transformers as t

    words = tokenizer({"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"})
    pixels = {"min_pixels": 28 * 28 * 4, "max_pixels": 28 * 28 * 64}
    template = TEMPLATE.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
    images = t.Qwen2VLImageProcessor(**pixels)
    words.chat_template = template
    text = {
        **_TEXT, "hidden_size": times * HIDDEN, "intermediate_size": times * 48,
        "head_dim": times * 16,
        "rope_parameters": {**_MROPE, "mrope_section": [times * part for part in (2, 3, 3)]},
        "eos_token_id": _id(words, END),
    }  # fmt: skip
    config = t.Qwen2_5_VLConfig(
        text_config=text,
        vision_config={
            "depth": 2, "hidden_size": times * HIDDEN, "intermediate_size": times * 48,
            "num_heads": 2, "out_hidden_size": times * HIDDEN, "fullatt_block_indexes": [1],
        },
        **_image_ids(words),
    )  # fmt: skip
    return _save(folder, t.Qwen2_5_VLForConditionalGeneration, config, images, words)


def save_lighton_ocr(folder: Path) -> Path:
    """Save a tiny LightOnOCR."""
    import transformers as t

    words = tokenizer(
        {
            "image_token": "<|image_pad|>",
            "image_break_token": "<|video_pad|>",
            "image_end_token": "<|vision_end|>",
        }
    )
    images = t.PixtralImageProcessor(
        size={"longest_edge": 224}, patch_size={"height": 28, "width": 28}
    )
    template = TEMPLATE.replace("IMAGE", "<|image_pad|>")
    processor = t.LightOnOcrProcessor(images, words, chat_template=template)
    config = t.LightOnOcrConfig(
        text_config={"model_type": "qwen3", **_TEXT, "eos_token_id": _id(words, END)},
        vision_config={
            "model_type": "pixtral", "hidden_size": HIDDEN, "intermediate_size": 48, "head_dim": 16,
            "num_hidden_layers": 2, "num_attention_heads": 2, "patch_size": 14, "image_size": 224,
        },
        image_token_id=_id(words, "<|image_pad|>"),
    )  # fmt: skip
    return _save(folder, t.LightOnOcrForConditionalGeneration, config, processor)


def save_paddleocr_vl(folder: Path) -> Path:
    """Save a tiny PaddleOCR-VL."""
    import transformers as t

    words = tokenizer({"image_token": "<|image_pad|>"})
    images = t.PaddleOCRVLImageProcessor(min_pixels=28 * 28 * 4, max_pixels=28 * 28 * 64)
    template = TEMPLATE.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
    processor = t.PaddleOCRVLProcessor(images, words, chat_template=template)
    config = t.PaddleOCRVLConfig(
        text_config={**_TEXT, "rope_parameters": _MROPE, "eos_token_id": _id(words, END)},
        vision_config={
            "hidden_size": HIDDEN, "intermediate_size": 48, "num_hidden_layers": 2,
            "num_attention_heads": 2, "image_size": 224,
        },
        **_image_ids(words),
    )  # fmt: skip
    return _save(folder, t.PaddleOCRVLForConditionalGeneration, config, processor)


def save_glm_ocr(folder: Path) -> Path:
    """Save a tiny GLM-OCR, with the processor of GLM-4.6V that it uses."""
    import transformers as t

    words = tokenizer({"image_token": "<|image_pad|>", "video_token": "<|video_pad|>"})
    images = t.Glm46VImageProcessor(
        size={"shortest_edge": 28 * 28 * 8, "longest_edge": 28 * 28 * 128}
    )
    template = TEMPLATE.replace("IMAGE", "<|vision_start|><|image_pad|><|vision_end|>")
    words.chat_template = template
    config = t.GlmOcrConfig(
        text_config={**_TEXT, "rope_parameters": _MROPE, "eos_token_id": _id(words, END)},
        vision_config={
            "depth": 2, "hidden_size": HIDDEN, "intermediate_size": 48, "num_heads": 2,
            "out_hidden_size": HIDDEN,
        },
        image_token_id=_id(words, "<|image_pad|>"),
        video_token_id=_id(words, "<|video_pad|>"),
        image_start_token_id=_id(words, "<|vision_start|>"),
        image_end_token_id=_id(words, "<|vision_end|>"),
        video_start_token_id=_id(words, "<|vision_start|>"),
        video_end_token_id=_id(words, "<|vision_end|>"),
    )  # fmt: skip
    return _save(folder, t.GlmOcrForConditionalGeneration, config, images, words)


def save_got_ocr2(folder: Path) -> Path:
    """Save a tiny GOT-OCR2, whose checkpoint has no chat template."""
    import transformers as t

    words = tokenizer({})
    images = t.GotOcr2ImageProcessor(size={"height": 1024, "width": 1024})
    processor = t.GotOcr2Processor(images, words)
    config = t.GotOcr2Config(
        text_config={"model_type": "qwen2", **_TEXT, "eos_token_id": _id(words, END)},
        vision_config={
            "hidden_size": HIDDEN, "output_channels": 16, "num_hidden_layers": 2,
            "num_attention_heads": 2, "global_attn_indexes": [1], "mlp_dim": 64,
        },
        image_token_index=_id(words, "<imgpad>"),
        image_seq_length=256,
    )  # fmt: skip
    return _save(folder, t.GotOcr2ForConditionalGeneration, config, processor)


SAVERS: dict[str, Callable[[Path], Path]] = {
    "qwen2_5_vl": save_qwen2_5_vl,
    "lighton_ocr": save_lighton_ocr,
    "paddleocr_vl": save_paddleocr_vl,
    "glm_ocr": save_glm_ocr,
    "got_ocr2": save_got_ocr2,
}


def _id(words: Any, token: str) -> int:
    return int(words.convert_tokens_to_ids(token))


def _image_ids(words: Any) -> dict[str, int]:
    return {
        "image_token_id": _id(words, "<|image_pad|>"),
        "video_token_id": _id(words, "<|video_pad|>"),
        "vision_start_token_id": _id(words, "<|vision_start|>"),
        "vision_end_token_id": _id(words, "<|vision_end|>"),
    }


def _save(folder: Path, kind: Any, config: Any, *processors: Any) -> Path:
    """Make a model with random weights and save it with its processors."""
    import torch

    torch.manual_seed(5)
    folder.mkdir(parents=True, exist_ok=True)
    model = kind(config).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:  # large, so that what is on the page has a say
                weight.normal_(0.0, 1.0 / weight.shape[-1] ** 0.5)
    model.save_pretrained(folder)
    for processor in processors:
        processor.save_pretrained(folder)
    return folder
