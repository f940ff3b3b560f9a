"""Measures how often a block of n tokens holds a relevant page of the three books.

    python tests/eval/context_tokens.py LIBRARY [--budgets 2000 4000] [--misses]

LIBRARY was built from the three books of the development corpora. Compares three ways of spending
the same budget on each topic: `octavo context`; whole pages in the order of their best keyword
hits; and what `octavo search` prints of its hits. All are counted by the encoder's tokenizer. A
topic asks within all books, unless it names one; pages of grade 1 and 2 count as right.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from search import Searcher
from search.context.context import build_context
from search.context.tokens import token_counter
from search.output.text import hit_text
from search.pages import read_pages
from tests.eval.page_topics import page_topics

Places = set[tuple[str, int]]  # (book id, 1-based page)
Way = Callable[[Searcher, str, Sequence[str], int], tuple[Places, int]]
HITS = 100  # of which pages and snippets are taken as long as they fit


def by_context(
    searcher: Searcher, question: str, books: Sequence[str], budget: int
) -> tuple[Places, int]:
    """Return the pages that `octavo context` quotes, and its tokens."""
    context = build_context(searcher, question, budget, books=books)
    return {(one.book_id, one.page) for one in context.sources}, context.tokens


def by_pages(
    searcher: Searcher, question: str, books: Sequence[str], budget: int
) -> tuple[Places, int]:
    """Return the whole pages that fit, in the order of their best keyword hits."""
    hits = searcher.search(question, mode="keyword", books=books, limit=HITS)
    places = dict.fromkeys((hit.source.book_id, hit.source.page) for hit in hits)
    return filled(
        searcher,
        budget,
        ((place, read_pages(searcher.library, *place, place[1])[0].markdown) for place in places),
    )


def by_snippets(
    searcher: Searcher, question: str, books: Sequence[str], budget: int
) -> tuple[Places, int]:
    """Return the pages of the hits that fit as `octavo search` prints them."""
    hits = searcher.search(question, books=books, limit=HITS)
    return filled(
        searcher,
        budget,
        (
            ((hit.source.book_id, hit.source.page), hit_text(hit, colour=False, explain=False))
            for hit in hits
        ),
    )


def filled(
    searcher: Searcher, budget: int, pieces: Iterator[tuple[tuple[str, int], str]]
) -> tuple[Places, int]:
    """Return the places of the pieces up to the first that does not fit, and their tokens."""
    count = token_counter(searcher.library.index_path / "encoders" / searcher.manifest.encoder_key)
    places: Places = set()
    tokens = 0
    for place, text in pieces:
        size = count(text)
        if tokens + size > budget:
            break
        places.add(place)
        tokens += size
    return places, tokens


WAYS: dict[str, Way] = {
    "context": by_context,
    "whole pages, keyword order": by_pages,
    "search snippets": by_snippets,
}


def main() -> None:
    """Print the share of topics with a right page, by way, budget and kind of topic."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("--budgets", type=int, nargs="+", default=[2_000, 4_000])
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    topics, qrels = page_topics(arguments.library)
    searcher = Searcher.open(arguments.library)
    for budget in arguments.budgets:
        for way, run in WAYS.items():
            right: dict[str, list[bool]] = defaultdict(list)
            pages, used, began = 0, 0, time.perf_counter()
            for topic in topics:
                places, tokens = run(searcher, topic.query, topic.books, budget)
                found = any(f"{book}:{page}" in qrels[topic.id] for book, page in places)
                right[topic.kind].append(found)
                pages, used = pages + len(places), used + tokens
                if arguments.misses and not found:
                    print(f"     {topic.id} {topic.kind} {topic.query[:80]!r}")
            seconds = (time.perf_counter() - began) / len(topics)
            shares = "  ".join(
                f"{kind} {sum(found)}/{len(found)} = {sum(found) / len(found):.2f}"
                for kind, found in right.items()
            )
            print(
                f"{budget:5} tokens, {way:26}: {shares}  ({pages / len(topics):.1f} pages, "
                f"{used / len(topics):.0f} tokens, {seconds:.2f} s a topic)",
                flush=True,
            )


if __name__ == "__main__":
    main()
