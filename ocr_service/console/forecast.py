"""Estimates how long a build still takes. Pure: it is told the time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

__all__ = ["Forecast"]

_PAGES_A_BOOK = 1.0  # of books that were not opened, before one has been read
_PASSAGES_A_PAGE = 2.0  # before any page is indexed
_FEWEST_PAGES = 4  # after the first one, before a rate is believed
_FEWEST_SECONDS = 2.0
_RECENT = 8  # batches of vectors whose time tells that of the next: it changes when reading ends


@dataclass(slots=True)
class _Rate:
    """Counts steps per second from the end of the first ones, so that start-up does not count."""

    began: float | None = None
    last: float = 0.0
    steps: int = 0

    def count(self, steps: int, now: float) -> None:
        if self.began is None:
            self.began = now
        else:
            self.steps += steps
        self.last = now

    @property
    def known(self) -> float | None:
        """Steps per second; None before there is evidence."""
        if self.began is None or self.steps < _FEWEST_PAGES:
            return None
        seconds = self.last - self.began
        return self.steps / seconds if seconds >= _FEWEST_SECONDS else None


@dataclass(slots=True)
class Forecast:
    """What a build has done and what it is known to have before it.

    Reading comes first and takes the cores; vectors are made beside it with what is left of them,
    and by all cores when everything is read.
    """

    books: int = 0  # to read in all
    books_done: int = 0
    pages_done: int = 0
    book_pages: int = 0  # of the book that is being read, still to read
    passages_made: int = 0
    passages_waiting: int = 0
    _indexed_pages: int = 0
    _indexed_passages: int = 0
    _reading: _Rate = field(default_factory=_Rate)
    _embedding: _Rate = field(default_factory=_Rate)
    # Seconds a passage, if all cores embedded.
    _alone: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def read(self, pages: int, now: float) -> None:
        """Count pages as read."""
        self.pages_done += pages
        self.book_pages = max(0, self.book_pages - pages)
        self._reading.count(pages, now)

    def indexed(self, passages: int) -> None:
        """Count the passages of the pages that were read since the last call."""
        self._indexed_pages = self.pages_done
        self._indexed_passages += passages

    def embedded(self, passages: int, busy: float, now: float) -> None:
        """Count vectors as made. `busy` is how many seconds all cores together need for them."""
        if self._embedding.began is not None:  # the first ones include loading the encoder
            self._alone.append(busy / passages)
        self.passages_made += passages
        self._embedding.count(passages, now)

    @property
    def pages_a_second(self) -> float | None:
        """The rate of reading, without its start; None before there is evidence."""
        return self._reading.known

    @property
    def passages_a_second(self) -> float | None:
        """The rate of embedding, without its start; None before there is evidence."""
        return self._embedding.known

    @property
    def pages_left(self) -> float:
        """About how many pages are still to be read."""
        ahead = max(0, self.books - self.books_done - (1 if self.book_pages else 0))
        mean = self.pages_done / self.books_done if self.books_done else _PAGES_A_BOOK
        return self.book_pages + ahead * mean

    def seconds_left(self) -> float | None:
        """Return about how long the rest takes; None before there is evidence."""
        pages = self.pages_left
        reading = 0.0
        if pages:
            rate = self.pages_a_second
            if rate is None or (not self.books_done and self.books > 1):
                return None
            reading = pages / rate
        ratio = (
            self._indexed_passages / self._indexed_pages
            if self._indexed_pages and self._indexed_passages
            else _PASSAGES_A_PAGE
        )
        unindexed = max(0, self.pages_done - self._indexed_pages)
        passages = self.passages_waiting + ratio * (pages + unindexed)
        beside = (self.passages_a_second or 0.0) * reading
        if passages <= beside:
            return reading
        if not self._alone:
            return None
        return reading + (passages - beside) * sum(self._alone) / len(self._alone)
