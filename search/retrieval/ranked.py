"""Builds tantivy queries from queries, and returns what they find as rows with scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

import tantivy

__all__ = ["Clauses", "Ranked", "all_and_any", "any_of", "beside", "best_first", "ranked_rows"]

Ranked = list[tuple[int, float]]  # (row, score), best first
Clauses = list[tuple[tantivy.Occur, tantivy.Query]]

_MAX_DEPTH = 40  # of nested queries, which tantivy evaluates by recursion


def any_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    """Return a query for at least one of these."""
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def all_and_any(required: Clauses, optional: Sequence[tantivy.Query]) -> tantivy.Query:
    """Return a query for what is required and at least one of the rest."""
    if not required:
        # Not wrapped: for a plain union, tantivy skips what cannot be among the best.
        return any_of(optional)
    return tantivy.Query.boolean_query([*required, (tantivy.Occur.Must, any_of(optional))])


def beside(required: Clauses, optional: Sequence[tantivy.Query]) -> tantivy.Query:
    """Return a query for what is required; the rest only adds to scores.

    Each optional query wraps the previous one instead of being its sibling. So tantivy evaluates it
    only for passages that have what is required, and does not read everything that the optional
    queries match.
    """
    last = [(tantivy.Occur.Should, query) for query in optional[_MAX_DEPTH:]]
    query = tantivy.Query.boolean_query([*required, *last])
    for other in optional[:_MAX_DEPTH]:
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.Should, other)]
        )
    return query


def ranked_rows(index: tantivy.Index, query: tantivy.Query, limit: int) -> Ranked:
    """Return (row, score) of the best documents; equal scores are ordered by row."""
    searcher = index.searcher()
    hits = searcher.search(query, limit, count=False).hits
    rows = searcher.fast_field_values("row", [address for _, address in hits])
    pairs = zip(rows, hits, strict=True)
    return best_first((int(row or 0), score) for row, (score, _) in pairs)


def best_first(scored: Iterable[tuple[int, float]]) -> Ranked:
    """Return rows with their scores, best first; equal scores are ordered by row."""
    ranked = sorted(scored)
    ranked.sort(key=itemgetter(1), reverse=True)  # keeps the order of equal ones
    return ranked
