"""Libraries that are absent, empty, damaged or no folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import call_octavo, run_octavo
from tests.support.complaints import complaints, one_line
from tests.support.helpers import (
    make_document,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")


@pytest.mark.parametrize(
    "arguments",
    [["search", "x"], ["page", "x", "1"], ["books"], ["status"], ["remove", "x"]],
    ids=lambda arguments: arguments[0],
)
def test_no_library(tmp_path: Path, arguments: list[str]) -> None:
    one_line(
        call_octavo(*arguments, "--library", tmp_path / "none"),
        5,
        "no library here",
        "octavo build",
    )
    assert list(tmp_path.iterdir()) == []


def test_the_default_library_need_not_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    one_line(call_octavo("search", "x"), 5, str(tmp_path), "no library here")


def test_an_empty_library(tmp_path: Path, library: Path) -> None:
    done = run_octavo("build", tmp_path / "gone.pdf", "--library", library)
    assert done.returncode == 3
    assert complaints(done) == [
        f"octavo: {tmp_path / 'gone.pdf'}: no such file or folder; check the path"
    ]
    one_line(call_octavo("search", "x", "--library", library), 5, "octavo build")
    books = call_octavo("books", "--library", library)
    assert (books.returncode, books.stdout) == (
        0,
        "no books; add some with 'octavo build PATH...'\n",
    )
    assert "gone.pdf: no such file" in call_octavo("status", "--library", library).stdout
    assert not (library / "index").exists()  # and no encoder was prepared for it


def test_a_folder_without_books(tmp_path: Path, library: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run_octavo("build", tmp_path / "empty", "--library", library)
    assert done.returncode == 3
    assert "no PDF, image or page file in this folder" in complaints(done)[0]


def test_a_library_that_is_a_file(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.touch()
    one_line(call_octavo("books", "--library", place), 2, "is a file")


def test_a_damaged_manifest_is_named(tmp_path: Path, library: Path) -> None:
    page = make_document(tmp_path / "hilbert.mmd", ["A page."])
    assert call_octavo("build", page, "--library", library).returncode == 0
    manifest = library / "books" / "hilbert" / "book.json"
    whole = manifest.read_text()
    manifest.write_text(whole[:40])
    for command in (["books"], ["page", "hilbert", "1"], ["build", str(page)]):
        one_line(call_octavo(*command, "--library", library), 5, "hilbert/book.json", "damaged")
    manifest.write_text(whole.replace('"schema_version": 1', '"schema_version": 99'))
    one_line(call_octavo("books", "--library", library), 5, "format 99")
    manifest.unlink()  # as the message says
    assert call_octavo("build", page, "--library", library).returncode == 0
    assert manifest.read_text() == whole
    assert (library / "books" / "hilbert" / "ocr.jsonl").read_bytes().count(b"\n") == 1
