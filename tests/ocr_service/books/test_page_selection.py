"""Which pages are read or read again, by which engine, at what price: real files and services."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from indexer.building.dry_run import plan_lines, plan_rows
from ocr_service.books.page_selection import EngineChoice, PageNumbers, ReadOptions
from ocr_service.books.pipeline import Outcome, OutcomeKind, Pipeline
from ocr_service.client.options import ServiceOptions
from ocr_service.client.reader import ServiceReader
from ocr_service.common.errors import QueryError
from ocr_service.console.progress import Silent
from ocr_service.library.library import Library
from ocr_service.library.pages import PageStatus
from ocr_service.library.sources import InputSource, SourceKind
from ocr_service.workers.pool import PagePool
from tests.conftest import call_octavo, run_octavo
from tests.support.helpers import make_page_folder
from tests.support.service_fakes import NumberEngine, bars, number_service

MARK = 0x5500  # on every page beside its number, so that none looks blank
PROSE = "The reader of this page will find plain words on it, and nothing that needs a model. " * 8
SERVICE = ReadOptions(engine=EngineChoice.SERVICE)


def numbered(path: Path, kinds: str) -> Path:
    """Write a PDF, a page a letter: b bars, p prose, m prose with mathematics, e empty."""
    with pymupdf.open() as document:
        for number, kind in enumerate(kinds, 1):
            page = document.new_page()
            if kind == "b":
                for box in bars(MARK | number, page.rect.width, page.rect.height):
                    page.draw_rect(pymupdf.Rect(*box), color=None, fill=(0, 0, 0))
            if kind in "pm":
                formula = " where x\u00b2 + y\u00b2 = z\u00b2 holds." if kind == "m" else ""
                area = pymupdf.Rect(72, 72, 520, 700)
                page.insert_textbox(area, PROSE + formula, fontsize=12, fontname="tiro")
        document.save(path)
    return path


@pytest.fixture(scope="module")
def pool() -> Iterator[PagePool]:
    """Workers that all tests share."""
    with PagePool(2) as pool:
        yield pool


class ShelfReading:
    """One library, one PDF, one service."""

    def __init__(self, folder: Path, kinds: str, pool: PagePool) -> None:
        self.library = Library(folder / "library")
        self.file = numbered(folder / "numbers.pdf", kinds)
        self.engine = NumberEngine()
        self._pool = pool

    def read(self, options: ReadOptions = SERVICE, price: float | None = None) -> Outcome:
        """Read the file, and keep what the engine was asked for."""
        self.engine.batches.clear()
        with number_service(self.engine) as url:
            self.service = ServiceReader(ServiceOptions(url), price=price)
            service = None if options.engine is EngineChoice.LOCAL else self.service
            pipeline = Pipeline(self.library, options, self._pool, Silent(), service)
            return pipeline.read(InputSource(self.file, SourceKind.PDF))

    def asked(self) -> list[int]:
        """Return the numbers of the pages that the service read last."""
        return sorted(number & 0xFF for batch in self.engine.batches for number in batch)

    def text(self, number: int) -> str:
        """Return a page as it is in the library."""
        return (self.library.path / f"books/numbers/pages/page_{number:04d}.mmd").read_text()

    def plan(self, options: ReadOptions, price: float | None = 3.6) -> list[str]:
        """Return what --dry-run tells."""
        pipeline = Pipeline(self.library, options, self._pool, Silent())
        rows = plan_rows([InputSource(self.file, SourceKind.PDF)], pipeline, {})
        return list(plan_lines(rows, options.engine, price))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [("3", [3], [2, 4]), ("3,7-9", [3, 7, 9], [4, 10]), (" 1 - 2 , 5", [1, 2, 5], [3])],
)
def test_lists_of_pages(text: str, inside: list[int], outside: list[int]) -> None:
    numbers = PageNumbers.parse(text)
    assert all(number in numbers for number in inside)
    assert not any(number in numbers for number in outside)


@pytest.mark.parametrize("text", ["", "0", "9-3", "3;4", "x", "1,,2", "-3", "99999999"])
def test_invalid_page_lists(text: str) -> None:
    with pytest.raises(QueryError, match="not a valid page list"):
        PageNumbers.parse(text)


def test_some_pages_first_and_the_rest_later(tmp_path: Path, pool: PagePool) -> None:
    reading = ShelfReading(tmp_path, "bbbbbb", pool)
    outcome = reading.read(replace(SERVICE, most_pages=2))
    assert (outcome.pages_read, reading.asked()) == (2, [1, 2])
    assert outcome.statuses.count(PageStatus.UNREAD) == 4
    assert (reading.text(3), "page is" in reading.text(2)) == ("", True)
    assert reading.read(replace(SERVICE, most_pages=2)).kind is OutcomeKind.UNCHANGED
    assert reading.read(replace(SERVICE, pages=PageNumbers.parse("2,5"))).pages_read == 1
    assert reading.asked() == [5]
    outcome = reading.read()
    assert reading.asked() == [3, 4, 6]
    assert set(outcome.statuses) == {PageStatus.OK}
    assert reading.read().kind is OutcomeKind.UNCHANGED


def test_pages_are_read_again_when_named_and_no_others(tmp_path: Path, pool: PagePool) -> None:
    reading = ShelfReading(tmp_path, "bbbbb", pool)
    reading.read(replace(SERVICE, most_pages=4))
    reading.read(replace(SERVICE, redo=PageNumbers.parse("1,3-4")))
    assert reading.asked() == [1, 3, 4]
    lines = (reading.library.path / "books/numbers/ocr.jsonl").read_text().splitlines()
    assert len(lines) == 4 + 3  # what was paid for before is still there


def test_a_failed_second_reading_leaves_the_first(tmp_path: Path, pool: PagePool) -> None:
    reading = ShelfReading(tmp_path, "bbb", pool)
    reading.read()
    before = reading.text(2)
    reading.engine.unreadable = frozenset({MARK | 2})
    outcome = reading.read(replace(SERVICE, redo=PageNumbers.parse("2-3")))
    assert list(outcome.kept_pages) == [2]
    assert outcome.failed_pages == {}
    assert reading.text(2) == before
    assert reading.read(replace(SERVICE, retry_failed=True)).kind is OutcomeKind.UNCHANGED


def test_auto_sends_only_what_needs_a_model(tmp_path: Path, pool: PagePool) -> None:
    reading = ShelfReading(tmp_path, "pbmpe", pool)
    auto = ReadOptions(engine=EngineChoice.AUTO)
    assert reading.plan(auto)[0] == "numbers.pdf: 5 pages, 3 to send, 2 to read on this machine"
    outcome = reading.read(auto, price=3.6)
    assert outcome.engines == ("typeset", "numbers", "numbers", "typeset", "pixels")
    assert sum(map(len, reading.engine.batches)) == 2
    assert "plain words" in reading.text(4)
    summary = reading.service.stats.summary()
    assert "2 pages read on this machine, about $0.00 saved" in summary
    assert "1 blank page not sent" in summary
    assert reading.read(auto).kind is OutcomeKind.UNCHANGED


def test_a_service_takes_over_pages_of_this_machine_if_told_to(
    tmp_path: Path, pool: PagePool
) -> None:
    reading = ShelfReading(tmp_path, "pp", pool)
    reading.read(ReadOptions())
    outcome = reading.read()
    assert (outcome.kind, outcome.local_pages) == (OutcomeKind.UNCHANGED, 2)
    outcome = reading.read(replace(SERVICE, force_ocr=True))
    assert set(outcome.engines) == {"numbers"}
    assert reading.read(replace(SERVICE, force_ocr=True)).kind is OutcomeKind.UNCHANGED


def test_a_dry_run_reckons_and_writes_nothing(tmp_path: Path, pool: PagePool) -> None:
    reading = ShelfReading(tmp_path, "b" * 20, pool)
    lines = reading.plan(SERVICE)
    assert lines[0] == "numbers.pdf: 20 pages, 20 to send"
    assert lines[1] == (
        "20 pages to send, up to 64 a request, in about 1: at 1 page a second 20 s of one GPU, "
        "$0.02 at $3.60 an hour"
    )
    free = reading.plan(SERVICE, price=None)
    assert free[1] == lines[1].removesuffix(", $0.02 at $3.60 an hour")
    assert not reading.library.path.exists()
    reading.read(replace(SERVICE, most_pages=8))
    assert reading.plan(SERVICE)[0] == "numbers.pdf: 20 pages, 12 to send"
    reading.read()
    assert reading.plan(SERVICE)[:2] == [
        "numbers.pdf: 20 pages, nothing to read", "no page to send"
    ]  # fmt: skip


@pytest.mark.usefixtures("encoder_cache")
def test_reclean_mends_pages_from_what_the_model_wrote(tmp_path: Path, pool: PagePool) -> None:
    reading = ShelfReading(tmp_path, "bb", pool)
    reading.read()
    stored = reading.library.path / "books/numbers/ocr.jsonl"
    lines = [json.loads(line) for line in stored.read_text().splitlines()]
    for line in lines:  # as an older Octavo's cleaning would have left it
        line["regions"] = [{"label": "text", "box": [0, 0, 1, 1], "text": "sub_title " + "x" * 9}]
    stored.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = call_octavo("--library", reading.library.path, "reclean", "numbers")
    assert (done.returncode, done.stdout) == (0, "numbers: 2 pages changed\n"), done.stderr
    assert f"The number of this page is {MARK | 2}." in reading.text(2)
    again = [json.loads(line) for line in stored.read_text().splitlines()]
    assert again[:2] == lines
    assert [line["raw"] for line in again[2:]] == [line["raw"] for line in lines]
    done = call_octavo("--library", reading.library.path, "reclean")
    assert done.stdout == "numbers: 0 pages changed\n"
    done = call_octavo("--library", reading.library.path, "reclean", "--json")
    assert json.loads(done.stdout)["changed"] == {"numbers": 0}
    assert stored.read_text().count("\n") == 4
    done = call_octavo("--library", reading.library.path, "page", "numbers", "1")
    assert "sub_title" not in done.stdout


def test_nothing_is_read_of_a_book_without_the_pages_to_read_again(
    tmp_path: Path, pool: PagePool
) -> None:
    reading = ShelfReading(tmp_path, "bbb", pool)
    for most_pages in (None, 2):  # others may be named too
        options = replace(SERVICE, redo=PageNumbers.parse("4-5"), most_pages=most_pages)
        with pytest.raises(
            QueryError, match=r"numbers\.pdf has none of these pages; it has 1 to 3"
        ):
            reading.plan(options)
        with pytest.raises(QueryError, match="none of these pages"):
            reading.read(options)
    assert reading.asked() == []
    assert not reading.library.path.exists()


def test_a_dry_run_prices_a_service_as_a_build_does(tmp_path: Path) -> None:
    path = numbered(tmp_path / "numbers.pdf", "b")
    build = ["build", path, "--library", tmp_path / "library", "--engine", "service", "--dry-run"]
    elsewhere = call_octavo(*build, "--service", "https://gpu.example").stdout
    assert "1 s of one GPU, $0.00 at $2.50 an hour\n" in elsewhere
    assert "1 s of one GPU\n" in call_octavo(*build, "--service", "http://127.0.0.1:9").stdout
    told = json.loads(call_octavo(*build, "--service", "https://gpu.example", "--json").stdout)
    (row,) = told["inputs"]
    assert (row["pages"], row["pages_to_send"], row["pages_to_read"]) == (1, 1, 0)
    assert (told["requests"], told["seconds"]) == (1, 1.0)
    assert told["dollars"] == pytest.approx(2.5 / 3600, abs=1e-6)


def test_what_cannot_be_together(tmp_path: Path) -> None:
    inputs = make_page_folder(tmp_path / "a", ["One."]), make_page_folder(tmp_path / "b", ["Two."])
    library = tmp_path / "library"
    done = call_octavo("--library", library, "build", *inputs, "--redo", "1")
    assert done.returncode == 2
    assert "--redo: name one input whose pages to read again, not 2" in done.stderr
    for more in ((), ("--dry-run",)):
        done = call_octavo("--library", library, "build", inputs[0], "--redo", "2-9", *more)
        assert done.returncode == 2
        assert "a has none of these pages; it has 1 to 1" in done.stderr
    assert not [*library.glob("books/*"), *library.glob("failures.json")]
    done = call_octavo("--library", library, "build", inputs[0], "--pages", "none")
    assert done.returncode == 2
    done = call_octavo(
        "build", inputs[0], "--engine", "auto", "--force-ocr", "--service", "http://localhost:9"
    )
    assert done.returncode == 2
    assert "cannot be combined with --force-ocr" in done.stderr


def test_a_dry_run_names_what_cannot_be_read(tmp_path: Path) -> None:
    numbered(tmp_path / "good.pdf", "p")
    (tmp_path / "bad.pdf").write_text("no PDF")
    done = run_octavo("--library", tmp_path / "library", "build", tmp_path, "--dry-run")
    assert done.returncode == 3
    assert "good.pdf: 1 page, 1 to read on this machine" in done.stdout
    assert "bad.pdf" in done.stderr
    assert not (tmp_path / "library").exists()
