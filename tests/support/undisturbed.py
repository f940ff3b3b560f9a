"""Libraries that no kill has met, and checks that a killed build leaves one like them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ocr_service.library.library import Library
from search.index.local.local_index import LocalIndex
from search.output.status import library_status
from search.retrieval.passages import PassageSearch
from tests.conftest import call_octavo
from tests.support.helpers import (
    answers,
    generation,
    own_mark,
    page_files,
    same_answers,
)
from tests.support.killed import run_steps

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


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
