"""`octavo build` again: changed, moved, copied and removed files, and pages read anew."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from ocr_service.library.book_folder import PAGE_SPLIT
from tests.conftest import call_octavo
from tests.support.builds import ONE_WORKER, build, build_texts, drawn_page, found
from tests.support.helpers import (
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
