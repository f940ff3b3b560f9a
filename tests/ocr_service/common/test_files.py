"""Atomic writes, append-only lines, and folders that change places."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ocr_service.common.errors import StorageError, storage_error
from ocr_service.common.files import append_line, read_lines, replace_folder, write_atomic


def test_write_atomic_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "one")
    write_atomic(path, b"two")
    assert path.read_text() == "two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_what_a_killed_writer_left_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    killed = (
        "import os, pathlib, signal, sys\n"
        "from ocr_service.common.files import write_atomic\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomic(pathlib.Path(sys.argv[1]), 'half')\n"
    )
    done = subprocess.run([sys.executable, "-c", killed, path], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 1
    write_atomic(path, "whole")
    assert path.read_text() == "whole"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


@contextmanager
def full_disk() -> Iterator[None]:
    """Let files grow to 4 kB at most: writing more fails as it does on a full disk.

    Only around the write itself: the limit holds for the whole process, and the runner's
    own report may be a file of more than that.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomic(path, "old")
    with pytest.raises(OSError, match="too large"), full_disk():
        write_atomic(path, "x" * 10_000)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_a_line_that_fails_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    append_line(path, {"n": 1})
    with pytest.raises(OSError, match="too large"), full_disk():
        append_line(path, {"n": "x" * 10_000})
    assert path.read_bytes() == b'{"n": 1}\n'


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_torn_last_line_spoils_only_itself(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.jsonl"
    append_line(path, {"n": 1})
    append_line(path, {"name": "zwölf", "n": 2})
    os.truncate(path, path.stat().st_size - cut)
    append_line(path, {"n": 3})
    numbers = [line["n"] for line in read_lines(path)]
    # Where just the newline was lost, the line itself is whole.
    assert numbers == ([1, 2, 3] if cut == 1 else [1, 3])


def test_lines_that_are_no_objects_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'[1]\n\xff\xfe\n{"n": 1}\n\n"x"\n{"n": 2')
    assert list(read_lines(path)) == [{"n": 1}]
    assert list(read_lines(tmp_path / "missing")) == []


def test_replace_folder(tmp_path: Path) -> None:
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "which").write_text(name)
    replace_folder(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old" / "which").read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["old"]


def test_errors_of_a_full_disk_are_recognised() -> None:
    full = storage_error(OSError(28, "No space left on device"), "there")
    assert isinstance(full, StorageError)
    assert "full" in str(full)
    wrapped = storage_error(ValueError("IoError { io_error: ... os error 28 }"), "there")
    assert isinstance(wrapped, StorageError)
    assert storage_error(ValueError("no"), "there") is None
