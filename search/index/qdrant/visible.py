"""The editions of books that readers see, as they were when the index was opened."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property

from indexer.qdrant.editions import Edition, live_editions
from indexer.qdrant.engine import AnyValue, Between, Condition, Selection
from search.question.filters import Filter

__all__ = ["VisibleBooks"]


class VisibleBooks:
    """The live editions of one moment."""

    def __init__(self, editions: Sequence[Edition]) -> None:
        """Take all editions that a collection has."""
        self.books: Mapping[str, Edition] = live_editions(editions)
        self._after = max((one.number + one.size for one in editions), default=0)
        live = {one.number for one in self.books.values()}
        self._hidden = tuple(one.number for one in editions if one.number not in live)

    @cached_property
    def _blocks(self) -> list[tuple[int, int]]:
        return sorted((one.number, one.number + one.size) for one in self.books.values())

    @cached_property
    def _starts(self) -> list[int]:
        return [first for first, _ in self._blocks]

    @property
    def unseen(self) -> list[Condition]:
        """What points of editions that are not seen have: one of these."""
        begun: Condition = Between("edition", self._after, None)
        return [begun, AnyValue("edition", self._hidden)] if self._hidden else [begun]

    def shows(self, place: int) -> bool:
        """Return whether a row, or another number of a block, is of an edition that is seen.

        An edition may have been begun in the moment when the index was opened, and so be hidden by
        no condition of `selection`.
        """
        block = bisect_right(self._starts, place) - 1
        return block >= 0 and place < self._blocks[block][1]

    def selection(self, kind: str, filter_: Filter, *more: Condition) -> Selection:
        """Return the points of a kind that a filter admits, of editions that are seen."""
        must: list[Condition] = [AnyValue("kind", (kind,)), *more]
        must_not: tuple[Condition, ...] = ()
        if filter_.books:
            numbers = tuple(self.books[one].number for one in filter_.books if one in self.books)
            must.append(AnyValue("edition", numbers))
        else:
            must.append(Between("edition", None, self._after - 1))
            if self._hidden:
                must_not = (AnyValue("edition", self._hidden),)
        if filter_.pages:
            must.append(Between("page", *filter_.pages))
        return Selection(tuple(must), must_not)
