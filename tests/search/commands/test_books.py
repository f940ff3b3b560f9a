"""`octavo books` lists and edits books; filters find books by what it says of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from search import NotFoundError, Searcher
from search.cli import cli
from tests.conftest import call_octavo
from tests.support.helpers import generation, make_page_folder

SETS = ["# A Course in Sets\n\nby Ann Bell\n\n1999", "A set is a collection of its elements."]
TEXT = ["Множество есть собрание элементов, и это не число. Мера и интеграл. A set."]


@pytest.fixture(scope="module")
def built(encoder_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two books, which tests only read."""
    assert encoder_cache.is_dir()
    folder = tmp_path_factory.mktemp("books")
    make_page_folder(folder / "in" / "sets", SETS)
    make_page_folder(folder / "in" / "Теория множеств", TEXT)
    done = call_octavo("build", folder / "in", "--library", folder / "library")
    assert done.returncode == 0, done.stderr
    return folder / "library"


@pytest.fixture
def library(built: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    shutil.copytree(built, tmp_path / "library")
    return tmp_path / "library"


def _say_that_it_was_read_from(source: Path, library: Path) -> None:
    """Make a folder the source of the book "sets", as if its pages had changed there."""
    path = library / "books" / "sets" / "book.json"
    data = json.loads(path.read_text())
    data["book"]["source"] = str(source)
    path.write_text(json.dumps(data))


def listed(library: Path) -> dict[str, dict[str, object]]:
    done = call_octavo("books", "--json", "--library", library)
    return {row["book_id"]: row for row in json.loads(done.stdout)["books"]}


def test_books_are_listed_with_authors_and_year(built: Path) -> None:
    text = call_octavo("books", "--library", built).stdout
    assert "A Course in Sets, Ann Bell (1999)" in text
    row = listed(built)["sets"]
    assert (row["authors"], row["year"], row["edited"]) == (["Ann Bell"], 1999, [])
    assert listed(built)["teoriya-mnozhestv"]["title"] == "Теория множеств"


def test_an_edit_is_shown_searched_and_kept(library: Path, tmp_path: Path) -> None:
    before = generation(library)
    edit = ("--title", "Sets and Maps", "--author", "Bell, Ann", "--author", "Carl Dorn")
    done = call_octavo("books", "--edit", "Course in", *edit, "--library", library)
    assert done.returncode == 0, done.stderr
    assert "Sets and Maps, Bell, Ann; Carl Dorn (1999)" in done.stdout
    assert generation(library) != before
    found = call_octavo("search", "--mode", "keyword", "collection", "--library", library)
    assert found.stdout.startswith("[sets] Ann Bell and Carl Dorn, Sets and Maps (1999)\n1. p. 2")
    again = make_page_folder(tmp_path / "in", [SETS[0], "A set is a collection of points."])
    _say_that_it_was_read_from(again, library)
    assert call_octavo("build", again, "--library", library).returncode == 0
    row = listed(library)["sets"]
    assert (row["title"], row["authors"]) == ("Sets and Maps", ["Bell, Ann", "Carl Dorn"])
    assert row["edited"] == ["title", "authors"]
    hits = Searcher.open(library).search("points", mode="keyword")
    assert [(hit.title, hit.year) for hit in hits] == [("Sets and Maps", 1999)]


def test_filters_by_title_and_author(library: Path) -> None:
    call_octavo("books", "--edit", "teoriya", "--author", "А. Хинчин", "--library", library)
    searcher = Searcher.open(library)

    def books(question: str, **options: list[str]) -> set[str]:
        hits = searcher.search(question, mode="keyword", **options)  # type: ignore[arg-type]
        return {hit.source.book_id for hit in hits}

    assert books("set") == {"sets", "teoriya-mnozhestv"}
    assert books("set author:bell") == {"sets"}
    assert books('set author:"ann b"') == {"sets"}
    assert books("set author:хинчин") == {"teoriya-mnozhestv"}
    assert books("set book:ТЕОРИЯ") == {"teoriya-mnozhestv"}
    assert books('set book:"course in sets"') == {"sets"}
    assert books("set book:khinchin") == {"teoriya-mnozhestv"}
    assert books("set", authors=["Bell"]) == {"sets"}
    assert books("set author:bell book:теория") == set()
    assert books("set author:bell author:хинчин") == {"sets", "teoriya-mnozhestv"}
    with pytest.raises(NotFoundError, match="did you mean Ann Bell"):
        books("set author:bel1")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--title", "x"), 2, "need --edit BOOK"),
        (("--edit", "sets"), 2, "needs --title, --author or --year"),
        (("--edit", "setz", "--title", "x"), 7, "did you mean sets"),
        (("--edit", "sets", "--title", " "), 2, "1 to 300 characters"),
        (("--edit", "sets", "--year", "soon"), 2, "is not a year"),
    ],
)
def test_edits_that_make_no_sense(
    built: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    before = listed(built)
    done = call_octavo("books", *arguments, "--library", built)
    assert (done.returncode, message in done.stderr) == (code, True), done.stderr
    assert listed(built) == before


def test_ids_are_completed(built: Path) -> None:
    shell = BashComplete(cli, {}, "octavo", "_OCTAVO_COMPLETE")

    def completed(*words: str, begun: str) -> list[str]:
        return [item.value for item in shell.get_completions([*words], begun)]

    assert completed("--library", str(built), "page", begun="te") == ["teoriya-mnozhestv"]
    assert completed("books", "--library", str(built), "--edit", begun="s") == ["sets"]
    assert completed("search", "--library", str(built), "--book", begun="") == [
        "sets",
        "teoriya-mnozhestv",
    ]
    assert completed("--library", str(built / "none"), "remove", begun="") == []
