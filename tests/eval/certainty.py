"""Measures whether what is printed tells questions that a shelf answers from others.

    python tests/eval/certainty.py THREE [--modern MODERN] [--mode hybrid] [--wrong]

THREE was built from the three books of the development corpora, MODERN from its modern documents.
`certainty.jsonl` has 40 questions that the three books answer and 40 on mathematics that they do
not have; the thresholds were chosen on every second one ("tune"), the rest judges. The questions
about the modern documents, and the page topics of both shelves, which are all answered, chose
nothing. "near" are topics of the books' own fields that they do not treat.
A question counts as answered if `octavo search` does not print "nothing on this shelf says this".
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from search import Searcher
from tests.bench.common import need_corpora

QUESTIONS = Path(__file__).with_name("certainty.jsonl")
TOPICS = {"three": "books", "modern": "modern"}
Question = tuple[str, bool, str]  # its set, whether the shelf answers it, its words


def questions(shelf: str) -> list[Question]:
    """Return the questions to a shelf: "three" or "modern"."""
    rows = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    asked = [(row["set"], row["answered"], row["query"]) for row in rows if row["shelf"] == shelf]
    topics = need_corpora() / TOPICS[shelf] / "topics.jsonl"
    asked += [
        ("page topics", True, topic["query"])
        for topic in map(json.loads, topics.read_text(encoding="utf-8").splitlines())
        if topic["kind"] != "formula" and "cross" not in topic
    ]
    return asked


def main() -> None:
    """Print by set how many questions are told right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("three", type=Path)
    parser.add_argument("--modern", type=Path)
    parser.add_argument("--mode", default="hybrid")
    parser.add_argument("--wrong", action="store_true", help="print the questions told wrong")
    arguments = parser.parse_args()
    for shelf in TOPICS:
        library = getattr(arguments, shelf)
        if library is None:
            continue
        searcher = Searcher.open(library)
        right: dict[tuple[str, bool], list[bool]] = defaultdict(list)
        for name, answered, query in questions(shelf):
            said = searcher.ask(query, mode=arguments.mode).certainty.said
            right[name, answered].append(said == answered)
            if arguments.wrong and said != answered:
                print(f"    {shelf}, {name}, {'answered' if answered else 'absent'}: {query}")
        for (name, answered), told in right.items():
            kind = "answered" if answered else "absent"
            print(
                f"{shelf:7} {name:12} {kind:9} {sum(told)}/{len(told)} = "
                f"{sum(told) / len(told):.3f}"
            )


if __name__ == "__main__":
    main()
