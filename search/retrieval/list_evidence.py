"""Moves passages in a ranking by what the lists of their books say.

Pages that an index or contents name for the question are lifted; the pages of these lists
themselves, which have all words and no answer, are lowered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from search.index.protocol import Index
from search.question.filters import Filter
from search.question.query import Query
from search.retrieval.fusion import Ranking
from search.retrieval.keyword import KeywordRetriever
from search.retrieval.languages import BookLanguages
from search.retrieval.named_pages import LEAST_SHARE, EntryMatch, EntryMatcher, named_pages

__all__ = ["INDEX", "LIST_PAGE", "ListEvidence"]

INDEX, LIST_PAGE = "index", "list page"  # the names under which they contribute

_LIFT = 0.5  # of the best score, for a page that an entry with all words of the question names
_LOWERED = 0.5  # of its own score, that a page of a list keeps
_UNDER = 0.99  # of the score of a page that is named, for the pages that name it


class ListEvidence:
    """What the lists of the books in one generation say about passages."""

    def __init__(self, index: Index, keyword: KeywordRetriever, languages: BookLanguages) -> None:
        """Read nothing yet."""
        self._index = index
        self._keyword = keyword
        self._languages = languages
        # A search lifts pages by them, and then shows them above its hits.
        self._matched = lru_cache(maxsize=4)(self._match)

    def matches(
        self, query: Query, filter_: Filter, least: float = LEAST_SHARE
    ) -> Sequence[EntryMatch]:
        """Return the entries that have such a share in common with a question, best first."""
        return self._matched(query, filter_, least)

    def _match(self, query: Query, filter_: Filter, least: float) -> Sequence[EntryMatch]:
        words = self._keyword.telling_words(query)
        if not words or not self._index.items.is_there:
            return []
        match = EntryMatcher(self._index.items, self._keyword.rarity, self._languages)
        return match.entries(words, filter_, least)

    def lift(self, ranking: Ranking, query: Query, filter_: Filter) -> None:
        """Lift the passages of the pages that lists name for a question.

        The pages of the lists themselves are put below the pages that are named most strongly.
        """
        named = named_pages(self.matches(query, filter_))
        if filter_.pages:
            low, high = filter_.pages
            named = {key: value for key, value in named.items() if low <= key[1] <= high}
        strengths = self._strengths(named) if named else {}
        if query.signed and strengths:
            allowed = self._keyword.allowed(query, list(strengths))
            strengths = {row: value for row, value in strengths.items() if row in allowed}
        if not strengths:
            return
        best = ranking.ranked[0][1] if ranking.ranked else 1.0
        ranking.shift(INDEX, {row: _LIFT * best * value for row, value in strengths.items()})
        most = max(strengths.values())
        foremost = [score for row, score in ranking.ranked if strengths.get(row) == most]
        self.lower(ranking, below=max(foremost, default=None))

    def lower(self, ranking: Ranking, below: float | None = None) -> None:
        """Lower the passages of pages that are lists; with `below`, below this score."""
        amounts = {}
        listed = self._index.passages.listed([row for row, score in ranking.ranked if score > 0])
        for row, score in ranking.ranked:
            if row in listed:
                kept = _LOWERED * score if below is None else min(score, _UNDER * below)
                amounts[row] = kept - score
        if amounts:
            ranking.shift(LIST_PAGE, amounts)

    def _strengths(self, named: Mapping[tuple[str, int], float]) -> dict[int, float]:
        """Return by row how strongly its page is named."""
        levels: dict[float, list[tuple[str, int]]] = {}
        for key, value in named.items():
            levels.setdefault(value, []).append(key)
        passages = self._index.passages
        strengths = {
            row: value for value in sorted(levels) for row in passages.rows_of(levels[value])
        }
        for row in passages.listed(list(strengths)):
            del strengths[row]
        return strengths
