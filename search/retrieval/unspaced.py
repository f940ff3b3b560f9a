"""Treats Chinese, Japanese and Korean words, which are several index terms, as one.

A run of their letters is indexed by its letters and its pairs of neighbours (see
`indexer.words.terms`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ocr_service.text.ideographs import has_runs, is_run, runs
from search.question.query import Clause

__all__ = ["is_phrase", "neighbours", "wanted_ranges"]


def is_phrase(clause: Clause) -> bool:
    """Return whether the words of a clause must follow each other.

    So they must if they are in quotes, and the terms of a word that is required or excluded.
    """
    return clause.phrase or (bool(clause.sign) and has_runs(clause.text))


def neighbours(clause: Clause, words: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return the terms that follow each other in a word that is several terms.

    `words` are its terms, in order; there are none for other clauses and for phrases.
    """
    if clause.phrase or len(words) < 2 or not has_runs(clause.text):
        return []
    return [(first[0], second[0]) for first, second in pairwise(words)]


def wanted_ranges(plain: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """Return the ranges of Chinese, Japanese and Korean letters that belong to wanted terms.

    Terms are single letters and pairs of letters; those that touch make one range.
    """
    if not any(map(is_run, wanted)):
        return []
    found: list[tuple[int, int]] = []
    place = 0
    for part, unspaced in runs(plain):
        for at in range(len(part) if unspaced else 0):
            for term in (part[at : at + 2], part[at]):
                if term not in wanted:
                    continue
                start, end = place + at, place + at + len(term)
                if found and found[-1][1] >= start:
                    start, end = found[-1][0], max(end, found[-1][1])
                    found.pop()
                found.append((start, end))
        place += len(part)
    return found
