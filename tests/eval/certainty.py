"""Measures whether what is printed tells questions that a shelf answers from others.

    python tests/eval/certainty.py THREE [--modern MODERN] [--sample SAMPLE] [--manuals MANUALS]
        [--mode hybrid] [--wrong]

THREE was built from the three books of the development corpora, MODERN from its modern documents,
SAMPLE from data/shelf, MANUALS from the documentation of TeX Live that `docs/benchmarks.md` names.
`certainty.jsonl` has 40 questions that the three books answer and 40 on mathematics that they do
not have; the thresholds were chosen on every second one ("tune"), the rest judges. The questions
about the modern documents, and the page topics of both shelves, which are all answered, chose
nothing. "near" are topics of the books' own fields that they do not treat.
"fresh" questions were written before anything was measured on their shelf, and chose nothing.

Of each set it is told how many questions have hits above the line, how many get "no page clearly
says this", and how many "nothing on this shelf says this". Wrong are the denials of questions that
are answered, and hits above the line for others.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from search import Searcher
from tests.bench.common import need_corpora

QUESTIONS = Path(__file__).with_name("certainty.jsonl")
TOPICS = {"three": "books", "modern": "modern"}  # of the development corpora
SHELVES = (*TOPICS, "sample", "manuals")
OUTCOMES = ("answered", "unsure", "absent")
Question = tuple[str, bool, str]  # its set, whether the shelf answers it, its words


def questions(shelf: str) -> list[Question]:
    """Return the questions to one of the shelves."""
    rows = map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    asked = [(row["set"], row["answered"], row["query"]) for row in rows if row["shelf"] == shelf]
    if shelf not in TOPICS:
        return asked
    topics = need_corpora() / TOPICS[shelf] / "topics.jsonl"
    asked += [
        ("page topics", True, topic["query"])
        for topic in map(json.loads, topics.read_text(encoding="utf-8").splitlines())
        if topic["kind"] != "formula" and "cross" not in topic
    ]
    return asked


def outcome(searcher: Searcher, query: str, mode: str) -> str:
    """Return what a search tells of a question: one of the outcomes."""
    certainty = searcher.ask(query, mode=mode).certainty
    return "answered" if certainty.said else "absent" if certainty.absent else "unsure"


def main() -> None:
    """Print the outcomes of each set of questions."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("three", type=Path)
    for shelf in SHELVES[1:]:
        parser.add_argument(f"--{shelf}", type=Path)
    parser.add_argument("--mode", default="hybrid")
    parser.add_argument("--wrong", action="store_true", help="print the questions told wrong")
    arguments = parser.parse_args()
    print(f"{'shelf':8}{'set':13}{'truth':10}{'':>4}{''.join(f'{one:>10}' for one in OUTCOMES)}")
    for shelf in SHELVES:
        library = getattr(arguments, shelf)
        if library is None:
            continue
        searcher = Searcher.open(library)
        told: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
        for name, answered, query in questions(shelf):
            found = outcome(searcher, query, arguments.mode)
            told[name, answered][found] += 1
            if arguments.wrong and found == ("absent" if answered else "answered"):
                print(f"    {shelf}, {name}, told to be {found}: {query}")
        for (name, answered), counts in told.items():
            truth = "answered" if answered else "absent"
            shown = "".join(f"{counts[one]:10}" for one in OUTCOMES)
            print(f"{shelf:8}{name:13}{truth:10}{counts.total():4}{shown}", flush=True)


if __name__ == "__main__":
    main()
