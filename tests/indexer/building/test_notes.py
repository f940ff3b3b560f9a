"""The build, and `octavo status` at any time, report what was lost or guessed on a page."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import call_octavo, run_octavo
from tests.support.helpers import make_page_folder

NOTE = "1 invisible character removed"


def test_the_build_and_the_status_report_notes(tmp_path: Path, encoder_cache: Path) -> None:
    assert encoder_cache.is_dir()
    texts = [f"# Part {n}\n\nThe basis\u202e of part {n}." for n in range(1, 6)]
    folder = make_page_folder(tmp_path / "notes", [*texts, "# Part 6\n\nNothing is hidden here."])
    library = tmp_path / "library"

    done = run_octavo("build", folder, "--library", library)
    assert done.returncode == 0, done.stderr
    told = done.stdout + done.stderr
    for number in (1, 2, 3):
        assert f"notes: page {number}: {NOTE}" in told
    assert "page 4: " not in told
    assert "notes: 2 more pages with notes; 'octavo status' lists them" in told

    status = call_octavo("status", "--library", library).stdout
    assert "something was lost or guessed on 5 pages" in status
    noted = [line for line in status.splitlines() if line.endswith(NOTE)]
    assert [line.split(":")[0].split()[-1] for line in noted] == ["1", "2", "3", "4", "5"]
    row = json.loads(call_octavo("status", "--json", "--library", library).stdout)
    assert list(row["noted_pages"].values()) == [{str(n): NOTE for n in range(1, 6)}]
