"""`octavo build --engine service`: a real server, a build killed and resumed, no server at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pymupdf
import pytest

from tests.conftest import run_octavo
from tests.support.service_fakes import NumberEngine, bars, number_service

PAGES = 24
MARK = 0x5500  # on every page beside its number, so that none looks blank


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a PDF whose pages show numbers as bars."""
    path = tmp_path / "numbers.pdf"
    with pymupdf.open() as document:
        for number in range(1, PAGES + 1):
            page = document.new_page()
            for box in bars(MARK | number, page.rect.width, page.rect.height):
                page.draw_rect(pymupdf.Rect(*box), color=None, fill=(0, 0, 0))
        document.save(path)
    return path


def records(library: Path) -> list[dict[str, object]]:
    path = library / "books" / "numbers" / "ocr.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.usefixtures("encoder_cache")
def test_a_killed_build_asks_only_for_what_is_missing(tmp_path: Path, book: Path) -> None:
    library = tmp_path / "library"
    engine = NumberEngine(max_batch=2, seconds=0.25)
    with number_service(engine) as url:
        command = ["build", book, "--library", library, "--engine", "service", "--service", url]
        script = Path(sys.executable).with_name("octavo")
        process = subprocess.Popen([script, *map(str, command)], env=os.environ.copy())
        deadline = time.monotonic() + 120
        while len(records(library)) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        time.sleep(0.5)  # what the server had accepted is read before we count
        kept = {record["page_index"] for record in records(library)}
        assert 4 <= len(kept) < PAGES
        engine.batches.clear()
        done = run_octavo(*command)
    assert done.returncode == 0, done.stderr
    asked = {number - MARK - 1 for batch in engine.batches for number in batch}
    assert asked == set(range(PAGES)) - kept
    page = run_octavo("--library", library, "page", "numbers", "17")
    assert f"The number of this page is {MARK | 17}." in page.stdout
    assert "<|" not in page.stdout
    lines = records(library)
    assert len(lines) == PAGES
    assert {line["engine"] for line in lines} == {"numbers"}
    assert f"{PAGES - len(kept)} pages read by the service" in done.stderr


def test_a_service_that_is_not_there_ends_the_run(tmp_path: Path, book: Path) -> None:
    done = run_octavo("build", book, "--library", tmp_path / "library", "--engine", "service")
    assert done.returncode == 2
    assert "--service" in done.stderr
    url = "http://127.0.0.1:9"
    done = run_octavo(
        "build", book, "--library", tmp_path / "library", "--engine", "service", "--service", url,
        timeout=90,
    )  # fmt: skip
    assert done.returncode == 11
    assert url in done.stderr
    assert "Traceback" not in done.stderr
