"""Times the screens of the reader, warm, in this process: no network, no browser.

    python tests/bench/reader_latency.py LIBRARY [--runs N]

Prints medians in milliseconds: the search itself, the screen of its results (and what it adds), a
page view, a page's image drawn for the first time, and one that was drawn ahead.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from starlette.testclient import TestClient

from search.live.live_library import LiveLibrary
from search.reader.app import create_reader

QUESTIONS = ("unbiased estimator", "parallel postulate", "maxima and minima", "slope of a curve")


def milliseconds(act: Callable[[], object]) -> float:
    """Return how long a call takes."""
    began = time.perf_counter()
    act()
    return 1e3 * (time.perf_counter() - began)


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("library", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    live = LiveLibrary(arguments.library)
    app = create_reader(live, ["testserver"], None)
    books = sorted(live.library.manifests())
    searcher = live.snapshot().searcher
    with TestClient(app) as client:

        def get(path: str) -> bytes:
            answer = client.get(path)
            answer.raise_for_status()
            return answer.content

        def turned() -> None:
            """Ask for the image of a page that the view of the one before it has drawn ahead."""
            get(f"/b/{books[-1]}/n/{number + 1}/image?side=1600")

        times: dict[str, list[float]] = {}
        for run in range(arguments.runs + 1):
            number = 3 + 4 * run
            for question in QUESTIONS:
                _note(times, "search", lambda q=question: searcher.search(q, limit=20))
                _note(times, "results", lambda q=question: get(f"/search?q={q}"))
            for book in books:
                _note(times, "page view", lambda b=book, n=number: get(f"/b/{b}/n/{min(n, 4)}"))
            first = f"/b/{books[-1]}/n/{number}/image?side=1600"
            _note(times, "page image, first", lambda path=first: get(path))
            time.sleep(1.5)  # the next page is drawn meanwhile
            _note(times, "page image, drawn ahead", turned)
    medians = {name: statistics.median(found[1:]) for name, found in times.items()}
    for name, value in medians.items():
        print(f"{value:8.1f} ms  {name}")
    print(f"{medians['results'] - medians['search']:8.1f} ms  results, without the search")


def _note(times: dict[str, list[float]], name: str, act: Callable[[], object]) -> None:
    times.setdefault(name, []).append(milliseconds(act))


if __name__ == "__main__":
    main()
