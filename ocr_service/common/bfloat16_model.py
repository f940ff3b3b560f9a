"""Runs ONNX models in bfloat16 with OpenVINO, on CPUs that multiply such numbers.

With AMX a product takes a third to a half of the time of ONNX Runtime in float32. Other CPUs gain
nothing: there nothing is imported, and callers go on with ONNX Runtime.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bfloat16Model", "has_bfloat16"]

_CPU_INFO = Path("/proc/cpuinfo")
_INSTRUCTIONS = {"amx_bf16", "avx512_bf16"}


@cache
def has_bfloat16() -> bool:
    """Return whether this CPU multiplies bfloat16, and OpenVINO is installed.

    Linux tells the instructions in a file; elsewhere OpenVINO is asked, which takes .3 s.
    """
    if importlib.util.find_spec("openvino") is None:
        return False
    if _CPU_INFO.exists():
        lines = _CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
        flags = next((line for line in lines if line.startswith("flags")), "")
        return not _INSTRUCTIONS.isdisjoint(flags.split())
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


class Bfloat16Model:
    """A model, run by one core a call; as many threads as it has cores may call it at once.

    Each new shape of the inputs costs some 30 ms once: pad them to few shapes.
    """

    def __init__(self, model: Path, cores: int = 1) -> None:
        """Load the ONNX file `model`.

        Raises:
            RuntimeError: it cannot be loaded.
        """
        import openvino  # here, because it takes .3 s

        self._compiled = openvino.Core().compile_model(
            str(model),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": "bf16",
                "INFERENCE_NUM_THREADS": cores,
                "NUM_STREAMS": cores,
                "ENABLE_CPU_PINNING": False,  # processes would share a core beside idle ones
            },
        )
        self._of_thread = threading.local()

    def run(self, inputs: Mapping[str, NDArray[Any]] | NDArray[Any]) -> list[NDArray[np.float32]]:
        """Return the outputs of the model for inputs by their names, or for its only one.

        They are the model's own memory, and hold until this thread runs it again.
        """
        request = getattr(self._of_thread, "request", None)
        if request is None:
            request = self._of_thread.request = self._compiled.create_infer_request()
        return list(request.infer(inputs, share_inputs=True, share_outputs=True).to_tuple())
