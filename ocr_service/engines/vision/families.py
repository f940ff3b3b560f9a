"""Defines the families of DeepSeek-OCR models: their prompts, tiling and repetition limits.

Prompts are the authors' own, without the trailing space that their code strips. DeepSeek-OCR and
DeepSeek-OCR-2 publish the same three; Unlimited-OCR has one, for documents, which serves for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ocr_service.engines.vision.tiling import Tiling
from ocr_service.protocol.engine import Prompt

__all__ = ["DEFAULT_MODEL", "FAMILIES", "REVISIONS", "ModelFamily", "Traits", "family_of"]

DEFAULT_MODEL = "deepseek-community/DeepSeek-OCR-2"

# The commits used for a hub id unless another is given. For a hub id that is not listed the newest
# commit is used; the engine's `info` says which one.
REVISIONS: Mapping[str, str] = {
    "deepseek-ai/DeepSeek-OCR": "9f30c71f441d010e5429c532364a86705536c53a",
    "deepseek-ai/DeepSeek-OCR-2": "aaa02f3811945a91062062994c5c4a3f4c0af2b0",
    "baidu/Unlimited-OCR": "3a7f4dbbbffcc6f9282712c5b0d7cc31b3812da5",
}


class ModelFamily(StrEnum):
    """An architecture, in the checkpoint format that its authors publish."""

    DEEPSEEK_OCR_2 = "DeepSeek-OCR-2"
    DEEPSEEK_OCR = "DeepSeek-OCR"
    UNLIMITED_OCR = "Unlimited-OCR"


@dataclass(frozen=True, slots=True)
class Traits:
    """What engines need to know about a family.

    `prompts`: the text that follows the image. No n-gram of `ngram_size` tokens may occur twice
    within the last `ngram_window` tokens.
    """

    tiling: Tiling
    prompts: Mapping[Prompt, str]
    ngram_size: int
    ngram_window: int


_PROMPTS = {
    Prompt.DOCUMENT: "\n<|grounding|>Convert the document to markdown.",
    Prompt.FREE: "\nFree OCR.",
    Prompt.FIGURE: "\nParse the figure.",
}

# N-gram sizes and windows: the vLLM recipe of DeepSeek-OCR's authors (30 in 90), which
# DeepSeek-OCR-2 shares; `infer.py` of Unlimited-OCR (35 in 128).
FAMILIES: Mapping[ModelFamily, Traits] = {
    ModelFamily.DEEPSEEK_OCR_2: Traits(Tiling(768, 6, row_ends=False), _PROMPTS, 30, 90),
    ModelFamily.DEEPSEEK_OCR: Traits(Tiling(640, 9, row_ends=True), _PROMPTS, 30, 90),
    ModelFamily.UNLIMITED_OCR: Traits(
        Tiling(640, 32, row_ends=True), dict.fromkeys(Prompt, "document parsing."), 35, 128
    ),
}


def family_of(config: Mapping[str, Any]) -> ModelFamily | None:
    """Return the family of a config.json, or None if it is unknown.

    DeepSeek-VL2, DeepSeek-OCR and the original DeepSeek-OCR-2 share one `model_type`, so the
    architecture decides.
    """
    kind = str(config.get("model_type", "")).replace("-", "_")
    architectures = config.get("architectures") or []
    if kind == "deepseek_ocr2":
        return ModelFamily.DEEPSEEK_OCR_2
    if kind == "unlimited_ocr" or "UnlimitedOCRForCausalLM" in architectures:
        return ModelFamily.UNLIMITED_OCR
    if kind == "deepseek_vl_v2" and "DeepseekOCRForCausalLM" in architectures:
        return ModelFamily.DEEPSEEK_OCR
    return None
