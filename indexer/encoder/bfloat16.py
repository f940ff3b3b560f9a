"""Encodes documents in bfloat16 with OpenVINO, on CPUs that multiply such numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from indexer.encoder.encoder import Encoder, Vectors, padded
from ocr_service.common.bfloat16_model import Bfloat16Model
from ocr_service.common.errors import EncoderError
from ocr_service.workers.pool import available_cores

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = ["Bfloat16Encoder"]

_STEP = 32  # tokens that lengths are rounded up to: each new shape costs as much as some passages


class Bfloat16Encoder(Encoder):
    """The export of an encoder, run in bfloat16."""

    def _load(self, *, packed: bool) -> Bfloat16Model:  # noqa: ARG002 - always packed
        try:
            return Bfloat16Model(self._path, available_cores())
        except RuntimeError as error:
            raise EncoderError(f"{self._path}: OpenVINO cannot load it ({error})") from error

    def _pack(self) -> None:
        """Do nothing: OpenVINO lays weights out as it loads them."""

    def _width(self, encoding: Encoding) -> int:
        return _STEP * math.ceil(len(encoding.ids) / _STEP)

    def _run(self, encodings: Sequence[Encoding]) -> Vectors:
        vectors: Vectors = self._session.run(padded(encodings, _STEP))[0]
        return vectors
