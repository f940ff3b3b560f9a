"""Builds that are killed, builds that meet, and readers in the midst of builds."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from ocr_service.common.errors import LibraryError
from ocr_service.library.library import Library
from search.output.status import library_status
from search.searcher import Mode, Searcher
from tests.conftest import SHELF, call_octavo, run_octavo
from tests.support.helpers import (
    answers,
    finished_pages,
    generation,
    make_document,
    make_page_folder,
    make_slow_pdf,
    own_mark,
    page_files,
    same_answers,
    wait_until_gone,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")

QUESTIONS = ("unbiased estimator", "theorem least squares $A^T A x = A^T b$", "a vector space")
SURVIVAL = 3.0  # seconds that a worker may outlive a killed build


Answers = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Undisturbed:
    """A library that was built without being killed, its answers, and the seconds it took."""

    library: Path
    answers: Answers
    seconds: float


def build_undisturbed(library: Path, inputs: Path) -> Undisturbed:
    seconds = build(library, inputs)
    return Undisturbed(library, answers(library, QUESTIONS), seconds)


def start_build(
    library: Path, *arguments: str | Path, mark: str, stderr: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a build whose processes can be told by `mark`, and from those of other test runs."""
    return subprocess.Popen(
        [Path(sys.executable).with_name("octavo"), "build", "--library", library, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=stderr,
        env=os.environ | own_mark(mark),
    )


def build(library: Path, *arguments: str | Path) -> float:
    """Build undisturbed, expect it to go well, and return the seconds it took."""
    began = time.monotonic()
    done = run_octavo("build", "--library", library, *arguments)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - began


def kill_after(seconds: float, library: Path, *arguments: str | Path, mark: str) -> bool:
    """Start a build and kill it; return whether it was still running then.

    Only the process itself is killed: its workers have to notice.
    """
    process = start_build(library, *arguments, mark=mark)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    code = process.wait()
    assert wait_until_gone(mark, SURVIVAL) == []
    return code == -signal.SIGKILL


def check_readable(library: Path) -> Answers | None:
    """Check that what a killed build left can be read; return the answers, or None if no index."""
    for path in library.glob("books/*/ocr.jsonl"):
        *whole, last = path.read_bytes().split(b"\n")
        for line in whole:
            assert json.loads(line)["source_sha256"]
        assert last == b"" or path.stat().st_size > len(last)
    library_status(Library(library))
    if (library / "index" / "CURRENT").exists():
        return answers(library, QUESTIONS)
    with pytest.raises(LibraryError, match=r"no library here|nothing is indexed yet"):
        Searcher.open(library)
    return None


def moment(round_: int, rounds: int, seconds: float) -> float:
    """Return a random moment in one of equal parts of a run, so that all its stages are met."""
    return seconds * (round_ + random.Random(round_).random()) / rounds


def manifests(library: Path) -> dict[str, str]:
    return {path.parent.name: path.read_text() for path in library.glob("books/*/book.json")}


def assert_equal(library: Path, undisturbed: Undisturbed) -> None:
    assert page_files(library) == page_files(undisturbed.library)
    assert manifests(library) == manifests(undisturbed.library)
    assert same_answers(answers(library, QUESTIONS), undisturbed.answers)
    assert max(Counter(finished_pages(library)).values()) == 1
    assert set(finished_pages(library)) == set(finished_pages(undisturbed.library))
    # Nothing is left lying about: one generation, no half-written file, no encoder twice.
    assert [path.name for path in library.glob("index/gen-*")] == [generation(library)]
    tantivy_own = {".managed.json", ".tantivy-meta.lock", ".tantivy-writer.lock"}
    assert {path.name for path in library.rglob(".*")} <= tantivy_own


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages of every kind that are quickly read: typeset, scanned, and text already."""
    folder = tmp_path_factory.mktemp("inputs")
    with pymupdf.open(SHELF / "statistics-primer.pdf") as primer:
        primer.select([7, 8])
        primer.save(folder / "primer.pdf")
    with pymupdf.open(SHELF / "least-squares-scan.pdf") as scan:
        strip = pymupdf.Rect(60, 80, 540, 130)
        scan[2].get_pixmap(dpi=144, clip=strip, colorspace=pymupdf.csGRAY).save(
            folder / "strip.png"
        )
    make_page_folder(
        folder / "algebra",
        [path.read_text() for path in sorted((SHELF / "linear-algebra-notes").iterdir())[:4]],
    )
    return folder


@pytest.fixture(scope="module")
def undisturbed(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    """The library of `inputs`."""
    library = tmp_path_factory.mktemp("undisturbed") / "library"
    yield build_undisturbed(library, inputs)
    shutil.rmtree(library)


FIRST = 5


@pytest.mark.parametrize("round_", range(FIRST))
def test_a_first_build_killed_at_any_moment(
    round_: int, inputs: Path, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    when = moment(round_, FIRST, undisturbed.seconds)
    kill_after(when, library, inputs, mark=f"first-{round_}")
    check_readable(library)
    build(library, inputs, "--jobs", "1")  # few pages are left: no two workers that load models
    assert_equal(library, undisturbed)
    shutil.rmtree(library)


@dataclass(frozen=True)
class Update:
    """A library, and inputs of which one page has changed, one book is new, one is longer."""

    inputs: Path
    before: Undisturbed
    after: Undisturbed


@pytest.fixture(scope="module")
def update(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Update]:
    """A short update that needs no worker, so that most moments of it are the index's."""
    folder = tmp_path_factory.mktemp("update")
    pages = sorted((SHELF / "linear-algebra-notes").iterdir())
    notes = [path.read_text()[:1200] for path in pages]  # to embed more would take most of the time
    inputs = folder / "inputs"
    make_page_folder(inputs / "algebra", notes[:2])
    make_document(inputs / "tract.mmd", notes[4:5])
    make_document(inputs / "estimators.mmd", ["The sample mean is an unbiased estimator."])
    before = build_undisturbed(folder / "before", inputs)
    make_page_folder(inputs / "algebra", [notes[0], "A vector space is a space of vectors."])
    make_document(inputs / "tract.mmd", notes[4:6])
    make_document(inputs / "squares.mmd", ["Least squares: \\( A^T A x = A^T b \\)."])
    copy_library(before.library, folder / "after")
    after = build_undisturbed(folder / "after", inputs)
    assert after.answers != before.answers
    yield Update(inputs, before, after)
    shutil.rmtree(folder)


def copy_library(source: Path, target: Path) -> None:
    """Copy a library; the encoder, which no build changes, by links."""

    def copy(file: str, place: str) -> None:
        (os.link if "encoders" in file else shutil.copy2)(file, place)

    shutil.copytree(source, target, copy_function=copy)


UPDATES = 15


@pytest.mark.parametrize("round_", range(UPDATES))
def test_an_update_killed_at_any_moment(round_: int, update: Update, tmp_path: Path) -> None:
    library = tmp_path / "library"
    copy_library(update.before.library, library)
    when = moment(round_, UPDATES, update.after.seconds)
    kill_after(when, library, update.inputs, mark=f"update-{round_}")
    # All of the old state or all of the new one is found, and nothing between.
    found = check_readable(library)
    assert any(same_answers(found, state.answers) for state in (update.before, update.after))
    done = call_octavo("build", "--library", library, update.inputs)
    assert done.returncode == 0, done.stderr
    assert_equal(library, update.after)
    shutil.rmtree(library)


def test_what_a_build_killed_at_its_very_end_left_is_removed(
    update: Update, tmp_path: Path
) -> None:
    """It had published the new generation, and not yet removed the old one."""
    library = tmp_path / "library"
    copy_library(update.after.library, library)
    old = library / "index" / "gen-000000"
    copy_library(library / "index" / generation(library), old)
    done = call_octavo("build", "--library", library, update.inputs)
    assert done.returncode == 0, done.stderr
    assert not old.exists()
    assert_equal(library, update.after)


def test_no_worker_outlives_a_build_killed_in_the_midst_of_a_page(tmp_path: Path) -> None:
    slow = make_slow_pdf(tmp_path / "slow.pdf", slow_page=5, page_count=6)
    library = tmp_path / "library"
    process = start_build(library, slow, "--jobs", "2", mark="slow")
    lines = library / "books" / "slow" / "ocr.jsonl"
    wait_for(lambda: lines.exists() and lines.read_bytes().count(b"\n") == 5)
    assert process.poll() is None
    process.kill()
    process.wait()
    assert wait_until_gone("slow", SURVIVAL) == []


def test_an_interrupted_build_says_so_and_leaves_no_worker(tmp_path: Path) -> None:
    slow = make_slow_pdf(tmp_path / "slow.pdf", slow_page=5, page_count=6)
    library = tmp_path / "library"
    process = start_build(library, slow, mark="interrupt", stderr=subprocess.PIPE)
    lines = library / "books" / "slow" / "ocr.jsonl"
    wait_for(lambda: lines.exists() and lines.read_bytes().count(b"\n") >= 1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert said.decode().strip() == (
        "octavo: interrupted; what was finished is kept, run the same command again to go on"
    )
    assert wait_until_gone("interrupt", SURVIVAL) == []


def test_one_writer_at_a_time_and_readers_do_not_wait(tmp_path: Path) -> None:
    library = tmp_path / "library"
    small = make_document(tmp_path / "small.mmd", ["Every filter is contained in an ultrafilter."])
    build(library, small)
    slow = make_slow_pdf(tmp_path / "slow.pdf", slow_page=0, page_count=1)
    writer = start_build(library, slow, mark="writer")
    try:
        wait_for((library / "write.json").exists)
        for command in (["build", str(small)], ["remove", "small"]):
            second = run_octavo(*command, "--library", library)
            assert second.returncode == 6
            assert len(second.stderr.splitlines()) == 1
            assert f"process {writer.pid} " in second.stderr
            assert second.stdout == ""
        found = run_octavo("search", "ultrafilter", "--library", library, timeout=20)
        assert "octavo page small 1" in found.stdout
        assert run_octavo("page", "small", "1", "--library", library).returncode == 0
        assert run_octavo("status", "--library", library).returncode == 0
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
    # The dead writer's lock is in nobody's way.
    build(library, small)


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_a_reader_outlives_the_generation_it_opened(tmp_path: Path) -> None:
    library = tmp_path / "library"
    shelf = tmp_path / "shelf"
    make_document(shelf / "old.mmd", ["The gudermannian relates \\( \\sinh x = \\tan \\phi \\)."])
    build(library, shelf)
    questions = ("gudermannian $\\sinh x$",)
    before = answers(library, questions)
    reader = Searcher.open(library)
    for number in range(2):
        make_document(shelf / "old.mmd", [f"Nothing of the kind, {number}."])
        build(library, shelf)
        time.sleep(0.6)  # longer than tantivy takes to look for a newer commit
        for mode in Mode:
            hits = [hit.to_dict() for hit in reader.search(questions[0], mode=mode)]
            assert hits == before[f"{mode}: {questions[0]}"], mode
    assert not Searcher.open(library).search("gudermannian", mode="keyword")


def test_opening_never_fails_while_builds_go_on(tmp_path: Path) -> None:
    library = tmp_path / "library"
    shelf = tmp_path / "shelf"
    make_document(shelf / "constant.mmd", ["Apery proved that zeta of three is irrational."])
    make_document(shelf / "changing.mmd", ["Edition number none."])
    build(library, shelf)
    stop = threading.Event()
    trouble: list[BaseException] = []
    opened = [0]

    def read() -> None:
        while not stop.is_set():
            try:
                searcher = Searcher.open(library)
                mode = (Mode.KEYWORD, Mode.HYBRID)[opened[0] % 10 == 0]
                hits = searcher.search("irrational zeta", mode=mode)
                assert hits[0].source.book_id == "constant"
                opened[0] += 1
            except BaseException as error:
                trouble.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(6):
            make_document(shelf / "changing.mmd", [f"Edition number {number}, on graphs."])
            build(library, shelf)
    finally:
        stop.set()
        reader.join()
    assert trouble == []
    assert opened[0] > 20
