"""Damaged and hostile files: no traceback, no hang, no invented text; one clear line each."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymupdf
import pytest

from tests.conftest import call_octavo, run_octavo
from tests.support.complaints import complaints
from tests.support.helpers import (
    make_bomb_pdf,
    make_document,
    make_page_folder,
    make_pdf,
    make_slow_pdf,
    page_files,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")


@dataclass(frozen=True)
class Run:
    """A build of many files, some of them bad."""

    library: Path
    done: subprocess.CompletedProcess[str]
    seconds: float


@pytest.fixture(scope="module")
def nasty(
    corpora: Path, encoder_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    """All of the corpora's nasty PDFs, built in one run; of the longer scans two pages."""
    assert encoder_cache.is_dir()
    library = tmp_path_factory.mktemp("nasty") / "library"
    began = time.monotonic()
    done = run_octavo(
        *("build", corpora / "pdfs_nasty", "--zoom", "1.5", "--max-pages", "2"),
        *("--library", library),
        timeout=400,
    )
    yield Run(library, done, time.monotonic() - began)
    shutil.rmtree(library, ignore_errors=True)


NASTY_FAILURES = {
    "broken_xref": "neither a PDF nor",
    "empty_file": "empty (0 bytes)",
    "encrypted_aes256": "--password",
    "encrypted_rc4": "--password",
    "fuzzed": "damaged beyond repair",
    "not_a_pdf": "damaged beyond repair",
    "print_protected": "--password",
    "too_many_colour_components": "none of its pages could be read: page 1",
    "zero_pages_1": "no pages",
    "zero_pages_2": "no pages",
    "zero_pages_3": "no pages",
    "zero_pages_4": "no pages",
}


@pytest.mark.corpora
def test_each_failed_book_is_named_once_with_the_reason_and_what_to_do(nasty: Run) -> None:
    assert nasty.done.returncode == 3
    assert "Traceback" not in nasty.done.stderr
    lines = complaints(nasty.done)
    for name, reason in NASTY_FAILURES.items():
        (line,) = [line for line in lines if f"{name}.pdf" in line]
        assert reason in line
        assert re.search(r"leave it out|get it again|repair", line), line
    assert len(lines) == len(NASTY_FAILURES), lines


@pytest.mark.corpora
def test_the_good_books_of_a_nasty_folder_are_built(nasty: Run, corpora: Path) -> None:
    names = {path.stem.replace("_", "-") for path in (corpora / "pdfs_nasty").iterdir()}
    good = names - {name.replace("_", "-") for name in NASTY_FAILURES}
    books = json.loads(call_octavo("books", "--json", "--library", nasty.library).stdout)["books"]
    states = {book["book_id"]: book["state"] for book in books}
    assert {book_id for book_id, state in states.items() if state == "indexed"} >= good
    found = call_octavo("search", "LinnSequencer", "--library", nasty.library)
    assert "skewed-scan]" in found.stdout


@pytest.mark.corpora
def test_status_lists_the_failures(nasty: Run) -> None:
    status = call_octavo("status", "--library", nasty.library)
    assert status.returncode == 0
    listed = [line for line in status.stdout.splitlines() if line.startswith("failed ")]
    for name, reason in NASTY_FAILURES.items():
        assert any(f"{name}.pdf" in line and reason in line for line in listed), name


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["blank-page", "page-without-contents", "page-tree-deep"])
def test_nothing_is_invented(nasty: Run, name: str) -> None:
    pages = page_files(nasty.library)
    assert pages[f"books/{name}/pages/page_0001.mmd"] == b""
    page = call_octavo("page", name, "1", "--library", nasty.library)
    assert "[this page is blank]" in page.stdout


@pytest.mark.corpora
def test_a_wrong_hidden_text_layer_is_not_believed(nasty: Run) -> None:
    manifest = nasty.library / "books" / "horrible-hidden-ocr-layer" / "book.json"
    assert json.loads(manifest.read_text())["engines"] == ["rapidocr"]


def test_bad_pages_spoil_only_themselves(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    make_slow_pdf(shelf / "endless.pdf", slow_page=5, page_count=7)
    make_bomb_pdf(shelf / "enormous.pdf", bomb_page=1, page_count=3)
    make_document(shelf / "fine.mmd", ["Every other book is read as ever."])
    # A worker's first page has to load models within the limit, on a busy machine too.
    done = run_octavo("build", shelf, "--page-seconds", "15", "--library", library)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    (line,) = [line for line in complaints(done) if "endless" in line]
    assert "endless.pdf: page 6 failed: takes over 15 s" in line
    pages = page_files(library)
    read = {
        name: pages[f"books/{name}/document.mmd"].count(b"can be read")
        for name in ("endless", "enormous")
    }
    assert read == {"endless": 6, "enormous": 2}
    assert pages["books/endless/pages/page_0006.mmd"] == b""
    assert pages["books/enormous/pages/page_0002.mmd"] == b""
    assert "fine p" not in call_octavo("status", "--library", library).stdout
    status = call_octavo("status", "--library", library).stdout
    assert "failed    endless page 6: takes over 15 s" in status
    # They are not tried again by themselves.
    began = time.monotonic()
    assert run_octavo("build", shelf, "--library", library).returncode == 0
    assert time.monotonic() - began < 10


def encrypt(path: Path, text: str, password: str) -> Path:
    with pymupdf.open() as document:
        document.new_page().insert_text((72, 72), text)
        document.save(
            path, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw="owner"
        )
    return path


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small bad files of all kinds, and two good ones."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "empty.pdf").touch()
    (folder / "empty-document.mmd").touch()
    (folder / "letter.pdf").write_text("Dear reader, this is no PDF.\n" * 50)
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"nothing of the kind" * 20)
    whole = make_pdf(folder / "whole.pdf", ["The good book of this run, entire and complete."] * 3)
    (folder / "truncated.pdf").write_bytes(whole.read_bytes()[: whole.stat().st_size // 8])
    (folder / "no-pages.pdf").write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"
    )
    encrypt(folder / "secret.pdf", "The combination is in this sentence here.", "sesame")
    pair = make_page_folder(folder / "pair", ["One."])
    (pair / "page_1.mmd").write_text("Another one.")
    vast = make_page_folder(folder / "vast", ["One."])
    (vast / "page_9999999.mmd").write_text("The last one.")
    make_page_folder(folder / "blanks", ["", "", "Only the third page has text."])
    return folder


@pytest.fixture(scope="module")
def bad_run(
    bad_files: Path, encoder_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Run]:
    assert encoder_cache.is_dir()
    library = tmp_path_factory.mktemp("bad-run") / "library"
    began = time.monotonic()
    done = run_octavo("build", bad_files, bad_files / "gone.pdf", "--library", library)
    yield Run(library, done, time.monotonic() - began)
    shutil.rmtree(library, ignore_errors=True)


BAD_FILES = {
    "empty.pdf": ("empty (0 bytes)", "leave it out"),
    "empty-document.mmd": ("empty", "leave it out"),
    "letter.pdf": ("neither a PDF nor", "leave it out"),
    "picture.png": ("", ""),
    "no-pages.pdf": ("no pages", "leave it out"),
    "secret.pdf": ("encrypted", "--password"),
    "pair": ("page_0001.mmd and page_1.mmd are both page 1", "leave one of them out"),
    "vast": ("a page number above", "rename"),
    "gone.pdf": ("no such file", "check the path"),
}


def test_bad_files_are_named_and_the_good_ones_built(bad_run: Run, bad_files: Path) -> None:
    assert bad_run.done.returncode == 3
    assert "Traceback" not in bad_run.done.stderr
    lines = complaints(bad_run.done)
    for name, words in BAD_FILES.items():
        (line,) = [line for line in lines if f"{bad_files / name}:" in line]
        assert all(word in line for word in words), line
    told = {name for name in (*BAD_FILES, "truncated.pdf") if any(name in x for x in lines)}
    assert len(lines) == len(told), lines
    books = json.loads(call_octavo("books", "--json", "--library", bad_run.library).stdout)["books"]
    states = {book["book_id"]: (book["state"], book["blank_pages"]) for book in books}
    assert states["whole"] == ("indexed", 0)
    assert states["blanks"] == ("indexed", 2)
    status = call_octavo("status", "--json", "--library", bad_run.library).stdout
    failed = json.loads(status)["failed_inputs"]
    assert {Path(path).name for path in failed} >= BAD_FILES.keys()


def test_a_truncated_pdf_gives_its_own_text_or_none(bad_run: Run) -> None:
    page = bad_run.library / "books" / "truncated" / "document.mmd"
    if page.exists():
        words = set(re.findall(r"\w+", page.read_text()))
        assert words <= set("Page Split The good book of this run entire and complete".split())
    else:
        assert any("truncated.pdf" in line for line in complaints(bad_run.done))


def test_a_limit_on_memory_that_a_person_set_holds(tmp_path: Path, library: Path) -> None:
    path = make_pdf(tmp_path / "plain.pdf", ["A page of plain words, and of no others."])
    octavo = Path(sys.executable).with_name("octavo")
    command = f"ulimit -d 2050000; exec {octavo} build {path} --library {library}"
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert complaints(done) == []
    assert b"plain words" in page_files(library)["books/plain/document.mmd"]


def test_failures_are_forgotten_when_the_file_is_mended(tmp_path: Path, library: Path) -> None:
    path = tmp_path / "thesis.mmd"
    path.touch()
    assert call_octavo("build", path, "--library", library).returncode == 3
    assert "thesis.mmd" in call_octavo("status", "--library", library).stdout
    path.write_text("A thesis in one sentence.")
    assert call_octavo("build", path, "--library", library).returncode == 0
    assert "failed" not in call_octavo("status", "--library", library).stdout


def test_passwords(tmp_path: Path, library: Path) -> None:
    secret = encrypt(tmp_path / "secret.pdf", "Open sesame, said the lattice.", "sesame")
    one = ("--jobs", "1", "--library", library)  # a second worker has nothing to do
    wrong = run_octavo("build", secret, "--password", "barley", *one)
    assert wrong.returncode == 3
    (line,) = complaints(wrong)
    assert "not the password" in line
    assert "barley" not in wrong.stderr
    right = run_octavo("build", secret, "--password", "sesame", *one)
    assert right.returncode == 0, right.stderr
    found = call_octavo("search", "lattice", "--library", library)
    assert "[secret]" in found.stdout
    # Afterwards no password is needed, and none is kept.
    assert "unchanged" in run_octavo("build", secret, "--library", library).stderr
    for path in (library / "books").rglob("*.json*"):
        assert b"sesame" not in path.read_bytes().replace(b"Open sesame", b"")
