"""Tells how often an index in Qdrant Edge gives the answers of the library's own.

    python tests/eval/qdrant_equivalence.py WORK [--only cranfield vaswani msmarco dbpedia books]
        [--shards 3] [--most 100]

WORK has the libraries that `retrieval.py --work WORK` makes. Prints for each set and mode the mean
nDCG@10 of both, and the share of topics whose first ten pages are the same in the same order, and
the same but for the order: with vectors compared exactly, and preselected in eight bits by the
engine's graph, which it has to make even of so few. With --shards, books are spread over so many
engines.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path
from unittest.mock import patch

import qdrant_edge as edge

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.qdrant.edge_engine import EdgeEngine
from indexer.qdrant.engine import Engine
from indexer.qdrant.push import push_books
from indexer.qdrant.spread import SpreadEngine
from indexer.qdrant.stored_books import StoredBooks
from ocr_service.library.library import Library
from search.evaluate import (
    Qrels,
    Topic,
    TrecRun,
    measure,
    read_qrels,
    read_topics,
    search_topics,
)
from search.index.qdrant.qdrant_index import QdrantIndex
from search.question.options import Mode
from search.searcher import Searcher
from tests.bench.common import need_corpora
from tests.eval.page_topics import page_topics
from tests.eval.text_sets import document_ids

FIRST = 10
MODES = (Mode.KEYWORD, Mode.SEMANTIC, Mode.HYBRID)
SETS = ("cranfield", "vaswani", "msmarco", "dbpedia", "books")


def main() -> None:
    """Push each library, ask both, and print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--most", type=int, default=1_000_000, help="topics")
    arguments = parser.parse_args()
    for name in arguments.only:
        library = Library(arguments.work / name)
        topics, qrels = judged(name, library)
        with tempfile.TemporaryDirectory(prefix="octavo-equal-") as scratch:
            parts = [_engine(Path(scratch) / str(place)) for place in range(arguments.shards)]
            engine: Engine = parts[0] if len(parts) == 1 else SpreadEngine(parts)
            push_books(StoredBooks.open(library), engine, "here")
            for part in parts:
                part.optimize()
            if not list(Path(scratch).rglob("quantized.data")):
                sys.exit(f"{name}: the engine has made no vectors in eight bits")
            _compare(name, library, engine, topics[: arguments.most], qrels)
            engine.close()


def judged(name: str, library: Library) -> tuple[list[Topic], Qrels]:
    """Return the topics of a set and their judgements, with pages as the library names them."""
    if name == "books":
        return page_topics(library.path)
    folder = need_corpora() / "ir" / name
    pages = {id_: f"{name}:{place}" for place, id_ in enumerate(document_ids(folder), 1)}
    qrels = read_qrels(folder / "qrels.trec")
    named = {
        topic: {pages[document]: grade for document, grade in grades.items() if document in pages}
        for topic, grades in qrels.items()
    }
    return read_topics(folder / "queries.jsonl"), named


def _engine(folder: Path) -> EdgeEngine:
    """Return an engine that makes a graph and vectors in eight bits of any number of vectors."""
    early = edge.EdgeOptimizersConfig(indexing_threshold=1)  # kB
    with patch.object(edge, "EdgeConfig", partial(edge.EdgeConfig, optimizers=early)):
        engine = EdgeEngine(folder)
        engine.prepare(384)
    return engine


def _compare(
    name: str, library: Library, engine: Engine, topics: list[Topic], qrels: Qrels
) -> None:
    own = Searcher.open(library.path)
    asked = {topic.id for topic in topics}
    qrels = {topic: grades for topic, grades in qrels.items() if topic in asked}
    for mode in MODES:
        first = search_topics(own, topics, mode, FIRST)
        for vectors, most in (("exact", 10**9), ("eight bits", 0)):
            if mode is Mode.KEYWORD and most == 0:
                continue
            with patch("search.index.qdrant.vectors.EXACT_ROWS", most):
                index = QdrantIndex.open(engine, "here", library.index_path / "encoders")
                second = search_topics(Searcher(library, index), topics, mode, FIRST)
            print(f"{name:10} {mode:9} {vectors:10} {_row(topics, qrels, first, second)}")
            sys.stdout.flush()


def _row(topics: list[Topic], qrels: Qrels, first: TrecRun, second: TrecRun) -> str:
    pairs = [(list(first.get(one.id, ())), list(second.get(one.id, ()))) for one in topics]
    ordered = statistics.mean(one == other for one, other in pairs)
    alike = statistics.mean(set(one) == set(other) for one, other in pairs)
    gains = [statistics.mean(measure(qrels, run)["nDCG@10"].values()) for run in (first, second)]
    return (
        f"{len(topics)} topics: nDCG@10 {gains[0]:.4f} {gains[1]:.4f}, the same ten in order "
        f"{ordered:.3f}, the same ten {alike:.3f}"
    )


if __name__ == "__main__":
    main()
