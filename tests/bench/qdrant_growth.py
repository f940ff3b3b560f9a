"""Measures an index in Qdrant Edge beside the library's own, as both grow.

    python tests/bench/qdrant_growth.py [--sizes 10000 100000] [--work FOLDER] [--random] [--keep]

For each size, writes a synthetic library (see `scale_data.py`), pushes it, and asks both with real
questions, each in a process of its own. With `--random`, vectors are drawn around random ones, so
that no encoder has to embed the corpora first; speeds are the same, recall means nothing. The
results go to FOLDER/growth.jsonl, and a plot of all in it to FOLDER/growth.svg.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.qdrant.edge_engine import EdgeEngine
from indexer.qdrant.push import push_books
from indexer.qdrant.stored_books import StoredBooks
from ocr_service.library.library import Library
from search.index.qdrant.qdrant_index import QdrantIndex
from search.searcher import Searcher
from tests.bench.scale import _own, _peak, _size, _times
from tests.bench.scale_data import make_library, questions
from tests.bench.scale_plot import draw_panels

SIZES = (10_000, 100_000)
QUESTIONS = 40
DIMENSION = 384


def main() -> None:
    """Measure every size, and print and keep the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--keep", action="store_true", help="leave libraries and collections")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--edge", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        print(json.dumps(ask(arguments.ask, arguments.edge)))
        return
    with tempfile.TemporaryDirectory(prefix="octavo-growth-") as scratch:
        work = arguments.work or Path(scratch)
        work.mkdir(exist_ok=True)
        if arguments.random:
            drawn = np.random.default_rng(0).standard_normal((5_000, DIMENSION), dtype=np.float32)
            np.save(work / "real.npy", drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
        for rows in arguments.sizes:
            record = measure(work, rows)
            if not arguments.keep:
                shutil.rmtree(work / str(rows))
            with (work / "growth.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
            print(json.dumps(record, indent=1), flush=True)
        lines = (work / "growth.jsonl").read_text(encoding="utf-8").splitlines()
        (work / "growth.svg").write_text(plot(map(json.loads, lines)), encoding="utf-8")


def measure(work: Path, rows: int) -> dict[str, Any]:
    """Return the figures of one size."""
    folder = work / str(rows)
    folder.mkdir(exist_ok=True)
    library, edge = folder / "library", folder / "edge"
    figures: dict[str, Any] = {"rows": rows, "load": os.getloadavg()[0]}
    steps: dict[str, Callable[[], None]] = {
        "files_written": lambda: _write(work, library, rows),
        "pushed": lambda: _push(library, edge),
        "optimized": lambda: _optimize(edge),
    }
    for name, step in steps.items():
        figures[name] = _once(folder / f"{name}.json", step)
    figures["local_bytes_a_passage"] = _size(next((library / "index").glob("gen-*"))) // rows
    figures["edge_bytes_a_passage"] = _held(edge) // rows
    for name, more in (("local", ()), ("edge", ("--edge", str(edge)))):
        command = [sys.executable, __file__, "--ask", str(library), *more]
        asked = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        figures[name] = json.loads(asked.stdout)
    return figures


def _once(kept: Path, step: Callable[[], None]) -> dict[str, float]:
    """Return the seconds of a step, wall and CPU, which are kept in a file when it is done."""
    if not kept.exists():
        wall, work = time.perf_counter(), time.process_time()
        step()
        wall, work = time.perf_counter() - wall, time.process_time() - work
        kept.write_text(json.dumps({"wall_s": round(wall, 1), "cpu_s": round(work, 1)}))
    seconds: dict[str, float] = json.loads(kept.read_text())
    return seconds


def _write(work: Path, library: Path, rows: int) -> None:
    shutil.rmtree(library, ignore_errors=True)
    make_library(library, rows, work / "real.npy", work / "encoders")


def _push(library: Path, edge: Path) -> None:
    """Push the library; the books that an earlier run has pushed stay."""
    engine = EdgeEngine(edge)
    push_books(StoredBooks.open(Library(library)), engine, "here")
    engine.close()


def _optimize(edge: Path) -> None:
    engine = EdgeEngine(edge)
    engine.optimize()
    engine.close()


def plot(records: Iterable[Mapping[str, Any]]) -> str:
    """Return a plot of times and memory; of several records of a size the last one counts."""
    by_size = {int(record["rows"]): record for record in records}
    sizes = sorted(by_size)
    stores = (("files", "local"), ("Edge", "edge"))
    times = {
        f"{mode}, {store}": [(n, float(by_size[n][key][mode]["cpu"])) for n in sizes]
        for mode in ("keyword", "semantic", "hybrid")
        for store, key in stores
    }
    memory = {
        store: [(n, float(by_size[n][key]["own_mb"])) for n in sizes] for store, key in stores
    }
    return draw_panels(
        ("median CPU time of a warm search, ms", times), ("memory of its own, MB", memory)
    )


def _held(folder: Path) -> int:
    """Return the bytes on the disk: Edge's files are reserved larger than they are filled."""
    return sum(512 * path.stat().st_blocks for path in folder.rglob("*") if path.is_file())


def ask(path: Path, edge: Path | None) -> dict[str, Any]:
    """Return times in milliseconds and memory, asking as one warm process."""
    library = Library(path)
    began = time.perf_counter()
    if edge is None:
        searcher = Searcher.open(path)
    else:
        index = QdrantIndex.open(EdgeEngine(edge), "here", library.index_path / "encoders")
        searcher = Searcher(library, index)
    opened = round(1000 * (time.perf_counter() - began), 1)
    asked = questions(QUESTIONS)
    searcher.search(asked[0])
    return {
        "open_ms": opened,
        "keyword": _times(asked, lambda text: searcher.search(text, mode="keyword")),
        "semantic": _times(asked, lambda text: searcher.search(text, mode="semantic")),
        "hybrid": _times(asked, searcher.search),
        "peak_mb": _peak(),
        "own_mb": _own(),
    }


if __name__ == "__main__":
    main()
