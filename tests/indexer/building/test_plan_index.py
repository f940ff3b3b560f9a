"""What an update of the index would do is known before anything is written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.building.finished_books import FinishedBooks
from indexer.building.plan_index import (
    EncoderPlan,
    IndexPlan,
    StoredGeneration,
    plan_encoder,
    plan_index,
)
from indexer.stores.generations import SERVING
from ocr_service.library.library import Library
from tests.conftest import call_octavo
from tests.support.helpers import make_document

pytestmark = pytest.mark.usefixtures("encoder_cache")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A library of two books of one page each, indexed."""
    for book_id in ("rings", "groups"):
        make_document(tmp_path / "shelf" / f"{book_id}.mmd", [f"# {book_id}\n\nAbout {book_id}."])
    place = tmp_path / "library"
    done = call_octavo("build", tmp_path / "shelf", "--library", place)
    assert done.returncode == 0, done.stderr
    yield Library(place)
    shutil.rmtree(place)


def plan(library: Library) -> IndexPlan:
    """Plan an update of the serving generation; check that this writes nothing."""
    before = state(library.path)
    serving = StoredGeneration.find(library.index_path, SERVING)
    assert serving is not None
    found = plan_index(serving.manifest, FinishedBooks(library).look().read())
    assert state(library.path) == before
    return found


def encoder_of(library: Library, name: str | None = None) -> EncoderPlan:
    """Choose the encoder; check that this writes nothing."""
    before = state(library.path)
    found = plan_encoder(library.index_path, name)
    assert state(library.path) == before
    return found


def state(folder: Path) -> dict[Path, tuple[int, int]]:
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in sorted(folder.rglob("*"))
    }


def to_index(found: IndexPlan) -> list[str]:
    """Return the books to index."""
    return [manifest.book.book_id for manifest in found.books]


def retitle(library: Library, book_id: str, title: str) -> None:
    folder = library.folder(book_id)
    manifest = folder.manifest()
    assert manifest is not None
    folder.write_manifest(replace(manifest, book=replace(manifest.book, title=title)))


def test_nothing_to_index(tmp_path: Path) -> None:
    assert FinishedBooks(Library(tmp_path)).look().read() == {}
    assert plan_encoder(tmp_path / "index", None).serving is None
    assert list(tmp_path.iterdir()) == []


def test_an_index_that_is_up_to_date(library: Library) -> None:
    found = plan(library)
    assert found.is_up_to_date
    assert (found.books, found.replaced, found.removed) == ((), (), ())
    encoder = encoder_of(library)
    assert encoder.encoder.model is None
    assert not encoder.changes_encoder


def test_books_added_replaced_and_removed(library: Library) -> None:
    retitle(library, "rings", "On rings")  # the title is embedded with the text
    shutil.move(library.folder("groups").path, library.folder("fields").path)
    folder = library.folder("fields")
    manifest = folder.manifest()
    assert manifest is not None
    folder.write_manifest(replace(manifest, book=replace(manifest.book, book_id="fields")))
    found = plan(library)
    assert found.incremental
    assert to_index(found) == ["fields", "rings"]
    assert (found.replaced, found.removed) == (("rings",), ("groups",))
    assert not found.is_up_to_date


def test_a_language_changes_the_words(library: Library) -> None:
    folder = library.folder("rings")
    manifest = folder.manifest()
    assert manifest is not None
    folder.write_manifest(replace(manifest, book=replace(manifest.book, language="de")))
    found = plan(library)
    assert to_index(found) == ["rings"]
    assert found.replaced == ("rings",)


def test_an_index_of_removed_books_is_written_anew(library: Library) -> None:
    serving = StoredGeneration.find(library.index_path, SERVING)
    assert serving is not None
    sparse = replace(serving.manifest, rows=20_000)
    found = plan_index(sparse, FinishedBooks(library).look().read())
    assert not found.incremental
    assert to_index(found) == ["groups", "rings"]
    assert (found.replaced, found.removed) == ((), ())


def test_another_encoder_does_not_take_the_place_of_the_old_at_once(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "modules.json").write_text("[]")
    found = encoder_of(library, str(tmp_path / "model"))
    assert found.changes_encoder
    assert found.encoder.model is not None
    assert found.encoder.model.folder == tmp_path / "model"
    assert found.serving is not None
    assert found.pending is None
    assert found.encoder.key != found.serving.manifest.encoder_key


@pytest.mark.parametrize("damage", ["deleted", "cut off", "no number", "of another"])
def test_an_encoder_that_is_damaged_is_prepared_again(library: Library, damage: str) -> None:
    (folder,) = (library.index_path / "encoders").iterdir()
    described = folder / "encoder.json"
    text = described.read_text()
    if damage == "deleted":
        shutil.rmtree(folder)
    elif damage == "cut off":
        described.write_text(text[:40])
    elif damage == "no number":
        described.write_text(text.replace('"dimension": 384', '"dimension": "many"'))
    else:
        described.write_text(text.replace(folder.name, "0" * 16))
    found = encoder_of(library)
    assert found.encoder.model is not None
    assert found.encoder.key == folder.name
    assert not found.changes_encoder
    done = call_octavo("build", library.path.parent / "shelf", "--library", library.path)
    assert done.returncode == 0, done.stderr
    assert described.read_text() == text
    assert call_octavo("search", "--mode", "semantic", "rings", "--library", library.path).stdout
