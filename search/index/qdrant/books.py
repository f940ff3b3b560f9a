"""Looks up books of a collection when they are asked for: there may be millions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from indexer.qdrant.book_names import UNEMBEDDED, name_conditions, name_grams
from indexer.qdrant.editions import EDITION_KEYS, Edition, editions_of
from indexer.qdrant.engine import AnyValue, AnyWord, Between, Condition, Engine, Selection
from indexer.stores.book_entries import BookEntry
from indexer.stores.row_ranges import RowRange
from search.index.qdrant.visible import VisibleEditions
from search.question.filters import Filter

__all__ = ["QdrantBooks"]

_NEAR = 200  # books with most pairs of letters in common, which are compared with a misspelt name


class QdrantBooks(Mapping[str, BookEntry]):
    """The books that readers see, by id; each is remembered. To iterate over all reads all."""

    def __init__(self, engine: Engine, visible: VisibleEditions) -> None:
        """Ask nothing yet."""
        self.visible = visible
        self._engine = engine
        self._known: dict[str, Edition] = {}
        self._is_whole = False

    def __getitem__(self, book_id: str) -> BookEntry:
        """Return the entry of a book."""
        return self.edition(book_id).entry

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids of the books."""
        if not self._is_whole:
            self._scanned()
            self._is_whole = True
        return iter(list(self._known))

    def __len__(self) -> int:
        """Return the number of books."""
        return self.visible.values("kind").get("edition", 0)

    def edition(self, book_id: str) -> Edition:
        """Return the edition of a book.

        Raises:
            KeyError: there is no such book.
        """
        self.fetch([book_id])
        return self._known[book_id]

    def editions(self, books: Iterable[str]) -> list[Edition]:
        """Return the editions of those of the books that there are."""
        wanted = list(dict.fromkeys(books))
        self.fetch(wanted)
        return [self._known[book_id] for book_id in wanted if book_id in self._known]

    def selection(self, kind: str, filter_: Filter, *more: Condition) -> Selection:
        """Return the points of a kind that a filter admits, of editions that are seen."""
        pages: tuple[Condition, ...] = ()
        if filter_.pages:
            pages = (Between("page", *filter_.pages),)
        if not filter_.books:
            return self.visible.selection(kind, *more, *pages)
        numbers = tuple(one.number for one in self.editions(filter_.books))
        among = (AnyValue("edition", numbers), *pages)
        return Selection((AnyValue("kind", (kind,)), *more, *among))

    def fetch(self, books: Iterable[str]) -> None:
        """Ask for books at once that will be looked up.

        Those that are not there are asked for again: their shard may be away.
        """
        unknown = [book_id for book_id in books if book_id not in self._known]
        for one in editions_of(self._engine, unknown) if unknown else []:
            if self.visible.shows(one.number):
                self._known[one.book_id] = one

    def named(self, name: str, *, near: bool) -> Mapping[str, BookEntry]:
        """Return the books that a name may mean; if `near`, also those with names near to it."""
        if name in self:
            return {name: self[name]}
        groups = name_conditions(name)
        found = [book_id for group in groups for book_id in self._scanned(*group)]
        found += self._near(name) if near else []
        return {book_id: self[book_id] for book_id in sorted(set(found))}

    def unembedded(self) -> tuple[RowRange, ...]:
        """Return the rows without a vector."""
        some = self._scanned(AnyWord((UNEMBEDDED,)))
        return tuple(sorted(span for book_id in some for span in self.edition(book_id).missing))

    @property
    def most_pages(self) -> int:
        """The number of pages of the longest book."""
        found = self._engine.numbers(self.visible.selection("edition"), "page", 1, last=True)
        return max((pages for _, pages in found), default=0)

    def _scanned(self, *conditions: Condition) -> list[str]:
        """Return the ids of the books that have all of these, and remember them."""
        selection = self.visible.selection("edition", *conditions)
        found = [Edition.of(one.payload) for one in self._engine.scan(selection, EDITION_KEYS)]
        self._known |= {one.book_id: one for one in found}
        return [one.book_id for one in found]

    def _near(self, name: str) -> list[str]:
        weights = name_grams((name,))
        if not weights:
            return []
        selection = self.visible.selection("edition")
        found = self._engine.scored(weights, selection, _NEAR, EDITION_KEYS)
        editions = [Edition.of(one.payload) for one in found]
        self._known |= {one.book_id: one for one in editions}
        return [one.book_id for one in editions]
