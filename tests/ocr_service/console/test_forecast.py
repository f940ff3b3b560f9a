"""The time left of a build, and the line that tells it."""

from __future__ import annotations

import io
import time

import pytest

from ocr_service.console.forecast import Forecast
from ocr_service.console.progress import LiveProgress
from ocr_service.console.status_line import PlainLine, StatusLine


def test_the_start_is_no_evidence_of_the_rate() -> None:
    """The first page comes after a minute of starting workers, the others in .1 s each."""
    state = Forecast(books=1, book_pages=601)
    state.read(1, now=60.0)
    assert state.seconds_left() is None
    for page in range(40):
        state.read(1, now=60.1 + page / 10)
    state.embedded(32, busy=9.0, now=64.0)  # with loading the encoder
    assert state.seconds_left() is None
    state.embedded(32, busy=0.64, now=64.6)
    assert state.pages_a_second == pytest.approx(10)
    left = state.seconds_left()
    # 560 pages at 10 a second, and 1,202 passages at .02 s each, but for what is made meanwhile.
    assert left == pytest.approx(56 + 1202 * 0.02, rel=0.05)


def test_what_is_embedded_while_pages_are_read_is_not_counted_twice() -> None:
    state = Forecast(books=1, book_pages=101)
    for page in range(51):
        state.read(1, now=float(page))  # by a service: one page a second, and idle cores
    for batch in range(11):
        state.embedded(10, busy=1.0, now=10.0 + batch)
    assert state.passages_a_second == pytest.approx(10)
    assert state.seconds_left() == pytest.approx(50)  # the vectors are ready before the pages


def test_books_that_were_not_opened_have_as_many_pages_as_others() -> None:
    state = Forecast(books=10)
    for book in range(4):
        state.book_pages = 5
        for page in range(5):
            state.read(1, now=book * 5.0 + page)
        state.books_done += 1
    assert state.pages_left == 30
    state.indexed(20)  # a passage a page
    for now in range(4):
        state.embedded(5, busy=0.5, now=20.0 + now)
    state.passages_waiting = 0
    assert state.seconds_left() == pytest.approx(30, abs=1)


class Shown:
    """A line that remembers what it showed."""

    def __init__(self) -> None:
        self.text = ""

    def show(self, text: str) -> None:
        """Replace the line."""
        self.text = text

    def clear(self) -> None:
        """Empty the line."""
        self.text = ""

    def say(self, line: str) -> None:
        """Keep a line that stays."""
        self.text = line


def test_one_line_tells_of_pages_and_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    line: StatusLine = Shown()
    assert isinstance(line, Shown)
    progress = LiveProgress(line)
    progress.expect(2)
    progress.start("rings", 600)
    progress.advance()
    assert line.text == "rings: 1/600 pages, book 1 of 2"
    progress.note("3 containers")
    for _ in range(9):
        now += 0.5
        progress.advance()
    progress.indexed(40, waiting=40)
    progress.embedded(10, busy=1.0, waiting=30)
    assert line.text == (
        "rings: 10/600 pages, book 1 of 2, 2.0 pages/s; vectors: 10/40 passages; 3 containers"
    )
    progress.finish_book()
    progress.start("groups", 10)
    for _ in range(9):
        now += 0.5
        progress.embedded(2, busy=0.1, waiting=30)
        progress.advance()
    assert line.text.startswith("groups: 9/10 pages, book 2 of 2, 2.0 pages/s; vectors: 28/58 ")
    assert line.text.endswith(" s left")


def test_lines_that_stay_come_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    stream = io.StringIO()
    line = PlainLine(stream)
    for second in range(25):
        now = 100.0 + second
        line.show(f"{second} s\n")
    line.clear()
    assert stream.getvalue() == "10 s \n20 s \n"
