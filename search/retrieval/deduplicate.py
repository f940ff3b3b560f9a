"""Passages that say the same, or stand on one page -> one hit. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from indexer.stores.fulltext import PassageDoc
from search.retrieval.keyword import Ranked

__all__ = ["best_of_pages"]

_SAME = 200  # characters from which equal passages are one text printed twice, not a short formula


def best_of_pages(
    ranked: Ranked,
    fetch: Callable[[Sequence[int]], Mapping[int, PassageDoc]],
    limit: int,
) -> Iterator[tuple[PassageDoc, float]]:
    """Yield the best passage of each page with its score, best first, at most `limit` of them.

    A long passage that stands word for word elsewhere too (in another edition of the book) is
    yielded once. `fetch` gives the passages of rows; rows it does not know are passed over.
    """
    pages: set[tuple[str, int]] = set()
    texts: set[str] = set()
    step = max(1, limit)  # passages fetched at a time: most stand on pages of their own
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
