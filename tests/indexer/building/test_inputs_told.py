"""The build, `octavo status` and `octavo books` tell what became of inputs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr_service.library.library import Library
from search.cli import main
from tests.conftest import call_octavo

pytestmark = pytest.mark.usefixtures("encoder_cache")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Path]:
    """A place for a library of this test's own; taken away, as its encoder is 90 MB."""
    place = tmp_path / "library"
    yield place
    shutil.rmtree(place, ignore_errors=True)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_gone_source_is_told_by_build_status_and_books(tmp_path: Path, library: Path) -> None:
    shelf = tmp_path / "shelf"
    badger = write(shelf / "badger.mmd", "# Badgers\n\nBadgers dig.")
    write(shelf / "otter.mmd", "# Otters\n\nOtters swim.")
    write(shelf / "leaves" / "page_1.mmd", "# Leaves\n\nLeaves fall.")
    first = call_octavo("build", shelf, "--library", library)
    assert "gone" not in first.stdout + first.stderr
    assert call_octavo("status", "--json", "--library", library).stdout.count("gone_sources") == 1

    badger.unlink()
    (shelf / "leaves" / "page_1.mmd").unlink()  # the folder stays, and is empty
    done = call_octavo("build", shelf, "--json", "--library", library)
    assert f"badger: its source is gone ({badger.resolve()})" in done.stderr
    assert set(json.loads(done.stdout)["gone_sources"]) == {"badger", "leaves"}
    status = call_octavo("status", "--library", library).stdout
    assert f"gone      badger: nothing at {badger.resolve()} any more" in status
    assert "octavo remove badger" in status
    answer = json.loads(call_octavo("status", "--json", "--library", library).stdout)
    assert answer["gone_sources"]["badger"] == str(badger.resolve())
    books = call_octavo("books", "--library", library).stdout.splitlines()
    assert [line.endswith("[source gone]") for line in books] == [True, True, False]
    rows = json.loads(call_octavo("books", "--json", "--library", library).stdout)["books"]
    assert [row["source_gone"] for row in rows] == [True, True, False]


def test_joined_and_passed_over_files_are_told_in_text_and_json(
    tmp_path: Path, library: Path
) -> None:
    shelf = tmp_path / "shelf"
    for number in (1, 2, 10):
        write(shelf / "notes" / f"{number}.md", f"# Note {number}\n\nOn nets.")
    write(shelf / "song.mp3", "x")
    split = call_octavo("build", shelf, "--split", "--library", library)
    assert "numbered" not in split.stderr
    done = call_octavo("build", shelf, "--json", "--library", library)
    lines = json.loads(done.stdout)["told"]
    assert "3 numbered files, 1.md to 10.md, are the pages of one book" in lines[0]
    assert lines[1] == "1 file of other kinds passed over: 1 .mp3"
    assert all(line in done.stderr for line in lines)
    assert "books of single files of this folder are in the library too" in done.stderr
    plan = call_octavo("build", shelf, "--dry-run", "--library", library)
    assert lines[0] in plan.stdout


def test_a_path_that_is_not_utf8_is_written_so_that_others_can_read_it(
    tmp_path: Path, library: Path
) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    write(odd / "net.mmd", "# Nets\n\nNets converge.")
    write(odd / "empty.mmd", "")
    done = call_octavo("build", odd, "--json", "--library", library)
    assert done.returncode == 3
    assert r"caf\xe9/empty.mmd: this file is empty" in done.stderr
    for output in (
        done.stdout,
        call_octavo("books", "--json", "--library", library).stdout,
        call_octavo("status", "--json", "--library", library).stdout,
        (library / "failures.json").read_text(),
        (library / "books" / "net" / "book.json").read_text(),
    ):
        assert "file:///" in output
        assert "caf%E9" in output
        assert r"\udc" not in output
        output.encode()
    again = call_octavo("build", odd, "--library", library).stderr
    assert "net.mmd: unchanged" in again
    assert "gone" not in again
    call_octavo("build", odd / "empty.mmd", "--library", library)
    assert "empty.mmd" in call_octavo("status", "--library", library).stdout


def test_a_failure_of_a_relative_path_is_kept_with_the_whole_path(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "empty.mmd", "")
    monkeypatch.chdir(tmp_path)
    assert main(["build", "empty.mmd", "--quiet", "--library", str(library)]) == 3
    path = str((tmp_path / "empty.mmd").resolve())
    ((place, reason),) = Library(library).failures().items()
    assert place == path
    assert reason.startswith(f"{path}: this file is empty")
