"""Encodes texts with the ONNX export of a sentence encoder: ONNX Runtime and tokenizers, no torch.

`export.py` makes the folder of a prepared encoder:

    encoder.json     EncoderInfo
    tokenizer.json   the tokenizer, as the `tokenizers` library saves it
    model.onnx       (input_ids, attention_mask) -> unit vectors; absent if export failed
    model.onnx.data  its weights, memory-mapped
    model.int8.onnx  the same in eight bits, see `eight_bits.py`; absent if it cannot be made
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.encoder.eight_bits import EIGHT_BITS
from indexer.encoder.info import EncoderInfo
from ocr_service.common.errors import EncoderError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

__all__ = ["Encoder", "Vectors", "load_tokenizer", "open_query_encoder", "padded"]

Vectors = NDArray[np.float32]

_RUN_TOKENS = 512  # tokens a run; more do not fit the core's own cache and are slower


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load a tokenizer that neither truncates nor pads.

    Raises:
        EncoderError: the file is missing or damaged.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises bare Exception
        raise EncoderError(f"{folder}: the encoder's tokenizer cannot be read ({error})") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class Encoder:
    """Encodes texts as unit vectors; `tokenizer` cuts them off at the longest input."""

    def __init__(self, folder: Path, model: str = "model.onnx") -> None:
        """Load the encoder of `folder`, in the form of the file `model`.

        Raises:
            EncoderError: it is missing, damaged, or has no ONNX export.
        """
        self.info = EncoderInfo.read(folder)
        self.tokenizer = load_tokenizer(folder)
        self.tokenizer.enable_truncation(self.info.max_tokens)
        self._path = folder / model
        self._packing = threading.Lock()
        self._packed = self._asked = False
        self._session = self._load(packed=False)

    def _load(self, *, packed: bool) -> Any:
        """Load the model; `packed` lays its weights out anew, as products read them fastest."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only: stderr is for messages to people
        # Each core encodes its own runs: sharing one costs half as much again in waiting.
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.disable_prepacking", str(int(not packed)))
        if self._path.name == EIGHT_BITS:  # it is stored as optimised
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        try:
            return onnxruntime.InferenceSession(
                str(self._path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library raises its own classes
            raise EncoderError(
                f"{self._path.parent}: the encoder cannot be loaded ({error}); delete the folder "
                "and run 'octavo build' again"
            ) from error

    def _pack(self) -> None:
        """Load the packed model. It costs as much as six questions, so the first goes without."""
        with self._packing:
            if not self._packed:
                self._session = self._load(packed=True)
                self._packed = True

    def encode_query(self, text: str) -> Vectors:
        """Return the vector of one query, shape (dimension,)."""
        if self._asked:
            self._pack()
        self._asked = True
        vector: Vectors = self._run([self.tokenizer.encode(self.info.query_prompt + text)])[0]
        return vector

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of documents, shape (len(texts), dimension)."""
        from ocr_service.workers.pool import available_cores

        self._pack()
        vectors = np.empty((len(texts), self.info.dimension), dtype=np.float32)
        encodings = self.tokenizer.encode_batch([self.info.document_prompt + t for t in texts])

        def fill(rows: list[int]) -> None:
            vectors[rows] = self._run([encodings[row] for row in rows])

        with ThreadPoolExecutor(available_cores()) as pool:
            for _ in pool.map(fill, _runs([self._width(encoding) for encoding in encodings])):
                pass  # taking each result raises its exception
        return vectors

    def inputs(self, text: str) -> dict[str, NDArray[np.int64]]:
        """Return what the export is run with for one document."""
        return padded([self.tokenizer.encode(self.info.document_prompt + text)])

    def _width(self, encoding: Encoding) -> int:
        """Return the tokens that a text takes in a run."""
        return len(encoding.ids)

    def _run(self, encodings: Sequence[Encoding]) -> Vectors:
        vectors: Vectors = self._session.run(None, padded(encodings))[0]
        return vectors


def open_query_encoder(folder: Path) -> Encoder:
    """Open the form of an encoder's export that encodes one question fastest.

    That is the form in eight bits, if there is one: a question is too short to keep a core busy
    while the weights come from memory, and its weights are a quarter as large.

    Raises:
        EncoderError: it is missing, damaged, or has no ONNX export.
    """
    if (folder / EIGHT_BITS).exists():
        try:
            return Encoder(folder, EIGHT_BITS)
        except EncoderError as error:
            logging.getLogger(__name__).warning("using the encoder's plain form: %s", error)
    return Encoder(folder)


def padded(encodings: Sequence[Encoding], step: int = 1) -> dict[str, NDArray[np.int64]]:
    """Return the inputs of the export, of shape (len(encodings), longest in tokens).

    The longest is rounded up to a multiple of `step`.
    """
    width = step * math.ceil(max(len(encoding.ids) for encoding in encodings) / step)
    ids = np.zeros((len(encodings), width), dtype=np.int64)
    mask = np.zeros((len(encodings), width), dtype=np.int64)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding.ids)] = encoding.ids
        mask[row, : len(encoding.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask}


def _runs(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group texts by their lengths in tokens, longest first, so that little is padded."""
    run: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if run and (len(run) + 1) * lengths[run[0]] > _RUN_TOKENS:
            yield run
            run = []
        run.append(row)
    if run:
        yield run
