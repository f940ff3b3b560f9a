"""Makes synthetic libraries of any size with the statistics of real text and real vectors.

Text: a walk over the words of the development corpora, each word chosen among the followers that
its last one has there; so words and pairs of words are as frequent as in the corpora. The
vocabulary is the corpora's, and does not grow with the size.

Vectors: a real one of the default encoder, drawn at random, plus half the difference of two others,
at unit length. So they lie in as many directions as real ones do, in clusters (cosine about .83 to
their middles), and questions, which are real, find neighbours at every distance.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.encoder.encoder import Encoder, Vectors
from indexer.encoder.export import DEFAULT_ENCODER
from indexer.encoder.store import find_model, install_encoder
from indexer.stores.fulltext import FORMULAS, PASSAGES, PassageDoc, passage_document, writing
from indexer.stores.generations import (
    BookEntry,
    IndexManifest,
    begin_generation,
    publish_generation,
)
from indexer.stores.vectors import write_vectors
from ocr_service.library.library import Library
from tests.bench.common import need_corpora

BOOK = 1_000  # passages
WORDS = 100  # of a passage: about what 142 tokens hold
TEXT_SETS = ("cranfield", "vaswani")


def corpus_texts() -> list[str]:
    """Return the documents of the text sets."""
    texts = []
    for name in TEXT_SETS:
        with (need_corpora() / "ir" / name / "corpus.jsonl").open(encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    return texts


def questions(count: int) -> list[str]:
    """Return real questions, of both text sets in turns."""
    lists = []
    for name in TEXT_SETS:
        with (need_corpora() / "ir" / name / "queries.jsonl").open(encoding="utf-8") as lines:
            lists.append([json.loads(line)["text"].lower() for line in lines])
    return [text for pair in zip(*lists, strict=False) for text in pair][:count]


class TextModel:
    """Draws passages from the pairs of words of the corpora."""

    def __init__(self, seed: int) -> None:
        words = re.findall(r"[a-z]+", " ".join(corpus_texts()).lower())
        self._vocabulary, self._sequence = np.unique(words, return_inverse=True)
        self._places = np.argsort(self._sequence[:-1], kind="stable")
        self._counts = np.bincount(self._sequence[:-1], minlength=len(self._vocabulary))
        self._firsts = np.cumsum(self._counts) - self._counts
        self._random = np.random.default_rng(seed)

    def passages(self, count: int) -> list[str]:
        """Return texts of `WORDS` words."""
        word = self._sequence[self._random.integers(len(self._sequence) - 1, size=count)]
        walk = np.empty((count, WORDS), dtype=np.int64)
        for step in range(WORDS):
            walk[:, step] = word
            choice = (self._random.random(count) * self._counts[word]).astype(np.int64)
            word = self._sequence[self._places[self._firsts[word] + choice] + 1]
        vocabulary = self._vocabulary.tolist()
        return [" ".join(vocabulary[i] for i in row) for row in walk.tolist()]


def real_vectors(cache: Path, encoder: Encoder) -> Vectors:
    """Return the vectors of the corpora's documents, kept in the file `cache`."""
    if not cache.exists():
        np.save(cache, encoder.encode_documents(corpus_texts()))
    vectors: Vectors = np.load(cache)
    return vectors


def synthetic_vectors(real: Vectors, count: int, random: np.random.Generator) -> Vectors:
    """Return vectors around real ones, shape (count, dimension); see the head of this file."""
    middle, one, other = random.integers(len(real), size=(3, count))
    vectors = real[middle] + 0.5 * (real[one] - real[other])
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def make_library(path: Path, rows: int, real_cache: Path, encoders: Path) -> dict[str, float]:
    """Write the index of a library of `rows` passages; return the seconds of each part.

    Everything goes through the code of the indexer, but for the encoder.
    """
    library = Library(path)
    (path / "books").mkdir(parents=True)
    prepared = install_encoder(
        find_model(DEFAULT_ENCODER), library.index_path / "encoders", encoders
    )
    encoder = Encoder(prepared)
    real = real_vectors(real_cache, encoder)
    model, random = TextModel(seed=rows), np.random.default_rng(rows)
    folder = begin_generation(library.index_path, None)
    seconds = {"text": 0.0, "vectors": 0.0}
    books = {}
    with writing(folder, PASSAGES) as writer, writing(folder, FORMULAS):
        for first in range(0, rows, BOOK):
            count = min(BOOK, rows - first)
            book_id = f"book-{first // BOOK:05}"
            docs = list(_documents(model.passages(count), book_id, first))
            began = time.perf_counter()
            for doc in docs:
                writer.add_document(passage_document(doc, f"Book {first // BOOK}"))
            seconds["text"] += time.perf_counter() - began
            vectors = synthetic_vectors(real, count, random)
            began = time.perf_counter()
            write_vectors(folder, first, vectors, _page_numbers(count))
            seconds["vectors"] += time.perf_counter() - began
            books[book_id] = BookEntry(book_id, [], "0", first, first + count, 0, count)
        began = time.perf_counter()  # what is left of the text is written when the block ends
    seconds["text"] += time.perf_counter() - began
    info = encoder.info
    publish_generation(
        library.index_path,
        folder,
        IndexManifest(info.name, prepared.name, info.dimension, rows, books=books),
    )
    return seconds


def _documents(texts: list[str], book_id: str, first: int) -> Iterator[PassageDoc]:
    for number, text in enumerate(texts):
        yield PassageDoc(
            passage_id=f"{book_id}:{number}",
            book_id=book_id,
            row=first + number,
            page=number + 1,
            label=str(number + 1),
            char_start=0,
            char_end=len(text),
            section=[],
            text=text,
        )


def _page_numbers(count: int) -> NDArray[np.int32]:
    return np.arange(1, count + 1, dtype=np.int32)
