"""Makes a form of an ONNX export that multiplies in eight bits: for questions, and many passages.

    model.int8.onnx        beside model.onnx, whose file of weights it shares but for what it adds
    model.int8.onnx.data   weights in eight bits

A product with constant weights gets them as int8 with a scale for each output, and its input as
uint8 with a scale for each run. The weights keep to 95 levels a side: without the instructions of
VNNI, CPUs add pairs of products in 16 bits, which is too little for one of 20,000 pairs with 127
levels, and one of three million with 95. In the inputs of transformers a few channels have values
ten times as large as all others', which one scale for all would leave few levels: their products
are added in float32 (Dettmers et al., LLM.int8(): 8-bit Matrix Multiplication for Transformers at
Scale, 2022). The graph is stored as ONNX Runtime optimises it, so that it opens sooner. Needs the
package onnx.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_service.common.files import write_atomic

__all__ = ["EIGHT_BITS", "LEAST_OF_EIGHT_BITS", "write_eight_bits"]

EIGHT_BITS = "model.int8.onnx"

# Least cosine of its vectors with the export's. On judged sets they change nothing, see
# docs/benchmarks.md.
LEAST_OF_EIGHT_BITS = 0.99

_LEVELS = 95
_APART = 8  # channels of an input in float32: with 4 the cosines are .0001 lower, 16 cost more time
_STANDS_OUT = 2  # times the 99th percentile of the channels; some transformers have 4 and more
_LEAST = 1e-6  # a column of zeros has no scale

_Array = NDArray[np.float32]
_Products = dict[str, dict[str, _Array]]  # value -> name of the weights that multiply it -> weights


def write_eight_bits(folder: Path, inputs: Sequence[Mapping[str, NDArray[np.int64]]]) -> None:
    """Write the form in eight bits of the export in `folder`.

    `inputs` are what the export is run with to see which channels have large values.

    Raises:
        ImportError: onnx is not installed.
        OSError: the disk is full or not writable.
    """
    import onnx

    model = onnx.load(folder / "model.onnx", load_external_data=False)
    graph = model.graph
    products = _constant_products(graph, folder)
    largest = _largest_values(model, folder, list(products), inputs)
    nodes: list[Any] = []
    split: set[str] = set()
    for node in graph.node:
        value, weight = (*node.input, "", "")[:2]
        if node.op_type != "MatMul" or weight not in products.get(value, {}):
            nodes.append(node)
            continue
        apart = _channels_apart(largest[value])
        if value not in split:  # several products may have the same input
            split.add(value)
            nodes += _input_nodes(graph, value, apart, len(largest[value]))
        nodes += _product_nodes(graph, node, products[value][weight], apart)
    del graph.node[:]
    graph.node.extend(nodes)
    used = {name for node in nodes for name in node.input}
    kept = [each for each in graph.initializer if each.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    _write(_optimised(model, folder), folder)


def _optimised(model: Any, folder: Path) -> Any:
    """Return the model as ONNX Runtime optimises it for any CPU."""
    import onnx

    with tempfile.TemporaryDirectory(prefix=".", dir=folder) as scratch:
        optimised = Path(scratch) / "optimised.onnx"
        _session(model, folder, optimised)
        return onnx.load(optimised, load_external_data=False)


def _session(model: Any, folder: Path, optimised: Path | None = None) -> Any:
    """Open a model with the weights in `folder`; write its optimised graph to `optimised`."""
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if optimised is not None:
        # What goes further than this level is for one kind of CPU.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(optimised)
    path = folder / ".plain.onnx"  # beside the file of weights, which it shares
    try:
        onnx.save(model, path)
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    finally:
        path.unlink(missing_ok=True)


def _write(model: Any, folder: Path) -> None:
    """Write a model, whose other weights stay where the export has them."""
    from onnx.external_data_helper import (
        convert_model_to_external_data,
        write_external_data_tensors,
    )

    weights = f"{EIGHT_BITS}.data"
    (folder / weights).unlink(missing_ok=True)  # it would be added to
    convert_model_to_external_data(model, location=weights)
    write_external_data_tensors(model, str(folder))
    shutil.copymode(folder / "model.onnx", folder / weights)  # onnx lets nobody else read it
    write_atomic(folder / EIGHT_BITS, model.SerializeToString())  # last: this file tells the form


def _constant_products(graph: Any, folder: Path) -> _Products:
    """Return the values that are multiplied by constant weights, and these."""
    from onnx.numpy_helper import to_array

    constants = {each.name: each for each in graph.initializer}
    found: defaultdict[str, dict[str, _Array]] = defaultdict(dict)
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            weight = to_array(constants[node.input[1]], str(folder))
            if weight.ndim == 2 and weight.dtype == np.float32:
                found[node.input[0]][node.input[1]] = weight
    return dict(found)


def _largest_values(
    model: Any,
    folder: Path,
    names: Sequence[str],
    inputs: Sequence[Mapping[str, NDArray[np.int64]]],
) -> dict[str, _Array]:
    """Return the largest absolute value in each channel of the values with these names."""
    import onnx

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    watched.graph.output.extend(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in names
    )
    session = _session(watched, folder)
    runs = [session.run(list(names), dict(each)) for each in inputs]
    return {
        name: np.max([np.abs(run[at]).reshape(-1, run[at].shape[-1]).max(0) for run in runs], 0)
        for at, name in enumerate(names)
    }


def _channels_apart(largest: _Array) -> NDArray[np.int64]:
    """Return the channels with the largest values, if these stand out; else none."""
    order = np.argsort(-largest)
    common = largest[order[len(order) // 100]]
    stand_out = largest[order[0]] > _STANDS_OUT * common
    return order[:_APART] if stand_out else order[:0]


def _input_nodes(graph: Any, value: str, apart: NDArray[np.int64], channels: int) -> list[Any]:
    """Return what makes of a value its bytes, without the channels `apart`, and those channels."""
    from onnx.helper import make_node

    even = np.ones(channels, dtype=np.float32)
    even[apart] = 0
    _add(graph, {f"{value}.mask": even, f"{value}.apart": apart})
    scaled = [f"{value}.bytes", f"{value}.step", f"{value}.zero"]
    if not len(apart):
        return [make_node("DynamicQuantizeLinear", [value], scaled)]
    return [
        make_node("Mul", [value, f"{value}.mask"], [f"{value}.even"]),
        make_node("DynamicQuantizeLinear", [f"{value}.even"], scaled),
        make_node("Gather", [value, f"{value}.apart"], [f"{value}.few"], axis=-1),
    ]


def _product_nodes(graph: Any, node: Any, weight: _Array, apart: NDArray[np.int64]) -> list[Any]:
    """Return what takes the place of the product `node`."""
    from onnx import TensorProto
    from onnx.helper import make_node

    value, product = node.input[0], node.output[0]
    even = weight.copy()
    even[apart] = 0
    scale = np.maximum(np.abs(even).max(0), _LEAST) / np.float32(_LEVELS)
    _add(
        graph,
        {
            f"{product}.weight": np.round(even / scale).astype(np.int8),
            f"{product}.scale": scale,
            f"{product}.exact": weight[apart],
        },
    )
    factors = [f"{value}.bytes", f"{product}.weight", f"{value}.zero"]
    most = f"{product}.most" if len(apart) else product
    nodes = [
        make_node("MatMulInteger", factors, [f"{product}.sum"]),
        make_node("Cast", [f"{product}.sum"], [f"{product}.cast"], to=TensorProto.FLOAT),
        make_node("Mul", [f"{value}.step", f"{product}.scale"], [f"{product}.unit"]),
        make_node("Mul", [f"{product}.cast", f"{product}.unit"], [most]),
    ]
    if not len(apart):
        return nodes
    return [
        *nodes,
        make_node("MatMul", [f"{value}.few", f"{product}.exact"], [f"{product}.rest"]),
        make_node("Add", [f"{product}.most", f"{product}.rest"], [product]),
    ]


def _add(graph: Any, constants: Mapping[str, NDArray[Any]]) -> None:
    from onnx.numpy_helper import from_array

    graph.initializer.extend(from_array(array, name) for name, array in constants.items())
