"""Chooses the fastest backend for embedding many passages on this machine.

ONNX Runtime starts at once and serves few passages. For some, OpenVINO pays off on CPUs that
multiply bfloat16, and ONNX Runtime's form in eight bits on those that multiply such numbers; for
many, importing torch if it has a GPU. That is verified: the backend must give the vectors of the
original on the probe set, and be faster on the first passages.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.encoder.eight_bits import EIGHT_BITS, LEAST_OF_EIGHT_BITS
from indexer.encoder.encoder import Encoder, Vectors
from indexer.encoder.export import (
    LEAST_COSINE,
    PROBES,
    PreparedEncoder,
    load_original,
    locate_model,
    open_encoder,
)
from indexer.encoder.info import EncoderInfo
from indexer.encoder.multilingual import MultilingualEncoder
from ocr_service.common.bfloat16_model import has_bfloat16
from ocr_service.common.errors import EncoderError

__all__ = [
    "MANY",
    "SOME",
    "TorchBackend",
    "TorchEncoder",
    "agrees",
    "find_torch_backend",
    "open_bulk_encoder",
]

# Importing torch and sentence-transformers takes ten seconds, in which ONNX Runtime embeds about a
# thousand passages; from three times as many on, a backend twice as fast is worth it.
MANY = 3_000

SOME = 256  # passages from which on the form in eight bits is tried, which costs as much as twenty

_TIMED, _TIMED_FIRST = 64, 8  # passages that torch, and the other backends, are timed on


@dataclass(frozen=True, slots=True)
class TorchBackend:
    """How torch embeds on this machine, in torch's own names; `batch` is in passages."""

    device: str
    dtype: str
    batch: int


def find_torch_backend() -> TorchBackend | None:
    """Return the backend by which torch should beat ONNX Runtime here, None if there is none."""
    import torch

    if torch.cuda.is_available():
        kind = "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
        return TorchBackend("cuda", kind, 256)
    known: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # of newer torch
    # OpenVINO is twice as fast there; it has no form for some CPUs.
    if not has_bfloat16() and any(known.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16")):
        return TorchBackend("cpu", "bfloat16", 16)
    return None


class TorchEncoder:
    """Encodes with sentence-transformers on the device and in the number type of a backend."""

    def __init__(self, info: EncoderInfo, backend: TorchBackend) -> None:
        """Load the model that `info` names.

        Raises:
            EncoderError: it cannot be found or loaded.
        """
        self.info = info
        self.backend = backend
        self._model = load_original(
            locate_model(info.name), info.name, device=backend.device, dtype=backend.dtype
        )

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of documents, shape (len(texts), dimension)."""
        found = self._model.encode_document(
            list(texts),
            prompt=self.info.document_prompt,
            batch_size=self.backend.batch,
            show_progress_bar=False,
        )
        vectors = np.asarray(found, dtype=np.float32)
        # Normalised here: unit length in bfloat16 is off by up to a hundredth.
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


BulkEncoder = PreparedEncoder | TorchEncoder


def open_bulk_encoder(folder: Path, texts: Sequence[str], expected: int) -> BulkEncoder:
    """Open the prepared encoder in `folder` with the fastest backend for `expected` passages.

    `texts` are the first of them, for timing. If anything is wrong with a faster backend, the
    prepared encoder itself is used.

    Raises:
        EncoderError: the prepared encoder cannot be opened.
    """
    prepared = open_encoder(folder)
    if expected < SOME or isinstance(prepared, MultilingualEncoder):
        return prepared
    best = _faster_form(folder, prepared, texts[:_TIMED_FIRST])
    if expected < MANY:
        return best
    try:
        backend = find_torch_backend()
        if backend is None:
            return best
        fast = TorchEncoder(prepared.info, backend)
        if agrees(fast, prepared) and _wins(fast, best, texts[:_TIMED], time.perf_counter):
            return fast
    except (ImportError, EncoderError, RuntimeError) as error:  # RuntimeError: a GPU without memory
        logging.getLogger(__name__).info("%s: no faster backend (%s)", prepared.info.name, error)
    return best


def _faster_form(folder: Path, prepared: PreparedEncoder, texts: Sequence[str]) -> PreparedEncoder:
    """Return the export in bfloat16 or eight bits, `prepared` if neither is as good and faster."""
    if not isinstance(prepared, Encoder):
        return prepared
    forms: list[tuple[Callable[[], Encoder], Callable[[Encoder, Encoder], bool]]] = []
    if has_bfloat16():
        from indexer.encoder.bfloat16 import Bfloat16Encoder

        forms.append((lambda: Bfloat16Encoder(folder), agrees))
    if (folder / EIGHT_BITS).exists():
        forms.append((lambda: Encoder(folder, EIGHT_BITS), _is_near))
    for form, is_good in forms:
        try:
            fast = form()
            if is_good(fast, prepared) and _wins(fast, prepared, texts, time.process_time):
                return fast
        except (EncoderError, RuntimeError) as error:  # RuntimeError: a kernel fails
            logging.getLogger(__name__).info("%s: no faster form (%s)", prepared.info.name, error)
    return prepared


def _is_near(eight_bits: Encoder, prepared: Encoder) -> bool:
    """Return whether the form in eight bits is as near to the export as it was when judged."""
    return _least_cosine(eight_bits, prepared) >= LEAST_OF_EIGHT_BITS


def _least_cosine(fast: TorchEncoder | Encoder, prepared: PreparedEncoder) -> float:
    """Return the least cosine of two backends' vectors of the probe set."""
    probes = list(PROBES)
    found, expected = fast.encode_documents(probes), prepared.encode_documents(probes)
    return float(np.min(np.sum(found * expected, axis=1)))


def agrees(fast: TorchEncoder | Encoder, prepared: PreparedEncoder) -> bool:
    """Return whether a backend gives the original's vectors of the probe set, to a cosine of .999.

    The ONNX export represents the original: its known angle to the original is added to the angle
    between the two.
    """
    worst = _least_cosine(fast, prepared)
    known = prepared.info.probe_cosine if isinstance(prepared, Encoder) else 1.0
    angle = sum(math.acos(max(-1.0, min(1.0, cosine))) for cosine in (worst, known or 0.0))
    return math.isfinite(worst) and math.cos(min(angle, math.pi)) >= LEAST_COSINE


def _wins(
    fast: BulkEncoder, other: BulkEncoder, texts: Sequence[str], clock: Callable[[], float]
) -> bool:
    """Return whether a backend takes less time for texts; `clock` tells what time."""
    seconds = []
    for encoder in (fast, other):
        encoder.encode_documents(texts[:_TIMED_FIRST])  # one-time work is not timed
        began = clock()
        encoder.encode_documents(texts)
        seconds.append(clock() - began)
    return seconds[0] < seconds[1]
