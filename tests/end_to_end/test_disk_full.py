"""A disk that fills up: one clear line, exit code 8, the old index still answers.

The library is on a small file system in memory; mounting one needs Linux and root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from search.searcher import Searcher
from tests.conftest import SHELF, call_octavo, run_octavo
from tests.support.helpers import (
    answers,
    finished_pages,
    generation,
    make_document,
    make_page_folder,
    make_pdf,
    page_files,
    same_answers,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")

QUESTIONS = ("divisor of zero", "a vector space $A x = b$")
MEGABYTE = 1 << 20

Mount = Callable[[int], Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Return a function that mounts or resizes a file system of n megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = False

    def do(megabytes: int) -> Path:
        nonlocal mounted
        how = "remount," if mounted else ""
        command = ["mount", "-t", "tmpfs", "-o", f"{how}size={megabytes}m", "tmpfs", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("needs the command 'mount', which this system lacks")
        if done.returncode != 0:
            pytest.skip(f"may not mount a file system here: {done.stderr.strip()}")
        mounted = True
        return folder

    yield do
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607


@contextmanager
def filled(disk: Path, room: int) -> Iterator[None]:
    """Fill a disk, leaving `room` bytes free."""
    filler = disk / "filler"
    state = os.statvfs(disk)
    size = state.f_bavail * state.f_frsize - room
    assert size > 0
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)
    try:
        yield
    finally:
        filler.unlink()


def assert_disk_full(done: subprocess.CompletedProcess[str], library: Path) -> None:
    """Check the exit code, and that one line says what to do."""
    assert done.returncode == 8, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("octavo: ")]
    assert len(told) == 1
    assert told[0] == (
        f"octavo: {library}: the disk is full; nothing that was finished is lost. "
        "Free some space and run the same command again"
    )
    assert "Traceback" not in done.stderr


def test_a_disk_that_fills_up_at_any_stage(mount: Mount, tmp_path: Path) -> None:
    disk = mount(120)
    library, shelf = disk / "library", tmp_path / "shelf"
    make_document(shelf / "rings.mmd", ["# Rings\n\nA domain has no divisor of zero but zero."])
    assert call_octavo("build", shelf, "--library", library).returncode == 0
    before, serving = answers(library, QUESTIONS), generation(library)
    notes = [path.read_text() for path in sorted((SHELF / "linear-algebra-notes").iterdir())[:6]]
    make_page_folder(shelf / "notes", notes)

    undisturbed = tmp_path / "undisturbed"
    assert call_octavo("build", shelf, "--library", undisturbed).returncode == 0

    stages: list[str] = []
    room = 44 << 10
    while not stages or stages[-1] != "finished":
        with filled(disk, room):
            done = call_octavo("build", shelf, "--library", library)
            if done.returncode == 0:
                stages.append("finished")
                break
            assert_disk_full(done, library)
            read = (library / "books" / "notes" / "document.mmd").exists()
            if read and generation(library) != serving:
                # Words are published; vectors are not, or not all.
                stages.append("embedding")
                searcher = Searcher.open(library)
                assert set(searcher.manifest.books) == {"rings", "notes"}
                assert searcher.coverage() < 1
                assert searcher.search("matrix", books=["notes"])
            else:
                stages.append("indexing" if read else "reading")
                # With the disk still full, the old index answers as before.
                assert answers(library, QUESTIONS) == before
                assert generation(library) == serving
            assert call_octavo("status", "--library", library).returncode == 0
            assert len(list(library.glob("index/gen-*"))) == 1
        room += room // 2
    assert {"reading", "indexing", "finished"} == set(stages) - {"embedding"}
    assert stages == sorted(stages, key=["reading", "indexing", "embedding", "finished"].index)

    # With room again the same command ends well, and nothing was read twice.
    done = call_octavo("build", shelf, "--library", library)
    assert done.returncode == 0, done.stderr
    assert page_files(library) == page_files(undisturbed)
    assert same_answers(answers(library, QUESTIONS), answers(undisturbed, QUESTIONS))
    pages = finished_pages(library)
    assert len(pages) == len(set(pages)) == 1 + len(notes)
    shutil.rmtree(undisturbed)


def test_a_disk_that_fills_up_while_workers_read(mount: Mount, tmp_path: Path) -> None:
    disk = mount(120)
    library = disk / "library"
    small = make_document(tmp_path / "small.mmd", ["A domain has no divisor of zero but zero."])
    assert call_octavo("build", small, "--library", library).returncode == 0
    before = answers(library, QUESTIONS)
    words = "Every page of this long book has to be read before the disk is full. " * 45
    long = make_pdf(tmp_path / "long.pdf", [f"Page {n}. {words}" for n in range(1, 9)])
    with filled(disk, 24 << 10):
        done = run_octavo("build", long, "--library", library)
        assert_disk_full(done, library)
        assert answers(library, QUESTIONS) == before
        assert "divisor of zero" in call_octavo("page", "small", "1", "--library", library).stdout
    kept = finished_pages(library)
    assert 1 < len(kept) < 9
    done = run_octavo("build", long, "--library", library)
    assert done.returncode == 0, done.stderr
    assert set(kept) < set(finished_pages(library))
    assert len(set(finished_pages(library))) == len(finished_pages(library)) == 9
    found = call_octavo("search", "--book", "long", "disk", "--library", library)
    assert "[long]" in found.stdout


def test_no_room_for_the_encoder(mount: Mount, tmp_path: Path) -> None:
    library = mount(60) / "library"
    small = make_document(tmp_path / "small.mmd", ["A domain has no divisor of zero but zero."])
    done = run_octavo("build", small, "--library", library)
    assert_disk_full(done, library)
    asked = call_octavo("search", "divisor", "--library", library)
    assert asked.returncode == 5
    assert "nothing is indexed yet" in asked.stderr
    # What was copied of the encoder is gone again.
    assert sum(path.stat().st_size for path in library.rglob("*")) < MEGABYTE
    mount(120)
    done = run_octavo("build", small, "--library", library)
    assert done.returncode == 0, done.stderr
    assert "[small]" in call_octavo("search", "divisor", "--library", library).stdout


def test_a_book_can_be_removed_from_a_full_disk(mount: Mount, tmp_path: Path) -> None:
    disk = mount(120)
    library, shelf = disk / "library", tmp_path / "shelf"
    make_document(shelf / "one.mmd", ["A domain has no divisor of zero."])
    two = make_document(shelf / "two.mmd", ["A vector space has a basis."])
    assert call_octavo("build", shelf, "--library", library).returncode == 0
    with filled(disk, 0):
        done = call_octavo("remove", "one", "--library", library)
        assert not (library / "books" / "one").exists()
        # The index may have no room to follow; it does so in the next build.
        if done.returncode != 0:
            assert_disk_full(done, library)
        found = call_octavo("search", "basis", "--library", library)
        assert "[two]" in found.stdout
    assert call_octavo("build", two, "--library", library).returncode == 0
    assert "page one" not in call_octavo("search", "divisor", "--library", library).stdout
