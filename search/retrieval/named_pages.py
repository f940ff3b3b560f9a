"""Finds the pages that the lists of books name for a question: their indexes, contents, figures.

An entry answers as far as its words and the question's are the same, each weighed by its rarity:
"Sylow's theorem" in the question "the proof of Sylow's theorem" is all of the entry and most of the
question. Several entries may name a page; the best one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexer.listings.listing import ListKind
from indexer.stores.items import EntryDoc
from indexer.words.terms import index_terms
from indexer.words.words import searchable
from search.index.protocol import ItemIndex
from search.question.filters import Filter
from search.retrieval.languages import BookLanguages

__all__ = ["LEAST_SHARE", "EntryMatch", "EntryMatcher", "named_pages"]

_CANDIDATES = 200  # entries with a word of the question that are compared with it
LEAST_SHARE = 0.25  # of the share that question and entry have in common, for the entry to count
_LATER = 0.8  # how much each further page reference of an entry counts, relative to the one before
_SPANNED = 0.8  # the same for each further page of a range
_MOST_PAGES = 30  # of one entry
# An index names the page for a term; contents name the beginning of a chapter.
_TRUST = {ListKind.INDEX: 1.0, ListKind.CONTENTS: 0.8, ListKind.FIGURES: 0.8, ListKind.TABLES: 0.8}

_Words = Sequence[tuple[str, ...]]  # the terms that each word of the question may have


@dataclass(frozen=True, slots=True)
class EntryMatch:
    """An entry, and how far it is what was asked, from 0 to 1."""

    doc: EntryDoc
    share: float


class EntryMatcher:
    """Compares entries with a question, each word weighed by its rarity."""

    def __init__(
        self,
        index: ItemIndex,
        rarity: Callable[[str], float],
        languages: BookLanguages,
    ) -> None:
        """Take `rarity` as the weight of a term; `languages` maps book ids to ISO 639-1 codes."""
        self._index = index
        self._rarity = rarity
        self._languages = languages

    def entries(self, words: _Words, filter_: Filter, least: float) -> list[EntryMatch]:
        """Return the entries that are about the question, best first; equal ones in order."""
        found = []
        for doc in self._index.entries(words, filter_, _CANDIDATES, every=False):
            share = self._common(doc, words)
            if share >= least:
                found.append(EntryMatch(doc, round(share, 4)))
        return sorted(found, key=lambda one: (-one.share, one.doc.book_id, one.doc.order))

    def _common(self, doc: EntryDoc, words: _Words) -> float:
        """Return the share of the question in the entry, times that of the entry in it."""
        text = searchable(" ".join(doc.entry.term))
        terms = dict.fromkeys(index_terms(text, self._languages.get(doc.book_id)))
        asked = {term for word in words for term in word}
        weights = [max(map(self._rarity, word)) for word in words]
        both = sum(
            weight
            for word, weight in zip(words, weights, strict=True)
            if not terms.keys().isdisjoint(word)
        )
        own = sum(map(self._rarity, terms))
        if not both or not own:
            return 0.0
        in_question = sum(self._rarity(term) for term in terms if term in asked)
        return both / sum(weights) * in_question / own


def named_pages(matches: Sequence[EntryMatch]) -> dict[tuple[str, int], float]:
    """Return how strongly the entries name each page, from 0 to 1, by book and 1-based number."""
    named: dict[tuple[str, int], float] = {}
    for match in matches:
        entry = match.doc.entry
        strength = match.share * _TRUST.get(entry.kind, 0.0)
        count = 0
        # Bold numbers are the pages to look at first.
        for span in sorted(entry.spans, key=lambda one: not one.main):
            within = strength
            for page in range(span.first, span.last + 1):
                key = (match.doc.book_id, page)
                named[key] = max(named.get(key, 0.0), within)
                within *= _SPANNED
                count += 1
            strength *= _LATER
            if count >= _MOST_PAGES:
                break
    return {key: value for key, value in named.items() if value > 0}
