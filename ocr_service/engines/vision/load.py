"""Loads the engine that fits a checkpoint: DeepSeek-OCR's own, or that of other makers' models."""

from __future__ import annotations

from typing import Any

from ocr_service.engines.vision import checkpoints
from ocr_service.engines.vision.families import DEFAULT_MODEL
from ocr_service.engines.vision.native_engine import NativeEngine
from ocr_service.engines.vision.native_models import native_kind
from ocr_service.engines.vision.transformers_engine import DeepseekEngine
from ocr_service.protocol.engine import BatchEngine

__all__ = ["load_engine"]


def load_engine(
    model: str = DEFAULT_MODEL, *, revision: str | None = None, **options: Any
) -> BatchEngine:
    """Load a model with transformers.

    Args:
        model: hub id, or folder of a checkpoint.
        revision: commit of a hub id; None for the pinned one, else the newest.
        **options: those of `DeepseekEngine.load` and `NativeEngine.load`.

    Raises:
        ModelError: there is no such model or device, the hub cannot be reached, or the checkpoint
            is of no kind that can be run, or not exact.
    """
    folder, commit = checkpoints.locate(model, revision)
    if native_kind(checkpoints.read_config(folder)) is None:
        return DeepseekEngine.load(model, revision=revision, **options)
    return NativeEngine.load(folder, model, revision=commit, **options)
