"""Describes a prepared encoder. Standard library only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ocr_service.common.errors import EncoderError

__all__ = ["EncoderInfo"]


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """A prepared encoder's name, format and quality.

    `name` is what the user called it, `fingerprint` the digest of its files. `probe_cosine` is the
    lowest cosine between the ONNX export and the original on the probe set; None without an export.
    """

    name: str
    fingerprint: str
    dimension: int
    max_tokens: int
    query_prompt: str
    document_prompt: str
    probe_cosine: float | None

    def to_json(self) -> str:
        """Return the text of `encoder.json`."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def read(cls, folder: Path) -> EncoderInfo:
        """Read `encoder.json`.

        Raises:
            EncoderError: it is missing or damaged.
        """
        try:
            info = cls(**json.loads((folder / "encoder.json").read_text(encoding="utf-8")))
            _check(info)
            return info
        except (OSError, ValueError, TypeError) as error:
            raise EncoderError(
                f"{folder}: the index's encoder is missing or damaged ({error}); "
                "run 'octavo build' again with any of its books to restore it"
            ) from error


def _check(info: EncoderInfo) -> None:
    """Refuse values of other types, which a damaged file may have."""
    values: dict[str, object] = asdict(info)
    for name in ("name", "fingerprint", "query_prompt", "document_prompt"):
        if not isinstance(values[name], str):
            raise TypeError(f"{name} is no text")
    for name in ("dimension", "max_tokens"):
        size = values[name]
        if not isinstance(size, int) or size < 1:
            raise ValueError(f"{name} is no positive number")
