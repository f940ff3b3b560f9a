"""Finds the longest chain of a sequence that is in order. Pure, standard library only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["longest_chain"]

_Key = TypeVar("_Key", str, int)


def longest_chain(keys: Sequence[_Key]) -> list[int]:
    """Return the places of a longest non-decreasing subsequence of keys, in order."""
    tails: list[_Key] = []  # the least last key of a chain of each length
    ends: list[int] = []  # its place
    before: list[int] = []  # the place before each place in its chain
    for place, key in enumerate(keys):
        length = bisect_right(tails, key)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(key)
            ends.append(place)
        else:
            tails[length], ends[length] = key, place
    chain: list[int] = []
    place = ends[-1] if ends else -1
    while place >= 0:
        chain.append(place)
        place = before[place]
    return chain[::-1]
