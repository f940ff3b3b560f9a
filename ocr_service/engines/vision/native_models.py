"""Loads the models of other makers that transformers has classes for. Runs no remote code.

Their names are those of the classes' config.json: `qwen2_5_vl` is olmOCR, Nanonets-OCR2 and others,
told apart by the name of the model. The weights must be exactly those of the class, as with
DeepSeek-OCR. A chat template is a Jinja text, which transformers runs in Jinja's sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr_service.common.errors import ModelError
from ocr_service.engines.vision.checkpoints import brief, check_report, quiet, read_config
from ocr_service.models.profiles import PLAIN, ModelProfile, model_profiles, profile_of

__all__ = ["NATIVE", "NativeModel", "load_native", "native_kind"]

NATIVE: Mapping[str, tuple[str, str | None]] = {
    "qwen2_5_vl": ("Qwen2_5_VLForConditionalGeneration", None),
    "lighton_ocr": ("LightOnOcrForConditionalGeneration", "LightOnOCR"),
    "paddleocr_vl": ("PaddleOCRVLForConditionalGeneration", "PaddleOCR-VL"),
    "glm_ocr": ("GlmOcrForConditionalGeneration", "GLM-OCR"),
    "got_ocr2": ("GotOcr2ForConditionalGeneration", "GOT-OCR2"),
}
"""model_type -> the name of transformers' class, and of the profile if all models share one."""

_WITH_VIDEO = {"qwen2_5_vl": "Qwen2_5_VLProcessor", "glm_ocr": "Glm46VProcessor"}


@dataclass(frozen=True, slots=True)
class NativeModel:
    """A loaded model with its processor, how it is asked, and the tokens that end its text."""

    kind: str
    model: Any
    processor: Any
    profile: ModelProfile
    stop_tokens: frozenset[int]


def native_kind(config: Mapping[str, Any]) -> str | None:
    """Return the model_type of a config.json if transformers has a class for it, else None."""
    kind = str(config.get("model_type", ""))
    return kind if kind in NATIVE else None


def load_native(folder: Path, name: str, device: str, dtype: str) -> NativeModel:
    """Load the checkpoint in a folder.

    Args:
        folder: has config.json, safetensors, and the files of tokenizer and image processor.
        name: what the model was asked for as; it tells how to ask the model.
        device: torch's device name.
        dtype: torch's dtype name.

    Raises:
        ModelError: it is of another kind, incomplete, or not exact.
    """
    config = read_config(folder)
    kind = native_kind(config)
    if kind is None:
        raise ModelError(f"{folder}: model type {config.get('model_type')!r} has no class here")
    model, processor = _weights(folder, kind, dtype)
    profile = _profile(kind, (name, str(config.get("_name_or_path", ""))))
    return NativeModel(
        kind=kind,
        model=model.to(device).eval(),
        processor=processor,
        profile=profile,
        stop_tokens=_stop_tokens(model, processor, profile),
    )


def _profile(kind: str, names: tuple[str, ...]) -> ModelProfile:
    """Return how a model is asked, by its names or, where all of its kind are one, its kind."""
    found = profile_of(*filter(None, names))
    usual = NATIVE[kind][1]
    return found or next((one for one in model_profiles() if one.name == usual), PLAIN)


def _weights(folder: Path, kind: str, dtype: str) -> tuple[Any, Any]:
    """Return the model with all its weights from the checkpoint, and its processor."""
    import torch
    import transformers

    if not any(folder.glob("*.safetensors")):
        raise ModelError(f"{folder}: the checkpoint is incomplete, it has no safetensors file")
    options = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            processor = _processor(folder, kind, options)
            model, report = getattr(transformers, NATIVE[kind][0]).from_pretrained(
                folder,
                dtype=getattr(torch, dtype),
                use_safetensors=True,
                output_loading_info=True,
                **options,
            )
    except Exception as error:  # damaged files and wrong sizes raise errors of many types
        raise ModelError(f"{folder}: cannot be loaded as {kind} ({brief(error)})") from error
    check_report(folder, kind, report)
    processor.tokenizer.padding_side = "left"
    if processor.tokenizer.pad_token is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
    return model, processor


def _processor(folder: Path, kind: str, options: dict[str, Any]) -> Any:
    """Return the checkpoint's processor of images and text.

    That of videos, which some of these models have too, would need another package.
    """
    import transformers

    if kind not in _WITH_VIDEO:
        return transformers.AutoProcessor.from_pretrained(folder, **options)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
    images = transformers.AutoImageProcessor.from_pretrained(folder, **options)
    template = tokenizer.chat_template
    legacy = folder / "chat_template.json"
    if template is None and legacy.is_file():
        template = json.loads(legacy.read_text(encoding="utf-8"))["chat_template"]
    kind_of_processor = _without_video(getattr(transformers, _WITH_VIDEO[kind]))
    return kind_of_processor(images, tokenizer, chat_template=template)


def _without_video(kind: Any) -> Any:
    """Return a class of processors that accepts None for the processor of videos."""

    def check(self: Any, name: str, part: Any) -> Any:
        return None if part is None else kind.check_argument_for_proper_class(self, name, part)

    return type(kind.__name__, (kind,), {"check_argument_for_proper_class": check})


def _stop_tokens(model: Any, processor: Any, profile: ModelProfile) -> frozenset[int]:
    """Return the tokens that end a text: the checkpoint's, and those that the profile names."""
    stated = model.generation_config.eos_token_id
    if stated is None:
        stated = model.config.get_text_config().eos_token_id
    ends = stated if isinstance(stated, list) else [stated]
    vocabulary = processor.tokenizer.get_vocab()
    named = [
        vocabulary.get(text) for text in (processor.tokenizer.eos_token, *profile.decoding.stop)
    ]
    return frozenset(token for token in (*ends, *named) if token is not None)
