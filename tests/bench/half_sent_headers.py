"""Measures what 2,000 half-sent requests do to uvicorn as it comes, and to Octavo's server.

    python tests/bench/half_sent_headers.py

For each: the connections that were accepted, what a client is told that asks twenty times after
it, each on a new connection (it waits for an answer for a second), in how many seconds, and the
bytes of the log.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.half_sent import answers, attack, served

_CONNECTIONS = 2_000
_TIMES = 20


def main() -> None:
    """Attack both."""
    for kind in ("plain", "guarded"):
        with tempfile.TemporaryDirectory() as folder, served(kind, Path(folder)) as server:
            answers(server.port, 3)
            opened = attack(server.port, _CONNECTIONS)
            began = time.monotonic()
            told = Counter(map(str, answers(server.port, _TIMES, seconds=1.0)))
            took = time.monotonic() - began
            size = server.log.stat().st_size
            said = ", ".join(f"{what}: {times}" for what, times in sorted(told.items()))
            print(
                f"{kind:8} {len(opened):5} connections; client: {said} in {took:.1f} s; "
                f"log: {size:,} bytes"
            )
            for one in opened:
                one.close()


if __name__ == "__main__":
    main()
