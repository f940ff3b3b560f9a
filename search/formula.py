"""The formula retriever: equal formulas first, then BM25 over runs of LaTeX tokens."""

from __future__ import annotations

import re

import tantivy

from indexer.fulltext import FormulaDoc, normal_key, stored_values
from indexer.latex_tokens import formula_terms, normalize_latex
from indexer.mathspans import find_math
from search.filters import Filter

__all__ = ["EQUAL", "query_latex", "search_formulas"]

EQUAL = 1_000.0  # added to the score of a formula that equals the query
_NUMBER = re.compile(r"\(([A-Z]?\.?\d+(?:\.\d+)*[a-z]?)\)")


def query_latex(text: str) -> str:
    """Return the LaTeX of a question that is one formula: without delimiters, if it has some."""
    spans = find_math(text)
    return max((span.latex for span in spans), key=len) if spans else text.strip()


def search_formulas(
    index: tantivy.Index, latex: str, filter_: Filter, limit: int
) -> list[tuple[FormulaDoc, float]]:
    """Return the formulas most like `latex`, best first, and those with the number `(3.4)`."""
    schema = index.schema
    should = [
        tantivy.Query.term_query(schema, "terms", term)
        for term in dict.fromkeys(formula_terms(latex))
    ]
    exact = [("normal", normal_key(normalize_latex(latex)))]
    number = _NUMBER.fullmatch(latex)
    if number:
        exact.append(("number", number[1]))
    for field, value in exact:
        equal = tantivy.Query.term_query(schema, field, value)
        should.append(tantivy.Query.const_score_query(equal, EQUAL))
    part = tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in should])
    query = tantivy.Query.boolean_query([*filter_.clauses(schema), (tantivy.Occur.Must, part)])
    searcher = index.searcher()
    found = [
        (FormulaDoc(**stored_values(searcher.doc(address))), float(score))
        for score, address in searcher.search(query, limit, count=False).hits
    ]
    found.sort(key=lambda pair: (-pair[1], pair[0].row, pair[0].char_start))
    return found
