"""Shows a build over many small books in time: first answer, publications, a SIGKILL and the rest.

    python tests/bench/first_answer.py [--books 1000] [--kill SECONDS] [--work FOLDER]

Makes PDFs of two pages, builds them, kills the build after so many seconds, and builds again. Each
line says how long after the start of the first build a new index served, and what it held.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pymupdf

from indexer.stores.generations import IndexManifest, current_generation
from search import Searcher
from tests.bench.common import OCTAVO

PAGES = 2
WORDS = 110  # of a page: one passage
LOOK = 0.2  # seconds between two looks at the index


def make_books(folder: Path, count: int) -> None:
    """Make small PDFs, each with words of its own."""
    folder.mkdir(parents=True)
    for number in range(count):
        random = np.random.default_rng(number)
        with pymupdf.open() as document:
            for page in range(1, PAGES + 1):
                words = " ".join(f"word{n}" for n in random.integers(3_000, size=WORDS))
                text = f"Report {number}, sheet {page}. It is about subject{number}. {words}."
                place = pymupdf.Rect(60, 60, 535, 780)
                document.new_page().insert_textbox(place, text, fontsize=11)
            document.save(folder / f"report-{number:04}.pdf")


class Watcher:
    """Prints what the index of a library holds whenever another generation serves."""

    def __init__(self, library: Path, books: int, began: float) -> None:
        self._library, self._books, self._began = library, books, began
        self._seen = ""
        self._answered = False

    def look(self) -> None:
        """Look once."""
        folder = current_generation(self._library / "index")
        if folder is None or folder.name == self._seen:
            return
        try:
            manifest = IndexManifest.read(folder)
        except FileNotFoundError:
            return
        self._seen = folder.name
        if not self._answered:
            hits = Searcher.open(self._library).search("subject0 report", mode="keyword")
            self._answered = bool(hits)
            self.say(f"first answer: {hits[0].source.book_id if hits else 'nothing found'}")
        self.say(
            f"{len(manifest.books):5} of {self._books} books by words, "
            f"{manifest.coverage():4.0%} of {manifest.live_rows} passages by meaning"
        )

    def say(self, line: str) -> None:
        """Print a line with the time."""
        print(f"{time.monotonic() - self._began:7.1f} s  {line}", flush=True)


def build(library: Path, shelf: Path, watcher: Watcher, kill: float | None) -> dict[str, object]:
    """Build, and kill the build after `kill` seconds; return its report."""
    command = [OCTAVO, "build", "--json", shelf, "--library", library]
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        began = time.monotonic()
        while process.poll() is None:
            watcher.look()
            if kill is not None and time.monotonic() - began > kill:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                break
            time.sleep(LOOK)
        watcher.look()
        out.seek(0)
        text = out.read()
    report: dict[str, object] = json.loads(text) if text else {}
    return report


def kept(library: Path) -> int:
    """Return how many vectors are on disk, published or not."""
    folder = current_generation(library / "index")
    assert folder is not None
    digests = np.fromfile(folder / "digests.u64", np.uint64).reshape(-1, 2)
    return int(np.count_nonzero(digests.any(axis=1)))


def main() -> None:
    """Print the timeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=1_000)
    parser.add_argument("--kill", type=float, default=60.0)
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.work) as scratch:
        shelf, library = Path(scratch) / "shelf", Path(scratch) / "library"
        make_books(shelf, arguments.books)
        watcher = Watcher(library, arguments.books, time.monotonic())
        if not build(library, shelf, watcher, arguments.kill):
            watcher.say(f"SIGKILL; {kept(library)} vectors are kept")
        before = kept(library)
        report = build(library, shelf, watcher, None)
        made, total = report.get("embedded"), kept(library)
        watcher.say(f"the end: {total} vectors, {made} of them made after the kill")
        watcher.say(f"made twice: {before + int(str(made)) - total}")


if __name__ == "__main__":
    main()
