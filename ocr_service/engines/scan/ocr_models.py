"""Loads the models that find and read lines: PP-OCRv6 small, from RapidOCR's wheel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["load_engine"]

_DETECTOR = "PP-OCRv6_det_small.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"
_NARROWEST = 96  # pixels, width that narrow line images are padded to, at height 48
_NOUGHT = 1e-30  # a weight smaller than this changes no result


def load_engine() -> Any:
    """Return RapidOCR with its models; nothing is downloaded or printed."""
    import rapidocr  # here, because it takes 1.5 s and only scans need it

    models = Path(rapidocr.__file__).parent / "models"
    with tempfile.TemporaryDirectory(prefix="octavo-", ignore_cleanup_errors=True) as scratch:
        detector = Path(scratch) / _DETECTOR
        detector.write_bytes(_without_denormals(models / _DETECTOR))
        engine = rapidocr.RapidOCR(params=_parameters(detector, models / _RECOGNISER))
        # RapidOCR loads a model when it is first used, and this file is gone after that.
        engine(np.zeros((32, 32, 3), np.uint8), use_det=True, use_cls=False, use_rec=False)
        return engine


def _parameters(detector: Path, recogniser: Path) -> dict[str, Any]:
    return {
        "Global.log_level": "critical",
        "Global.use_cls": False,  # the scan reader turns the whole page once, which is cheaper
        "Global.text_score": 0.0,  # our own threshold is higher for short lines
        # Models that are given by path are not downloaded.
        "Det.model_path": str(detector),
        "Rec.model_path": str(recogniser),
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
        "Rec.rec_batch_num": 1,
        "Rec.rec_img_shape": [3, 48, _NARROWEST],
        # Pages are read in parallel processes, one per core.
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
