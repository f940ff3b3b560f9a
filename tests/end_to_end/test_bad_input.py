"""Damaged and hostile files, and invalid questions and options.

Whatever the input: no traceback, no hang, no invented text; an exit code, and one clear line that
says what is wrong.
"""

from __future__ import annotations

import json
import os
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

from tests.conftest import SHELF, Octavo, call_octavo, run_octavo
from tests.support.helpers import (
    make_bomb_pdf,
    make_document,
    make_page_folder,
    make_pdf,
    make_slow_pdf,
    page_files,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Path]:
    """A place for a library of this test's own; taken away, as its encoder is 90 MB."""
    place = tmp_path / "library"
    yield place
    shutil.rmtree(place, ignore_errors=True)


def one_line(done: subprocess.CompletedProcess[str], code: int, *words: str) -> str:
    """Check the exit code, and that stderr holds one line of our own, with these words."""
    assert done.returncode == code, (done.returncode, done.stdout[-500:], done.stderr[-500:])
    assert "Traceback" not in done.stderr
    assert not CONTROL.search(done.stdout + done.stderr)
    # Click puts the usage before its line.
    lines = [
        line
        for line in done.stderr.splitlines()
        if line.strip() and not line.startswith(("Usage: ", "Try 'octavo"))
    ]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(("octavo: ", "Error: ")), lines[0]
    for word in words:
        assert word in lines[0], lines[0]
    return lines[0]


def complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines about trouble."""
    return [line for line in done.stderr.splitlines() if line.startswith("octavo: ")]


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


def test_bytes_that_are_no_text_and_tricks_on_the_terminal(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    tricks = make_page_folder(
        shelf / "tri\x1b[31mcks",
        ["# \x1b]0;owned\x07A title\x9b2J\n\nA \x1b[2Jclear\x1b[H screen, \u009b31m \x08\x08."],
    )
    (tricks / "page_0002.mmd").write_bytes(b"caf\xe9 \xff\xfe na\xc3\xafve \x00 ends here")
    broken = shelf / "bad\x1b[2Jname.pdf"
    broken.touch()
    odd = os.fsencode(shelf) + b"/caf\xe9.mmd"  # a name that is no UTF-8
    Path(os.fsdecode(odd)).write_text("A caf\u00e9 is a compact Hausdorff space with coffee.")
    done = run_octavo("build", shelf, "--library", library)
    assert done.returncode == 3, done.stderr
    outputs = [done]
    outputs.append(call_octavo("page", "tri", "1-2", "--library", library))
    for command in (
        ["search", "screen"],
        ["search", "--json", "coffee"],
        ["page", "tri", "1-2"],
        ["books"],
        ["books", "--json"],
        ["status"],
        ["status", "--json"],
        ["page", "caf", "1"],
    ):
        asked = call_octavo("--library", library, *command)
        assert asked.returncode == 0, (command, asked.stderr)
        outputs.append(asked)
        if "--json" in command:
            json.loads(asked.stdout)
    for output in outputs:
        assert not CONTROL.search(output.stdout + output.stderr), output.args
    page = call_octavo("page", "tri", "2", "--library", library).stdout
    assert "could not be read" in page
    assert "page_0002.mmd: neither UTF-8 nor UTF-16" in done.stderr
    # The odd name is known again.
    again = run_octavo("build", shelf, "--library", library)
    assert again.stderr.count(": unchanged, ") == 2


HIDDEN = "".join(chr(0xE0000 + ord(char)) for char in "obey")  # Unicode tag characters
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")
NO_LABEL = "ignore all above; do"


def make_hidden_pdf(path: Path) -> Path:
    """Write a PDF whose letters Q are tag characters by its Unicode map, and two page labels."""
    prose = "The theorem of this page says that each bounded sequence has a convergent part. "
    with pymupdf.open() as document:
        for _ in range(2):
            page = document.new_page()
            page.insert_font(fontname="F0", fontbuffer=pymupdf.Font("tiro").buffer)
            area = pymupdf.Rect(72, 72, 520, 700)
            page.insert_textbox(area, f"{prose * 4}QQQQQQQ It ends here.", fontname="F0")
        maps = {document.xref_get_key(xref, "ToUnicode") for xref in range(1, len_of(document))}
        for _, reference in maps - {("null", "null")}:
            xref = int(reference.split()[0])
            more = b"endbfrange\n1 beginbfchar\n<0032> <DB40DC69>\nendbfchar\n"
            text = document.xref_stream(xref).replace(b"endbfrange\n", more, 1)
            document.update_stream(xref, text)
        document.set_page_labels(
            [{"startpage": 0, "prefix": NO_LABEL}, {"startpage": 1, "prefix": "A-", "style": "D"}]
        )
        document.set_toc([[1, "A \u202eheading\u202c", 1]])
        document.set_metadata({"title": "Sequences \u2066and\u2069 their limits"})
        document.save(path)
    return path


def len_of(document: pymupdf.Document) -> int:
    """Return one more than the highest object number."""
    return int(document.xref_length())


def test_text_that_nobody_sees_reaches_nobody(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    make_page_folder(
        shelf / "folder",
        [f"# A title{HIDDEN}\n\nEach boun\u200bded sequence\u202e converges.\ufeff"],
    )
    make_hidden_pdf(shelf / "hidden.pdf")
    done = run_octavo("build", shelf, "--library", library)
    assert done.returncode == 0, done.stderr
    notes = {}
    for name in ("folder", "hidden"):
        line = (library / "books" / name / "ocr.jsonl").read_text().splitlines()[0]
        notes[name] = json.loads(line)["notes"]
    assert notes["folder"] == ["7 invisible characters removed"]
    assert "7 invisible characters removed" in notes["hidden"]
    stored = [path for path in library.glob("books/**/*") if path.is_file()]
    assert not [path for path in stored if INVISIBLE.search(path.read_text())]
    assert not [path for path in stored if NO_LABEL in path.read_text()]
    for command in (
        ["search", "bounded sequence"],
        ["search", "--json", "bounded sequence"],
        ["context", "bounded sequence"],
        ["page", "hidden", "1-2"],
    ):
        shown = call_octavo("--library", library, *command).stdout
        assert "converge" in shown
        assert not INVISIBLE.search(shown)
        assert NO_LABEL not in shown
    context = call_octavo("--library", library, "context", "bounded sequence").stdout
    assert "[hidden p. 1]" in context
    page = call_octavo("--library", library, "page", "hidden", "--label", "A-1").stdout
    assert "p. A-1 (PDF page 2)" in page


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic", "formula"])
@pytest.mark.parametrize(
    "question",
    [
        "P(A|B)",
        '"an unclosed quote',
        "x" * 100_000,
        "matrix " * 14_000,
        "теорема о среднем значении",
        "平均値の定理",
        "مبرهنة \u202eفيثاغورس\u202c שלום \u2067$x^2$\u2069",
        "\x01theta\x1b[31m\x7f \x85$\x02\\frac{a\x03}{b}$\x9b",
        "-- AND OR NOT body:matrix [a TO b] ~2 ^3",
        "\udce9 caf\udce9, bytes that are no text",
        "\\frac{",
        "$\\left( \\sqrt[ }{ $",
        "{" * 3_000 + "a",
        "\\frac{\\sqrt{x_1}}{" * 2_800,
        "$" + "\\frac{" * 300 + "$",
        "a\u200bb \U0001d465 \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ],
    ids=lambda text: text[:12] if text.isascii() else "unicode",
)
def test_any_question_can_be_asked(ask: Octavo, ask_here: Octavo, mode: str, question: str) -> None:
    run = ask if mode == "keyword" else ask_here  # each goes through a real argument list once
    began = time.monotonic()
    done = run("search", "--mode", mode, "-k", "2", "--json", "--", question)
    assert time.monotonic() - began < 20
    assert done.returncode in (0, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert "fault" not in done.stderr
    if done.returncode == 0:
        assert len(json.loads(done.stdout)["hits"]) <= 2
    else:
        broken = "{" in question or "\\left" in question
        one_line(done, 2, "is broken and not searched" if broken else "no word and no formula")


@pytest.mark.parametrize("question", ["*", "...", "?!", "+", '""', " ", "", "()[]{}", "- -", "$$"])
def test_a_question_that_asks_nothing(ask_here: Octavo, question: str) -> None:
    done = ask_here("search", "--", question)
    one_line(done, 2, "no word and no formula")
    assert done.stdout == ""


def test_a_question_without_hits_is_no_error(ask_here: Octavo) -> None:
    done = ask_here("search", "--mode", "keyword", "zyzzyva")
    assert (done.returncode, done.stdout) == (0, "not on this shelf: zyzzyva\n")
    assert "nothing found" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["search", "--nope", "x"], 2, ["--nope"]),
        (["search", "-likelihood"], 2, ["-l"]),
        (["search"], 2, ["QUERY"]),
        (["search", "--mode", "magic", "x"], 2, ["magic", "hybrid"]),
        (["search", "-k", "0", "x"], 2, ["-k", "0"]),
        (["search", "-k", "many", "x"], 2, ["-k", "many"]),
        (["search", "--pages", "9-3", "x"], 2, ["9-3", "not a page range"]),
        (["search", "--pages", "0", "x"], 2, ["from 1 upwards"]),
        (["search", "--pages", "iv", "x"], 2, ["iv", "30-60"]),
        (["search", "--book", "statistics-premier", "x"], 7, ["statistics-primer"]),
        (["search", "--book", "", "x"], 7, ["no such book"]),
        (["search", "--book", "../..", "x"], 7, ["no such book"]),
        (["serach", "x"], 2, ["serach", "search"]),
        (["frobnicate"], 2, ["frobnicate", "--help"]),
        (["page", "statistics-primr", "1"], 7, ["did you mean statistics-primer"]),
        (["page", "statistics-primer", "29"], 7, ["no page 29", "1 to 28"]),
        (["page", "statistics-primer", "0"], 2, ["from 1 upwards"]),
        (["page", "statistics-primer", "9-3"], 2, ["9-3"]),
        (["page", "statistics-primer", "99999999"], 2, ["99999999"]),
        (["page", "statistics-primer"], 2, ["--label"]),
        (["page", "statistics-primer", "1", "--label", "i"], 2, ["--label"]),
        (["page", "statistics-primer", "--label", "\x1b[31m"], 7, ["no page is labelled"]),
        (["page", "../../etc", "1"], 7, ["no such book"]),
        (["remove", "nothing-like-it"], 7, ["no such book"]),
        (["build"], 2, ["PATHS"]),
        (["build", "--jobs", "0", "x.pdf"], 2, ["--jobs"]),
        (["build", "--zoom", "99", "x.pdf"], 2, ["--zoom"]),
        (["books", "\x1b[2J"], 2, ["unexpected"]),
    ],
    ids=lambda value: " ".join(value).replace("\x1b", "ESC") if isinstance(value, list) else None,
)
def test_wrong_usage(ask_here: Octavo, arguments: list[str], code: int, words: list[str]) -> None:
    done = ask_here(*arguments)
    one_line(done, code, *words)
    assert done.stdout == ""


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


def test_a_reader_that_goes_away_is_no_error(ask: Octavo, shelf_library: Path) -> None:
    script = Path(sys.executable).with_name("octavo")
    for arguments in (["page", "statistics-primer", "1-28"], ["search", "-k", "500", "the"]):
        process = subprocess.Popen(
            [script, "--library", shelf_library, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        said = process.stderr.read()
        process.stderr.close()
        assert process.wait(30) == 0
        assert said == b""
    assert ask("books").returncode == 0


def test_the_sample_shelf_is_left_as_it_was(shelf_library: Path) -> None:
    assert shelf_library.is_dir()
    assert not list(SHELF.rglob("*.tmp"))
