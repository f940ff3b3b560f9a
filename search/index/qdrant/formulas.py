"""Finds formulas in a collection."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from indexer.qdrant.bm25 import rarity
from indexer.qdrant.codes import code, dimension
from indexer.qdrant.engine import AnyWord, Condition, Engine
from indexer.stores.fulltext import FormulaDoc, doc_values, normal_key
from search.index.protocol import FieldTerm, FormulaKey, FoundFormulas, StoredFormula
from search.index.qdrant.books import QdrantBooks
from search.question.filters import Filter

__all__ = ["QdrantFormulas"]

_AT_ONCE = 16  # requests for the frequencies of terms


class QdrantFormulas:
    """The formulas of a collection."""

    def __init__(self, engine: Engine, books: QdrantBooks) -> None:
        """Search an open collection."""
        self._engine = engine
        self._books = books
        self._frequency = lru_cache(maxsize=1 << 16)(self._counted)

    @property
    def formulas(self) -> int:
        """The number of formulas."""
        return self._books.visible.values("kind").get("formula", 0)

    def frequencies(self, terms: Sequence[FieldTerm]) -> list[int]:
        """Return for each term of a field the number of formulas that have it."""
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            return list(threads.map(self._frequency, terms))

    def _counted(self, term: FieldTerm) -> int:
        return self._engine.frequency(code(*term))

    def best(self, terms: Sequence[FieldTerm], filter_: Filter, limit: int) -> FoundFormulas:
        """Return the formulas that have most of the terms by BM25."""
        return self._found(terms, filter_, limit)

    def covering(
        self, terms: Sequence[FieldTerm], every: Sequence[str], filter_: Filter, limit: int
    ) -> FoundFormulas:
        """Return the best of those that have each of the `every` in open_pairs."""
        having = [AnyWord((code("open_pairs", term),)) for term in every]
        return self._found(terms, filter_, limit, *having)

    def alike(
        self,
        terms: Sequence[FieldTerm],
        structure: str,
        normal: str,
        filter_: Filter,
        limit: int,
    ) -> FoundFormulas:
        """Return the best of those of a structure; those of the normal form `normal` come first."""
        same = AnyWord((code("structure", normal_key(structure)),))
        equal = AnyWord((code("normal", normal_key(normal)),))
        first = self._found(terms, filter_, limit, same, equal)
        found = dict([*first, *self._found(terms, filter_, limit, same)])
        return list(found.items())[:limit]

    def numbered(self, number: str, filter_: Filter, limit: int) -> list[FormulaDoc]:
        """Return formulas with a printed number."""
        having = AnyWord((code("number", number),))
        selection = self._books.selection("formula", filter_, having)
        found = self._engine.scan(selection, ("stored",), limit)
        return [FormulaDoc(**doc_values(one.payload["stored"])) for one in found]

    def read(self, keys: Sequence[FormulaKey]) -> list[StoredFormula]:
        """Return what is stored of formulas, in this order."""
        ids = [id_ for _, id_ in keys]
        found = self._engine.read(ids, ("stored", "pairs", "open_pairs")) if ids else []
        stored = {
            one.id: StoredFormula(
                FormulaDoc(**doc_values(one.payload["stored"])),
                str(one.payload["pairs"]),
                str(one.payload["open_pairs"]),
            )
            for one in found
        }
        return [stored[id_] for id_ in ids]

    def _found(
        self, terms: Sequence[FieldTerm], filter_: Filter, limit: int, *having: Condition
    ) -> FoundFormulas:
        weights = {
            dimension(*term): rarity(self.formulas, frequency)
            for term, frequency in zip(terms, self.frequencies(terms), strict=True)
        }
        selection = self._books.selection("formula", filter_, *having)
        found = self._engine.scored(weights, selection, limit)
        return [((0, one.id), one.score) for one in found]
