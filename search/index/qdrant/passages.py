"""Finds passages in a collection."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.qdrant.codes import code
from indexer.qdrant.editions import Edition
from indexer.qdrant.engine import WORDS, AnyValue, AnyWord, Condition, Engine, Ids, Selection
from indexer.qdrant.points import Averages, gram_weights
from indexer.stores.fulltext import PassageDoc, doc_values
from search.index.asked import AnyOf, WordQuery
from search.index.qdrant.scores import has_atom
from search.index.qdrant.visible import VisibleBooks
from search.index.qdrant.word_search import WordSearch, conditions
from search.index.ranked import Ranked, best_first
from search.question.filters import Filter

__all__ = ["QdrantPassages"]

_LIKE = 400  # words with most pairs of letters in common, which are compared with a misspelt one
_PARTS = 1_000  # points read by one request


class QdrantPassages:
    """The passages of a collection."""

    def __init__(self, engine: Engine, visible: VisibleBooks, averages: Averages) -> None:
        """Search an open collection."""
        self._engine = engine
        self._visible = visible
        self.passages = sum(map(_rows, visible.books.values()))
        self._words = WordSearch(engine, self.passages, averages)

    def frequency(self, field: str, term: str) -> int:
        """Return the number of passages that have a term, removed ones included."""
        return self._words.frequency(field, term)

    def best(self, asked: WordQuery, limit: int) -> Ranked:
        """Return the passages that match best; equal scores are ordered by row."""
        found = self._words.best(asked, self._selection(asked), limit)
        return best_first((row, score) for row, score in found if self._visible.shows(row))

    def worth(self, rows: Sequence[int], groups: Sequence[tuple[AnyOf, float]]) -> dict[int, float]:
        """Return for each of the rows the sum of the weights of the groups that it has."""
        found: dict[int, float] = {}
        for start in range(0, len(rows), _PARTS):
            for one in self._engine.read(rows[start : start + _PARTS], (WORDS,)):
                codes = str(one.payload[WORDS]).split()
                found[one.id] = sum(
                    weight
                    for group, weight in groups
                    if any(has_atom(codes, atom) for atom in group)
                )
        return found

    def count(self, asked: WordQuery) -> int:
        """Return how many passages match."""
        if asked == WordQuery(Filter(asked.filter.books)):
            books = self._visible.books
            chosen = [one for one in asked.filter.books or books if one in books]
            return sum(_rows(books[one]) for one in set(chosen))
        if asked != WordQuery(required=asked.required):
            return self._engine.count(self._selection(asked))
        # To test of each passage with a word whether it is seen takes longer than to count all and
        # those that are not seen. Only passages have codes of the fields of passages.
        must, _ = conditions(asked)
        hidden = [Selection((*must, one)) for one in self._visible.unseen]
        return self._engine.count(Selection(tuple(must))) - sum(map(self._engine.count, hidden))

    def places(self, asked: WordQuery, limit: int) -> list[tuple[int, int]]:
        """Return the row and 1-based page of passages that match, at most `limit`, in any order."""
        return self._engine.numbers(self._selection(asked), "page", limit)

    def at(self, rows: Sequence[int]) -> dict[int, PassageDoc]:
        """Return the passages of rows, by row; rows that have none are left out."""
        shown = [row for row in rows if self._visible.shows(row)]
        found = self._engine.read(shown, ("stored",)) if shown else []
        return {one.id: PassageDoc(**doc_values(one.payload["stored"])) for one in found}

    def rows_of(self, pages: Sequence[tuple[str, int]]) -> list[int]:
        """Return the rows of the passages of pages, given by book and 1-based number."""
        by_book: dict[str, list[int]] = {}
        for book, page in pages:
            by_book.setdefault(book, []).append(page)
        rows: list[int] = []
        for book, numbers in by_book.items():
            wanted = AnyValue("page", tuple(numbers))
            selection = self._visible.selection("passage", Filter((book,)), wanted)
            rows += [one.id for one in self._engine.scan(selection, ())]
        return rows

    def like(self, term: str, distance: int, limit: int, *, prefix: bool) -> Sequence[PassageDoc]:
        """Return passages with a term in their body within an edit distance of `term`.

        With `prefix`, a term that begins with one within this distance will do.
        """
        kind = Selection((AnyValue("kind", ("word",)),))
        weights = gram_weights(term, prefix=prefix)
        found = self._engine.scored(weights, kind, _LIKE, ("word",))
        words = [str(one.payload["word"]) for one in found]
        near = [word for word in words if _is_like(term, word, distance, prefix=prefix)]
        if not near:
            return []
        having = AnyWord(tuple(code("body", word) for word in near))
        selection = self._visible.selection("passage", Filter(), having)
        rows = [one.id for one in self._engine.scan(selection, (), limit)]
        return list(self.at(rows).values())

    def _selection(self, asked: WordQuery) -> Selection:
        must, must_not = conditions(asked)
        more: list[Condition] = list(must)
        if asked.rows is not None:
            more.append(Ids(asked.rows))
        if asked.pages is not None:
            more.append(AnyValue("page", asked.pages))
        selection = self._visible.selection("passage", asked.filter, *more)
        return Selection(selection.must, (*selection.must_not, *must_not))


def _rows(edition: Edition) -> int:
    return edition.entry.last_row - edition.entry.first_row


def _is_like(term: str, word: str, distance: int, *, prefix: bool) -> bool:
    from rapidfuzz.distance import OSA  # 12 ms; most questions have no unknown word

    if not prefix:
        return OSA.distance(term, word, score_cutoff=distance) <= distance
    lengths = range(max(1, len(term) - distance), len(term) + distance + 1)
    return any(
        OSA.distance(term, word[:length], score_cutoff=distance) <= distance for length in lengths
    )
