"""Measures cold searches as whole processes, next to two bare imports in the same run.

The imports are sentence-transformers, which a search avoids, and click with tantivy, the least that
such a command must load.

    python tests/bench/cold_search.py [LIBRARY]

Without LIBRARY, builds one from data/shelf. Runs each command five times, in turns, and compares
the medians.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.common import OCTAVO, ROOT, timed

ROUNDS = 5
HEAVY, LEAST = "import sentence_transformers", "import click, tantivy"
QUESTION = "conditional probability of an event"


def main() -> None:
    """Print the median wall times, as fractions of one import and multiples of the other."""
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "library"
        if not library.exists():
            timed([OCTAVO, "build", ROOT / "data" / "shelf", "--library", library])
        ask: list[str | Path] = [OCTAVO, "search", "--library", library, QUESTION, "--mode"]
        commands: dict[str, list[str | Path]] = {
            HEAVY: [sys.executable, "-c", HEAVY],
            LEAST: [sys.executable, "-c", LEAST],
            "octavo search --mode keyword": [*ask, "keyword"],
            "octavo search --mode formula": [*ask, "formula"],
            "octavo search --mode hybrid": [*ask, "hybrid"],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                seconds[name].append(timed(command))
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, median in medians.items():
        heavy, least = medians[HEAVY] / median, median / medians[LEAST]
        print(f"{name:32} {median:7.3f} s   1/{heavy:.1f}   {least:.2f}")


if __name__ == "__main__":
    main()
