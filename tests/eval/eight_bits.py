"""Compares the default encoder's vectors in fewer bits with those of its export, on judged sets.

    python tests/eval/eight_bits.py [SET...]

The documents and questions of each set of the development corpora are embedded whole by each form:
the export, eight bits, and bfloat16 where the CPU multiplies it. Prints nDCG@10 by meaning alone of
the export beside that with documents, questions or both in eight bits, and with documents in
bfloat16 and questions in eight bits as a build and a search make them; the p of a paired
randomisation test, the cosines of the documents' vectors, and the CPU seconds of each.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import platformdirs

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.encoder.bfloat16 import Bfloat16Encoder
from indexer.encoder.eight_bits import EIGHT_BITS
from indexer.encoder.encoder import Encoder, Vectors
from indexer.encoder.export import DEFAULT_ENCODER
from indexer.encoder.store import find_model, install_encoder
from ocr_service.common.bfloat16_model import has_bfloat16
from search.evaluate import TrecRun, compare, measure, read_qrels, read_topics
from tests.bench.common import need_corpora

SETS = ("cranfield", "dbpedia", "msmarco", "vaswani")
DEPTH = 100


def texts_by_id(path: Path) -> dict[str, str]:
    """Return the texts of a file of documents or questions."""
    with path.open(encoding="utf-8") as lines:
        return {str(line["id"]): line["text"] for line in map(json.loads, lines)}


def run_of(questions: dict[str, Vectors], documents: list[str], vectors: Vectors) -> TrecRun:
    """Rank documents for each question by the cosines of their vectors."""
    run: TrecRun = {}
    for topic, vector in questions.items():
        scores = vectors @ vector
        best = np.argsort(-scores)[:DEPTH]
        run[topic] = {documents[at]: float(scores[at]) for at in best.tolist()}
    return run


def main() -> None:
    """Print a line for each set."""
    cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
    with tempfile.TemporaryDirectory() as scratch:
        folder = install_encoder(find_model(DEFAULT_ENCODER), Path(scratch), cache)
        encoders = [Encoder(folder), Encoder(folder, EIGHT_BITS)]
        pairs = {"documents in eight bits": (0, 1), "questions": (1, 0), "both": (1, 1)}
        if has_bfloat16():
            encoders.append(Bfloat16Encoder(folder))
            pairs["documents in bfloat16, questions in eight bits"] = (1, 2)
        for name in sys.argv[1:] or SETS:
            place = need_corpora() / "ir" / name
            documents = texts_by_id(place / "corpus.jsonl")
            asked = texts_by_id(place / "queries.jsonl")
            qrels = read_qrels(place / "qrels.trec")
            topics = read_topics(place / "queries.jsonl")
            questions, vectors, seconds = [], [], []
            for encoder in encoders:
                questions.append({key: encoder.encode_query(text) for key, text in asked.items()})
                began = time.process_time()
                vectors.append(encoder.encode_documents(list(documents.values())))
                seconds.append(time.process_time() - began)
            ranked = {
                (q, d): measure(qrels, run_of(questions[q], list(documents), vectors[d]))
                for q, d in ((0, 0), *pairs.values())
            }
            for what, pair in pairs.items():
                found = compare(ranked[0, 0], ranked[pair], topics)["all"]["nDCG@10"]
                print(f"{name}, {what}: {found}", flush=True)
            print(f"{name}: the export {seconds[0]:.0f} CPU seconds", flush=True)
            for short, taken in zip(vectors[1:], seconds[1:], strict=True):
                cosines = np.sum(vectors[0] * short, axis=1)
                print(
                    f"{name}: cosine {cosines.min():.5f} to {cosines.max():.5f}, mean "
                    f"{cosines.mean():.5f}; CPU {taken:.0f} s",
                    flush=True,
                )


if __name__ == "__main__":
    main()
