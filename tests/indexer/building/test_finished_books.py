"""Only manifests that changed are parsed again, and none that changed is missed."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.building.finished_books import FinishedBooks
from indexer.stores.book_stamps import is_settled, read_stamps, stamp_of, write_stamps
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.library import Library
from ocr_service.library.pages import Book, Page, PageStatus

BOOKS = ("fields", "groups", "rings")
SETTLED = 2.2  # seconds after which a file system's clock has ticked


def publish(library: Library, book_id: str, title: str) -> None:
    """Put a book of one page into a library."""
    book = Book(book_id, title, (), f"/{book_id}.pdf", "0" * 64, 1)
    page = Page(book_id, 0, "1", f"# {title}", (), PageStatus.OK, "import")
    library.folder(book_id).publish(book, [page], {}, 1)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """A library whose books have been there for a while."""
    made = Library(tmp_path)
    for book_id in BOOKS:
        publish(made, book_id, f"On {book_id}")
    time.sleep(SETTLED)
    return made


def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the id of each book is added whose manifest is parsed."""
    seen: list[str] = []
    manifest = BookFolder.manifest

    def noting(folder: BookFolder) -> object:
        seen.append(folder.book_id)
        return manifest(folder)

    monkeypatch.setattr(BookFolder, "manifest", noting)
    return seen


def test_books_with_their_stamps_are_not_parsed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = parsed(monkeypatch)
    stamps = FinishedBooks(library).look().settled_stamps(BOOKS)
    assert sorted(stamps) == list(BOOKS)
    again = FinishedBooks(library).look()
    assert again.unchanged(stamps) == set(BOOKS)
    assert again.read(again.unchanged(stamps)) == {}
    assert seen == []
    assert sorted(again.read()) == list(BOOKS)
    assert sorted(again.look().read()) == list(BOOKS)
    assert seen == list(BOOKS)  # once


def edit_in_place(path: Path) -> None:
    """Change a letter and put the time of modification back, as some editors and backups do."""
    before = path.stat()
    with path.open("r+b") as file:
        text = file.read()
        file.seek(text.index(b"On groups"))
        file.write(b"Of groups")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_by_copy(path: Path) -> None:
    """Rename a file of the same size and time of modification onto it."""
    before, other = path.stat(), path.with_name("other")
    other.write_bytes(path.read_bytes().replace(b"On groups", b"Of groups"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("change", [edit_in_place, replace_by_copy])
def test_a_change_that_keeps_size_and_time_is_seen(library: Library, change: object) -> None:
    books = FinishedBooks(library).look()
    stamps = books.settled_stamps(BOOKS)
    assert books.read()["groups"].book.title == "On groups"
    path = library.folder("groups").path / "book.json"
    size, modified = path.stat().st_size, path.stat().st_mtime_ns
    assert callable(change)
    change(path)
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (size, modified)
    for looking in (books, FinishedBooks(library)):  # the same build, and another one
        looking.look()
        assert looking.unchanged(stamps) == {"fields", "rings"}
        assert looking.read()["groups"].book.title == "Of groups"


def test_a_book_that_has_just_changed_is_parsed_each_time(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(library, "groups", "Of groups")
    books = FinishedBooks(library).look()
    assert sorted(books.settled_stamps(BOOKS)) == ["fields", "rings"]
    books.read()
    seen = parsed(monkeypatch)
    books.look().read()
    assert seen == ["groups"]


def test_a_stamp_says_nothing_within_a_tick_or_from_the_future() -> None:
    now = 1_000_000_000_000
    assert is_settled((1, 1, now - 3_000_000_000, now - 3_000_000_000), now)
    assert not is_settled((1, 1, now - 3_000_000_000, now - 1_000_000_000), now)
    assert not is_settled((1, 1, now - 1_000_000_000, now - 3_000_000_000), now)
    # The clock was put back by an hour: the file is of a time to come.
    assert not is_settled((1, 1, now + 3_600_000_000_000, now + 3_600_000_000_000), now)


def test_removed_and_unfinished_books_are_left_out(library: Library) -> None:
    books = FinishedBooks(library).look()
    stamps = books.settled_stamps(BOOKS)
    library.remove("rings")
    folder = library.folder("fields")
    folder.write_manifest(replace(folder.existing_manifest(), digest=None))
    books.look()
    assert books.unchanged(stamps) == {"groups"}
    assert sorted(books.read()) == ["groups"]


@pytest.mark.parametrize("text", ["", "[]", "null", '{"fields": 1}', '{"fields": [1, 2]}', "\0"])
def test_stamps_that_are_damaged_count_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "stamps.json").write_text(text)
    assert read_stamps(tmp_path) == {}


def test_stamps_are_read_as_they_were_written(library: Library, tmp_path: Path) -> None:
    stamps = FinishedBooks(library).look().settled_stamps(BOOKS)
    write_stamps(tmp_path, stamps)
    assert read_stamps(tmp_path) == stamps
    assert stamp_of(tmp_path / "nothing") is None
