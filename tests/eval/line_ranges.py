"""Measures the ranges of values in the model that reads lines, for its eight-bit form.

    python tests/eval/line_ranges.py

Lines of pages of our own books, clean, noisy, blurred and packed as JPEG, go through the model; the
least and greatest of every value that a convolution reads or gives are written to
`ocr_service/engines/scan/line_ranges.json`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
import pymupdf
import rapidocr
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.engines.scan.eight_bits import plain_graph
from ocr_service.engines.scan.line_images import cut, flattened, pixels
from ocr_service.engines.scan.ocr_models import RECOGNISER
from ocr_service.engines.scan.rapidocr_reader import ScanReader
from tests.eval.degraded import degraded_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"statistics-primer": (9, 12, 15, 17), "random-walks-two-column": (1, 2)}
KINDS = ("clean", "noise", "blur", "jpeg")
_EVERY = 4  # line is measured
_HEIGHT = 48  # pixels of a line


def lines() -> Iterator[NDArray[np.float32]]:
    """Yield lines as the model's input: 1 x 3 x 48 x width."""
    reader = ScanReader()
    reader.read(flattened(pymupdf_page("statistics-primer", 9, "clean")))  # loads the models
    place = 0
    for book, numbers in PAGES.items():
        for number in numbers:
            page = flattened(pymupdf_page(book, number, KINDS[place % len(KINDS)]))
            place += 1
            for quad in reader._find(page)[::_EVERY]:
                crop = cut(page, quad)
                if crop is not None:
                    yield model_input(pixels(crop))


def pymupdf_page(book: str, number: int, kind: str) -> Any:
    """Return a page of one of our books as a scan."""
    with pymupdf.open(ROOT / "data" / "shelf" / f"{book}.pdf") as document:
        return degraded_page(document[number - 1], kind, 150, number)


def model_input(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a line as RapidOCR gives it to the model."""
    width = int(np.ceil(_HEIGHT * image.shape[1] / image.shape[0]))
    levels = cv2.resize(image, (width, _HEIGHT)).astype(np.float32) / 255
    padded = np.zeros((1, 3, _HEIGHT, max(96, width)), dtype=np.float32)
    padded[0, :, :, :width] = levels.transpose(2, 0, 1) * 2 - 1
    return padded


def main() -> None:
    """Measure, and write the file."""
    model = Path(rapidocr.__file__).parent / "models" / RECOGNISER
    with tempfile.TemporaryDirectory() as scratch:
        graph = onnx.load(plain_graph(model, Path(scratch)))
        nodes = [node for node in graph.graph.node if node.op_type == "Conv"]
        names = sorted({name for node in nodes for name in (node.input[0], node.output[0])})
        given = {entry.name for entry in graph.graph.input}
        graph.graph.output.extend(
            onnx.helper.make_empty_tensor_value_info(name) for name in names if name not in given
        )
        file = Path(scratch) / "measured.onnx"
        onnx.save(graph, file)
        session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        inner = [name for name in names if name not in given]
        ranges = {name: [-1.0, 1.0] for name in names if name in given}
        for line in lines():
            for name, value in zip(inner, session.run(inner, {"x": line}), strict=True):
                low, high = ranges.get(name, [0.0, 0.0])
                ranges[name] = [min(low, float(value.min())), max(high, float(value.max()))]
    rounded = {name: [round(end, 5) for end in ends] for name, ends in sorted(ranges.items())}
    target = ROOT / "ocr_service" / "engines" / "scan" / "line_ranges.json"
    target.write_text(json.dumps(rounded, indent=0) + "\n", encoding="utf-8")
    print(f"{len(rounded)} ranges in {target}")


if __name__ == "__main__":
    main()
