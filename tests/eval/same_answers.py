"""Compares the answers of two versions of the code, to the last digit.

    python tests/eval/same_answers.py write LIBRARY QUESTIONS FILE [--every N]
    python tests/eval/same_answers.py compare FILE FILE

`write` asks LIBRARY the questions of QUESTIONS (topics as `octavo eval` reads them) and writes each
answer as a line of JSON: hits with scores and what contributes to them, excerpts, and how sure they
are. Each version of the code writes a file, with PYTHONPATH naming its folder; `compare` shows
where two files differ, and ends with 1 if they do. What makes searches faster must change none.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

if not os.environ.get("PYTHONPATH"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ocr_service.common.errors import OctavoError
from ocr_service.console.json_values import plain
from search import Searcher
from search.evaluate import read_topics

MODES = ("keyword", "semantic", "hybrid", "formula")
SHOWN = 5  # differences


def answers(searcher: Searcher, question: str) -> Iterator[dict[str, Any]]:
    """Yield the answers to one question: in every mode, of a book and of pages, short and long."""
    book = min(searcher.manifest.books)
    ways: list[dict[str, Any]] = [
        *({"mode": mode} for mode in MODES),
        {"mode": "keyword", "books": [book], "limit": 3},
        {"mode": "hybrid", "pages": (2, 200), "limit": 25},
        {"mode": "keyword", "limit": 120},
    ]
    for way in ways:
        try:
            answer = searcher.ask(question, **way)
        except OctavoError as error:  # no formula in it, or a broken one
            yield {"question": question, **way, "error": str(error)}
            continue
        hits = [hit.to_dict() for hit in answer.hits]
        yield {"question": question, **way, "hits": hits, "certainty": plain(answer.certainty)}


def write(library: Path, questions: Path, file: Path, every: int) -> None:
    """Write the answers of the library to every so manieth question."""
    searcher = Searcher.open(library)
    with file.open("w", encoding="utf-8") as out:
        for topic in read_topics(questions)[::every]:
            for answer in answers(searcher, topic.query):
                out.write(json.dumps(answer, ensure_ascii=False) + "\n")


def compare(first: Path, second: Path) -> int:
    """Print how many answers differ, and the first differences; return the number."""
    with first.open(encoding="utf-8") as one, second.open(encoding="utf-8") as other:
        pairs = list(zip_longest(one, other, fillvalue="{}"))
    different = [(json.loads(a), json.loads(b)) for a, b in pairs if a != b]
    print(f"{len(pairs)} answers, {len(different)} differ")
    for a, b in different[:SHOWN]:
        print(f"\n{a.get('question')} ({a.get('mode')})")
        for place, one, other_ in list(_differences(a, b))[:SHOWN]:
            print(f"  {place}: {str(one)[:150]} | {str(other_)[:150]}")
    return len(different)


def _differences(a: Any, b: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield where two JSON values differ, with both values there."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            yield from _differences(a.get(key), b.get(key), f"{place}.{key}")
    elif isinstance(a, list) and isinstance(b, list):
        for number, (one, other) in enumerate(zip_longest(a, b)):
            yield from _differences(one, other, f"{place}.{number}")
    elif a != b:
        yield place.lstrip("."), a, b


def main() -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    for name in ("library", "questions", "file"):
        writing.add_argument(name, type=Path)
    writing.add_argument("--every", type=int, default=1)
    comparing = commands.add_parser("compare")
    for name in ("first", "second"):
        comparing.add_argument(name, type=Path)
    arguments = parser.parse_args()
    if arguments.command == "write":
        write(arguments.library, arguments.questions, arguments.file, arguments.every)
        return 0
    return min(1, compare(arguments.first, arguments.second))


if __name__ == "__main__":
    sys.exit(main())
