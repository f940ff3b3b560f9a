"""Ranges of rows, against sets of rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.stores.row_ranges import (
    RowRange,
    common_ranges,
    count_rows,
    merge_ranges,
    runs,
    without_ranges,
)

RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6)


def rows(ranges: list[RowRange]) -> set[int]:
    return {row for first, last in ranges for row in range(first, last)}


@given(RANGES, RANGES)
def test_as_sets_of_rows(one: list[RowRange], other: list[RowRange]) -> None:
    assert rows(without_ranges(one, other)) == rows(one) - rows(other)
    assert rows(common_ranges(one, other)) == rows(one) & rows(other)
    for ranges in (without_ranges(one, other), common_ranges(one, other)):
        assert ranges == merge_ranges(ranges)
        assert count_rows(ranges) == len(rows(ranges))


@given(st.sets(st.integers(0, 40)))
def test_runs_of_consecutive_rows(chosen: set[int]) -> None:
    ordered = sorted(chosen)
    found = [ordered[start:end] for start, end in runs(ordered)]
    assert [row for run in found for row in run] == ordered
    assert all(run == list(range(run[0], run[0] + len(run))) for run in found)
    assert len(found) == len(merge_ranges([(row, row + 1) for row in ordered]))
