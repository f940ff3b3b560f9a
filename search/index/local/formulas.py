"""Finds formulas in a tantivy index."""

from __future__ import annotations

from collections.abc import Sequence

import tantivy

from indexer.stores.fulltext import FormulaDoc, normal_key, stored_values
from search.index.local.queries import Clauses, any_of, filter_clauses
from search.index.protocol import FieldTerm, FormulaKey, FoundFormulas, StoredFormula
from search.question.filters import Filter

__all__ = ["LocalFormulas"]

_PINNED = 32_768.0  # added to the BM25 score of formulas that must be among the candidates


class LocalFormulas:
    """The formulas of one generation; safe to use from several threads."""

    def __init__(self, index: tantivy.Index) -> None:
        """Search an open index."""
        self._schema = index.schema
        self._searcher = index.searcher()

    @property
    def formulas(self) -> int:
        """The number of formulas."""
        return self._searcher.num_docs

    def frequencies(self, terms: Sequence[FieldTerm]) -> list[int]:
        """Return for each term of a field the number of formulas that have it."""
        return [self._searcher.doc_freq(field, term) for field, term in terms]

    def best(self, terms: Sequence[FieldTerm], filter_: Filter, limit: int) -> FoundFormulas:
        """Return the formulas that have most of the terms by BM25."""
        either = (tantivy.Occur.Must, any_of(self._terms(terms)))
        return self._found([*filter_clauses(filter_, self._schema), either], limit)

    def covering(
        self, terms: Sequence[FieldTerm], every: Sequence[str], filter_: Filter, limit: int
    ) -> FoundFormulas:
        """Return the best of those that have each of the `every` in open_pairs."""
        clauses = filter_clauses(filter_, self._schema)
        for query in self._terms([("open_pairs", term) for term in every]):
            clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(query, 0.0)))
        return self._found([*clauses, *self._beside(terms)], limit)

    def alike(
        self,
        terms: Sequence[FieldTerm],
        structure: str,
        normal: str,
        filter_: Filter,
        limit: int,
    ) -> FoundFormulas:
        """Return the best of those of a structure; those of the normal form `normal` come first."""
        same, equal = self._terms(
            [("structure", normal_key(structure)), ("normal", normal_key(normal))]
        )
        clauses = filter_clauses(filter_, self._schema)
        clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(same, 0.0)))
        clauses.append((tantivy.Occur.Should, tantivy.Query.const_score_query(equal, _PINNED)))
        found = self._found([*clauses, *self._beside(terms)], limit)
        return [(key, score % _PINNED) for key, score in found]

    def numbered(self, number: str, filter_: Filter, limit: int) -> list[FormulaDoc]:
        """Return formulas with a printed number."""
        (wanted,) = self._terms([("number", number)])
        must = [*filter_clauses(filter_, self._schema), (tantivy.Occur.Must, wanted)]
        found = self._found(must, limit)
        return [stored.doc for stored in self.read([key for key, _ in found])]

    def read(self, keys: Sequence[FormulaKey]) -> list[StoredFormula]:
        """Return what is stored of formulas, in this order."""
        return [self._read(key) for key in keys]

    def _read(self, key: FormulaKey) -> StoredFormula:
        stored = self._searcher.doc(tantivy.DocAddress(*key))
        pairs, open_pairs = (
            str(stored.get_first(field) or "") for field in ("pairs", "open_pairs")
        )
        return StoredFormula(FormulaDoc(**stored_values(stored)), pairs, open_pairs)

    def _found(self, clauses: Clauses, limit: int) -> FoundFormulas:
        query = tantivy.Query.boolean_query(clauses)
        hits = self._searcher.search(query, limit, count=False).hits
        return [((address.segment_ord, address.doc), score) for score, address in hits]

    def _beside(self, terms: Sequence[FieldTerm]) -> Clauses:
        return [(tantivy.Occur.Should, query) for query in self._terms(terms)]

    def _terms(self, terms: Sequence[FieldTerm]) -> list[tantivy.Query]:
        return [tantivy.Query.term_query(self._schema, field, term) for field, term in terms]
