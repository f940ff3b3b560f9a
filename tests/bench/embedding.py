"""Embedding passages on the backend that a build takes, beside plain sentence-transformers.

    python tests/bench/embedding.py [--passages 96] [--rounds 3]

All backends embed the same passages of data/shelf in turns, in one process. Compare the ratios of
the medians; on a busy machine, the CPU seconds, which are printed too. "plain" is
`SentenceTransformer.encode` with its defaults: float32, batches of 32, sorted by length.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.encoder.bfloat16 import Bfloat16Encoder
from indexer.encoder.bulk import MANY, TorchEncoder, find_torch_backend, open_bulk_encoder
from indexer.encoder.eight_bits import EIGHT_BITS
from indexer.encoder.encoder import Encoder, Vectors
from indexer.encoder.export import DEFAULT_ENCODER, load_original, locate_model
from indexer.encoder.store import find_model, install_encoder
from ocr_service.common.bfloat16_model import has_bfloat16
from tests.bench.common import ROOT

WORDS = 100  # of a passage


def shelf_passages(count: int) -> list[str]:
    """Return passages of 100 words from data/shelf, one to three paragraphs each."""
    words: list[str] = []
    for path in sorted((ROOT / "data" / "shelf").rglob("*.m*d")):
        words += path.read_text(encoding="utf-8", errors="replace").split()
    # Lengths differ as they do in books.
    lengths = np.random.default_rng(1).integers(WORDS // 3, WORDS * 5 // 3, size=count)
    starts = np.random.default_rng(2).integers(0, len(words) - 2 * WORDS, size=count)
    return [
        " ".join(words[start : start + length])
        for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)
    ]


def main() -> None:
    """Print passages a second on each backend, their ratios, and their cosine to the original."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--passages", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    texts = shelf_passages(arguments.passages)
    with tempfile.TemporaryDirectory() as scratch:
        encoders = Path(scratch)
        cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
        folder = install_encoder(find_model(DEFAULT_ENCODER), encoders, cache)
        original = load_original(locate_model(DEFAULT_ENCODER), DEFAULT_ENCODER)
        light = Encoder(folder)
        backends: dict[str, Callable[[list[str]], Vectors]] = {
            "sentence-transformers, plain": lambda t: np.asarray(original.encode(t)),
            "ONNX export": light.encode_documents,
            "ONNX export, eight bits": Encoder(folder, EIGHT_BITS).encode_documents,
        }
        if has_bfloat16():
            backends["ONNX export, bfloat16"] = Bfloat16Encoder(folder).encode_documents
        backend = find_torch_backend()
        if backend is not None:
            backends[f"torch, {backend.device}, {backend.dtype}"] = TorchEncoder(
                light.info, backend
            ).encode_documents
        chosen = open_bulk_encoder(folder, texts, MANY)
        compare(backends, texts, arguments.rounds)
        print(f"a build of {MANY:,} passages takes: {type(chosen).__name__}")


def compare(
    backends: dict[str, Callable[[list[str]], Vectors]], texts: list[str], rounds: int
) -> None:
    """Embed the texts on each backend in turns; print what came out."""
    walls: dict[str, list[float]] = {name: [] for name in backends}
    works: dict[str, list[float]] = {name: [] for name in backends}
    vectors: dict[str, Vectors] = {}
    for encode in backends.values():
        encode(texts[:8])
    for _ in range(rounds):
        for name, encode in backends.items():
            wall, work = time.perf_counter(), time.process_time()
            vectors[name] = encode(texts)
            walls[name].append(time.perf_counter() - wall)
            works[name].append(time.process_time() - work)
    plain = next(iter(backends))
    for name in backends:
        wall, work = statistics.median(walls[name]), statistics.median(works[name])
        ratio = statistics.median(walls[plain]) / wall
        work_ratio = statistics.median(works[plain]) / work
        cosine = float(np.min(np.sum(vectors[name] * vectors[plain], axis=1)))
        print(
            f"{name:30} {len(texts) / wall:6.1f} passages/s  x{ratio:.2f}   "
            f"CPU {work:6.2f} s  x{work_ratio:.2f}   least cosine {cosine:.5f}"
        )


if __name__ == "__main__":
    main()
