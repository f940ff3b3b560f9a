"""`octavo build`: every kind of input, and second runs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pymupdf
import pytest

from search.cli import cli
from tests.conftest import Octavo, call_octavo, run_octavo
from tests.support.builds import build, drawn_page, found
from tests.support.helpers import (
    MODES,
    checkpoints,
    generation,
    make_document,
    make_page_folder,
    make_pdf,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One input of every kind."""
    folder = tmp_path_factory.mktemp("inputs")
    make_pdf(
        folder / "lattices.pdf",
        [
            "Preface. These pages are about lattices and were written for this test alone.",
            "Contents. Chapter one, the diamond lattice; chapter two, the pentagon lattice.",
            "Chapter one. Every distributive lattice is modular; a diamond is not distributive.",
            "Chapter two. A pentagon is not modular; every sublattice of it is a chain or more.",
        ],
    )
    with pymupdf.open(folder / "lattices.pdf") as document:
        document.set_page_labels(
            [{"startpage": 0, "style": "r"}, {"startpage": 2, "style": "D", "firstpagenum": 1}]
        )
        document.saveIncr()
    drawn_page("Torsion groups are periodic").save(folder / "torsion.png")
    drawn_page("Martingales converge upward").save(folder / "martingale.jpg", quality=92)
    sheets = [drawn_page("Simplices have vertices"), drawn_page("Homology counts holes")]
    sheets[0].save(folder / "topology.tiff", save_all=True, append_images=sheets[1:])
    make_page_folder(
        folder / "graphs", ["# Graphs\n\nA tree has no cycle.", "A forest is a union of trees."]
    )
    make_document(
        folder / "measure" / "document.mmd",
        ["# Measure\n\nA null set is measurable.", "Egorov's theorem: \\( f_n \\to f \\)."],
    )
    return folder


@pytest.fixture(scope="module")
def first_build(
    inputs: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, subprocess.CompletedProcess[str]]]:
    library = tmp_path_factory.mktemp("mixed") / "library"
    yield library, build(library, inputs)
    shutil.rmtree(library)


@pytest.fixture(scope="module")
def mixed(first_build: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    """A library of all inputs. Tests only read it, or build the same inputs again."""
    return first_build[0]


def test_every_kind_of_input_becomes_a_book(mixed: Path) -> None:
    done = call_octavo("books", "--json", "--library", mixed)
    books = {book["book_id"]: book for book in json.loads(done.stdout)["books"]}
    assert {book_id: book["pages"] for book_id, book in books.items()} == {
        "graphs": 2,
        "lattices": 4,
        "martingale": 1,
        "measure": 2,
        "topology": 2,
        "torsion": 1,
    }
    assert all(book["state"] == "indexed" for book in books.values())
    assert books["lattices"]["engines"] == {"typeset": 4}
    assert books["topology"]["engines"] == {"rapidocr": 2}
    assert books["graphs"]["engines"] == {"import": 2}


@pytest.mark.parametrize(
    ("question", "book_id", "page"),
    [
        ("pentagon modular", "lattices", 4),
        ("torsion", "torsion", 1),
        ("martingales", "martingale", 1),
        ("homology", "topology", 2),
        ("forest", "graphs", 2),
        ("Egorov", "measure", 2),
    ],
)
def test_every_kind_of_input_is_found(mixed: Path, question: str, book_id: str, page: int) -> None:
    assert found(mixed, question)[0] == (book_id, page)


def test_progress_is_plain_lines_on_stderr(
    first_build: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = first_build
    assert done.stdout == ""
    assert "\r" not in done.stderr
    assert "\x1b" not in done.stderr
    lines = done.stderr.splitlines()
    read = re.compile(r"lattices\.pdf: lattices, 4 pages \([\d.]+ pages/s so far\)$")
    assert any(map(read.match, lines))
    assert re.match(r"indexed 6 books: \d+ passages, 1 formula$", lines[-1])


def test_a_second_build_changes_nothing_and_starts_no_workers(mixed: Path, inputs: Path) -> None:
    paths = [path for path in mixed.rglob("*") if not path.name.startswith("write.")]
    before = {path: path.stat().st_mtime_ns for path in paths if path.is_file()}
    lines, serving = checkpoints(mixed), generation(mixed)
    script = Path(sys.executable).with_name("octavo")
    process = subprocess.Popen(
        [script, "build", inputs, "--library", mixed], stderr=subprocess.PIPE, text=True
    )
    seen: set[str] = set()
    while process.poll() is None:
        for child in psutil.Process(process.pid).children(recursive=True):
            seen.add(str(child.pid))
        time.sleep(0.01)
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    assert process.returncode == 0
    assert said.count(": unchanged, ") == 6
    assert seen == set()
    assert checkpoints(mixed) == lines
    assert generation(mixed) == serving
    paths = [path for path in mixed.rglob("*") if not path.name.startswith("write.")]
    assert {path: path.stat().st_mtime_ns for path in paths if path.is_file()} == before


def test_quiet_says_nothing(mixed: Path, inputs: Path) -> None:
    done = run_octavo("build", "-q", inputs, "--library", mixed)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_page_goes_by_number_and_by_label(mixed: Path) -> None:
    by_label = call_octavo("page", "lattices", "--label", "II", "--library", mixed)
    by_number = call_octavo("page", "lattices", "2", "--library", mixed)
    assert by_label.returncode == by_number.returncode == 0
    assert by_label.stdout == by_number.stdout
    assert "p. ii (PDF page 2)" in by_label.stdout.splitlines()[0]
    assert "pentagon lattice" in by_label.stdout
    assert (
        "Every distributive"
        in call_octavo("page", "lattices", "--label", "1", "--library", mixed).stdout
    )
    assert "Preface" in call_octavo("page", "lattices", "1", "--library", mixed).stdout
    both = call_octavo("page", "lattices", "2-3", "--library", mixed)
    assert both.stdout.count("--- ") == 2


def test_the_labels_of_a_typeset_book(ask: Octavo) -> None:
    by_label = ask("page", "statistics-primer", "--label", "iv")
    assert "p. iv (PDF page 4)" in by_label.stdout
    assert by_label.stdout == ask("page", "statistics-primer", "4").stdout
    wrong = ask("page", "statistics-primer", "--label", "xciv")
    assert wrong.returncode == 7
    assert "no page is labelled 'xciv'" in wrong.stderr


def test_json_parses(mixed: Path) -> None:
    for mode in MODES:
        done = call_octavo("search", "--json", "--mode", mode, "$f_n$", "--library", mixed)
        data = json.loads(done.stdout)
        assert (data["schema_version"], data["mode"]) == (1, mode)
        assert data["hits"], mode
    page = json.loads(call_octavo("page", "graphs", "1-2", "--json", "--library", mixed).stdout)
    assert [item["page"] for item in page["pages"]] == [1, 2]
    status = json.loads(call_octavo("status", "--json", "--library", mixed).stdout)
    assert (status["books"], status["pages"], status["failed_inputs"]) == (6, 12, {})


@pytest.mark.parametrize("name", [None, *cli.list_commands(None)])  # type: ignore[arg-type]
def test_every_help_has_an_example(name: str | None) -> None:
    done = call_octavo(*([name] if name else []), "--help")
    assert done.returncode == 0
    assert re.search(r"Examples?:\n +octavo ", done.stdout), done.stdout


def test_the_library_is_named_before_or_after_or_by_the_environment(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = call_octavo("books", "--library", mixed).stdout
    assert expected.count("\n") == 6
    assert call_octavo("--library", mixed, "books").stdout == expected
    assert call_octavo("--library", tmp_path, "books", "--library", mixed).stdout == expected
    monkeypatch.setenv("OCTAVO_LIBRARY", str(mixed))
    assert call_octavo("books").stdout == expected
    nearer = call_octavo("books", "--library", tmp_path)
    assert nearer.returncode == 5
    assert str(tmp_path) in nearer.stderr
