"""Measures what opening an index, adding a book and removing one cost, by the size of the library.

    python tests/bench/incremental.py [--sizes 1000 1000000] [--work FOLDER]

The libraries are synthetic: short texts, random unit vectors of 384 dimensions, books of 1,000
passages. Everything that is timed goes through the code of the indexer and of the search, except
that the 50 passages of the added book get random vectors. A million passages take 2.5 GB.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import platformdirs

from indexer.building.index_build import IndexBuild
from indexer.encoder.encoder import Vectors
from indexer.encoder.export import DEFAULT_ENCODER
from indexer.encoder.info import EncoderInfo
from indexer.encoder.store import find_model, install_encoder
from indexer.stores.digests import Digests, write_digests
from indexer.stores.fulltext import FORMULAS, PASSAGES, PassageDoc, passage_document, writing
from indexer.stores.generations import (
    BookEntry,
    IndexManifest,
    begin_generation,
    current_generation,
    publish_generation,
)
from indexer.stores.vectors import write_vectors
from ocr_service.library.library import Library
from ocr_service.library.pages import Book, Page, PageStatus
from search.index.local.local_index import LocalIndex

SIZES = (1_000, 1_000_000)
BOOK = 1_000  # passages, one a page
ADDED = 50  # pages of the book that is added and removed
REPEATS = 5


def unit_vectors(count: int, dimension: int, random: np.random.Generator) -> Vectors:
    """Return random vectors of unit length."""
    vectors = random.standard_normal((count, dimension), dtype=np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def text_of(random: np.random.Generator) -> str:
    """Return ten words of a vocabulary of 5,000."""
    return " ".join(f"word{number}" for number in random.integers(5_000, size=10))


def publish_book(library: Library, book_id: str, pages: int, random: np.random.Generator) -> str:
    """Put a book into a library; return the digest of its pages."""
    book = Book(book_id, book_id, (), f"/{book_id}.pdf", "0" * 64, pages, None)
    texts = [text_of(random) for _ in range(pages)]
    stored = [
        Page(book_id, at, str(at + 1), text, (), PageStatus.OK, "import")
        for at, text in enumerate(texts)
    ]
    return library.folder(book_id).publish(book, stored, {}, 9).digest or ""


def make_library(library: Library, rows: int, cache: Path) -> None:
    """Write a library of `rows` passages. Only the manifests of its books are complete."""
    random = np.random.default_rng(rows)
    index = library.index_path
    encoder = install_encoder(find_model(DEFAULT_ENCODER), index / "encoders", cache)
    info = EncoderInfo.read(encoder)
    folder = begin_generation(index, None)
    books = {}
    (library.path / "books").mkdir()
    publish_book(library, "pattern", BOOK, random)
    pattern = (library.folder("pattern").path / "book.json").read_text()
    shutil.rmtree(library.folder("pattern").path)
    with writing(folder, PASSAGES) as passages, writing(folder, FORMULAS):
        for first in range(0, rows, BOOK):
            book_id = f"book-{first // BOOK:05}"
            place = library.folder(book_id).path
            place.mkdir()
            (place / "book.json").write_text(pattern.replace("pattern", book_id))
            manifest = library.folder(book_id).manifest()
            assert manifest is not None
            for row in range(first, first + BOOK):
                doc = PassageDoc(
                    f"{book_id}:{row}", book_id, row, row - first + 1, "", 0, 9, [], text_of(random)
                )
                passages.add_document(passage_document(doc, book_id))
            vectors = unit_vectors(BOOK, info.dimension, random)
            write_vectors(folder, first, vectors, np.arange(1, BOOK + 1, dtype=np.int32))
            digests: Digests = random.integers(1, 2**63, size=(BOOK, 2), dtype=np.uint64)
            write_digests(folder, first, digests)
            books[book_id] = BookEntry(
                book_id, [], manifest.digest or "", first, first + BOOK, 0, BOOK
            )
    publish_generation(
        index, folder, IndexManifest(info.name, encoder.name, info.dimension, rows, books=books)
    )


def open_index(library: Library) -> None:
    """Open the serving generation with its vectors, as a search does, and read one vector."""
    generation = current_generation(library.index_path)
    assert generation is not None
    index = LocalIndex.open(library.index_path, generation)
    assert index.vectors().of([0]).any()


def add_book(library: Library, cache: Path, random: np.random.Generator) -> dict[str, float]:
    """Index a book that was read; return the seconds until its words and its vectors serve."""
    began = time.perf_counter()
    build = IndexBuild(library, None, cache)
    build.update()
    words = time.perf_counter() - began
    while (batch := build.next_batch(ADDED)) is not None:
        build.keep(batch, unit_vectors(len(batch.texts), 384, random))
    build.publish_vectors()
    return {"add: words": words, "add: all": time.perf_counter() - began}


def measure(library: Library, cache: Path) -> dict[str, float]:
    """Return the median seconds of each step."""
    random = np.random.default_rng(1)
    seconds: dict[str, list[float]] = {}

    def note(name: str, step: Callable[[], object]) -> None:
        began = time.perf_counter()
        step()
        seconds.setdefault(name, []).append(time.perf_counter() - began)

    for number in range(REPEATS):
        note("open", lambda: open_index(library))
        publish_book(library, f"added-{number}", ADDED, random)
        for name, value in add_book(library, cache, random).items():
            seconds.setdefault(name, []).append(value)
        library.remove(f"added-{number}")
        note("remove", lambda: IndexBuild(library, None, cache).update())
        note("nothing to do", lambda: IndexBuild(library, None, cache).update())
    return {name: statistics.median(values) for name, values in seconds.items()}


def main() -> None:
    """Print milliseconds for each size, and the ratios of the last to the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--work", type=Path, help="keep the libraries here")
    arguments = parser.parse_args()
    cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
    results = []
    with tempfile.TemporaryDirectory(dir=arguments.work) as scratch:
        for rows in arguments.sizes:
            library = Library((arguments.work or Path(scratch)) / f"incremental-{rows}")
            if not library.index_path.exists():
                library.path.mkdir(parents=True)
                make_library(library, rows, cache)
            results.append(measure(library, cache))
            steps = ", ".join(f"{name} {1000 * s:.1f} ms" for name, s in results[-1].items())
            print(f"{rows:>9,} passages: {steps}", flush=True)
    ratios = ", ".join(f"{name} {results[-1][name] / s:.2f}" for name, s in results[0].items())
    print(f"ratios: {ratios}")


if __name__ == "__main__":
    main()
