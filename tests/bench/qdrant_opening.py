"""Measures what it takes to open an index in Qdrant Edge, and to find a book by its name.

    python tests/bench/qdrant_opening.py [--sizes 1000 100000] [--work FOLDER]

Stores the descriptions of so many books, without passages, and asks in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from indexer.qdrant.edge_engine import EdgeEngine
from indexer.qdrant.editions import LIVE, Edition
from indexer.qdrant.state import TYPICAL_LENGTHS, CollectionState, write_state
from indexer.stores.book_entries import BookEntry
from ocr_service.common.errors import NotFoundError
from ocr_service.library.library import Library
from ocr_service.text.slugs import slugify
from search.index.qdrant.qdrant_index import QdrantIndex
from search.searcher import Searcher
from tests.bench.scale import _own
from tests.bench.scale_data import corpus_texts

BLOCK = 1_000  # numbers of a book
BATCH = 2_000
TIMES = 5


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=(1_000, 100_000))
    parser.add_argument("--work", type=Path)
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.ask:
        print(json.dumps(ask(arguments.ask)))
        return
    with tempfile.TemporaryDirectory(prefix="octavo-opening-") as scratch:
        for books in arguments.sizes:
            folder = (arguments.work or Path(scratch)) / f"{books}.opening"
            if not folder.exists():
                fill(folder, books)
            command = [sys.executable, __file__, "--ask", str(folder)]
            asked = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            print(json.dumps({"books": books, **json.loads(asked.stdout)}), flush=True)


def fill(folder: Path, books: int) -> None:
    """Store books with titles of some words of the corpora, and names of authors."""
    engine = EdgeEngine(folder)
    write_state(engine, CollectionState("none", "none", 8, TYPICAL_LENGTHS))
    words = sorted({word for text in corpus_texts() for word in text.lower().split()})
    words = [word for word in words if word.isalpha() and len(word) > 3]
    draw = random.Random(0)
    editions = []
    for place in range(books):
        title = " ".join(draw.choices(words, k=5)).title()
        author = " ".join(draw.choices(words, k=2)).title()
        first, book_id = place * BLOCK, f"{slugify(title)}-{place}"
        entry = BookEntry(title, [author], "0", first, first + BLOCK, 0, 250, "en", 2000)
        editions.append(Edition(first, book_id, LIVE, entry, BLOCK))
    for start in range(0, books, BATCH):
        engine.upsert([one.point() for one in editions[start : start + BATCH]])
    engine.optimize()
    engine.close()


def ask(folder: Path) -> dict[str, Any]:
    """Return CPU times in milliseconds, and the memory of the process's own in MB."""
    engine = EdgeEngine(folder)
    before = _own()
    opened = [_timed(lambda: QdrantIndex.open(engine, "here", folder)) for _ in range(TIMES)]
    searcher = Searcher(Library(folder), QdrantIndex.open(engine, "here", folder))
    books = [Edition.of(one.payload) for one in _some(engine)]
    return {
        "open_ms": round(sorted(opened)[TIMES // 2], 1),
        "open_mb": _own() - before,
        "id_ms": _median(books, lambda one: searcher.resolve(one.book_id)),
        "title_ms": _median(books, lambda one: searcher.resolve(one.entry.title)),
        "author_ms": _median(books, lambda one: searcher.resolve_all(one.entry.authors[0])),
        "misspelt_ms": _median(books, lambda one: _missed(searcher, one.entry.title[1:])),
    }


def _some(engine: EdgeEngine) -> list[Any]:
    from indexer.qdrant.editions import EDITION_KEYS
    from indexer.qdrant.points import PointKind, point_id

    ids = [point_id(PointKind.EDITION, place * BLOCK) for place in range(0, 1_000, 50)]
    return engine.read(ids, EDITION_KEYS)


def _missed(searcher: Searcher, name: str) -> None:
    try:
        searcher.resolve(name)
    except NotFoundError:
        return


def _median(books: list[Edition], call: Callable[[Edition], object]) -> float:
    times = sorted(_timed(lambda book=book: call(book)) for book in books)  # type: ignore[misc]
    return round(times[len(times) // 2], 1)


def _timed(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return 1000 * (time.process_time() - began)


if __name__ == "__main__":
    main()
