"""Reads and checks the settings of a deployment on Modal, from environment variables."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ocr_service.common.errors import QueryError
from ocr_service.engines.vision import families
from ocr_service.engines.vllm import engine as vllm
from ocr_service.models.profiles import profile_of

__all__ = ["DEFAULTS", "RUNS", "DeploymentSettings"]

# Defaults of each engine.
DEFAULTS: dict[str, dict[str, Any]] = {
    "vllm": {"model": vllm.DEFAULT_MODEL, "max_batch": 64},
    "transformers": {"model": families.DEFAULT_MODEL, "max_batch": 32},
}


# The models of `ocr_service/models` that each engine runs.
RUNS: dict[str, frozenset[str]] = {
    "vllm": frozenset({"DeepSeek-OCR", "DeepSeek-OCR-2"}),
    "transformers": frozenset(
        """DeepSeek-OCR DeepSeek-OCR-2 Unlimited-OCR olmOCR-2 Nanonets-OCR2 LightOnOCR PaddleOCR-VL
        GLM-OCR GOT-OCR2""".split()
    ),
}


@dataclass(frozen=True, slots=True)
class DeploymentSettings:
    """Settings of a deployment; `modal_app` explains them.

    `revision` None: the pinned one, else the newest.
    """

    gpu: str = "A100-80GB"
    engine: str = "vllm"
    model: str = vllm.DEFAULT_MODEL
    revision: str | None = None
    max_batch: int = 64
    max_containers: int = 4
    max_tokens: int = 8192
    region: str | None = None

    @property
    def gpus(self) -> list[str]:
        """The GPUs to ask for, best first."""
        return [name.strip() for name in self.gpu.split(",")]

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read the settings from an environment; empty variables are ignored.

        Raises:
            QueryError: a number is not a positive integer, the engine is unknown, it does not run
                the model, or a GPU's name is none.
        """
        given = {name: environment.get(f"OCTAVO_{name.upper()}", "") for name in cls.__slots__}
        texts = {name: text for name, text in given.items() if text and "max_" not in name}
        numbers = {name: _count(name, text) for name, text in given.items() if "max_" in name}
        engine = texts.setdefault("engine", "vllm")
        if engine not in DEFAULTS:
            raise QueryError(f"OCTAVO_ENGINE={engine}: unknown engine; use {' or '.join(DEFAULTS)}")
        chosen = {**texts, **{name: number for name, number in numbers.items() if number}}
        settings = cls(**{**DEFAULTS[engine], **chosen})
        for name in settings.gpus:
            _check_gpu(name)
        _check_model(settings.engine, settings.model)
        return settings

    def environment(self) -> dict[str, str | None]:
        """Return the variables from which `read` restores these settings."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {f"OCTAVO_{name.upper()}": str(value or "") for name, value in values.items()}


def _count(name: str, text: str) -> int:
    """Parse a positive integer; 0 for empty text."""
    if text and not (text.isdecimal() and int(text) > 0):
        raise QueryError(f"OCTAVO_{name.upper()}={text}: use a whole number of at least 1")
    return int(text or 0)


def _check_gpu(name: str) -> None:
    """Refuse what is no name of one GPU."""
    if re.fullmatch(r"[\w-]+:\d+", name):
        raise QueryError(
            f"OCTAVO_GPU={name}: the engines use one GPU; write {name.partition(':')[0]}, and "
            "raise OCTAVO_MAX_CONTAINERS to use several"
        )
    if not re.fullmatch(r"[\w-]+!?", name):
        raise QueryError(
            f"OCTAVO_GPU={name}: not the name of a GPU; write one, or several with commas"
        )


def _check_model(engine: str, model: str) -> None:
    """Refuse a model that the engine is known not to run; `download` checks all others."""
    profile = profile_of(model)
    if profile is not None and profile.name not in RUNS[engine]:
        others = [name for name, models in RUNS.items() if profile.name in models]
        way = f"use OCTAVO_ENGINE={others[0]}" if others else "serve it by vLLM's own server"
        raise QueryError(
            f"OCTAVO_MODEL={model}: the engine {engine} does not run {profile.name}; {way}"
        )
