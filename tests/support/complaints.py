"""What a command says when its input is bad: checked line by line."""

from __future__ import annotations

import re
import subprocess

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def one_line(done: subprocess.CompletedProcess[str], code: int, *words: str) -> str:
    """Check the exit code, and that stderr holds one line of our own, with these words."""
    assert done.returncode == code, (done.returncode, done.stdout[-500:], done.stderr[-500:])
    assert "Traceback" not in done.stderr
    assert not CONTROL.search(done.stdout + done.stderr)
    # Click puts the usage before its line.
    lines = [
        line
        for line in done.stderr.splitlines()
        if line.strip() and not line.startswith(("Usage: ", "Try 'octavo"))
    ]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(("octavo: ", "Error: ")), lines[0]
    for word in words:
        assert word in lines[0], lines[0]
    return lines[0]


def complaints(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the lines about trouble."""
    return [line for line in done.stderr.splitlines() if line.startswith("octavo: ")]
