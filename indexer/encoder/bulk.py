"""The fastest road for embedding many passages on the machine at hand.

ONNX Runtime starts at once and is the road for few passages. For many, importing torch pays where
it has more to offer: a GPU, or a CPU that multiplies bfloat16. That a machine has one is not taken
on trust: the road must give the vectors of the original on the probe set, and win a race on the
first passages.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.encoder.encoder import Encoder, Vectors
from indexer.encoder.export import (
    LEAST_COSINE,
    PROBES,
    OriginalEncoder,
    load_original,
    locate_model,
    open_encoder,
)
from indexer.encoder.info import EncoderInfo
from ocr_service.common.errors import EncoderError

__all__ = ["MANY", "TorchEncoder", "TorchRoad", "agrees", "find_torch_road", "open_bulk_encoder"]

# Importing torch and sentence-transformers takes ten seconds, in which the light form embeds about
# a thousand passages; from three times that many on, a road twice as fast has earned them back.
MANY = 3_000

_RACERS = 64  # passages that the roads are timed on


@dataclass(frozen=True, slots=True)
class TorchRoad:
    """How torch can embed on this machine, in torch's own names; `batch` is in passages."""

    device: str
    dtype: str
    batch: int


def find_torch_road() -> TorchRoad | None:
    """Return the road on which torch should beat ONNX Runtime here, or None if it has none."""
    import torch

    if torch.cuda.is_available():
        kind = "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
        return TorchRoad("cuda", kind, 256)
    known: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # of newer torch
    if any(known.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16")):
        return TorchRoad("cpu", "bfloat16", 16)
    return None


class TorchEncoder:
    """A model through sentence-transformers, on the device and in the number type of a road."""

    def __init__(self, info: EncoderInfo, road: TorchRoad) -> None:
        """Load the model that `info` names.

        Raises:
            EncoderError: it cannot be found or loaded.
        """
        self.info = info
        self.road = road
        self._model = load_original(
            locate_model(info.name), info.name, device=road.device, dtype=road.dtype
        )

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the unit vectors of documents, shape (len(texts), dimension)."""
        found = self._model.encode_document(
            list(texts), batch_size=self.road.batch, show_progress_bar=False
        )
        vectors = np.asarray(found, dtype=np.float32)
        # Normalised here: unit length in bfloat16 is off by up to a hundredth.
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


BulkEncoder = Encoder | OriginalEncoder | TorchEncoder


def open_bulk_encoder(folder: Path, texts: Sequence[str], expected: int) -> BulkEncoder:
    """Open the prepared encoder in `folder` on the fastest road for `expected` passages.

    `texts` are the first of them, for the race. Whatever is wrong with a fast road, the prepared
    encoder is there.

    Raises:
        EncoderError: the prepared encoder cannot be opened.
    """
    prepared = open_encoder(folder)
    if expected < MANY:
        return prepared
    try:
        road = find_torch_road()
        if road is None:
            return prepared
        fast = TorchEncoder(prepared.info, road)
        if agrees(fast, prepared) and _wins(fast, prepared, texts[:_RACERS]):
            return fast
    except (ImportError, EncoderError, RuntimeError) as error:  # RuntimeError: a GPU without room
        logging.getLogger(__name__).info("%s: no faster road (%s)", prepared.info.name, error)
    return prepared


def agrees(fast: TorchEncoder, prepared: Encoder | OriginalEncoder) -> bool:
    """Tell whether a road gives the original's vectors of the probe set, to a cosine of .999.

    The prepared form stands for the original: its own angle to it, known since it was made, is
    added to the angle between the two.
    """
    probes = list(PROBES)
    found, expected = fast.encode_documents(probes), prepared.encode_documents(probes)
    worst = float(np.min(np.sum(found * expected, axis=1)))
    known = prepared.info.probe_cosine if isinstance(prepared, Encoder) else 1.0
    angle = sum(math.acos(max(-1.0, min(1.0, cosine))) for cosine in (worst, known or 0.0))
    return math.isfinite(worst) and math.cos(min(angle, math.pi)) >= LEAST_COSINE


def _wins(fast: TorchEncoder, prepared: Encoder | OriginalEncoder, texts: Sequence[str]) -> bool:
    seconds = []
    for encoder in (fast, prepared):
        encoder.encode_documents(texts[:4])  # what is done once only is not timed
        began = time.perf_counter()
        encoder.encode_documents(texts)
        seconds.append(time.perf_counter() - began)
    return seconds[0] < seconds[1]
