"""Asks English books in German, French and Chinese.

    python tests/eval/crosslingual.py LIBRARY...

Each LIBRARY was built from the three books of the development corpora, with its own encoder. The
thirty questions of crosslingual.jsonl are page topics put in another language; a page of grade 2 is
right. Prints success at 1 and 5 and the mean reciprocal rank by language, for two modes, beside the
same topics in English.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from search import Searcher
from tests.eval.page_topics import page_topics

QUESTIONS = Path(__file__).with_name("crosslingual.jsonl")
_DEEP = 50


def questions() -> list[tuple[str, str, str]]:
    """Return (topic, language, question) of every line."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [(row["topic"], row["language"], row["query"]) for row in map(json.loads, lines)]


def ranks(library: Path, mode: str) -> dict[str, list[int | None]]:
    """Return the rank of the first right page by language; None if it is not among 50."""
    topics, qrels = page_topics(library)
    english = {topic.id: topic.query for topic in topics}
    asked = questions()
    asked += [(topic, "en", english[topic]) for topic, language, _ in asked if language == "de"]
    searcher = Searcher.open(library)
    found: dict[str, list[int | None]] = defaultdict(list)
    for topic, language, question in asked:
        right = {page for page, grade in qrels[topic].items() if grade == 2}
        hits = searcher.search(question, mode=mode, limit=_DEEP)
        pages = [f"{hit.source.book_id}:{hit.source.page}" for hit in hits]
        found[language].append(next((n for n, p in enumerate(pages, 1) if p in right), None))
    return found


def main() -> None:
    """Print a table for each library."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("libraries", nargs="+", type=Path)
    for library in parser.parse_args().libraries:
        print(f"{library.name}: encoder {Searcher.open(library).manifest.encoder}")
        print("mode      language  questions  S@1  S@5  MRR")
        for mode in ("semantic", "hybrid"):
            for language, places in sorted(ranks(library, mode).items()):
                first, five = (sum(p is not None and p <= k for p in places) for k in (1, 5))
                mean = sum(1 / p for p in places if p) / len(places)
                figures = f"{first / len(places):.2f} {five / len(places):.2f} {mean:.2f}"
                print(f"{mode:9} {language:8} {len(places):10}  {figures}")


if __name__ == "__main__":
    main()
