"""Builders share one index: each input is read by one of them, and what it says is found by all."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.building.rounds import BuildSettings
from indexer.building.shared_build import SharedReport, build_shared, content_name
from indexer.qdrant.editions import list_editions, live_editions
from indexer.qdrant.engine import Engine
from indexer.qdrant.leases import Leases
from ocr_service.books.page_selection import ReadOptions
from ocr_service.console.progress import make_progress
from ocr_service.inputs.find import find_sources
from ocr_service.library.library import Library
from ocr_service.library.page_store import PageStore
from ocr_service.workers.pool import PagePool
from tests.conftest import call_octavo, run_octavo
from tests.support.engines import make_engine
from tests.support.helpers import make_document

pytestmark = pytest.mark.usefixtures("encoder_cache")

TEXTS = {"cats": "Cats purr.", "dogs": "Dogs bark loudly.", "owls": "Owls hoot at night."}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    for name, text in TEXTS.items():
        make_document(tmp_path / "texts" / f"{name}.mmd", [text, f"More of {name}."])
    return tmp_path / "texts"


def build(
    texts: Path, library: Path, engine: Engine, store: PageStore, gone: Path | None = None
) -> SharedReport:
    """Build from a folder, from which `gone` is taken away once it has been found."""
    settings = BuildSettings(
        library=Library(library),
        options=ReadOptions(),
        progress=make_progress(quiet=True),
        encoder=None,
        quiet=True,
        split=False,
        make_pool=lambda: PagePool(1),
        make_service=lambda: None,
    )
    found = find_sources([texts], skip=library)
    if gone is not None:
        gone.unlink()
    return build_shared(settings, found, engine, "here", store)


def test_two_builders_share_the_books(texts: Path, tmp_path: Path) -> None:
    engine = make_engine("edge", tmp_path)
    store = PageStore(f"file://{tmp_path / 'shelf'}")
    with ThreadPoolExecutor(2) as threads:
        places = [tmp_path / "one", tmp_path / "two"]
        reports = list(threads.map(lambda place: build(texts, place, engine, store), places))
    pushed = sorted(book for report in reports for book in report.pushed)
    assert pushed == sorted(live_editions(list_editions(engine))) == sorted(TEXTS)
    assert store.book_ids() == sorted(TEXTS)
    assert not any(report.failures for report in reports)
    again = build(texts, tmp_path / "three", engine, store)
    assert (again.pushed, again.done) == ((), 3)
    engine.close()


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_built(
    texts: Path, tmp_path: Path
) -> None:
    engine = make_engine("edge", tmp_path)
    store = PageStore(f"file://{tmp_path / 'shelf'}")
    report = build(texts, tmp_path / "one", engine, store, gone=texts / "dogs.mmd")
    assert sorted(report.pushed) == ["cats", "owls"]
    ((path, reason),) = report.failures
    assert path.endswith("dogs.mmd")
    assert "cannot be read" in reason
    engine.close()


def test_what_a_dead_builder_had_is_read(texts: Path, tmp_path: Path) -> None:
    engine = make_engine("edge", tmp_path)
    store = PageStore(f"file://{tmp_path / 'shelf'}")
    build(texts / "cats.mmd", tmp_path / "one", engine, store)
    dead = Leases(engine, seconds=0, clock=lambda: 1_000.0)  # its leases have expired
    assert dead.take(content_name(texts / "dogs.mmd"))
    alive = Leases(engine)
    assert alive.take(content_name(texts / "owls.mmd"))
    report = build(texts, tmp_path / "two", engine, store)
    assert (report.pushed, report.done, report.elsewhere) == (("dogs",), 1, 1)
    engine.close()


def test_commands_on_two_machines(texts: Path, tmp_path: Path) -> None:
    places = ("--index", f"edge:{tmp_path / 'edge'}", "--shelf", f"file://{tmp_path / 'shelf'}")
    done = call_octavo("build", texts, "--library", tmp_path / "one", *places)
    assert done.returncode == 0, done.stderr
    assert "3 books stored, 0 done before, 0 elsewhere" in done.stderr
    here = ("--library", tmp_path / "two", *places)
    for mode in ("keyword", "hybrid"):
        found = json.loads(run_octavo("search", "bark", "--mode", mode, "--json", *here).stdout)
        assert found["hits"][0]["book_id"] == "dogs"
    page = call_octavo("page", "dogs", "1", "--library", tmp_path / "two", *places[2:])
    assert "Dogs bark loudly." in page.stdout
    gone = call_octavo("index", "drop", "dogs", *places[:2])
    assert gone.stdout == "removed dogs\n"
    found = json.loads(run_octavo("search", "bark", "--mode", "keyword", "--json", *here).stdout)
    assert not [hit for hit in found["hits"] if hit["book_id"] == "dogs"]


def test_the_name_of_a_content(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("same", encoding="utf-8")
    (tmp_path / "b.txt").write_text("same", encoding="utf-8")
    (tmp_path / "c.txt").write_text("other", encoding="utf-8")
    one, two, other = (content_name(tmp_path / f"{name}.txt") for name in "abc")
    assert one == two != other
    assert content_name(tmp_path) not in (one, other)
