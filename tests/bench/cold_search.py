"""Cold searches, whole processes, beside importing sentence-transformers in the same run.

    python tests/bench/cold_search.py [LIBRARY]

Without LIBRARY, one is built from data/shelf. Each command runs five times, in turns; the medians
are compared.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.common import OCTAVO, ROOT, timed

ROUNDS = 5
QUESTION = "conditional probability of an event"


def main() -> None:
    """Print the median wall times and their ratios."""
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "library"
        if not library.exists():
            timed([OCTAVO, "build", ROOT / "data" / "shelf", "--library", library])
        ask: list[str | Path] = [OCTAVO, "search", "--library", library, QUESTION, "--mode"]
        commands: dict[str, list[str | Path]] = {
            "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
            "octavo search --mode keyword": [*ask, "keyword"],
            "octavo search --mode formula": [*ask, "formula"],
            "octavo search --mode hybrid": [*ask, "hybrid"],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                seconds[name].append(timed(command))
    base = statistics.median(seconds["import sentence_transformers"])
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"{name:32} {median:7.3f} s   1/{base / median:.1f}")


if __name__ == "__main__":
    main()
