"""The keyword retriever: BM25 over passages, their headings and their books' titles."""

from __future__ import annotations

import tantivy

from indexer.fulltext import analyzer
from search.filters import Filter
from search.query import Clause, Query

__all__ = ["Ranked", "search_keywords", "stems"]

Ranked = list[tuple[int, float]]  # (row, score), best first

# A word in a heading or a title says what a passage is about, but less than the passage itself.
_FIELDS = (("body", 1.0), ("heading", 0.5), ("title", 0.25))


def stems(text: str) -> list[str]:
    """Return the index terms of a text, in order."""
    return analyzer().analyze(text)


def search_keywords(index: tantivy.Index, query: Query, filter_: Filter, limit: int) -> Ranked:
    """Return the rows of the passages that match best; equal scores are ordered by row."""
    tokenizer = analyzer()
    must: list[tuple[tantivy.Occur, tantivy.Query]] = filter_.clauses(index.schema)
    should: list[tantivy.Query] = []
    seen: set[tuple[str, ...]] = set()
    for clause in query.clauses:
        terms = tokenizer.analyze(clause.text)
        if not terms or tuple(terms) in seen:
            continue
        seen.add(tuple(terms))
        part = _clause_query(index.schema, clause, terms)
        if clause.sign == "+":
            must.append((tantivy.Occur.Must, part))
        elif clause.sign == "-":
            must.append((tantivy.Occur.MustNot, part))
        else:
            should.append(part)
    if not should and not any(clause.sign == "+" for clause in query.clauses):
        return []
    parts = [(tantivy.Occur.Should, part) for part in should]
    if parts and not any(clause.sign == "+" for clause in query.clauses):
        must.append((tantivy.Occur.Must, tantivy.Query.boolean_query(parts)))
        parts = []
    return ranked_rows(index, tantivy.Query.boolean_query(must + parts), limit)


def ranked_rows(index: tantivy.Index, query: tantivy.Query, limit: int) -> Ranked:
    """Return (row, score) of the best documents; equal scores are ordered by row."""
    searcher = index.searcher()
    hits = searcher.search(query, limit, count=False).hits
    rows = searcher.fast_field_values("row", [address for _, address in hits])
    ranked = [(int(row or 0), float(score)) for row, (score, _) in zip(rows, hits, strict=True)]
    return sorted(ranked, key=lambda pair: (-pair[1], pair[0]))


def _clause_query(schema: tantivy.Schema, clause: Clause, terms: list[str]) -> tantivy.Query:
    """Look for one clause in every field; a word of several terms (x^2) needs any of them."""
    parts = []
    for field, weight in _FIELDS:
        if clause.phrase and len(terms) > 1:
            part = tantivy.Query.phrase_query(schema, field, list(terms))
        else:
            part = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Should, tantivy.Query.term_query(schema, field, term))
                    for term in dict.fromkeys(terms)
                ]
            )
        parts.append((tantivy.Occur.Should, tantivy.Query.boost_query(part, weight)))
    return tantivy.Query.boolean_query(parts)
