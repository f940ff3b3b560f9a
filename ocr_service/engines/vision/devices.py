"""Chooses the device and the precision that models run in."""

from __future__ import annotations

from ocr_service.common.errors import ModelError

__all__ = ["chosen_device", "chosen_dtype"]


def chosen_device(wanted: str) -> str:
    """Return the device to run on.

    Raises:
        ModelError: there is no such device.
    """
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=wanted)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(
            f"device {wanted!r}: not available ({str(error).splitlines()[0]}); "
            "use --device auto or cpu"
        ) from error
    return wanted


def chosen_dtype(wanted: str, device: str) -> str:
    """Return the precision to run in.

    Raises:
        ModelError: there is no such precision.
    """
    if wanted == "auto":
        return "bfloat16" if device.startswith("cuda") else "float32"
    if wanted not in {"bfloat16", "float32"}:
        raise ModelError(f"dtype {wanted!r}: use auto, bfloat16 or float32")
    return wanted
