"""The embedding store."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.encoder.encoder import Vectors
from indexer.stores import vectors as vectors_module
from indexer.stores.generations import PAGE_NUMBERS, SIGNS, VECTORS
from indexer.stores.signs import differing_signs, map_signs, write_signs
from indexer.stores.vectors import VectorStore, merge_ranges, write_vectors
from ocr_service.common.errors import LibraryError

DIMENSION = 8


def make_vectors(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def test_appended_rows_are_found_exactly(tmp_path: Path) -> None:
    first, second = make_vectors(50, 1), make_vectors(30, 2)
    write_vectors(tmp_path, 0, first, np.arange(50, dtype=np.int32))
    write_vectors(tmp_path, 50, second, np.arange(30, dtype=np.int32))
    store = VectorStore(tmp_path, 80, DIMENSION)
    query = make_vectors(1, 3)[0]
    scores = np.concatenate([first, second]) @ query
    expected = sorted(range(80), key=lambda row: (-scores[row], row))[:10]
    assert [row for row, _ in store.search(query, [(0, 80)], 10)] == expected


def test_what_a_killed_build_left_behind_is_overwritten(tmp_path: Path) -> None:
    write_vectors(tmp_path, 0, make_vectors(10, 1), np.arange(10, dtype=np.int32))
    write_vectors(tmp_path, 10, make_vectors(99, 2), np.arange(99, dtype=np.int32))
    kept, new = make_vectors(10, 1), make_vectors(3, 4)
    write_vectors(tmp_path, 10, new, np.arange(3, dtype=np.int32))
    store = VectorStore(tmp_path, 13, DIMENSION)
    np.testing.assert_array_equal(store.vectors, np.concatenate([kept, new]))
    later = VectorStore(tmp_path, 109, DIMENSION)  # rows behind what is written are left alone
    np.testing.assert_array_equal(later.vectors[13:], make_vectors(99, 2)[3:])


def test_only_the_rows_and_pages_asked_for(tmp_path: Path) -> None:
    pages = np.repeat(np.arange(1, 11, dtype=np.int32), 10)
    write_vectors(tmp_path, 0, make_vectors(100, 1), pages)
    store = VectorStore(tmp_path, 100, DIMENSION)
    query = make_vectors(1, 3)[0]
    rows = {row for row, _ in store.search(query, [(90, 95), (20, 40)], 100)}
    assert rows == {*range(20, 40), *range(90, 95)}
    rows = {row for row, _ in store.search(query, [(0, 100)], 100, pages=(3, 4))}
    assert rows == set(range(20, 40))
    assert store.search(query, [(0, 100)], 100, pages=(50, 60)) == []


def test_equal_scores_are_ordered_by_row(tmp_path: Path) -> None:
    vectors = np.repeat(make_vectors(1, 1), 40, axis=0)
    write_vectors(tmp_path, 0, vectors, np.ones(40, dtype=np.int32))
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
    write_vectors(tmp_path, 0, make_vectors(4, 1), np.ones(4, dtype=np.int32))
    with pytest.raises(LibraryError, match="vectors are missing"):
        VectorStore(tmp_path, 4, DIMENSION * 2)


@pytest.mark.parametrize("dimension", [8, 64, 100, 384])
def test_signs_grow_as_if_written_at_once(tmp_path: Path, dimension: int) -> None:
    vectors = np.random.default_rng(1).normal(size=(9_000, dimension)).astype(np.float32)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    write_signs(whole, 0, vectors)
    ends = [0, 1, 4_095, 4_096, 4_097, 8_500, 9_000]
    for first, last in pairwise(ends):
        write_signs(parts, first, vectors[first : last + 50])  # and left-overs of a killed build
        write_signs(parts, first, vectors[first:last])
    assert (whole / SIGNS).read_bytes() == (parts / SIGNS).read_bytes()
    blocks = map_signs((parts / SIGNS).read_bytes(), 9_000, dimension)
    differing = differing_signs(blocks, vectors[77], 9_000)
    np.testing.assert_array_equal(differing, np.sum((vectors > 0) != (vectors[77] > 0), axis=1))


def test_growing_leaves_what_an_older_generation_maps(tmp_path: Path) -> None:
    write_vectors(tmp_path, 0, make_vectors(10, 1), np.arange(10, dtype=np.int32))
    older = VectorStore(tmp_path, 10, DIMENSION)
    before = (older.vectors.copy(), older._signs[:, :, :10].copy())
    write_vectors(tmp_path, 10, make_vectors(5_000, 2), np.arange(5_000, dtype=np.int32))
    np.testing.assert_array_equal(older.vectors, before[0])
    np.testing.assert_array_equal(older._signs[:, :, :10], before[1])


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Vectors]:
    """Twenty thousand vectors of 128 dimensions in clusters, and some of them as questions."""
    folder = tmp_path_factory.mktemp("many")
    random = np.random.default_rng(7)
    middles = random.normal(size=(300, 128))
    vectors = middles[random.integers(300, size=20_000)] + random.normal(size=(20_000, 128))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    write_vectors(folder, 0, vectors, np.ones(20_000, dtype=np.int32))
    return folder, vectors


def test_the_approximate_search_finds_nearly_all(
    many: tuple[Path, Vectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, vectors = many
    monkeypatch.setattr(vectors_module, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(vectors_module, "_FEWEST_CANDIDATES", 400)
    store = VectorStore(folder, 20_000, 128)
    random = np.random.default_rng(8)
    found = []
    for row in range(0, 20_000, 1_000):
        query = vectors[row] + 0.05 * random.normal(size=128).astype(np.float32)
        exact = store.search(query, [(0, 20_000)], 10, exact=True)
        near = store.search(query, [(0, 20_000)], 10)
        assert len(near) == 10
        exactly = dict(exact)
        for place, score in near:
            assert score == pytest.approx(float(vectors[place] @ query), abs=1e-5)
        found.append(len(exactly.keys() & dict(near).keys()) / 10)
    assert np.mean(found) >= 0.98
    assert 400 <= store._candidates(query, [(0, 20_000)], 400).size < 5_000  # or it were exact


def test_the_approximate_search_skips_dead_rows(
    many: tuple[Path, Vectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, vectors = many
    monkeypatch.setattr(vectors_module, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(vectors_module, "_FEWEST_CANDIDATES", 400)
    store = VectorStore(folder, 20_000, 128)
    live = [(100, 3_000), (5_000, 5_500), (19_000, 19_999)]
    alive = {row for first, last in live for row in range(first, last)}
    for row in (50, 200, 4_000, 19_999):
        found = [place for place, _ in store.search(vectors[row], live, 50)]
        assert len(found) == 50
        assert set(found) <= alive
        assert (row in found) == (row in alive)
        assert row not in alive or found[0] == row


def test_all_rows_alive_or_wanted(
    many: tuple[Path, Vectors], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, vectors = many
    monkeypatch.setattr(vectors_module, "EXACT_ROWS", 10)
    store = VectorStore(folder, 20_000, 128)
    for live in ([(0, 20)], [(19_970, 20_000)]):
        rows = {row for row, _ in store.search(vectors[3], live, 1_000)}
        assert rows == set(range(*live[0]))


@pytest.mark.parametrize("name", [VECTORS, PAGE_NUMBERS, SIGNS])
@pytest.mark.parametrize("damage", ["missing", "truncated", "empty"])
def test_a_damaged_file_is_told_of(tmp_path: Path, name: str, damage: str) -> None:
    write_vectors(tmp_path, 0, make_vectors(40, 1), np.ones(40, dtype=np.int32))
    VectorStore(tmp_path, 40, DIMENSION)
    file = tmp_path / name
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(b"" if damage == "empty" else file.read_bytes()[:-4])
    with pytest.raises(LibraryError, match="octavo build"):
        VectorStore(tmp_path, 40, DIMENSION)
