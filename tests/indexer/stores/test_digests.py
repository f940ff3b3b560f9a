"""What vectors were made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.stores.digests import (
    find_rows,
    read_digests,
    text_digests,
    truncate_digests,
    write_digests,
)


def test_a_digest_is_of_the_text_and_the_encoder() -> None:
    one = text_digests(["A ring.", "A field.", "A ring."], "first")
    assert np.array_equal(one[0], one[2])
    assert not np.array_equal(one[0], one[1])
    assert not np.array_equal(one, text_digests(["A ring.", "A field.", "A ring."], "second"))


def test_rows_are_found_by_their_digest(tmp_path: Path) -> None:
    texts = [f"Lemma {number}" for number in range(5_000)]
    stored = text_digests(texts, "key")
    write_digests(tmp_path, 0, stored[:2_000])
    write_digests(tmp_path, 3_000, stored[3_000:])  # a gap, which has zeros
    held = read_digests(tmp_path, 9_999)
    wanted = text_digests(["Lemma 4999", "Lemma 2500", "no lemma", "Lemma 0"], "key")
    assert find_rows(held, wanted).tolist() == [4_999, -1, -1, 0]
    assert find_rows(read_digests(tmp_path, 1_000), wanted).tolist() == [-1, -1, -1, 0]
    assert not held[2_000:3_000].any()


def test_rows_that_get_other_passages_are_forgotten(tmp_path: Path) -> None:
    assert len(read_digests(tmp_path, 10)) == 0
    truncate_digests(tmp_path, 3)
    digests = text_digests(["a", "b", "c", "d"], "key")
    write_digests(tmp_path, 0, digests)
    truncate_digests(tmp_path, 3)
    assert np.array_equal(read_digests(tmp_path, 10), digests[:3])
