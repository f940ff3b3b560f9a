"""Asks the page topics of the three books of the development corpora.

    python tests/eval/page_topics.py LIBRARY [--mode hybrid] [--answers]

LIBRARY was built from the three books. A topic asks within all books, unless it names one. Pages of
grade 1 and 2 count as right. --answers prints the first hit of each.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from search import Searcher
from search.evaluate import Qrels, Topic, measure, read_topics, search_topics, summary, table_text
from tests.bench.common import need_corpora

__all__ = ["page_topics"]


def _book_ids(library: Path) -> dict[str, str]:
    """Return the folder that a book's file is from, which is how the topics call it -> its id."""
    ids = {}
    for manifest in library.glob("books/*/book.json"):
        book = json.loads(manifest.read_text(encoding="utf-8"))["book"]
        ids[Path(book["source"]).parent.name] = book["book_id"]
    return ids


def page_topics(library: Path) -> tuple[list[Topic], Qrels]:
    """Return the topics, and their judgements with pages named as the library names them.

    A topic that names a book which the library does not have is asked in all books.
    """
    path = need_corpora() / "books" / "topics.jsonl"
    ids = _book_ids(library)
    qrels: Qrels = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        topic = json.loads(line)
        places = [(page.rpartition(":"), grade) for page, grade in topic["pages"].items()]
        qrels[topic["id"]] = {
            f"{ids.get(book, book)}:{page}": grade for (book, _, page), grade in places
        }
    topics = [
        replace(topic, books=tuple(ids[book] for book in topic.books if book in ids))
        for topic in read_topics(path)
    ]
    return topics, qrels


def main() -> None:
    """Print the measures by kind of topic."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("--mode", default="hybrid")
    parser.add_argument("--answers", action="store_true")
    arguments = parser.parse_args()
    topics, qrels = page_topics(arguments.library)
    searcher = Searcher.open(arguments.library)
    if arguments.answers:
        for topic in topics:
            hits = searcher.search(topic.query, mode=arguments.mode, books=topic.books)
            pages = [f"{hit.source.book_id}:{hit.source.page}" for hit in hits]
            rank = next((n for n, page in enumerate(pages, 1) if page in qrels[topic.id]), None)
            print(f"{topic.id} {topic.kind:8} {topic.query[:70]!r}: right page at {rank}")
            for hit in hits[:1]:
                print(f"     {pages[0]}: {hit.snippet.text[:200]}")
    run = search_topics(searcher, topics, arguments.mode)
    print(table_text(summary(measure(qrels, run), topics)))


if __name__ == "__main__":
    main()
