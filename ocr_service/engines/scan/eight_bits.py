"""Makes the eight-bit form of the model that reads lines, and keeps it in the user's cache.

Convolutions take three quarters of the time of reading a page. In eight bits, on processors with
instructions for them, they take little more than half of that. It must be known between which ends
the values in the network lie: they were measured on lines of our own books by
`tests/eval/line_ranges.py`, and are in `line_ranges.json` by the name of each value.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import sys
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

__all__ = ["eight_bit_model", "has_eight_bit_instructions", "plain_graph"]

_FORM = 1  # of the model that is kept; another number makes it again
_OPSET = 13  # of ONNX: the first with a scale for each channel
_KIND = "Conv"
_RANGES = "line_ranges.json"


def eight_bit_model(model: Path) -> Path | None:
    """Return the eight-bit form of a model, made at the first call on this machine.

    Returns:
        Its path, or None where it would not be faster or cannot be made or kept: then the model
        itself is to be used, which reads the same, more slowly.
    """
    if not has_eight_bit_instructions():
        return None
    import onnxruntime

    digest = hashlib.sha256(model.read_bytes() + _range_text().encode()).hexdigest()[:16]
    name = f"{model.stem}-{digest}-{onnxruntime.__version__}-{_FORM}.onnx"
    target = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "lines" / name
    if not target.exists():
        with contextlib.suppress(OSError, ImportError, AttributeError, TypeError, ValueError):
            _make(model, target)
    return target if target.exists() else None


def has_eight_bit_instructions() -> bool:
    """Return whether this processor multiplies eight-bit numbers faster than others."""
    if sys.platform != "linux":
        return False
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    flags = next((line for line in info.splitlines() if line.startswith(("flags", "Features"))), "")
    return any(flag in flags.split() for flag in ("avx512_vnni", "avx_vnni", "asimddp"))


def plain_graph(model: Path, folder: Path) -> Path:
    """Write a model's graph with its constants folded, so that convolutions have their bias."""
    import onnx
    import onnxruntime
    from onnx import version_converter

    newer, folded = folder / "newer.onnx", folder / "folded.onnx"
    onnx.save(version_converter.convert_version(onnx.load(model), _OPSET), newer)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folded)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(newer), options, providers=["CPUExecutionProvider"])
    return folded


def _make(model: Path, target: Path) -> None:
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantType
    from onnxruntime.quantization.calibrate import TensorsData
    from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

    ranges = {
        name: (np.float32(low), np.float32(high))
        for name, (low, high) in json.loads(_range_text()).items()
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch, _quiet():
        graph = onnx.load(plain_graph(model, Path(scratch)))
        quantizer: Any = QDQQuantizer(
            graph,
            per_channel=True,
            reduce_range=False,
            weight_qType=QuantType.QInt8,
            activation_qType=QuantType.QUInt8,
            tensors_range=TensorsData(CalibrationMethod.MinMax, ranges),
            nodes_to_quantize=[],
            nodes_to_exclude=[],
            op_types_to_quantize=[_KIND],
            extra_options={},
        )
        quantizer.quantize_model()
        made = Path(scratch) / target.name
        quantizer.model.save_model_to_file(str(made), use_external_data_format=False)
        _copy_names(model, made)
        made.replace(target)


def _copy_names(model: Path, made: Path) -> None:
    """Copy a model's own entries, among them the list of its characters."""
    import onnx

    copy, entries = onnx.load(made), onnx.load(model, load_external_data=False).metadata_props
    known = {entry.key for entry in copy.metadata_props}
    copy.metadata_props.extend(entry for entry in entries if entry.key not in known)
    onnx.save(copy, made)


def _range_text() -> str:
    return (resources.files(__package__) / _RANGES).read_text("utf-8")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the quantiser from advising on how to use it."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
