"""Defines ranked rows. Pure, standard library only."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter

__all__ = ["Ranked", "best_first"]

Ranked = list[tuple[int, float]]  # (row, score), best first


def best_first(scored: Iterable[tuple[int, float]]) -> Ranked:
    """Return rows with their scores, best first; equal scores are ordered by row."""
    ranked = sorted(scored)
    ranked.sort(key=itemgetter(1), reverse=True)  # keeps the order of equal ones
    return ranked
