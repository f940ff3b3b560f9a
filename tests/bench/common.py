"""Helpers that several benchmarks use."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
OCTAVO = Path(sys.executable).with_name("octavo")


def need_corpora() -> Path:
    """Return the folder of the development corpora, or end with a message."""
    if not CORPORA.is_dir():
        sys.exit(f"{CORPORA}: this benchmark needs the development corpora, which are not there")
    return CORPORA


def timed(command: list[str | Path], **environment: str) -> float:
    """Run a command that must succeed; return its wall time in seconds."""
    began = time.perf_counter()
    subprocess.run(
        [str(part) for part in command],
        check=True,
        capture_output=True,
        env={**os.environ, **environment},
    )
    return time.perf_counter() - began
