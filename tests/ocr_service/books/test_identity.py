"""Books get titles and ids that a person recognises: from the text, the folder, or the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr_service.books.identity import Identity, describe_pages, first_heading, free_id, identify
from ocr_service.library.sources import InputSource, SourceKind
from ocr_service.workers.tasks import SourceInfo

TEXT = "A group is a set with a law that is associative. " * 20


@pytest.mark.parametrize(
    ("pages", "title"),
    [
        (["# A Course in Sets\n\nText."], "A Course in Sets"),
        (["![](figure)", "# A Course in Sets"], "A Course in Sets"),
        (["# \\(\\sigma\\)-algebras and **measures**"], "sigma-algebras and measures"),
        (["# [Sets](#sets) and _maps_"], "Sets and maps"),
        (["# Contents\n\n1 Groups", "# Chapter 1 Groups"], None),
        (["# Kapitel 1"], None),
        (["# Page 1"], None),
        (["# \\(a^2 = b\\)"], None),
        ([TEXT, "# Rings and Fields"], None),
        (["## 3.4 Exercises"], None),
        ([None, ""], None),
    ],
)
def test_the_first_heading(pages: list[str | None], title: str | None) -> None:
    assert first_heading(pages) == title


def _named(path: Path, kind: SourceKind, info: SourceInfo) -> tuple[str, str]:
    identity = identify(InputSource(path, kind), info)
    return free_id(identity, ()), identity.title


NOTHING = SourceInfo(None, (), None, ("1",))


@pytest.mark.parametrize(
    ("folder", "book_id", "title"),
    [
        ("Concrete Groups", "concrete-groups", "Concrete Groups"),
        ("ocr out/Analysis II/mmd", "analysis-ii", "Analysis II"),
        ("Maß/output_pages", "mass", "Maß"),
        ("bk", "bk", "bk"),
        ("第一巻/images", "di-yi-juan", "第一巻"),
    ],
)
def test_page_folders(tmp_path: Path, folder: str, book_id: str, title: str) -> None:
    path = tmp_path / folder
    path.mkdir(parents=True)
    assert _named(path, SourceKind.PAGE_FOLDER, NOTHING) == (book_id, title)


@pytest.mark.parametrize(
    "name", ["main", "b1", "9780521", "Book (1)", "scan0001", "0123456789abcdef"]
)
def test_a_name_that_says_nothing_gives_way_to_the_title(tmp_path: Path, name: str) -> None:
    path = tmp_path / f"{name}.pdf"
    path.touch()
    info = SourceInfo("Thesis on Kernels", (), None, ("1",))
    assert _named(path, SourceKind.PDF, info) == ("thesis-on-kernels", "Thesis on Kernels")


def test_a_file_names_what_its_pages_do_not(tmp_path: Path) -> None:
    path = tmp_path / "Smith, John - 2004 - Percolation.pdf"
    path.touch()
    identity = identify(InputSource(path, SourceKind.PDF), NOTHING)
    assert identity.title == "Percolation"
    assert (identity.authors, identity.year) == (("John Smith",), 2004)
    told = SourceInfo("Elements", ("J. Smith",), None, ("1",), 2005)
    identity = identify(InputSource(path, SourceKind.PDF), told)
    assert (identity.title, identity.authors, identity.year) == ("Elements", ("J. Smith",), 2005)


def test_ids_are_unique() -> None:
    identity = Identity("Теория", "Теория", (), None)
    assert free_id(identity, ()) == "teoriya"
    assert free_id(identity, {"teoriya", "teoriya-2"}) == "teoriya-3"
    assert free_id(Identity("∴", "∴", (), None), ()) == "book"


def test_pages_tell_authors_and_year() -> None:
    info = describe_pages(["# Sets\n\nby Ann Bell\n\n1999", TEXT])
    assert (info.title, info.authors, info.year) == ("Sets", ("Ann Bell",), 1999)
    assert info.labels == ("1", "2")
