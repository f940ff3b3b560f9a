"""What an update of the index would do is known before anything is written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.building.plan_index import IndexPlan, plan_index
from ocr_service.library.library import Library
from tests.conftest import call_octavo
from tests.support.helpers import generation, make_document

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


def plan(library: Library, encoder: str | None = None) -> IndexPlan:
    """Plan an update; check that this writes nothing."""
    before = state(library.path)
    found = plan_index(library, encoder)
    assert state(library.path) == before
    assert found is not None
    return found


def state(folder: Path) -> dict[Path, tuple[int, int]]:
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in sorted(folder.rglob("*"))
    }


def to_index(found: IndexPlan) -> dict[str, bool]:
    """Return the books to index, and whether their passages have to be embedded."""
    return {each.manifest.book.book_id: each.old_rows is None for each in found.books}


def retitle(library: Library, book_id: str, title: str) -> None:
    folder = library.folder(book_id)
    manifest = folder.manifest()
    assert manifest is not None
    folder.write_manifest(replace(manifest, book=replace(manifest.book, title=title)))


def test_nothing_to_index(tmp_path: Path) -> None:
    assert plan_index(Library(tmp_path), None) is None
    assert list(tmp_path.iterdir()) == []


def test_an_index_that_is_up_to_date(library: Library) -> None:
    found = plan(library)
    assert found.is_up_to_date
    assert found.encoder.model is None
    assert (found.books, found.replaced, found.removed) == ((), (), ())


def test_books_added_replaced_and_removed(library: Library) -> None:
    retitle(library, "rings", "On rings")  # the title is embedded with the text
    shutil.move(library.folder("groups").path, library.folder("fields").path)
    folder = library.folder("fields")
    manifest = folder.manifest()
    assert manifest is not None
    folder.write_manifest(replace(manifest, book=replace(manifest.book, book_id="fields")))
    found = plan(library)
    assert found.incremental
    assert to_index(found) == {"fields": True, "rings": True}
    assert (found.replaced, found.removed) == (("rings",), ("groups",))
    assert not found.is_up_to_date


def test_a_language_changes_the_words_and_not_the_vectors(library: Library) -> None:
    folder = library.folder("rings")
    manifest = folder.manifest()
    assert manifest is not None
    folder.write_manifest(replace(manifest, book=replace(manifest.book, language="de")))
    found = plan(library)
    assert to_index(found) == {"rings": False}
    assert found.replaced == ("rings",)


def test_another_encoder_embeds_all_books_into_an_empty_generation(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "modules.json").write_text("[]")
    found = plan(library, str(tmp_path / "model"))
    assert not found.incremental
    assert found.encoder.model is not None
    assert found.encoder.model.folder == tmp_path / "model"
    assert to_index(found) == {"groups": True, "rings": True}
    assert (found.replaced, found.removed) == ((), ())
    assert found.serving is not None
    assert found.encoder.key != found.serving.manifest.encoder_key


def test_an_encoder_that_was_deleted_is_prepared_again_for_the_same_vectors(
    library: Library,
) -> None:
    shutil.rmtree(library.index_path / "encoders")
    found = plan(library)
    assert found.encoder.model is not None
    assert found.is_up_to_date


def test_missing_vectors_are_embedded_anew(library: Library) -> None:
    (library.index_path / generation(library.path) / "vectors.f32").write_bytes(b"")
    found = plan(library)
    assert not found.incremental
    assert to_index(found) == {"groups": True, "rings": True}
