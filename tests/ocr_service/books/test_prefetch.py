"""Inputs that are opened, and pages that are begun, before their turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ocr_service.books.page_selection import ReadOptions
from ocr_service.books.pipeline import OutcomeKind, Pipeline
from ocr_service.books.prefetch import LookAhead
from ocr_service.common.errors import InputError
from ocr_service.console.progress import make_progress
from ocr_service.library.library import Library
from ocr_service.library.sources import Source, SourceKind
from ocr_service.workers.pool import PagePool
from tests.support.helpers import make_document, make_pdf


@pytest.fixture(scope="module")
def pool() -> Iterator[PagePool]:
    with PagePool(2) as pool:
        yield pool


def pipeline_of(folder: Path, pool: PagePool) -> Pipeline:
    return Pipeline(Library(folder / "library"), ReadOptions(), pool, make_progress(quiet=True))


def papers(folder: Path, count: int) -> list[Source]:
    texts = [f"Paper {n} has one page, which the others do not have." for n in range(count)]
    paths = [make_pdf(folder / f"paper-{n}.pdf", [text]) for n, text in enumerate(texts)]
    return [Source(path, SourceKind.PDF) for path in paths]


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_pages_are_begun_before_their_turn(tmp_path: Path, pool: PagePool) -> None:
    sources = papers(tmp_path, 7)
    pipeline = pipeline_of(tmp_path, pool)
    ahead = LookAhead(pipeline, pool, sources)
    ahead.before(0)
    wait_for(lambda: all(pool.looked_into(source.path, None) for source in sources[:4]))
    assert pool.looked_into(sources[4].path, None) is None  # two inputs for each of two workers
    ahead.before(0)
    assert [task.path for task in pool._pages] == [source.path for source in sources[:4]]
    for position, source in enumerate(sources):
        ahead.before(position)
        outcome = pipeline.read(source)
        assert (outcome.kind, outcome.pages_read) == (OutcomeKind.READ, 1)
        text = (tmp_path / f"library/books/paper-{position}/document.mmd").read_text()
        assert f"Paper {position} has one page" in text
        assert text.count("Paper") == 1
    assert pool._pages == pool._looks == {}
    ahead = LookAhead(pipeline_of(tmp_path, pool), pool, sources)
    ahead.before(0)
    assert pool._looks == {}  # there is nothing to read of any


def test_what_is_being_read_is_not_begun_again(tmp_path: Path, pool: PagePool) -> None:
    sources = papers(tmp_path, 6)
    pipeline = pipeline_of(tmp_path, pool)
    ahead = LookAhead(pipeline, pool, sources)
    ahead.before(0)
    assert not pool.has_room
    ahead.before(5)  # finds no room, and gets some while it is read
    assert pipeline.read(sources[5]).pages_read == 1
    ahead.before(5)
    assert sources[5].path not in {task.path for task in pool._pages}
    for position, source in enumerate(sources[:5]):
        ahead.before(position)
        assert pipeline.read(source).pages_read == 1
    assert pool._pages == pool._looks == {}


def test_what_is_wrong_is_told_in_its_turn(tmp_path: Path, pool: PagePool) -> None:
    good, twin = papers(tmp_path, 2)
    twin.path.write_bytes(good.path.read_bytes())
    bad = Source(tmp_path / "bad.pdf", SourceKind.PDF)
    bad.path.write_bytes(b"%PDF-1.7 and nothing else")
    gone = Source(tmp_path / "gone.pdf", SourceKind.PDF)
    notes = Source(make_document(tmp_path / "notes.mmd", ["Text already."]), SourceKind.DOCUMENT)
    sources = [bad, gone, notes, good]
    pipeline = pipeline_of(tmp_path, pool)
    ahead = LookAhead(pipeline, pool, [*sources, twin])
    ahead.before(0)
    wait_for(lambda: pool.looked_into(good.path, None))
    assert pool.looked_into(bad.path, None) is None
    with pytest.raises(InputError, match=r"bad\.pdf: this PDF is damaged"):
        pipeline.read(bad)
    with pytest.raises(InputError, match=r"gone\.pdf: cannot be read"):
        pipeline.read(gone)
    ahead.before(2)
    assert [task.path for task in pool._pages] == [good.path]  # its twin has the same page
    kinds = [pipeline.read(source).kind for source in (notes, good, twin)]
    assert kinds == [OutcomeKind.READ, OutcomeKind.READ, OutcomeKind.DUPLICATE]
    assert pool._pages == {}
