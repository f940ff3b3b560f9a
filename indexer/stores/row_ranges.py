"""Counts, joins and cuts ranges of rows. Pure, standard library only."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["RowRange", "common_ranges", "count_rows", "merge_ranges", "runs", "without_ranges"]

RowRange = tuple[int, int]  # first row, and the row after the last


def merge_ranges(ranges: Iterable[RowRange]) -> list[RowRange]:
    """Return the ranges sorted, with adjacent ones joined."""
    merged: list[RowRange] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        elif last > first:
            merged.append((first, last))
    return merged


def without_ranges(ranges: Iterable[RowRange], cut: Iterable[RowRange]) -> list[RowRange]:
    """Return the rows of `ranges` that are not in `cut`, as merged ranges."""
    left: list[RowRange] = []
    holes = merge_ranges(cut)
    place = 0
    for first, last in merge_ranges(ranges):
        start = first
        while place < len(holes) and holes[place][1] <= start:
            place += 1
        at = place
        while at < len(holes) and holes[at][0] < last:
            if holes[at][0] > start:
                left.append((start, holes[at][0]))
            start = max(start, holes[at][1])
            at += 1
        if start < last:
            left.append((start, last))
    return left


def common_ranges(ranges: Iterable[RowRange], others: Iterable[RowRange]) -> list[RowRange]:
    """Return the rows that are in both, as merged ranges."""
    ranges = merge_ranges(ranges)
    return without_ranges(ranges, without_ranges(ranges, others))


def count_rows(ranges: Iterable[RowRange]) -> int:
    """Return how many rows the ranges have, which do not overlap."""
    return sum(last - first for first, last in ranges)


def runs(rows: list[int]) -> list[tuple[int, int]]:
    """Return the places where consecutive numbers begin and end in an ascending list."""
    starts = [0, *(at for at in range(1, len(rows)) if rows[at] != rows[at - 1] + 1)]
    return list(zip(starts, [*starts[1:], len(rows)], strict=True)) if rows else []
