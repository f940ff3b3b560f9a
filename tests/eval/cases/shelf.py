"""A library that a case builds with the commands, and what it answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = 240.0  # a build that takes longer has failed


@dataclass(slots=True)
class Shelf:
    """The library of one case, and what its last build printed."""

    library: Path
    code: int = 0
    printed: str = ""
    report: dict[str, Any] = field(default_factory=dict)

    def run(self, *arguments: object) -> subprocess.CompletedProcess[bytes]:
        """Run an `octavo` command on the library; a run that hangs has exit code 124."""
        words = [str(argument) for argument in arguments]
        code = "import sys; from search.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", code, "--library", str(self.library), *words]
        environment = {**os.environ, "NO_COLOR": "1"}
        try:
            return subprocess.run(
                command, capture_output=True, timeout=SECONDS, env=environment, check=False
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, b"", b"timed out")

    def build(self, *paths: Path, **options: str) -> None:
        """Build the library from the paths; `printed` and `report` tell of it."""
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        done = self.run("build", "--json", *words, *paths)
        self.code = done.returncode
        self.printed = (done.stdout + done.stderr).decode("utf-8", "replace")
        self.report = _json(done.stdout)

    def books(self) -> list[dict[str, Any]]:
        """Return what `books` lists."""
        books: list[dict[str, Any]] = _json(self.run("books", "--json").stdout).get("books", [])
        return books

    def record(self, book_id: str) -> dict[str, Any]:
        """Return the record of a book."""
        text = (self.library / "books" / book_id / "book.json").read_text("utf-8")
        record: dict[str, Any] = json.loads(text)
        return record

    def page(self, book_id: str, number: int = 1) -> str:
        """Return a page's markdown; the number counts from 1. A page that is absent is empty."""
        path = self.library / "books" / book_id / "pages" / f"page_{number:04d}.mmd"
        return path.read_text("utf-8") if path.exists() else ""

    def pages(self, book_id: str) -> list[str]:
        """Return the markdown of all pages."""
        return [self.page(book_id, n + 1) for n in range(len(self.record(book_id)["labels"]))]

    def found(self, question: str, mode: str = "keyword") -> list[tuple[str, int]]:
        """Return book and page of each hit; best first."""
        hits = _json(self.run("search", "--json", "--mode", mode, question).stdout).get("hits", [])
        return [(hit["book_id"], hit["page"]) for hit in hits]


def _json(output: bytes) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads(output)
    except ValueError:
        return {}
    return value
