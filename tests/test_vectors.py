"""The embedding store."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoder import Vectors
from indexer.vectors import VectorStore, append_vectors, merge_ranges
from ocr_service.errors import LibraryError

DIMENSION = 8


def make_vectors(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def test_appended_rows_are_found_exactly(tmp_path: Path) -> None:
    first, second = make_vectors(50, 1), make_vectors(30, 2)
    append_vectors(tmp_path, 0, first, np.arange(50, dtype=np.int32))
    append_vectors(tmp_path, 50, second, np.arange(30, dtype=np.int32))
    store = VectorStore(tmp_path, 80, DIMENSION)
    query = make_vectors(1, 3)[0]
    scores = np.concatenate([first, second]) @ query
    expected = sorted(range(80), key=lambda row: (-scores[row], row))[:10]
    assert [row for row, _ in store.search(query, [(0, 80)], 10)] == expected


def test_what_a_killed_build_left_behind_is_overwritten(tmp_path: Path) -> None:
    append_vectors(tmp_path, 0, make_vectors(10, 1), np.arange(10, dtype=np.int32))
    append_vectors(tmp_path, 10, make_vectors(99, 2), np.arange(99, dtype=np.int32))
    kept, new = make_vectors(10, 1), make_vectors(3, 4)
    append_vectors(tmp_path, 10, new, np.arange(3, dtype=np.int32))
    store = VectorStore(tmp_path, 13, DIMENSION)
    np.testing.assert_array_equal(store.vectors, np.concatenate([kept, new]))
    assert (tmp_path / "vectors.f32").stat().st_size == 13 * DIMENSION * 4


def test_only_the_rows_and_pages_asked_for(tmp_path: Path) -> None:
    pages = np.repeat(np.arange(1, 11, dtype=np.int32), 10)
    append_vectors(tmp_path, 0, make_vectors(100, 1), pages)
    store = VectorStore(tmp_path, 100, DIMENSION)
    query = make_vectors(1, 3)[0]
    rows = {row for row, _ in store.search(query, [(90, 95), (20, 40)], 100)}
    assert rows == {*range(20, 40), *range(90, 95)}
    rows = {row for row, _ in store.search(query, [(0, 100)], 100, pages=(3, 4))}
    assert rows == set(range(20, 40))
    assert store.search(query, [(0, 100)], 100, pages=(50, 60)) == []


def test_equal_scores_are_ordered_by_row(tmp_path: Path) -> None:
    vectors = np.repeat(make_vectors(1, 1), 40, axis=0)
    append_vectors(tmp_path, 0, vectors, np.ones(40, dtype=np.int32))
    store = VectorStore(tmp_path, 40, DIMENSION)
    assert [row for row, _ in store.search(vectors[0], [(0, 40)], 40)] == list(range(40))


def test_an_empty_store(tmp_path: Path) -> None:
    assert VectorStore(tmp_path, 0, DIMENSION).search(make_vectors(1, 1)[0], [], 10) == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda p: (min(p), max(p)))))
def test_merged_ranges_hold_the_same_rows(ranges: list[tuple[int, int]]) -> None:
    merged = merge_ranges(ranges)
    assert {row for a, b in merged for row in range(a, b)} == {
        row for a, b in ranges for row in range(a, b)
    }
    assert all(left[1] < right[0] for left, right in pairwise(merged))


def test_a_wrong_dimension_is_no_silent_garbage(tmp_path: Path) -> None:
    append_vectors(tmp_path, 0, make_vectors(4, 1), np.ones(4, dtype=np.int32))
    with pytest.raises(LibraryError, match="vectors are missing"):
        VectorStore(tmp_path, 4, DIMENSION * 2)
