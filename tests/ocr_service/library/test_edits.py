"""What a person says of a book is stored, and stays when the book is read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.common.errors import LibraryError, QueryError
from ocr_service.library.book_folder import BookFolder
from ocr_service.library.edits import BookEdit, edit_book, parse_year
from ocr_service.library.pages import Book

BOOK = Book("sets", "untitled", (), "/somewhere/sets.pdf", "ab" * 32, 2)


@pytest.fixture
def folder(tmp_path: Path) -> BookFolder:
    folder = BookFolder(tmp_path / "sets")
    folder.begin(BOOK)
    return folder


def test_edits_are_stored_one_by_one(folder: BookFolder) -> None:
    edit_book(folder, BookEdit(title="  Sets\nand Maps "))
    edit_book(folder, BookEdit(authors=("Ann Bell",), year=1999))
    book = folder.existing_manifest().book
    assert (book.title, book.authors, book.year) == ("Sets and Maps", ("Ann Bell",), 1999)
    assert book.edited == ("title", "authors", "year")
    edit_book(folder, BookEdit(authors=("",), year=0))
    book = folder.existing_manifest().book
    assert (book.title, book.authors, book.year) == ("Sets and Maps", (), None)


def test_a_book_that_is_read_again_keeps_its_edits() -> None:
    edited = Book("sets", "Sets", ("Ann Bell",), "a", "b", 2, "de", 1999, ("title", "year"))
    again = Book("sets", "untitled", ("C. Dorn",), "c", "d", 3, "en", 2020).with_edits_of(edited)
    assert (again.title, again.authors, again.year) == ("Sets", ("C. Dorn",), 1999)
    assert (again.source, again.page_count, again.language) == ("c", 3, "en")
    assert again.edited == ("title", "year")
    assert Book.from_dict(again.to_dict()) == again


def test_a_manifest_of_an_older_octavo_has_neither_year_nor_edits() -> None:
    data = BOOK.to_dict()
    del data["year"], data["edited"]
    assert Book.from_dict(data) == BOOK


@pytest.mark.parametrize("edit", [BookEdit(title=" "), BookEdit(title="x" * 301)])
def test_titles_that_are_none_are_refused(folder: BookFolder, edit: BookEdit) -> None:
    with pytest.raises(QueryError, match="1 to 300 characters"):
        edit_book(folder, edit)
    assert folder.existing_manifest().book == BOOK


def test_years() -> None:
    assert [parse_year(text) for text in ("1999", " 2013 ", "")] == [1999, 2013, 0]
    for text in ("99", "MCM", "20133", "²013"):
        with pytest.raises(QueryError, match="is not a year"):
            parse_year(text)


def test_a_folder_without_a_manifest_cannot_be_edited(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="octavo build"):
        edit_book(BookFolder(tmp_path / "none"), BookEdit(title="Sets"))
