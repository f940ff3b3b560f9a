"""Keeps the best passage of each page, and one of passages with equal text. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from indexer.stores.fulltext import PassageDoc
from search.index.ranked import Ranked

__all__ = ["best_of_pages"]

_SAME = 200  # characters; shorter equal passages may be different texts, such as a short formula


def best_of_pages(
    ranked: Ranked,
    fetch: Callable[[Sequence[int]], Mapping[int, PassageDoc]],
    limit: int,
) -> Iterator[tuple[PassageDoc, float]]:
    """Yield the best passage of each page with its score, best first, at most `limit` of them.

    A long passage that occurs word for word elsewhere (in another edition of the book) is yielded
    once. `fetch` returns the passages of rows; rows that it does not return are skipped.
    """
    pages: set[tuple[str, int]] = set()
    texts: set[str] = set()
    step = max(1, limit)  # passages fetched at a time: most are on different pages
    for start in range(0, len(ranked), step):
        docs = fetch([row for row, _ in ranked[start : start + step]])
        for row, score in ranked[start : start + step]:
            doc = docs.get(row)
            if doc is None or (doc.book_id, doc.page) in pages:
                continue
            words = " ".join(doc.text.lower().split())
            if len(words) >= _SAME and words in texts:
                continue
            pages.add((doc.book_id, doc.page))
            texts.add(words)
            yield doc, score
            if len(pages) == limit:
                return
