"""Books in a page store are read lazily, and never half of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.common.errors import LibraryError, NotFoundError, QueryError
from ocr_service.library.library import Library
from ocr_service.library.page_store import PageStore, open_library
from ocr_service.library.pages import Book, Page, PageStatus


def publish(library: Library, words: str) -> None:
    folder = library.folder("primer")
    book = Book("primer", "A Primer", ("A. Author",), "primer.pdf", "0" * 64, 3)
    pages = [
        Page("primer", index, str(index + 1), f"{words} {index + 1}", (), PageStatus.OK, "text")
        for index in range(3)
    ]
    folder.write_manifest(folder.publish(book, pages, {}, 1))


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PageStore:
    return PageStore(f"{request.param}://{tmp_path / 'shelf'}")


def test_pages_are_fetched_when_they_are_read(store: PageStore, tmp_path: Path) -> None:
    own = Library(tmp_path / "own")
    publish(own, "old page")
    store.put(own.folder("primer"))
    assert store.book_ids() == ["primer"]
    other = open_library(tmp_path / "other", store.url)
    assert not (tmp_path / "other").exists()
    assert other.resolve("A Primer") == "primer"
    folder = other.folder("primer")
    manifest = folder.existing_manifest()
    assert folder.page(manifest, 1).markdown == "old page 2"
    assert [path.name for path in (folder.path / "pages").iterdir()] == ["page_0002.mmd"]
    with pytest.raises(NotFoundError, match="no page 4"):
        folder.page(manifest, 3)


def test_a_replaced_book_is_fetched_anew(store: PageStore, tmp_path: Path) -> None:
    own = Library(tmp_path / "own")
    publish(own, "old page")
    store.put(own.folder("primer"))
    first = open_library(tmp_path / "other", store.url).folder("primer")
    assert first.page(first.existing_manifest(), 0).markdown == "old page 1"
    publish(own, "new page")
    store.put(own.folder("primer"))
    later = open_library(tmp_path / "other", store.url).folder("primer")
    assert later.page(later.existing_manifest(), 0).markdown == "new page 1"


def test_the_manifest_is_stored_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = PageStore(f"file://{tmp_path / 'shelf'}")
    own = Library(tmp_path / "own")
    publish(own, "page")

    def full(place: str, _data: bytes) -> None:
        if place.endswith("page_0002.mmd"):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(store._files, "pipe_file", full)
    with pytest.raises(LibraryError, match=r"cannot be reached .*No space left"):
        store.put(own.folder("primer"))
    assert store.read("primer", "book.json") is None


def test_an_unknown_place_is_told() -> None:
    with pytest.raises(QueryError, match="nowhere"):
        PageStore("nowhere://bucket/shelf")
