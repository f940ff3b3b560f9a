"""Ranks passages by BM25 over their text, their headings and their books' titles."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice, pairwise, product

from indexer.words.terms import index_terms, term_variants
from indexer.words.words import searchable
from ocr_service.common.errors import QueryError
from ocr_service.text.ideographs import has_runs
from search.index.asked import AnyOf, Atom, WordQuery
from search.index.protocol import PassageIndex
from search.index.ranked import Ranked, best_first
from search.question.filters import Filter
from search.question.query import Clause, Query, parse_query
from search.question.stop_words import stop_words_of
from search.retrieval.languages import BookLanguages
from search.retrieval.spelling import Correction, near_terms
from search.retrieval.unspaced import is_phrase, neighbours

__all__ = [
    "KeywordMatches",
    "KeywordRetriever",
    "QuestionPart",
    "as_typed",
    "corrections_in",
    "stems",
]

# A word in a heading or a title counts, but less than one in the passage itself. Measured on page
# topics of three books: weights of .2 to .3 for headings are best, and above .5 they do harm.
# Titles make no difference there; elsewhere they help to choose between books.
_FIELDS = (("body", 1.0), ("heading", 0.25), ("title", 0.1))
# The weight of two adjacent words of the question, as in sequential dependence models (Metzler and
# Croft, A Markov Random Field Model for Term Dependencies, 2005), where single words have .85. It
# helps a little or does no harm on the development collections; twice as much harms on one.
_PAIR = 0.1
_COMMON = 0.1  # words in more than this share of the passages make no pairs
_CORRECTED = 0.5  # the weight of a corrected word, relative to a typed one
_MAX_CORRECTED = 5  # unknown words that are corrected; a question with more is not text
_MAX_PHRASES = 16  # spellings of one phrase
_MAX_TERMS = 64  # of one clause
_DIGITS = 6  # of a share; tantivy adds up with seven

_TYPED = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b")

_Words = list[tuple[str, ...]]  # the terms that each word may have in the index


def stems(text: str, language: str | None = None) -> list[str]:
    """Return the index terms of a text, in order."""
    return index_terms(text, language)


@dataclass(frozen=True, slots=True)
class KeywordMatches:
    """What keyword search found: rows with scores, and the corrections of unknown words.

    `terms` are the index terms to mark in a hit. `words` is the number of the question's words that
    were looked for. `once` is the score of a passage of average length that has each of them once.
    `shares` tells, if asked for, how much of the question each of the best rows has, from 0 to 1,
    its words weighed by their rarity.
    """

    ranked: Ranked
    corrections: tuple[Correction, ...] = ()
    terms: frozenset[str] = frozenset()
    words: int = 0
    once: float = 0.0
    shares: Mapping[int, float] | None = None


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """A clause of the question as terms; `weight` is lower for a correction.

    `words` holds for each word the terms that it may have in the index.
    """

    clause: Clause
    words: list[tuple[str, ...]]
    weight: float


class KeywordRetriever:
    """Searches one index of passages. Safe to use from several threads."""

    def __init__(self, index: PassageIndex, languages: BookLanguages) -> None:
        """Search an open index; `languages` tells those of its books."""
        self.index = index
        self._languages = languages
        # (field, term) -> number of passages; an open index does not change
        self._frequency = lru_cache(maxsize=8_192)(index.frequency)
        # Each search asks for the parts of its question several times, and corrections are slow.
        self._parts = lru_cache(maxsize=16)(self._parsed)
        # Agents ask with the same unknown words again and again.
        self._near_terms = lru_cache(maxsize=256)(
            lambda typed, terms: near_terms(index, typed, terms, languages)
        )

    def search(
        self, query: Query, filter_: Filter, limit: int, *, shares: int = 0
    ) -> KeywordMatches:
        """Return the passages that match best; equal scores are ordered by row.

        With a `limit` of 0 nothing is searched: only the question's terms are returned. Of the
        best `shares` passages it is told how much of the question each has.
        """
        parts, corrections = self.parts(query)
        asked = [part for part in parts if part.clause.sign != "-"]
        terms = frozenset(term for part in asked for word in part.words for term in word)
        if not asked or limit == 0:
            return KeywordMatches([], corrections, terms)
        unsigned = [part for part in asked if not part.clause.sign]
        optional = tuple(atom for part in unsigned for atom in self.atoms(part))
        required, excluded = self._signed(parts)
        query_ = WordQuery(filter_, optional, required, excluded, some=len(unsigned) == len(asked))
        found = self.index.best(query_, limit)
        if pairs := self._pairs(asked):
            # Searched separately, because a phrase keeps an engine from skipping blocks of passages
            # that cannot be among the best; few passages have one of these pairs.
            paired = replace(query_, required=(*required, pairs), some=False)
            with_pairs = self.index.best(paired, limit)
            found = best_first((dict(found) | dict(with_pairs)).items())[:limit]
        once = sum(map(self._once, asked))
        each = self._shares(asked, found[:shares], once) if shares and found and once else None
        return KeywordMatches(found, corrections, terms, len(asked), once, each)

    def words_of(self, text: str) -> list[tuple[str, ...]]:
        """Return the telling words of a text, each as the terms that it may have."""
        try:
            return self.telling_words(parse_query(text))
        except QueryError:  # no word
            return []

    def unknown_words(self, query: Query) -> list[str]:
        """Return the words of a question that no passage has as they are typed."""
        parts, corrections = self.parts(query)
        corrected = {correction.typed for correction in corrections}
        return [
            typed
            for part in parts
            for place, word in enumerate(part.words)
            if (typed := as_typed(part.clause, place, part.words)) in corrected
            or not any(map(self._known, word))
        ]

    def telling_words(self, query: Query) -> list[tuple[str, ...]]:
        """Return the words that are looked for, each as the terms that it may have."""
        parts, _ = self.parts(query)
        return [word for part in parts if part.clause.sign != "-" for word in part.words]

    def rarity(self, term: str) -> float:
        """Return the weight of a term in BM25 by how few passages have it."""
        count = max(self.index.passages, self._in_bodies(term))
        return math.log(1 + (count - self._in_bodies(term) + 0.5) / (self._in_bodies(term) + 0.5))

    def allowed(self, query: Query, rows: Sequence[int]) -> set[int]:
        """Return the rows that have the required words and none of the excluded ones."""
        parts, _ = self.parts(query)
        required, excluded = self._signed(parts)
        asked = WordQuery(required=required, excluded=excluded, rows=tuple(rows))
        return {row for row, _ in self.index.best(asked, max(1, len(rows)))}

    def parts(self, query: Query) -> tuple[list[QuestionPart], tuple[Correction, ...]]:
        """Return the question's clauses as terms, and what is searched instead of unknown words."""
        return self._parts(query)

    def _parsed(self, query: Query) -> tuple[list[QuestionPart], tuple[Correction, ...]]:
        parts: dict[tuple[str, bool, tuple[tuple[str, ...], ...]], QuestionPart] = {}
        corrections: dict[str, Correction] = {}
        languages = self._languages.every
        for clause in self._without_stop_words(query.clauses):
            phrase = is_phrase(clause)
            words, weight = term_variants(clause.text, languages, phrase=phrase), 1.0
            if not phrase and has_runs(clause.text):
                words = words[:_MAX_TERMS]
            for place, word in enumerate(words):
                if clause.sign == "-" or any(map(self._known, word)):
                    continue
                typed = as_typed(clause, place, words)
                if typed not in corrections and len(corrections) < _MAX_CORRECTED:
                    near = self._near_terms(typed, tuple(word))
                    corrections[typed] = Correction(typed, near)
                if typed in corrections and corrections[typed].found:
                    words = [*words[:place], corrections[typed].found, *words[place + 1 :]]
                    weight = _CORRECTED
            if words:
                part = QuestionPart(replace(clause, phrase=phrase), words, weight)
                parts.setdefault((clause.sign, clause.phrase, tuple(words)), part)
        known = tuple(correction for correction in corrections.values() if correction.found)
        return list(parts.values()), known

    def _without_stop_words(self, clauses: Sequence[Clause]) -> Sequence[Clause]:
        """Return the clauses without stop words, unless there are no others."""
        words = {
            clause.place: _TYPED.findall(_POSSESSIVE.sub("", clause.text.lower()))
            for clause in clauses
            if not (clause.sign or clause.phrase or clause.latex)
        }
        stops = stop_words_of(chain.from_iterable(words.values()), self._languages.every)
        empty = {place for place, typed in words.items() if typed and stops.issuperset(typed)}
        telling = [clause for clause in clauses if clause.place not in empty]
        return telling if any(clause.sign != "-" for clause in telling) else clauses

    def _once(self, part: QuestionPart) -> float:
        """Return the score of a passage of average length that has the words of a part once.

        Each word counts in the field where it scores highest; unknown words count nothing.
        """
        living = self.index.passages
        score = 0.0
        for word in part.words:
            worth = [0.0]
            for field, weight in _FIELDS:
                if frequency := max(self._frequency(field, term) for term in word):
                    count = max(
                        living, frequency
                    )  # the frequency includes passages of removed books
                    worth.append(
                        weight * math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
                    )
            score += max(worth)
        return part.weight * score

    def _shares(
        self, parts: Sequence[QuestionPart], found: Ranked, once: float
    ) -> dict[int, float]:
        """Return for each row found the share of `once` that the words it has account for.

        Titles do not count: what a whole book is called tells nothing of one passage.
        """
        groups = [
            (atoms, self._once(part)) for part in parts if (atoms := self.atoms(part, _FIELDS[:2]))
        ]
        worth = self.index.worth([row for row, _ in found], groups)
        return {row: round(value / once, _DIGITS) for row, value in worth.items()}

    def _known(self, term: str) -> bool:
        return any(self._frequency(field, term) for field, _ in _FIELDS)

    def _signed(self, parts: Iterable[QuestionPart]) -> tuple[tuple[AnyOf, ...], ...]:
        """Return what the question requires, and what it excludes."""
        signed = [(part.clause.sign, self.atoms(part)) for part in parts if part.clause.sign]
        return tuple(tuple(atoms for sign, atoms in signed if sign == one) for one in "+-")

    def atoms(self, part: QuestionPart, fields: Sequence[tuple[str, float]] = _FIELDS) -> AnyOf:
        """Return what to look for of one clause: of several terms (x^2) any one will do."""
        found: list[Atom] = []
        for field, weight in fields:
            if part.clause.phrase and len(part.words) > 1:
                spellings = [tuple(one) for one in islice(product(*part.words), _MAX_PHRASES)]
            else:
                terms = dict.fromkeys(term for word in part.words for term in word)
                spellings = [(term,) for term in terms if self._frequency(field, term)]
            found += [Atom(field, spelling, weight * part.weight) for spelling in spellings]
        return tuple(found)

    def _pairs(self, parts: Sequence[QuestionPart]) -> AnyOf:
        """Return the adjacent words of the question that are adjacent in a passage."""
        most = _COMMON * self.index.passages
        single = [part for part in parts if len(part.words) == 1 and not part.clause.phrase]
        sides = [
            (first.words[0][0], second.words[0][0])
            for first, second in pairwise(single)
            if second.clause.place == first.clause.place + 1
            and not has_runs(first.clause.text + second.clause.text)
        ]
        sides = [side for side in sides if max(map(self._in_bodies, side)) <= most]
        sides += chain.from_iterable(neighbours(part.clause, part.words) for part in parts)
        return tuple(
            Atom("body", (first, second), _PAIR)
            for first, second in sides
            if first != second and self._in_bodies(first) and self._in_bodies(second)
        )

    def _in_bodies(self, term: str) -> int:
        return self._frequency("body", term)


def corrections_in(
    text: str, corrections: Iterable[Correction], language: str | None
) -> tuple[tuple[str, str], ...]:
    """Return the corrections that this passage matched: (typed word, word of the passage)."""
    wanted = {term: item.typed for item in corrections for term in item.found}
    pairs: dict[str, str] = {}
    for word in _TYPED.findall(searchable(text)) if wanted else ():
        for term in index_terms(word, language):
            if term in wanted:
                pairs.setdefault(wanted[term], word.lower())
    return tuple(pairs.items())


def as_typed(clause: Clause, place: int, words: _Words) -> str:
    """Return the typed word of a clause at `place` among its terms."""
    typed = _TYPED.findall(clause.text)
    return typed[place] if len(typed) == len(words) else clause.text
