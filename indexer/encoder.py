"""The light form of a sentence encoder: ONNX Runtime and tokenizers only, no torch.

A folder that `encoder_export.py` made holds it:

    encoder.json     EncoderInfo
    tokenizer.json   the tokenizer, as the `tokenizers` library saves it
    model.onnx       (input_ids, attention_mask) -> unit vectors; absent if export failed
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from indexer.encoder_info import EncoderInfo
from ocr_service.errors import EncoderError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Encoder", "Vectors", "load_tokenizer"]

Vectors = NDArray[np.float32]

_BATCH = 8  # passages a run, sorted by length; larger batches leave the cache and are slower


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
    """Texts in, unit vectors out."""

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        """Load the encoder of `folder`; `threads` 0 means as many as there are cores.

        Raises:
            EncoderError: it is missing, damaged, or has no light form.
        """
        import onnxruntime

        self.info = EncoderInfo.read(folder)
        self._tokenizer = load_tokenizer(folder)
        self._tokenizer.enable_truncation(self.info.max_tokens)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only: stderr belongs to people
        options.intra_op_num_threads = threads
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library raises classes of its own making
            raise EncoderError(f"{folder}: the encoder cannot be loaded ({error})") from error
        self._input_names = {node.name for node in self._session.get_inputs()}

    def encode_query(self, text: str) -> Vectors:
        """Return the vector of one query, shape (dimension,)."""
        vector: Vectors = self._run([self.info.query_prompt + text])[0]
        return vector

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of documents, shape (len(texts), dimension)."""
        vectors = np.empty((len(texts), self.info.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._run([self.info.document_prompt + texts[i] for i in batch])
        return vectors

    def _run(self, texts: list[str]) -> Vectors:
        encodings = self._tokenizer.encode_batch(texts)
        width = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(texts), width), dtype=np.int64)
        mask = np.zeros((len(texts), width), dtype=np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        vectors: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors
