"""Makes hits of the formulas that were found: one for equal formulas on a page, with its text."""

from __future__ import annotations

from search.question.filters import Filter
from search.question.query import Query
from search.retrieval.formula import FormulaMatch, query_latex, search_formulas
from search.retrieval.formula_match import Relation
from search.retrieval.hits import Contribution, Hit
from search.retrieval.open_index import OpenIndex
from search.retrieval.passages import PassageSearch
from search.retrieval.snippets import make_snippet

__all__ = ["formula_hits"]


def formula_hits(
    index: OpenIndex, passages: PassageSearch, query: Query, filter_: Filter, limit: int
) -> list[Hit]:
    """Return the indexed formulas most like the question's, each with the words around it."""
    found = search_formulas(index.formulas, query_latex(query.text), filter_, max(limit * 4, 50))
    seen: set[tuple[str, int, str]] = set()
    hits: list[Hit] = []
    for place, match in enumerate(found, 1):
        key = (match.doc.book_id, match.doc.page, match.doc.normal)
        if key not in seen and len(hits) < limit:
            seen.add(key)
            hits.append(_hit(index, passages, match, place, len(hits) + 1))
    return hits


def _hit(
    index: OpenIndex, passages: PassageSearch, match: FormulaMatch, place: int, rank: int
) -> Hit:
    """Return a formula as a hit; `place` is its 1-based place among all matches."""
    doc = match.doc
    passage = passages.at([doc.row]).get(doc.row)
    text = passage.text if passage else doc.latex
    entry = index.manifest.books[doc.book_id]
    return Hit(
        rank=rank,
        score=match.score,
        title=entry.title,
        source=doc,
        snippet=make_snippet(text, (), around=doc.latex),
        contributions=(Contribution("formula", place, match.score),),
        relation=match.relation,
        near=match.relation is Relation.SIMILAR,
        authors=tuple(entry.authors),
        year=entry.year,
    )
