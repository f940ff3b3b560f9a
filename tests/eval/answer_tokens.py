"""Counts the tokens that an agent reads until the right quotation, by ways of searching.

    python tests/eval/answer_tokens.py LIBRARY [--each]

LIBRARY was built from the three books. For each page topic, in words and by formula, the output of
a search is read from its beginning to the end of the first excerpt from a right page (grade 1 or
2). The ways: what `octavo search` prints to a pipe; what it prints hit by hit to a terminal, which
pipes got too until 2026-11-28; the text of the MCP tool; and
`grep -i -C 3` for the rarest word of the question in the files of its book or of all books, then
for the next, as long as no right page has come. Formulas are no words: grep is not asked for them.
Where a way does not come to a right page, its tokens are those of all that it printed, and the
topic counts as missed. Tokens are the encoder's.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mcp_types import TextContent

from search import Hit, Searcher
from search.context.tokens import token_counter
from search.evaluate import Topic
from search.live.live_library import LiveLibrary
from search.mcp.tools import LibraryTools
from search.output.listing import listing_text
from search.output.text import hit_text
from search.question.stop_words import stop_words_of
from tests.eval.page_topics import page_topics

Pages = set[tuple[str, int]]  # (book id, 1-based page)
Reading = tuple[str, bool]  # what is read, and whether a right page came
HITS = 10
AROUND = 3  # lines of context of grep
WORD = re.compile(r"[^\W\d_]{3,}")


def mode_of(topic: Topic) -> str:
    """Return how an agent searches for a topic."""
    return "formula" if topic.kind == "formula" else "hybrid"


def listed(searcher: Searcher, topic: Topic, right: Pages) -> Reading:
    """Return what a pipe gets of `octavo search`."""
    answer = searcher.ask(topic.query, mode=mode_of(topic), books=topic.books, limit=HITS)
    text = listing_text(answer.hits, answer.certainty)
    ranks = [hit.rank for hit in answer.hits if _place(hit) in right]
    starts = re.finditer(r"^(?=\d+\. (?:p|PDF)|\[[\w-]+\] |only |nothing )", text, re.M)
    ends = [match.start() for match in starts]
    for rank in ranks[:1]:
        start = re.search(rf"^{rank}\. ", text, re.M)
        if start is None:
            continue
        end = next((end for end in ends if end > start.start()), len(text))
        return text[:end], True
    return text, False


def one_by_one(searcher: Searcher, topic: Topic, right: Pages) -> Reading:
    """Return what a terminal gets, which a pipe got before."""
    hits = searcher.search(topic.query, mode=mode_of(topic), books=topic.books, limit=HITS)
    text = ""
    for hit in hits:
        text += hit_text(hit, colour=False, explain=False) + "\n\n"
        if _place(hit) in right:
            return text, True
    return text, False


def by_mcp(tools: LibraryTools, topic: Topic, right: Pages) -> Reading:
    """Return the text of the tool that an agent calls."""
    books = list(topic.books) or None
    ask = tools.find_formula if topic.kind == "formula" else tools.search
    (content,) = ask(topic.query, books=books).content
    assert isinstance(content, TextContent)
    lines = content.text.splitlines(keepends=True)
    seen = False
    for number, line in enumerate(lines):
        cited = re.match(r"\[([\w-]+) .*?(?:PDF page |p\. )(\d+)[\]),]", line)
        if cited or line.startswith(("same page", "only ", "nothing ")):
            if seen:
                return "".join(lines[:number]), True
            seen = cited is not None and (cited[1], int(cited[2])) in right
    return content.text, seen


def by_grep(searcher: Searcher, topic: Topic, right: Pages) -> Reading:
    """Return what grep prints, word after word, the rarest first."""
    pages = _page_lines(searcher, topic.books)
    stops = stop_words_of(WORD.findall(topic.query), ["en"])
    words = [one for one in WORD.findall(topic.query.lower()) if one not in stops]
    counts = {
        word: sum(any(word in line.lower() for line in lines) for lines in pages.values())
        for word in dict.fromkeys(words)
    }
    text = ""
    for word in sorted((word for word in counts if counts[word]), key=lambda one: counts[one]):
        for (book, number), lines in pages.items():
            shown = _grep(lines, word)
            text += "".join(f"{book}/pages/page_{number:04}.mmd-{line}\n" for line in shown)
            if shown and (book, number) in right:
                return text, True
    return text, False


def _grep(lines: list[str], word: str) -> Iterator[str] | list[str]:
    near = {
        place
        for at, line in enumerate(lines)
        if word in line.lower()
        for place in range(at - AROUND, at + AROUND + 1)
    }
    return [line for place, line in enumerate(lines) if place in near]


def _page_lines(searcher: Searcher, books: tuple[str, ...]) -> dict[tuple[str, int], list[str]]:
    found = {}
    for book in books or searcher.library.book_ids():
        folder = searcher.library.folder(book).path / "pages"
        for path in sorted(folder.glob("page_*.mmd")):
            found[book, int(path.stem[5:])] = path.read_text(encoding="utf-8").splitlines()
    return found


def _place(hit: Hit) -> tuple[str, int]:
    return hit.source.book_id, hit.source.page


def main() -> None:
    """Print medians and means by way and kind of topic."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("library", type=Path)
    parser.add_argument("--each", action="store_true", help="print the tokens of every topic")
    arguments = parser.parse_args()
    topics, qrels = page_topics(arguments.library)
    searcher = Searcher.open(arguments.library)
    count = token_counter(searcher.library.index_path / "encoders" / searcher.manifest.encoder_key)
    tools = LibraryTools(LiveLibrary(arguments.library))
    ways: dict[str, Callable[[Topic, Pages], Reading]] = {
        "octavo search | ...": partial(listed, searcher),
        "hit by hit (before)": partial(one_by_one, searcher),
        "octavo mcp": partial(by_mcp, tools),
        "grep -i -C 3": partial(by_grep, searcher),
    }
    print(f"{'way':22}{'kind':10}topics  found  median  mean")
    for way, read in ways.items():
        for kinds in (("question", "keyword"), ("question",), ("keyword",), ("formula",)):
            if way.startswith("grep") and kinds == ("formula",):
                continue
            sizes, found = [], 0
            for topic in topics:
                if topic.kind not in kinds:
                    continue
                right = {
                    (book, int(page))
                    for book, _, page in (place.rpartition(":") for place in qrels[topic.id])
                }
                text, came = read(topic, right)
                sizes.append(count(text))
                found += came
                if arguments.each and len(kinds) == 1:
                    print(f"    {way} {topic.id} {'' if came else 'missed '}{sizes[-1]}")
            name = "words" if len(kinds) > 1 else kinds[0]
            print(
                f"{way:22}{name:10}{len(sizes):6}{found:7}{statistics.median(sizes):8.0f}"
                f"{statistics.mean(sizes):6.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
