"""Sparse vectors give the scores of tantivy, and codes pass every tokenizer."""

from __future__ import annotations

from pathlib import Path

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from indexer.qdrant.bm25 import rarity, saturations
from indexer.qdrant.codes import code, dimension, number
from indexer.stores.fulltext import PASSAGES, PassageDoc, open_index, passage_document, writing


@pytest.mark.parametrize("length", [3, 40, 41, 57, 130, 700])
def test_scores_are_those_of_tantivy(tmp_path: Path, length: int) -> None:
    texts = ["zebra zebra " + "horse " * (length - 2), "horse " * 20, "zebra " + "cow " * 9]
    with writing(tmp_path, PASSAGES) as writer:
        for row, text in enumerate(texts):
            doc = PassageDoc(f"b:{row}", "b", row, 1, "1", 0, 9, [], text)
            writer.add_document(passage_document(doc, "Title"))
    index = open_index(tmp_path, PASSAGES)
    query = tantivy.Query.term_query(index.schema, "body", "zebra")
    searcher = index.searcher()
    average = sum(len(text.split()) for text in texts) / 3
    for score, address in searcher.search(query, 9).hits:
        (row,) = searcher.fast_field_values("row", [address])
        text = texts[int(row or 0)]
        ours = rarity(3, 2) * saturations(text.split(), average)["zebra"]
        assert ours == pytest.approx(score, rel=1e-5)


@given(st.text(min_size=1), st.text(min_size=1))
def test_codes_are_words(first: str, second: str) -> None:
    one, two = code("body", first), code("body", second)
    assert one.isascii()
    assert one.isalnum()
    assert one == one.lower()
    assert (one == two) == (first == second)
    assert code("title", first) != one
    assert 0 <= dimension("body", first) < 1 << 32
    assert 0 <= number("word", first) < 1 << 44
