"""`octavo build`: every kind of input, second runs, and changed, moved and removed files."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pymupdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_service.library.book_folder import PAGE_SPLIT
from search.cli import cli
from tests.conftest import Octavo, call_octavo, run_octavo
from tests.support.helpers import (
    MODES,
    checkpoints,
    finished_pages,
    generation,
    index_books,
    make_document,
    make_page_folder,
    make_pdf,
    page_files,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")

ONE_WORKER = ("--jobs", "1")  # each loads its models anew, and two read two pages no sooner


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Path]:
    """A place for a library of this test's own; taken away, as its encoder is 90 MB."""
    place = tmp_path / "library"
    yield place
    shutil.rmtree(place, ignore_errors=True)


def build(
    library: Path, *arguments: str | Path, run: Octavo = run_octavo
) -> subprocess.CompletedProcess[str]:
    """Build, and expect it to go well."""
    done = run("build", "--library", library, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return done


def build_texts(library: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
    """Build what is text already, which takes no workers, in this process."""
    return build(library, *paths, run=call_octavo)


def found(library: Path, question: str, *more: str) -> list[tuple[str, int]]:
    """Search by keyword; return (book id, page number) of the hits, best first."""
    done = call_octavo(
        "--library", library, "search", "--mode", "keyword", "--json", *more, "--", question
    )
    assert done.returncode == 0, done.stderr
    return [(hit["book_id"], hit["page"]) for hit in json.loads(done.stdout)["hits"]]


def drawn_page(text: str) -> Image.Image:
    """Return a picture of a line of text, such as a scanner makes."""
    picture = Image.new("L", (900, 220), 250)
    ImageDraw.Draw(picture).text((40, 80), text, fill=20, font=ImageFont.load_default(34))
    return picture


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


def test_a_changed_file_is_detected_by_its_content(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    make_page_folder(shelf / "algebra", ["A ring has two operations.", "A field is a ring."])
    make_page_folder(shelf / "topos", ["A topos has a subobject classifier."])
    path = make_pdf(
        shelf / "menagerie.pdf",
        ["The zebra principle holds for every compact space in this book.", "An unchanged page."],
        title="A Menagerie of Spaces",
    )
    build(library, shelf, *ONE_WORKER)
    assert found(library, "zebra") == [("menagerie", 1)]
    original, time_ns = path.read_bytes(), path.stat().st_mtime_ns
    before_pages, before_index = page_files(library), index_books(library)
    before_lines = checkpoints(library)
    before_vectors = np.fromfile(library / "index" / generation(library) / "vectors.f32", "f4")

    # The same size, the same time of change, one word another.
    with pymupdf.open(path) as document:
        stream = document.xref_stream_raw(document[0].get_contents()[0])
    assert original.count(stream) == 1
    assert stream.count(b"zebra".hex().encode()) == 1
    changed = original.replace(b"zebra".hex().encode(), b"camel".hex().encode())
    assert len(changed) == len(original)
    path.write_bytes(changed)
    os.utime(path, ns=(time_ns, time_ns))
    done = build(library, shelf, *ONE_WORKER)
    assert "menagerie.pdf: menagerie, 2 pages" in done.stderr
    assert found(library, "camel") == [("menagerie", 1)]
    assert found(library, "zebra") == []

    # Only that book was touched: its pages, and its rows, which are new and behind the others.
    after_index = index_books(library)
    assert set(after_index) == {"algebra", "menagerie", "topos"}
    last_row = max(entry["last_row"] for entry in before_index.values())
    assert after_index["menagerie"]["first_row"] == last_row
    vectors = np.fromfile(library / "index" / generation(library) / "vectors.f32", "f4")
    assert np.array_equal(vectors[: len(before_vectors)], before_vectors)
    for book_id in ("algebra", "topos"):
        assert after_index[book_id] == before_index[book_id]
        assert checkpoints(library)[book_id] == before_lines[book_id]
    pages = page_files(library)
    assert {name for name in pages if pages[name] != before_pages[name]} == {
        "books/menagerie/pages/page_0001.mmd",
        "books/menagerie/document.mmd",
    }

    # Back to the old content: everything about it is still known.
    lines = checkpoints(library)
    assert lines["menagerie"].startswith(before_lines["menagerie"])
    path.write_bytes(original)
    done = build(library, shelf, *ONE_WORKER)
    assert "2 kept from before" in done.stderr
    assert checkpoints(library) == lines
    assert page_files(library) == before_pages
    assert found(library, "zebra") == [("menagerie", 1)]
    assert found(library, "camel") == []


def test_a_changed_page_of_a_folder(tmp_path: Path, library: Path) -> None:
    folder = make_page_folder(tmp_path / "algebra", ["A ring has two sums.", "A field is a ring."])
    build_texts(library, folder)
    (folder / "page_0002.mmd").write_text("A skew field need not commute.")
    build_texts(library, folder)
    assert found(library, "skew") == [("algebra", 2)]
    (folder / "page_0003.mmd").write_text("A domain has no divisors of zero.")
    build_texts(library, folder)
    assert found(library, "divisors") == [("algebra", 3)]
    (folder / "page_0003.mmd").unlink()
    build_texts(library, folder)
    assert found(library, "divisors") == []
    assert len(list((library / "books" / "algebra" / "pages").iterdir())) == 2


def test_copies_and_moved_files(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    path = make_document(shelf / "knots.mmd", ["The trefoil is chiral."])
    build_texts(library, shelf)
    lines, serving = checkpoints(library), generation(library)

    shutil.copy(path, shelf / "another-name.mmd")
    done = build_texts(library, shelf)
    assert "another-name.mmd: the same content as knots, not added again" in done.stderr
    assert (checkpoints(library), generation(library)) == (lines, serving)
    (shelf / "another-name.mmd").unlink()

    moved = tmp_path / "elsewhere" / "braids.mmd"
    moved.parent.mkdir()
    path.rename(moved)
    done = build_texts(library, tmp_path / "elsewhere")
    assert "braids.mmd: unchanged, knots" in done.stderr
    assert (checkpoints(library), generation(library)) == (lines, serving)
    books = json.loads(call_octavo("books", "--json", "--library", library).stdout)["books"]
    assert [(book["book_id"], book["source"]) for book in books] == [("knots", str(moved))]

    # A changed file at the new place is still that book.
    moved.write_text(f"The figure eight is amphichiral.\n\n{PAGE_SPLIT}\n")
    build_texts(library, moved)
    assert found(library, "amphichiral") == [("knots", 1)]
    assert found(library, "trefoil") == []


def test_two_files_of_one_name_are_two_books(tmp_path: Path, library: Path) -> None:
    make_document(tmp_path / "a" / "notes.mmd", ["On surds."])
    make_document(tmp_path / "b" / "notes.mmd", ["On cubics."])
    build_texts(library, tmp_path)
    assert found(library, "surds") == [("notes", 1)]
    assert found(library, "cubics") == [("notes-2", 1)]


def test_remove(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    make_document(shelf / "sums.mmd", ["Abel summation of series."])
    make_document(shelf / "products.mmd", ["Infinite products and series."])
    build_texts(library, shelf)
    assert len(found(library, "series")) == 2
    before = index_books(library)["sums"]

    done = call_octavo("remove", "prod", "--library", library)
    assert (done.returncode, done.stdout, done.stderr) == (0, "removed products\n", "")
    assert found(library, "series") == [("sums", 1)]
    assert not (library / "books" / "products").exists()
    assert (shelf / "products.mmd").exists()
    assert index_books(library) == {"sums": before}

    again = call_octavo("remove", "products", "--library", library)
    assert again.returncode == 7
    assert "products: no such book" in again.stderr

    # What a removal that was killed left is nobody's book, and goes with the next.
    (library / "books" / ".products.removed" / "pages").mkdir(parents=True)
    # What is left may be nothing at all, and the book may come back.
    assert call_octavo("remove", "sums", "--library", library).returncode == 0
    assert list((library / "books").iterdir()) == []
    empty = call_octavo("search", "series", "--library", library)
    assert empty.returncode == 5
    assert "no book in this library" in empty.stderr
    build_texts(library, shelf)
    assert sorted(found(library, "series")) == [("products", 1), ("sums", 1)]


def test_force_ocr_reads_only_pages_that_have_a_text_layer(tmp_path: Path, library: Path) -> None:
    path = tmp_path / "half.pdf"
    drawn_page("Gamma functions interpolate").save(tmp_path / "page.png")
    with pymupdf.open() as document:
        page = document.new_page(width=450, height=110)
        page.insert_text((20, 50), "Digits of the text layer are exact.", fontsize=20)
        page = document.new_page(width=450, height=110)
        page.insert_image(page.rect, filename=tmp_path / "page.png")
        document.save(path)

    def engines() -> list[str]:
        manifest = json.loads((library / "books" / "half" / "book.json").read_text())
        read: list[str] = manifest["engines"]
        return read

    build(library, path, *ONE_WORKER)
    assert engines() == ["typeset", "rapidocr"]
    build(library, path, "--force-ocr", *ONE_WORKER)
    assert engines() == ["rapidocr", "rapidocr"]
    read = [page_index for _, _, page_index in finished_pages(library)]
    assert sorted(read) == [0, 0, 1]
    assert found(library, "digits")[0] == ("half", 1)
    for options in ([], ["--force-ocr"]):
        assert "half.pdf: unchanged" in build(library, path, *options).stderr


def test_a_page_missing_from_a_folder_is_named(tmp_path: Path, library: Path) -> None:
    folder = make_page_folder(tmp_path / "gap", ["On one.", "On two.", "On three."])
    (folder / "page_0002.mmd").unlink()
    done = build_texts(library, folder)
    assert "page 2 failed: there is no file for this page" in done.stderr
    assert found(library, "three") == [("gap", 3)]
    assert "gap page 2: there is no file" in call_octavo("status", "--library", library).stdout
    page = call_octavo("page", "gap", "2", "--library", library)
    assert "could not be read" in page.stdout
