"""`octavo open` hands a page to the running reader, or the file to the person's viewer."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ocr_service.library.library import Library
from search import Searcher
from search.output.text import file_link, hit_text
from search.reader.running import page_in_reader
from tests.conftest import SHELF, Octavo

PAGE = ("open", "statistics-primer", "--label", "4")


@pytest.fixture
def viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a viewer on the path that notes what it is asked to open; return its notes."""
    notes = tmp_path / "opened"
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > {notes}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return notes


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_without_a_reader_the_file_is_opened(ask: Octavo, viewer: Path) -> None:
    done = ask(*PAGE, "--port", str(_free_port()))
    assert done.returncode == 0, done.stderr
    path = SHELF / "statistics-primer.pdf"
    assert done.stdout == f"{path}\n"
    assert viewer.read_text() == str(path)
    assert "'octavo read' starts one" in done.stderr


def test_a_running_reader_shows_the_page(ask: Octavo, viewer: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        done = ask(*PAGE, "--port", str(port))
    assert done.returncode == 0, done.stderr
    assert viewer.read_text() == f"http://127.0.0.1:{port}/b/statistics-primer/p/4"


def test_a_page_that_is_not_there_opens_nothing(ask: Octavo, viewer: Path) -> None:
    done = ask("open", "statistics-primer", "400")
    assert done.returncode == 7
    assert "no page 400" in done.stderr
    assert not viewer.exists()


def test_hits_on_a_terminal_link_to_file_and_reader(shelf_library: Path) -> None:
    hit = Searcher.open(shelf_library).search("German tank problem", mode="keyword")[0]
    library = Library(shelf_library)
    reader = page_in_reader(library, hit)
    assert reader.startswith("http://127.0.0.1:8770/b/statistics-primer/p/4#c-")
    file = file_link(library, hit)
    text = hit_text(hit, colour=True, explain=False, link=file, reader=reader)
    first, *_, last = text.splitlines()
    assert f"\x1b]8;;{file}\x1b\\1. " in first
    assert f"\x1b]8;;{reader}\x1b\\octavo page statistics-primer 9\x1b]8;;\x1b\\" in last
    assert "\x1b" not in hit_text(hit, colour=False, explain=False)
