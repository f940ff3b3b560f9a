"""Finds passages in a collection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from indexer.qdrant.codes import code
from indexer.qdrant.engine import AnyValue, AnyWord, Condition, Engine, Ids, Selection
from indexer.qdrant.points import LISTED, Averages, gram_weights
from indexer.stores.fulltext import PassageDoc, doc_values
from search.index.asked import AnyOf, WordQuery
from search.index.qdrant.books import QdrantBooks
from search.index.qdrant.word_search import WordSearch, any_of, conditions
from search.index.ranked import Ranked, best_first
from search.question.filters import Filter

__all__ = ["QdrantPassages"]

_BookPage = tuple[int, int]  # the number of an edition, a 1-based page

_LISTED = 4_096  # passages whose pages are listed, at most
_LIKE = 400  # words with most pairs of letters in common, which are compared with a misspelt one


class QdrantPassages:
    """The passages of a collection."""

    def __init__(self, engine: Engine, books: QdrantBooks, averages: Averages) -> None:
        """Search an open collection."""
        self._engine = engine
        self._books = books
        self._averages = averages

    @property
    def passages(self) -> int:
        """The number of passages."""
        return self._books.visible.values("kind").get("passage", 0)

    @cached_property
    def _words(self) -> WordSearch:
        return WordSearch(self._engine, self.passages, self._averages)

    def frequency(self, field: str, term: str) -> int:
        """Return the number of passages that have a term, removed ones included."""
        return self._words.frequency(field, term)

    def best(self, asked: WordQuery, limit: int) -> Ranked:
        """Return the passages that match best; equal scores are ordered by row."""
        return best_first(self._words.best(asked, self._selection(asked), limit))

    def worth(self, rows: Sequence[int], groups: Sequence[tuple[AnyOf, float]]) -> dict[int, float]:
        """Return for each of the rows the sum of the weights of the groups that it has."""
        found = dict.fromkeys(rows, 0.0)
        among = Ids(tuple(rows))
        for group, weight in groups:
            # By the index: to read the codes of all rows takes longer.
            for one in self._engine.scan(Selection((among, any_of(group))), ()):
                found[one.id] += weight
        return found

    def count(self, asked: WordQuery) -> int:
        """Return how many passages match."""
        if asked == WordQuery():
            return self.passages
        if asked == WordQuery(Filter(asked.filter.books)):
            return sum(one.rows for one in self._books.editions(asked.filter.books))
        if asked != WordQuery(required=asked.required):
            return self._engine.count(self._selection(asked))
        # To test of each passage with a word whether it is seen takes longer than to count all and
        # those that are not seen. Only passages have codes of the fields of passages.
        must, _ = conditions(asked)
        hidden = [Selection((*must, one)) for one in self._books.visible.unseen]
        return self._having(asked, must) - sum(map(self._engine.count, hidden))

    def _having(self, asked: WordQuery, must: Sequence[Condition]) -> int:
        """Return how many passages match a question for words only, in editions seen or not."""
        (group, *more) = asked.required
        if more or not group or any(len(atom.terms) > 1 for atom in group):
            return self._engine.count(Selection(tuple(must)))
        # How many have one word its list tells. Those that have only rarer ones are counted.
        often = max(group, key=lambda atom: self.frequency(atom.field, atom.terms[0]))
        others = tuple(atom for atom in group if atom != often)
        count = self.frequency(often.field, often.terms[0])
        if others:
            count += self._engine.count(Selection((any_of(others),), (any_of((often,)),)))
        return count

    def count_pages(self, filter_: Filter, groups: Sequence[AnyOf]) -> int | None:
        """Return how many pages have an atom of each group, in one passage or in several.

        One group after another is looked for on the pages that have the others.
        """
        common: set[_BookPage] | None = None
        for group in groups:
            numbers = None if common is None else tuple(sorted({page for _, page in common}))
            pages = self._pages(WordQuery(filter_, required=(group,), pages=numbers))
            if pages is None:
                return None
            common = pages if common is None else common & pages
            if not common:
                break
        return len(common or ())

    def _pages(self, asked: WordQuery) -> set[_BookPage] | None:
        """Return the pages of the passages that match; None if there are too many passages."""
        selection = self._selection(asked)
        pages = self._engine.numbers(selection, "page", _LISTED + 1)
        if len(pages) > _LISTED:
            return None
        books = dict(self._engine.numbers(selection, "edition", _LISTED + 1))
        return {(books[id_], page) for id_, page in pages if id_ in books}

    def at(self, rows: Sequence[int]) -> dict[int, PassageDoc]:
        """Return the passages of rows, by row; rows that have none are left out."""
        found = self._engine.read(rows, ("stored", "edition")) if rows else []
        docs = {
            one.id: PassageDoc(**doc_values(one.payload["stored"]))
            for one in found
            if self._books.visible.shows(one.payload["edition"])
        }
        self._books.fetch({doc.book_id for doc in docs.values()})  # what is shown of a hit
        return docs

    def listed(self, rows: Sequence[int]) -> set[int]:
        """Return those of the rows that are on pages which are lists throughout."""
        among = Selection((AnyWord((LISTED,)), Ids(tuple(rows))))
        return {one.id for one in self._engine.scan(among, ())} if rows else set()

    def rows_of(self, pages: Sequence[tuple[str, int]]) -> list[int]:
        """Return the rows of the passages of pages, given by book and 1-based number."""
        by_book: dict[str, list[int]] = {}
        for book, page in pages:
            by_book.setdefault(book, []).append(page)
        rows: list[int] = []
        for book, numbers in by_book.items():
            wanted = AnyValue("page", tuple(numbers))
            selection = self._books.selection("passage", Filter((book,)), wanted)
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
        selection = self._books.selection("passage", Filter(), having)
        rows = [one.id for one in self._engine.scan(selection, (), limit)]
        return list(self.at(rows).values())

    def _selection(self, asked: WordQuery) -> Selection:
        must, must_not = conditions(asked)
        more: list[Condition] = list(must)
        if asked.rows is not None:
            more.append(Ids(asked.rows))
        if asked.pages is not None:
            more.append(AnyValue("page", asked.pages))
        selection = self._books.selection("passage", asked.filter, *more)
        return Selection(selection.must, (*selection.must_not, *must_not))


def _is_like(term: str, word: str, distance: int, *, prefix: bool) -> bool:
    from rapidfuzz.distance import OSA  # 12 ms; most questions have no unknown word

    if not prefix:
        return OSA.distance(term, word, score_cutoff=distance) <= distance
    lengths = range(max(1, len(term) - distance), len(term) + distance + 1)
    return any(
        OSA.distance(term, word[:length], score_cutoff=distance) <= distance for length in lengths
    )
