"""Tells how often an index in Qdrant Edge gives the answers of the library's own.

    python tests/eval/qdrant_equivalence.py LIBRARY TOPICS [--shards 3] [--most 100]

TOPICS has a JSON object with a "text" on each line. Prints for each mode the share of topics whose
first ten hits are the same in the same order, and the same but for the order: with vectors compared
exactly, and preselected in eight bits. With --shards, books are spread over so many engines.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.qdrant.edge_engine import EdgeEngine
from indexer.qdrant.engine import Engine
from indexer.qdrant.push import push_books
from indexer.qdrant.spread import SpreadEngine
from indexer.qdrant.stored_books import StoredBooks
from ocr_service.common.errors import OctavoError
from ocr_service.library.library import Library
from search.index.qdrant.qdrant_index import QdrantIndex
from search.searcher import Searcher

FIRST = 10
Place = tuple[str, int, int]


def main() -> None:
    """Push the library, ask both, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("topics", type=Path)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--most", type=int, default=1_000_000, help="topics")
    parser.add_argument("--modes", nargs="+", default=["keyword", "semantic", "hybrid"])
    arguments = parser.parse_args()
    lines = arguments.topics.read_text(encoding="utf-8").splitlines()[: arguments.most]
    topics = [json.loads(line)["text"] for line in lines]
    library = Library(arguments.library)
    with tempfile.TemporaryDirectory(prefix="octavo-equal-") as scratch:
        parts = [EdgeEngine(Path(scratch) / str(place)) for place in range(arguments.shards)]
        engine: Engine = parts[0] if len(parts) == 1 else SpreadEngine(parts)
        push_books(StoredBooks.open(library), engine, "here")
        for part in parts:
            part.optimize()
        index = QdrantIndex.open(engine, "here", library.index_path / "encoders")
        own, other = Searcher.open(library.path), Searcher(library, index)
        for exact in (True, False):
            with patch("search.index.qdrant.vectors.EXACT_ROWS", 10**9 if exact else 0):
                for mode in arguments.modes if exact else arguments.modes[1:]:
                    _compare(own, other, topics, mode, "exact" if exact else "eight bits")
        engine.close()


def _compare(own: Searcher, other: Searcher, topics: list[str], mode: str, vectors: str) -> None:
    ordered = alike = 0
    common = 0.0
    for text in topics:
        first, second = _places(own, text, mode), _places(other, text, mode)
        ordered += first == second
        alike += set(first) == set(second)
        common += len(set(first) & set(second)) / max(len(first), 1) if first else 1.0
    count = len(topics)
    print(
        f"{mode:9} {vectors:10} {count} topics: the same ten in order {ordered / count:.3f}, "
        f"the same ten {alike / count:.3f}, hits in common {common / count:.4f}",
        flush=True,
    )


def _places(searcher: Searcher, text: str, mode: str) -> list[Place]:
    try:
        hits = searcher.search(text, mode=mode, limit=FIRST)
    except OctavoError:
        return []
    return [(hit.source.book_id, hit.source.page, hit.source.char_start) for hit in hits]


if __name__ == "__main__":
    main()
