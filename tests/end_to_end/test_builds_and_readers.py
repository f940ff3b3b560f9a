"""Interrupted builds, builds at the same time, and readers during builds."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from search.question.options import Mode
from search.searcher import Searcher
from tests.conftest import call_octavo
from tests.support.helpers import (
    answers,
    make_document,
    make_slow_pdf,
    wait_until_gone,
)
from tests.support.undisturbed import (
    SURVIVAL,
    build,
    start_build,
    wait_for,
)

pytestmark = pytest.mark.usefixtures("encoder_cache")


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
