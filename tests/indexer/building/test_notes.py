"""The build, and `octavo status` at any time, report what was lost or guessed on a page."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import call_octavo, run_octavo
from tests.support.helpers import make_page_folder

NOTES = [f"{n} invisible character{'s' if n > 1 else ''} removed" for n in (1, 1, 2, 3, 4)]


def test_the_build_and_the_status_report_notes(tmp_path: Path, encoder_cache: Path) -> None:
    assert encoder_cache.is_dir()
    hidden = [int(note[0]) * "\u202e" for note in NOTES]
    texts = [f"# Part {n}\n\nThe basis{marks} of it." for n, marks in enumerate(hidden, 1)]
    folder = make_page_folder(tmp_path / "notes", [*texts, "# Part 6\n\nNothing is hidden here."])
    library = tmp_path / "library"

    done = run_octavo("build", folder, "--library", library)
    assert done.returncode == 0, done.stderr
    told = done.stdout + done.stderr
    assert f"notes: pages 1-2: {NOTES[0]}" in told
    assert f"notes: page 4: {NOTES[3]}" in told
    assert "page 5: " not in told
    assert "notes: 1 more note; 'octavo status' lists all" in told

    status = call_octavo("status", "--library", library).stdout
    assert "something was lost or guessed on 5 pages" in status
    assert f"noted     notes, pages 1-2: {NOTES[0]}" in status
    assert f"noted     notes, page 5: {NOTES[4]}" in status
    row = json.loads(call_octavo("status", "--json", "--library", library).stdout)
    assert list(row["noted_pages"].values()) == [{str(n): note for n, note in enumerate(NOTES, 1)}]
