"""Builds of `octavo build`, and what they made searchable."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.conftest import Octavo, call_octavo, run_octavo

__all__ = ["ONE_WORKER", "build", "build_texts", "drawn_page", "found"]

ONE_WORKER = ("--jobs", "1")  # each loads its models anew, and two read two pages no sooner


def build(
    library: Path, *arguments: str | Path, run: Octavo = run_octavo
) -> subprocess.CompletedProcess[str]:
    """Build, and expect it to go well."""
    done = run("build", "--library", library, *arguments)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return done


def build_texts(library: Path, *paths: Path) -> subprocess.CompletedProcess[str]:
    """Build what is text already, which takes no workers, in this process."""
    return build(library, *paths, run=call_octavo)


def found(library: Path, question: str, *more: str) -> list[tuple[str, int]]:
    """Search by keyword; return (book id, page number) of the hits, best first."""
    done = call_octavo(
        "--library", library, "search", "--mode", "keyword", "--json", *more, "--", question
    )
    assert done.returncode == 0, done.stderr
    return [(hit["book_id"], hit["page"]) for hit in json.loads(done.stdout)["hits"]]


def drawn_page(text: str) -> Image.Image:
    """Return a picture of a line of text, such as a scanner makes."""
    picture = Image.new("L", (900, 220), 250)
    ImageDraw.Draw(picture).text((40, 80), text, fill=20, font=ImageFont.load_default(34))
    return picture
