"""Builds that are killed, builds at the same time, and readers during builds."""

from __future__ import annotations

import json
import os
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

import platformdirs
import pymupdf
import pytest

from ocr_service.common.errors import LibraryError
from ocr_service.library.library import Library
from search.index.local.local_index import LocalIndex
from search.output.status import library_status
from search.question.options import Mode
from search.retrieval.passages import PassageSearch
from search.searcher import Searcher
from tests.conftest import SHELF, call_octavo
from tests.support.helpers import (
    answers,
    checkpoints,
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
from tests.support.killed import KilledRun, run_steps
from tests.support.tiny_encoder import make_tiny_encoder

pytestmark = pytest.mark.usefixtures("encoder_cache")

QUESTIONS = ("unbiased estimator", "theorem least squares $A^T A x = A^T b$", "a vector space")
SURVIVAL = 3.0  # seconds that a worker may outlive a killed build

Answers = dict[str, list[dict[str, Any]]]
Arguments = tuple[str | Path, ...]


@dataclass(frozen=True)
class Undisturbed:
    """A library that no kill has met, and its answers."""

    library: Path
    answers: Answers


def undisturbed_at(library: Path) -> Undisturbed:
    return Undisturbed(library, answers(library, QUESTIONS))


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


def build(library: Path, *arguments: str | Path) -> None:
    """Build in another process, undisturbed, and expect it to go well."""
    run = run_steps(library, "build", *arguments)
    assert run.code == 0, run.stderr


def call(library: Path, *arguments: str | Path) -> None:
    """Run a command in this process, and expect it to go well."""
    done = call_octavo("--library", library, *arguments)
    assert done.returncode == 0, done.stderr


def check_readable(library: Path) -> None:
    """Check that the books that a killed build left can be read."""
    for path in library.glob("books/*/ocr.jsonl"):
        *whole, last = path.read_bytes().split(b"\n")
        for line in whole:
            assert json.loads(line)["source_sha256"]
        assert last == b"" or path.stat().st_size > len(last)
    library_status(Library(library))


def check_serves(library: Path, *states: Undisturbed) -> None:
    """Check that the index has each book as it is in one of the states, whole, and the encoder.

    If it has all books of one state, and all their vectors, it also answers as that state does.
    """
    check_readable(library)
    found, missing = indexed_texts(library), manifest_of(library).get("missing", [])
    known = [indexed_texts(state.library) for state in states]
    for book_id, texts in found.items():
        assert texts in [each.get(book_id) for each in known], book_id
    assert set.intersection(*map(set, known)) <= set(found) <= set().union(*known)
    assert encoder(library) in {encoder(state.library) for state in states}
    given = answers(library, QUESTIONS)
    for state, texts_of in zip(states, known, strict=True):
        if found == texts_of and encoder(library) == encoder(state.library):
            for question, hits in given.items():
                if not missing or question.startswith(("keyword", "formula")):
                    assert same_answers(hits, state.answers[question]), question


def indexed_texts(library: Path) -> dict[str, list[str]]:
    """Return the texts of the passages that the index has of each book, in order."""
    index = LocalIndex.open(library / "index", library / "index" / generation(library))
    passages = PassageSearch(index)
    return {
        book_id: [
            doc.text
            for _, doc in sorted(passages.at(range(entry.first_row, entry.last_row)).items())
        ]
        for book_id, entry in index.manifest.books.items()
    }


def manifest_of(library: Path) -> dict[str, Any]:
    path = library / "index" / generation(library) / "manifest.json"
    manifest: dict[str, Any] = json.loads(path.read_text())
    return manifest


def manifests(library: Path) -> dict[str, str]:
    return {path.parent.name: path.read_text() for path in library.glob("books/*/book.json")}


def encoder(library: Path) -> str:
    """Return what the encoder of the serving generation is called."""
    return str(manifest_of(library)["encoder"])


def assert_equal(library: Path, undisturbed: Undisturbed) -> None:
    assert page_files(library) == page_files(undisturbed.library)
    assert manifests(library) == manifests(undisturbed.library)
    assert encoder(library) == encoder(undisturbed.library)
    given = answers(library, QUESTIONS)
    for question in given:
        assert same_answers(given[question], undisturbed.answers[question]), question
    # Nothing is left lying about: one generation, no half-written file, no encoder twice.
    assert [path.name for path in library.glob("index/gen-*")] == [generation(library)]
    assert not (library / "index" / "NEXT").exists()
    assert "missing" not in manifest_of(library)
    tantivy_own = {".managed.json", ".tantivy-meta.lock", ".tantivy-writer.lock"}
    assert {path.name for path in library.rglob(".*")} <= tantivy_own
    encoders = [path.name for path in (library / "index" / "encoders").iterdir()]
    assert len(encoders) == len(set(encoders)) <= 2


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


# Each is in another stage; of most, the steps of the smaller changes below are killed one by one.
FIRST_MOMENTS = (
    "after append to books/primer/ocr.jsonl",  # a worker is at its second page
    "after copy to index/encoders/.KEY.tmp",
    "before replace index/CURRENT",
    "before append to books/strip/ocr.jsonl",  # a worker has read it, and its text is lost
    "after append to books/algebra/ocr.jsonl",
    "before write vectors to index/gen-N",
)


def test_a_first_build_killed_again_and_again(inputs: Path, tmp_path: Path) -> None:
    """Each build goes on where the one before it was killed; the last is as if none had been.

    A book can be searched as soon as it is read, whatever becomes of the build.
    """
    library = tmp_path / "library"
    for number, moment in enumerate(FIRST_MOMENTS):
        mark = f"first-{number}"
        run = run_steps(library, "build", inputs, "--jobs", "1", kill=moment, env=own_mark(mark))
        assert run.was_killed, moment
        # Only the process itself is killed: its workers have to notice.
        assert wait_until_gone(mark, SURVIVAL) == []
        check_readable(library)
        if number > FIRST_MOMENTS.index("before replace index/CURRENT"):
            searcher = Searcher.open(library)
            assert "primer" in searcher.manifest.books
            assert searcher.search("estimator", mode=Mode.KEYWORD)
        else:
            with pytest.raises(LibraryError, match="nothing is indexed yet"):
                Searcher.open(library)
    build(library, inputs)
    undisturbed = tmp_path / "undisturbed"
    build(undisturbed, inputs, "--jobs", "1")
    assert_equal(library, undisturbed_at(undisturbed))
    assert max(Counter(finished_pages(library)).values()) == 1
    assert set(finished_pages(library)) == set(finished_pages(undisturbed))
    for path in (library, undisturbed):
        shutil.rmtree(path)


# What each command does to a library. Where it does the same to several books, one stands for all.
INDEX_STEPS = (
    "begin a generation of index",
    "write vectors to index/gen-N",
    "write digests to index/gen-N",
    "commit index/gen-N/formulas",
    "commit index/gen-N/passages",
    "commit index/gen-N/items",
    "replace index/gen-N/items.json",
    "replace index/gen-N/stamps.json",
    "replace index/gen-N/manifest.json",
    "replace index/CURRENT",
    "remove index/gen-N",
)
PAGE_STEPS = (
    "append to books/algebra/ocr.jsonl",
    "rename books/algebra/pages to books/algebra/.pages.away",
    "rename books/algebra/.pages.tmp to books/algebra/pages",
    "remove books/algebra/.pages.away",
    "replace books/algebra/left_out.jsonl",
    "replace books/algebra/document.mmd",
    "replace books/algebra/book.json",
)
STEPS = {
    "build": ("replace write.json", *PAGE_STEPS, *INDEX_STEPS),
    "build --encoder": (
        "replace write.json",
        "copy to index/encoders/.KEY.tmp",
        "rename index/encoders/.KEY.tmp to index/encoders/KEY",
        "begin a generation of index",
        "commit index/gen-N/formulas",
        "commit index/gen-N/passages",
        "commit index/gen-N/items",
        "replace index/gen-N/items.json",
        "replace index/gen-N/stamps.json",
        "replace index/gen-N/manifest.json",
        "replace index/NEXT",
        "write vectors to index/gen-N",
        "write digests to index/gen-N",
        "replace index/CURRENT",
        "remove index/gen-N",
    ),
    "remove": (
        "replace write.json",
        "rename books/tract to books/.tract.removed",
        "remove books/.tract.removed",
        *(step for step in INDEX_STEPS if not step.startswith("write ")),
    ),
    "reclean": ("replace write.json", *PAGE_STEPS, *INDEX_STEPS),
}


@dataclass(frozen=True)
class Change:
    """A command that changes a library, which is there before and after it.

    `again` is the command that finishes what a killed one began.
    """

    command: Arguments
    again: Arguments
    before: Undisturbed
    after: Undisturbed
    run: KilledRun

    def next_command(self, library: Path) -> Arguments:
        """Return what a person runs next: a book that is gone cannot be removed once more."""
        return self.command if (library / "books" / "tract").exists() else self.again


@dataclass(frozen=True)
class Material:
    """A small library without PDFs, which needs no workers, with a tiny encoder; its inputs."""

    folder: Path
    inputs: Path
    library: Path
    notes: tuple[str, ...]


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Material]:
    folder = tmp_path_factory.mktemp("changes")
    pages = sorted((SHELF / "linear-algebra-notes").iterdir())
    notes = tuple(path.read_text()[:1200] for path in pages)
    inputs, library = folder / "inputs", folder / "library"
    make_page_folder(inputs / "algebra", notes[:2])
    make_document(inputs / "tract.mmd", notes[4:5])
    make_document(inputs / "estimators.mmd", ["The sample mean is an unbiased estimator."])
    call(library, "build", inputs, "--encoder", tiny_encoder(folder / "first-model", seed=1))
    yield Material(folder, inputs, library, notes)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def changes() -> dict[str, Change]:
    """The changes that were made to copies of the library so far, by the keys of `STEPS`."""
    return {}


def make_change(name: str, material: Material) -> Change:
    """Make the change `name` to a copy of the library, without a kill."""
    before, after = (material.folder / f"{name} {side}" for side in ("before", "after"))
    copy_library(material.library, before)
    command, again = PREPARE[name](material, before)
    copy_library(before, after)
    run = run_steps(after, *command)
    assert run.code == 0
    return Change(command, again, undisturbed_at(before), undisturbed_at(after), run)


def prepare_update(material: Material, _library: Path) -> tuple[Arguments, Arguments]:
    """Change a page of one book, add one to another, and add a book."""
    inputs, notes = material.inputs, material.notes
    make_page_folder(inputs / "algebra", [notes[0], "A vector space is a space of vectors."])
    make_document(inputs / "tract.mmd", notes[4:6])
    make_document(inputs / "squares.mmd", ["Least squares: \\( A^T A x = A^T b \\)."])
    return ("build", inputs), ("build", inputs)


def prepare_encoder(material: Material, _library: Path) -> tuple[Arguments, Arguments]:
    model = tiny_encoder(material.folder / "second-model", seed=2)
    command = ("build", material.inputs / "estimators.mmd", "--encoder", model)
    return command, command


def tiny_encoder(model: Path, seed: int) -> Path:
    cache = Path(platformdirs.user_cache_dir("octavo", appauthor=False)) / "encoders"
    return make_tiny_encoder(model, cache, seed)


def prepare_removal(material: Material, _library: Path) -> tuple[Arguments, Arguments]:
    return ("remove", "tract"), ("build", material.inputs / "estimators.mmd")


def prepare_cleaning(_material: Material, library: Path) -> tuple[Arguments, Arguments]:
    """Let pages be of a model, whose words an older Octavo did not clean."""
    stored = library / "books" / "algebra" / "ocr.jsonl"
    lines = [json.loads(line) for line in stored.read_text().splitlines()]
    for line in lines:
        line["finish_reason"] = "stop"
        line["raw"] = f"<|ref|>text<|/ref|><|det|>[[9, 9, 990, 990]]<|/det|>\n{line['raw'][:300]}"
    stored.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return ("reclean",), ("reclean",)


PREPARE = {
    "build": prepare_update,
    "build --encoder": prepare_encoder,
    "remove": prepare_removal,
    "reclean": prepare_cleaning,
}


def copy_library(source: Path, target: Path) -> None:
    """Copy a library; the encoder, which no build changes, by links."""

    def copy(file: str, place: str) -> None:
        (os.link if "encoders" in file else shutil.copy2)(file, place)

    shutil.copytree(source, target, copy_function=copy)


@pytest.fixture
def change(name: str, material: Material, changes: dict[str, Change]) -> Change:
    if name not in changes:
        changes[name] = make_change(name, material)
    return changes[name]


def of_any_book(step: str) -> str:
    for book in ("algebra", "tract", "squares"):
        step = step.replace(f"books/{book}/", "books/BOOK/")
    return step


@pytest.mark.parametrize("name", STEPS)
def test_the_steps_are_all_there_are(name: str, change: Change) -> None:
    assert set(STEPS[name]) <= set(change.run.steps)
    assert set(map(of_any_book, change.run.steps)) == set(map(of_any_book, STEPS[name]))
    assert change.before.answers != change.after.answers


def kill_around(step: str, change: Change, library: Path, *, published: bool) -> bool:
    """Kill the command before a step, and run it again until after it.

    The old index serves, or if it was `published`, the new one, or some of its books and some of
    their vectors. Return whether it is now.
    """
    for moment in (f"before {step}", f"after {step}"):
        run = run_steps(library, *change.next_command(library), kill=moment)
        assert run.was_killed, (moment, run.stderr)
        assert run.moments[-1] == moment
        published = published or "after replace index/CURRENT" in run.moments
        check_serves(library, *((change.before, change.after) if published else (change.before,)))
    return published


def assert_finished(library: Path, change: Change) -> None:
    """Run the command to its end; check that nothing shows that it was ever killed."""
    call(library, *change.next_command(library))
    assert_equal(library, change.after)
    assert checkpoints(library) == checkpoints(change.after.library)  # no page was read twice


@pytest.mark.parametrize(("name", "step"), [("build", step) for step in STEPS["build"]])
def test_a_build_killed_around_a_step(step: str, change: Change, tmp_path: Path) -> None:
    library = tmp_path / "library"
    copy_library(change.before.library, library)
    kill_around(step, change, library, published=False)
    assert_finished(library, change)
    shutil.rmtree(library)


@pytest.mark.parametrize("name", [name for name in STEPS if name != "build"])
def test_a_command_killed_around_all_its_steps(name: str, change: Change, tmp_path: Path) -> None:
    """One after another: each run goes on where the one before was killed."""
    library = tmp_path / "library"
    copy_library(change.before.library, library)
    published = False
    for step in STEPS[name]:
        published = kill_around(step, change, library, published=published)
    assert_finished(library, change)
    shutil.rmtree(library)


def test_no_worker_outlives_a_build_killed_in_the_midst_of_a_page(tmp_path: Path) -> None:
    slow = make_slow_pdf(tmp_path / "slow.pdf", slow_page=6, page_count=7)
    library = tmp_path / "library"
    process = start_build(library, slow, "--jobs", "2", mark="slow")
    lines = library / "books" / "slow" / "ocr.jsonl"
    wait_for(lambda: lines.exists() and lines.read_bytes().count(b"\n") == 6)
    assert process.poll() is None
    process.kill()
    process.wait()
    assert wait_until_gone("slow", SURVIVAL) == []


def test_an_interrupted_build_says_so_and_leaves_no_worker(tmp_path: Path) -> None:
    slow = make_slow_pdf(tmp_path / "slow.pdf", slow_page=6, page_count=7)
    library = tmp_path / "library"
    process = start_build(library, slow, mark="interrupt", stderr=subprocess.PIPE)
    lines = library / "books" / "slow" / "ocr.jsonl"
    wait_for(lambda: lines.exists() and lines.read_bytes().count(b"\n") >= 1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    lines_said = said.decode().strip().splitlines()
    assert [line for line in lines_said if not line.startswith("slow: ")] == [  # the progress
        "octavo: interrupted; finished work is kept, run the same command again to continue"
    ]
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
            second = call_octavo(*command, "--library", library)
            assert second.returncode == 6
            assert len(second.stderr.splitlines()) == 1
            assert f"process {writer.pid} " in second.stderr
            assert second.stdout == ""
        found = call_octavo("search", "ultrafilter", "--library", library)
        assert "[small]" in found.stdout
        assert call_octavo("page", "small", "1", "--library", library).returncode == 0
        status = call_octavo("status", "--library", library)
        assert f"building  process {writer.pid} on " in status.stdout
        assert "octavo build" not in status.stdout
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
    assert "building" not in call_octavo("status", "--library", library).stdout
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
