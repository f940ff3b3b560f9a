"""Inputs that are inspected, and pages that are begun, ahead of time."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from ocr_service.books.catalogue import Catalogue
from ocr_service.books.page_selection import ReadOptions
from ocr_service.books.pipeline import OutcomeKind, Pipeline
from ocr_service.books.prefetch import Prefetcher
from ocr_service.common.errors import InputError
from ocr_service.console.progress import make_progress
from ocr_service.library.library import Library
from ocr_service.library.sources import InputSource, SourceKind
from ocr_service.workers.pool import PagePool
from tests.support.helpers import make_document, make_pdf


@pytest.fixture(scope="module")
def pool() -> Iterator[PagePool]:
    with PagePool(2) as pool:
        yield pool


def pipeline_of(folder: Path, pool: PagePool) -> Pipeline:
    return Pipeline(Library(folder / "library"), ReadOptions(), pool, make_progress(quiet=True))


def expecting(pipeline: Pipeline, sources: list[InputSource]) -> Prefetcher:
    """Tell a pipeline what it is going to read; return what then looks ahead."""
    pipeline.expect(sources)
    return pipeline._prefetcher


def papers(folder: Path, count: int) -> list[InputSource]:
    texts = [f"Paper {n} has one page, which the others do not have." for n in range(count)]
    paths = [make_pdf(folder / f"paper-{n}.pdf", [text]) for n, text in enumerate(texts)]
    return [InputSource(path, SourceKind.PDF) for path in paths]


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_pages_are_begun_before_their_turn(tmp_path: Path, pool: PagePool) -> None:
    sources = papers(tmp_path, 7)
    pipeline = pipeline_of(tmp_path, pool)
    ahead = expecting(pipeline, sources)
    ahead.turn_to(sources[0])
    wait_for(lambda: all(pool.looked_into(source.path, None) for source in sources[:4]))
    assert pool.looked_into(sources[4].path, None) is None  # two inputs for each of two workers
    ahead.turn_to(sources[0])
    assert [task.path for task in pool._pages] == [source.path for source in sources[:4]]
    for position, source in enumerate(sources):
        outcome = pipeline.read(source)
        assert (outcome.kind, outcome.pages_read) == (OutcomeKind.READ, 1)
        text = (tmp_path / f"library/books/paper-{position}/document.mmd").read_text()
        assert f"Paper {position} has one page" in text
        assert text.count("Paper") == 1
    assert pool._pages == pool._looks == {}
    ahead = expecting(pipeline_of(tmp_path, pool), sources)
    ahead.turn_to(sources[0])
    assert pool._looks == {}  # there is nothing to read of any


def test_what_is_being_read_is_not_begun_again(tmp_path: Path, pool: PagePool) -> None:
    sources = papers(tmp_path, 6)
    pipeline = pipeline_of(tmp_path, pool)
    ahead = expecting(pipeline, sources)
    ahead.turn_to(sources[0])
    assert not pool.has_room
    ahead.turn_to(sources[5])  # finds no room, and gets some while it is read
    assert pipeline.read(sources[5]).pages_read == 1
    ahead.turn_to(sources[5])
    assert sources[5].path not in {task.path for task in pool._pages}
    for source in sources[:5]:
        assert pipeline.read(source).pages_read == 1
    assert pool._pages == pool._looks == {}


def test_what_is_wrong_is_told_in_its_turn(tmp_path: Path, pool: PagePool) -> None:
    good, twin = papers(tmp_path, 2)
    twin.path.write_bytes(good.path.read_bytes())
    bad = InputSource(tmp_path / "bad.pdf", SourceKind.PDF)
    bad.path.write_bytes(b"%PDF-1.7 and nothing else")
    gone = InputSource(tmp_path / "gone.pdf", SourceKind.PDF)
    notes = InputSource(
        make_document(tmp_path / "notes.mmd", ["Text already."]), SourceKind.DOCUMENT
    )
    sources = [bad, gone, notes, good]
    pipeline = pipeline_of(tmp_path, pool)
    ahead = expecting(pipeline, [*sources, twin])
    ahead.turn_to(sources[0])
    wait_for(lambda: pool.looked_into(good.path, None))
    assert pool.looked_into(bad.path, None) is None
    with pytest.raises(InputError, match=r"bad\.pdf: this PDF is damaged"):
        pipeline.read(bad)
    with pytest.raises(InputError, match=r"gone\.pdf: cannot be read"):
        pipeline.read(gone)
    ahead.turn_to(sources[2])
    assert [task.path for task in pool._pages] == [good.path]  # its twin has the same page
    kinds = [pipeline.read(source).kind for source in (notes, good, twin)]
    assert kinds == [OutcomeKind.READ, OutcomeKind.READ, OutcomeKind.DUPLICATE]
    assert pool._pages == {}


def unreadable(*_: object) -> NoReturn:
    raise OSError(errno.EIO, "Input/output error")


@pytest.mark.parametrize("place", ["book_of", "missing", "begin_look", "begin", "library"])
def test_what_breaks_ahead_of_time_is_told_in_its_turn(
    tmp_path: Path, pool: PagePool, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    first, second = sources = papers(tmp_path, 2)
    if place == "library":  # a disk that gives an error for what is known of the second book
        assert pipeline_of(tmp_path, pool).read(second).pages_read == 1
        folder = tmp_path / "library" / "books" / "paper-1"
        (folder / "document.mmd").unlink()
        (folder / "ocr.jsonl").unlink()
        (folder / "ocr.jsonl").mkdir()
    pipeline = pipeline_of(tmp_path, pool)
    ahead = expecting(pipeline, sources)
    with monkeypatch.context() as patch:
        owner = Catalogue if place in ("book_of", "missing") else PagePool
        if place != "library":
            whole = getattr(owner, place)
            breaks = lambda self, *args: (  # noqa: E731
                unreadable() if _concerns(second, args) else whole(self, *args)
            )
            patch.setattr(owner, place, breaks)
        ahead.turn_to(first)
        wait_for(lambda: pool.looked_into(first.path, None))
        assert pipeline.read(first).pages_read == 1
        wait_for(lambda: not pool._looks or pool.looked_into(second.path, None))
        ahead.begin_more()
    if place == "library":
        with pytest.raises(OSError, match="Is a directory"):
            pipeline.read(second)
    else:
        assert pipeline.read(second).pages_read == 1
    assert pool._pages == pool._looks == {}


def _concerns(source: InputSource, args: Sequence[object]) -> bool:
    """Return whether the arguments of a call name an input, its path or one of its pages."""
    told = [args[0], *(args[0] if isinstance(args[0], list) else ())]
    return any(
        one in (source, source.path) or getattr(one, "path", 0) == source.path for one in told
    )
