"""`octavo build --watch`: files are read when they are quiet, and nothing is read half-copied."""

from __future__ import annotations

import _thread
import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from indexer.building import watch
from indexer.building.reports import BuildReport
from indexer.building.rounds import BuildSettings, watch_folders
from indexer.building.watch import Settling
from indexer.commands import build as build_command
from ocr_service.common.errors import ExitCode
from ocr_service.library.library import Library
from ocr_service.library.sources import InputSource, SourceKind
from tests.conftest import call_octavo
from tests.support.helpers import make_document


def test_a_file_is_quiet_when_it_has_stopped_to_grow(tmp_path: Path) -> None:
    file = tmp_path / "rings.mmd"
    source = InputSource(file, SourceKind.DOCUMENT)
    settling = Settling(2.0)
    file.write_text("A ring")
    settling.note(file, now=0.0)
    assert not settling.look(now=1.0).quiet
    with file.open("a") as stream:  # no event tells of it: the size does
        stream.write(" has two operations.")
    for now in (1.9, 3.8):
        assert not settling.look(now).quiet
        assert not settling.look(now).concern(source)
    changes = settling.look(now=4.0)
    assert changes.quiet == {file}
    assert changes.concern(source)
    settling.done(changes.settled([source]))
    assert not settling.look(now=9.0).quiet


def test_a_folder_of_pages_waits_for_all_of_them(tmp_path: Path) -> None:
    pages = [tmp_path / "notes" / f"page_000{n}.mmd" for n in (1, 2)]
    source = InputSource(tmp_path / "notes", SourceKind.PAGE_FOLDER)
    pages[0].parent.mkdir()
    settling = Settling(2.0)
    for page, now in zip(pages, (0.0, 1.5), strict=True):
        page.write_text("text")
        settling.note(page, now)
    changes = settling.look(now=2.5)
    assert changes.quiet == {pages[0]}
    assert not changes.concern(source)
    assert changes.settled([source]) == set()  # the first page is not forgotten
    assert settling.look(now=3.5).concern(source)


def test_files_that_were_written_just_before(tmp_path: Path) -> None:
    old, new = (make_document(tmp_path / f"{name}.mmd", ["text"]) for name in ("old", "new"))
    now = time.time()
    os.utime(old, (now - 60, now - 60))
    settling = Settling(2.0)
    sources = [InputSource(path, SourceKind.DOCUMENT) for path in (old, new)]
    settling.note_recent(sources, now=0.0, wall=time.time())
    assert settling.look(now=0.0).growing == {new}


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.usefixtures("encoder_cache")
def test_a_watched_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "QUIET_SECONDS", 0.5)
    shelf, place = tmp_path / "shelf", tmp_path / "shelf" / "library"
    make_document(shelf / "rings.mmd", ["A ring has two operations."])
    library = Library(place)
    trouble: list[BaseException] = []
    reports: list[BuildReport] = []

    def act() -> None:
        try:
            wait_for(lambda: len(reports) == 1)
            with (shelf / "fields.mmd").open("w") as stream:  # as if it were copied slowly
                for word in ("A", "field", "is", "a", "ring", "with", "inverses."):
                    stream.write(f"{word} ")
                    stream.flush()
                    assert "fields" not in library.book_ids()
                    time.sleep(0.2)
            wait_for(lambda: len(reports) == 2)
            (shelf / "README.txt").write_text("nothing to read")
            (shelf / "rings.mmd").unlink()
            wait_for(lambda: len(reports) == 3)
        except BaseException as error:
            trouble.append(error)
        finally:
            time.sleep(0.5)  # until it waits again
            _thread.interrupt_main()

    def watched(
        settings: BuildSettings, paths: Sequence[Path], tell: Callable[[BuildReport], None]
    ) -> dict[str, str]:
        def told(report: BuildReport) -> None:
            tell(report)
            reports.append(report)

        return watch_folders(settings, paths, told)

    monkeypatch.setattr(build_command, "watch_folders", watched)
    person = threading.Thread(target=act)
    person.start()
    done = call_octavo("build", "--watch", "--json", shelf, "--library", place)
    person.join()
    assert trouble == []
    assert done.returncode == 0, done.stderr
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["indexed"], list(each["gone_sources"])) for each in rounds] == [
        (["rings"], []),
        (["fields"], []),
        ([], ["rings"]),
    ]
    text = (place / "books" / "fields" / "document.mmd").read_text()
    assert "A field is a ring with inverses." in text
    assert "octavo remove rings" in done.stderr


def test_watching_needs_a_folder_that_is_there(tmp_path: Path) -> None:
    done = call_octavo("build", "--watch", tmp_path / "none", "--library", tmp_path / "library")
    assert done.returncode == ExitCode.USAGE
    assert "no such file or folder to watch" in done.stderr
    done = call_octavo("build", "--watch", "--dry-run", tmp_path, "--library", tmp_path / "library")
    assert done.returncode == ExitCode.USAGE
    assert "--watch cannot be combined" in done.stderr
