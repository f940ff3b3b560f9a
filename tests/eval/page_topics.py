"""How often a right page of the three books is among the first hits.

    python tests/eval/page_topics.py LIBRARY [--mode hybrid] [--answers]

LIBRARY was built from the three books of the development corpora. A topic asks within all books,
unless it names one. Pages of grade 1 and 2 count as right. --answers prints the first hit of each.
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

CUTS = (1, 5, 10)


def book_names(library: Path) -> dict[str, str]:
    """Return book id -> the folder its file is from, which is how the topics call it."""
    names = {}
    for manifest in library.glob("books/*/book.json"):
        book = json.loads(manifest.read_text())["book"]
        names[book["book_id"]] = Path(book["source"]).parent.name
    return names


def main() -> None:
    """Print success@1, @5 and @10 by kind of topic."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("--mode", default="hybrid")
    parser.add_argument("--answers", action="store_true")
    arguments = parser.parse_args()
    names = book_names(arguments.library)
    ids = {name: book_id for book_id, name in names.items()}
    searcher = Searcher.open(arguments.library)
    found: dict[str, list[int | None]] = defaultdict(list)
    topics = (need_corpora() / "books" / "topics.jsonl").read_text().splitlines()
    for topic in map(json.loads, topics):
        books = [ids[topic["filter_book"]]] if topic.get("filter_book") in ids else []
        hits = searcher.search(topic["query"], mode=arguments.mode, books=books, limit=10)
        pages = [f"{names[hit.source.book_id]}:{hit.source.page}" for hit in hits]
        rank = next((n for n, page in enumerate(pages, 1) if page in topic["pages"]), None)
        found[topic["kind"]].append(rank)
        if arguments.answers:
            print(f"{topic['id']} {topic['kind']:8} {topic['query'][:70]!r}: right page at {rank}")
            for hit in hits[:1]:
                print(f"     {names[hit.source.book_id]} p. {hit.source.page}: {hit.snippet.text}")
    for kind, ranks in found.items():
        shares = "  ".join(
            f"@{cut} {sum(r is not None and r <= cut for r in ranks):2}/{len(ranks)}"
            for cut in CUTS
        )
        print(f"{arguments.mode:9} {kind:9} success {shares}")


if __name__ == "__main__":
    main()
