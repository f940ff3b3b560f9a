"""Measures searches in an open library of ten thousand to a million passages, and lower bounds.

    python tests/bench/scale.py [--sizes 10000 100000 1000000] [--work FOLDER] [--keep]

For each size, writes a synthetic library (see `scale_data.py`) and searches it in a process of its
own with real questions. The lower bounds, in the same run: tantivy alone (a bare query of the same
terms on the same index, no hit read), numpy alone (exact, on the same vectors) and SQLite FTS5 (the
same text). The results go to FOLDER/scale.jsonl, and the plot to docs/scale.svg. A million passages
take 6 GB.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tantivy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.stores.vectors import VectorStore
from indexer.words.terms import index_terms
from indexer.words.words import searchable
from tests.bench.common import ROOT
from tests.bench.scale_data import BOOK, TextModel, make_library, questions
from tests.bench.scale_plot import draw

SIZES = (10_000, 100_000, 1_000_000)
QUESTIONS = 60
SLOW_QUESTIONS = 15  # for peers that take long
DEPTHS = (10, 100, 1_000)  # recall is taken at


def main() -> None:
    """Measure every size, print and keep the figures, and draw the plot."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave the libraries")
    parser.add_argument("--no-sqlite", action="store_true", help="leave out SQLite, the slowest")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        print(json.dumps(ask(arguments.ask)))
        return
    with tempfile.TemporaryDirectory(prefix="octavo-scale-") as scratch:
        work = arguments.work or Path(scratch)
        work.mkdir(exist_ok=True)
        results = work / "scale.jsonl"
        for rows in arguments.sizes:
            record = measure(work, rows, sqlite=not arguments.no_sqlite)
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
            print(json.dumps(record, indent=1), flush=True)
            if not arguments.keep:
                shutil.rmtree(work / str(rows))
        lines = results.read_text(encoding="utf-8").splitlines()
        (ROOT / "docs" / "scale.svg").write_text(draw([json.loads(line) for line in lines]))


def measure(work: Path, rows: int, *, sqlite: bool) -> dict[str, Any]:
    """Return the figures of one size."""
    library = work / str(rows)
    if not (library / "index" / "CURRENT").exists():
        seconds = make_library(library, rows, work / "real.npy", work / "encoders")
        (library / "seconds.json").write_text(json.dumps(seconds))
    seconds = json.loads((library / "seconds.json").read_text())
    generation = next((library / "index").glob("gen-*"))
    command = [sys.executable, __file__, "--ask", str(library)]
    asked = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {
        "rows": rows,
        "passages_a_second": {part: round(rows / taken) for part, taken in seconds.items()},
        "bytes_a_passage": {
            "text": _size(generation / "passages") // rows,
            "vectors": _size(generation / "vectors.f32") // rows,
            "signs": _size(generation / "signs.u64") // rows,
        },
        **json.loads(asked.stdout),
        **({"sqlite": ask_sqlite(work / f"{rows}.db", rows)} if sqlite else {}),
    }


def ask(path: Path) -> dict[str, Any]:
    """Return times in milliseconds, recall and peak memory, asking as one warm process."""
    from search import Searcher
    from search.index.local.local_index import LocalIndex
    from search.index.local.vectors import LocalVectors

    asked = questions(QUESTIONS)
    began = time.perf_counter()
    searcher = Searcher.open(path)
    opened = time.perf_counter() - began
    index, semantic = searcher._index, searcher._passages.semantic
    searcher.search(asked[0])
    assert isinstance(index, LocalIndex)
    assert isinstance(semantic._vectors, LocalVectors)
    store = semantic._vectors.store
    figures: dict[str, Any] = {"open_ms": round(1000 * opened, 2), "base_mb": _peak()}
    figures["keyword"] = _times(asked, lambda text: searcher.search(text, mode="keyword"))
    figures["tantivy"] = _times(asked, lambda text: _bare(index.passages.index, text))
    figures["keyword_mb"] = _peak()
    figures["encoding"] = _times(asked, semantic._encoder.encode_query)
    figures["hybrid"] = _times(asked, searcher.search)
    figures["hybrid_mb"] = _peak()
    figures["semantic"] = _times(asked, lambda text: searcher.search(text, mode="semantic"))
    vectors = [semantic._encoder.encode_query(text) for text in asked]
    everything = [(0, len(store.vectors))]
    figures["store_1000"] = _times(vectors, lambda v: store.search(v, everything, 1_000))
    figures["numpy_exact"] = _times(vectors[:SLOW_QUESTIONS], lambda v: _exact(store, v))
    figures["recall"] = {depth: _recall(store, vectors, depth) for depth in DEPTHS}
    figures["all_mb"] = _peak()
    figures["own_mb"] = _own()
    return figures


def _bare(index: tantivy.Index, text: str) -> object:
    terms = index_terms(searchable(text), None)
    parts = [
        (tantivy.Occur.Should, tantivy.Query.term_query(index.schema, "body", term))
        for term in dict.fromkeys(terms)
    ]
    return index.searcher().search(tantivy.Query.boolean_query(parts), 10, count=False)


def _exact(store: VectorStore, vector: np.ndarray) -> object:
    scores = store.vectors @ vector
    best = np.argpartition(-scores, 10)[:10]
    return best[np.argsort(-scores[best])]


def _recall(store: VectorStore, vectors: list[np.ndarray], depth: int) -> float:
    """Return the share of the true nearest rows that the store's own search returns."""
    everything = [(0, len(store.vectors))]
    shares = []
    for vector in vectors[:30]:
        true = {row for row, _ in store.search(vector, everything, depth, exact=True)}
        found = {row for row, _ in store.search(vector, everything, depth)}
        shares.append(len(true & found) / depth)
    return round(statistics.mean(shares), 4)


def ask_sqlite(path: Path, rows: int) -> dict[str, float]:
    """Return the same figures of SQLite's full-text index over the same text."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE p USING fts5(body, tokenize = 'porter unicode61')")
    model, seconds = TextModel(seed=rows), 0.0
    for first in range(0, rows, BOOK):
        texts = [(text,) for text in model.passages(min(BOOK, rows - first))]
        began = time.perf_counter()
        with connection:
            connection.executemany("INSERT INTO p VALUES (?)", texts)
        seconds += time.perf_counter() - began
    ask_it = "SELECT rowid FROM p WHERE p MATCH ? ORDER BY rank LIMIT 10"

    def search(text: str) -> object:
        words = " OR ".join(f'"{word}"' for word in text.split() if word.isalnum())
        return connection.execute(ask_it, (words,)).fetchall()

    figures = _times(questions(SLOW_QUESTIONS), search)
    connection.close()
    size = path.stat().st_size
    path.unlink()
    return {**figures, "passages_a_second": round(rows / seconds), "bytes": size // rows}


def _times(asked: Iterable[Any], call: Callable[[Any], object]) -> dict[str, float]:
    """Return times of one call for each question, in ms: wall time, and the median CPU time.

    Work beside it on the machine makes wall times longer by far, and CPU times by a little.
    """
    walls, works = [], []
    for question in asked:
        wall, work = time.perf_counter(), time.process_time()
        call(question)
        walls.append(1000 * (time.perf_counter() - wall))
        works.append(1000 * (time.process_time() - work))
    return {
        "p50": round(statistics.median(walls), 2),
        "p95": round(float(np.percentile(walls, 95)), 2),
        "least": round(min(walls), 2),
        "cpu": round(statistics.median(works), 2),
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024  # MB; what is mapped counts


def _own() -> int:
    """Return the memory in MB that is no file's: what the machine must have for this process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("RssAnon:"))
    return int(line.split()[1]) // 1024


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    main()
