"""When the vectors of a collection are compared exactly, and when the engine's graph finds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from indexer.qdrant.state import CollectionState, write_state
from search.index.qdrant.books import QdrantBooks
from search.index.qdrant.vectors import QdrantVectors
from search.index.qdrant.visible import VisibleEditions
from search.question.filters import Filter
from tests.support.engines import make_engine


@pytest.mark.parametrize(
    ("rows", "filter_", "exact"),
    [
        (100_000, Filter(), True),
        (100_001, Filter(), False),
        (100_001, Filter(("a book",)), True),
        (100_001, Filter(pages=(1, 30)), True),
    ],
)
def test_few_vectors_are_all_compared(
    tmp_path: Path, rows: int, filter_: Filter, exact: bool
) -> None:
    engine = make_engine("edge", tmp_path)
    write_state(engine, CollectionState("model", "key", 2))
    vectors = QdrantVectors(engine, QdrantBooks(engine, VisibleEditions.open(engine)), rows)
    with patch.object(engine, "nearest", wraps=engine.nearest) as asked:
        assert vectors.nearest(np.array([1.0, 0.0], dtype=np.float32), filter_, 10) == []
    call: Any = asked.call_args
    assert call.kwargs["exact"] is exact
    engine.close()
