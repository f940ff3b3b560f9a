"""Finds what books list and state in a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from indexer.qdrant.bm25 import rarity
from indexer.qdrant.codes import code, dimension
from indexer.qdrant.engine import AnyWord, Condition, Engine
from indexer.qdrant.points import item_field
from indexer.stores.items import EntryDoc, StatementDoc, item_of, statement_number
from search.index.asked import StatementQuery
from search.index.qdrant.books import QdrantBooks
from search.question.filters import Filter

__all__ = ["QdrantItems"]

_FIELDS = (("name", 3.0), ("body", 1.0), ("section", 0.5))  # weights of a word of a statement
_MOST = 1_000  # statements of one answer

_Words = Sequence[tuple[str, ...]]  # the terms that each word may have in the index


class QdrantItems:
    """The items of a collection."""

    def __init__(self, engine: Engine, books: QdrantBooks) -> None:
        """Search an open collection."""
        self._engine = engine
        self._books = books
        self._rarity = lru_cache(maxsize=1 << 14)(self._weighed)

    @property
    def _count(self) -> int:
        return self._books.visible.values("kind").get("item", 0)

    @property
    def is_there(self) -> bool:
        """Whether there are items at all."""
        return self._count > 0

    def entries(self, words: _Words, filter_: Filter, limit: int, *, every: bool) -> list[EntryDoc]:
        """Return the entries with any of these words, or with `every` one, best first."""
        if not words or not self._count:
            return []
        groups = [[code(item_field("name"), term) for term in word] for word in words]
        if not every:
            groups = [[one for group in groups for one in group]]
        having = [AnyWord(tuple(dict.fromkeys(group))) for group in groups]
        weights: dict[int, float] = {}
        for word in words:
            self._add(weights, "name", word, 1.0)
        # The pages of a filter are those that entries name, not those on which they stand.
        found = self._scored(
            weights, Filter(filter_.books), limit, self._is("type", "entry"), *having
        )
        return [doc for doc, _ in found if isinstance(doc, EntryDoc)]

    def statements(
        self, asked: StatementQuery, filter_: Filter
    ) -> list[tuple[StatementDoc, float]]:
        """Return statements with scores, best first, at most a thousand.

        A statement with one of the words will do; more of them rank it higher.
        """
        if not self._count:
            return []
        having: list[Condition] = [self._is("type", "statement")]
        if asked.kinds:
            having.append(self._is("kind", *asked.kinds))
        for name, number in (("number", asked.number), ("group", asked.group)):
            if number:
                having.append(self._is(name, statement_number(number)))
        weights: dict[int, float] = {}
        for word in asked.words:
            for field, weight in _FIELDS:
                self._add(weights, field, word, weight)
        found = self._scored(weights, filter_, _MOST, *having) if weights else []
        if asked.number or not asked.words:  # a number is asked for more than the words beside it
            scored = {(doc.book_id, doc.order) for doc, _ in found}
            selection = self._books.selection("item", filter_, *having)
            others = [
                item_of(one.payload["stored"])
                for one in self._engine.scan(selection, ("stored",), _MOST)
            ]
            found += [(doc, 0.0) for doc in others if (doc.book_id, doc.order) not in scored]
        kept = [(doc, score) for doc, score in found if isinstance(doc, StatementDoc)]
        # Equal ones in the order of the books and their pages.
        kept.sort(key=lambda pair: (-round(pair[1], 3), pair[0].book_id, pair[0].order))
        return kept

    def _scored(
        self, weights: Mapping[int, float], filter_: Filter, limit: int, *having: Condition
    ) -> list[tuple[EntryDoc | StatementDoc, float]]:
        selection = self._books.selection("item", filter_, *having)
        found = self._engine.scored(weights, selection, limit, ("stored",))
        found.sort(key=lambda one: (-one.score, one.id))
        return [(item_of(one.payload["stored"]), one.score) for one in found]

    def _is(self, name: str, *values: str) -> AnyWord:
        return AnyWord(tuple(code(item_field(name), value) for value in values))

    def _add(
        self, weights: dict[int, float], name: str, terms: Iterable[str], weight: float
    ) -> None:
        field = item_field(name)
        for term in terms:
            place = dimension(field, term)
            weights[place] = weights.get(place, 0.0) + weight * self._rarity(field, term)

    def _weighed(self, field: str, term: str) -> float:
        return rarity(self._count, self._engine.frequency(code(field, term)))
