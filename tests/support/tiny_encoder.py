"""A sentence encoder that loads at once: the mean of random vectors of a text's words."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from indexer.encoder.export import DEFAULT_ENCODER, locate_model
from indexer.encoder.info import EncoderInfo
from indexer.encoder.store import find_model

__all__ = ["make_tiny_encoder"]

_WORDS = 30_522  # of the default encoder, whose tokenizer this one has
_DIMENSION = 16


def make_tiny_encoder(model: Path, cache: Path, seed: int) -> Path:
    """Make a model's folder, prepared in `cache` as by a build; return it, for `--encoder`.

    Only the prepared form can encode: the folder holds no weights.
    """
    model.mkdir(parents=True)
    (model / "modules.json").write_text(f'["{model}", {seed}]')
    prepared = cache / find_model(str(model)).key
    prepared.mkdir(parents=True)
    shutil.copy2(locate_model(DEFAULT_ENCODER) / "tokenizer.json", prepared)
    info = EncoderInfo(str(model), prepared.name, _DIMENSION, 256, "", "", probe_cosine=1.0)
    (prepared / "encoder.json").write_text(info.to_json())
    onnx.save(_graph(seed), prepared / "model.onnx")
    return model


def _graph(seed: int) -> onnx.ModelProto:
    """Return (input_ids, attention_mask) -> unit vectors, shape (batch, _DIMENSION)."""
    vectors = np.random.default_rng(seed).normal(size=(_WORDS, _DIMENSION)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["vectors", "input_ids"], ["words"]),
        helper.make_node("Cast", ["attention_mask"], ["flat"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["flat", "last"], ["mask"]),
        helper.make_node("Mul", ["words", "mask"], ["masked"]),
        helper.make_node("ReduceSum", ["masked", "middle"], ["sum"], keepdims=0),
        helper.make_node("LpNormalization", ["sum"], ["sentence_vector"], axis=-1, p=2),
    ]
    shape = ["batch", "length"]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ],
        [
            helper.make_tensor_value_info(
                "sentence_vector", TensorProto.FLOAT, ["batch", _DIMENSION]
            )
        ],
        [
            numpy_helper.from_array(vectors, "vectors"),
            numpy_helper.from_array(np.array([2]), "last"),
            numpy_helper.from_array(np.array([1]), "middle"),
        ],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8)
