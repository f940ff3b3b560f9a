"""Tells the progress of a build on stderr: one line for reading and for embedding."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from ocr_service.console.forecast import Forecast
from ocr_service.console.status_line import StatusLine, make_status_line

__all__ = [
    "LiveProgress",
    "Progress",
    "Silent",
    "brief_rate",
    "counted",
    "duration",
    "make_progress",
]


class Progress(Protocol):
    """Receives the progress of a build. May be called from several threads."""

    def expect(self, books: int) -> None:
        """Announce how many books are going to be read."""

    def start(self, title: str, pages: int) -> None:
        """Begin to read `pages` pages of a book."""

    def advance(self) -> None:
        """Count a page as read."""

    def finish_book(self) -> None:
        """Count a book as read, or as one that need not be read."""

    def indexed(self, passages: int, waiting: int) -> None:
        """Count passages that can be found now; `waiting` have no vector yet, in all."""

    def embedded(self, passages: int, busy: float, waiting: int) -> None:
        """Count vectors as made; `busy` is how many seconds all cores together need for them."""

    def note(self, text: str) -> None:
        """Show `text` beside the rate from now on."""

    def finish(self) -> None:
        """Remove what is shown."""

    def say(self, line: str) -> None:
        """Print a line that stays."""


class Silent:
    """Prints nothing."""

    def expect(self, books: int) -> None:
        """Do nothing."""

    def start(self, title: str, pages: int) -> None:
        """Do nothing."""

    def advance(self) -> None:
        """Do nothing."""

    def finish_book(self) -> None:
        """Do nothing."""

    def indexed(self, passages: int, waiting: int) -> None:
        """Do nothing."""

    def embedded(self, passages: int, busy: float, waiting: int) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""

    def finish(self) -> None:
        """Do nothing."""

    def say(self, line: str) -> None:
        """Do nothing."""


class LiveProgress:
    """Shows the progress in one line, with one time left for reading and embedding."""

    def __init__(self, line: StatusLine) -> None:
        """Show it in `line`."""
        self._line = line
        self._forecast = Forecast()
        self._lock = threading.Lock()
        self._title = self._note = ""
        self._read = self._pages = 0  # of the book

    def expect(self, books: int) -> None:
        """Note the number of books."""
        with self._lock:
            self._forecast.books = self._forecast.books_done + books

    def start(self, title: str, pages: int) -> None:
        """Show another book."""
        with self._lock:
            self._title, self._read, self._pages = title, 0, pages
            self._forecast.book_pages = pages

    def advance(self) -> None:
        """Count a page, and show it."""
        with self._lock:
            self._read += 1
            self._forecast.read(1, time.monotonic())
            self._show()

    def finish_book(self) -> None:
        """Count a book."""
        with self._lock:
            self._forecast.books_done += 1
            self._forecast.book_pages = 0
            self._title = self._note = ""

    def indexed(self, passages: int, waiting: int) -> None:
        """Count passages."""
        with self._lock:
            self._forecast.indexed(passages)
            self._forecast.passages_waiting = waiting

    def embedded(self, passages: int, busy: float, waiting: int) -> None:
        """Count vectors, and show them."""
        with self._lock:
            self._forecast.embedded(passages, busy, time.monotonic())
            self._forecast.passages_waiting = waiting
            self._show()

    def note(self, text: str) -> None:
        """Add `text` to the line of this book."""
        self._note = text

    def finish(self) -> None:
        """Remove the line."""
        self._line.clear()

    def say(self, line: str) -> None:
        """Print a line."""
        self._line.say(line)

    def _show(self) -> None:
        self._line.show("; ".join(part for part in self._parts() if part))

    def _parts(self) -> tuple[str, str, str, str]:
        state = self._forecast
        reading = ""
        if self._title:
            reading = f"{self._title}: {self._read}/{self._pages} pages"
            if state.books > 1:
                reading += f", book {state.books_done + 1} of {state.books}"
            if (rate := state.pages_a_second) is not None:
                reading += f", {brief_rate(rate)} pages/s"
        vectors, made = "", state.passages_made
        if made or state.passages_waiting:
            vectors = f"vectors: {made}/{made + state.passages_waiting} passages"
            if (rate := state.passages_a_second) is not None:
                vectors += f", {brief_rate(rate)}/s"
        left = state.seconds_left()
        return reading, vectors, f"{duration(left)} left" if left is not None else "", self._note


def brief_rate(rate: float) -> str:
    """Return a rate with its significant digits: 12.3, 0.04; never 1e-05."""
    if 0 < rate < 0.0001:
        return "<0.0001"
    return f"{rate:.1f}" if rate >= 1 or rate == 0 else f"{rate:.2g}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 page, 2 pages."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Return a time in seconds, minutes or hours, whichever is easiest to read."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 6000 else f"{seconds / 3600:.1f} hours"


def make_progress(*, quiet: bool = False) -> Progress:
    """Return a line that changes if stderr is a terminal, else plain lines; nothing if `quiet`."""
    return Silent() if quiet else LiveProgress(make_status_line())
