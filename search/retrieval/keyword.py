"""The keyword retriever: BM25 over passages, their headings and their books' titles."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, pairwise, product
from operator import itemgetter

import tantivy

from indexer.words.terms import index_terms, term_variants
from indexer.words.words import searchable
from search.question.filters import Filter
from search.question.query import Clause, Query
from search.question.stop_words import stop_words_of
from search.retrieval.spelling import Correction, near_terms

__all__ = ["KeywordMatches", "KeywordRetriever", "Ranked", "best_first", "corrections_in", "stems"]

Ranked = list[tuple[int, float]]  # (row, score), best first

# A word in a heading or a title says what a passage is about, but less than the passage itself.
# Measured on page topics of three books: weights of .2 to .3 for headings are best, and above .5
# they do harm; titles make no difference there, and choose between books elsewhere.
_FIELDS = (("body", 1.0), ("heading", 0.25), ("title", 0.1))
# Two words of the question side by side: the weight that sequential dependence models give them
# (Metzler and Croft, A Markov Random Field Model for Term Dependencies, 2005) beside one of .85 for
# words. It helps a little, or does no harm, at hand; twice as much harms on one collection.
_PAIR = 0.1
_COMMON = 0.1  # words in more than this share of the passages make no pairs
_CORRECTED = 0.5  # what a word that was only guessed counts, of one that was typed
_MAX_CORRECTED = 5  # unknown words looked up; a question of many is no question of words
_MAX_PHRASES = 16  # spellings of one phrase
_MAX_DEPTH = 40  # of queries within queries, which tantivy answers by recursion

_TYPED = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s\b")

_Words = list[tuple[str, ...]]  # the terms that each word may stand as
_Clauses = list[tuple[tantivy.Occur, tantivy.Query]]


def stems(text: str, language: str | None = None) -> list[str]:
    """Return the index terms of a text, in order."""
    return index_terms(text, language)


@dataclass(frozen=True, slots=True)
class KeywordMatches:
    """What a question came to: rows with scores, and the terms its unknown words were taken for.

    `terms` are all that may be marked in a hit. `once` is the score that a passage of average
    length would have with each word of the question in it once.
    """

    ranked: Ranked
    corrections: tuple[Correction, ...] = ()
    terms: frozenset[str] = frozenset()
    once: float = 0.0


@dataclass(frozen=True, slots=True)
class _Part:
    """A clause of the question as terms; `weight` is less for a guess."""

    clause: Clause
    words: _Words
    weight: float


class KeywordRetriever:
    """Asks one index of passages. May be used by several threads at once."""

    def __init__(self, index: tantivy.Index, languages: Mapping[str, str | None]) -> None:
        """Take an open index; `languages` goes by book id."""
        self._index = index
        self._schema = index.schema
        self._languages = languages
        # (field, term) -> in how many passages; an index that is searched does not change
        self._frequency = lru_cache(maxsize=8_192)(index.searcher().doc_freq)

    def search(self, query: Query, filter_: Filter, limit: int) -> KeywordMatches:
        """Return the passages that match best; equal scores are ordered by row.

        With a `limit` of 0 nothing is looked for: only the question is understood.
        """
        parts, corrections = self._parts(query)
        asked = [part for part in parts if part.clause.sign != "-"]
        terms = frozenset(term for part in asked for word in part.words for term in word)
        if not asked or limit == 0:
            return KeywordMatches([], corrections, terms)
        required = [*filter_.clauses(self._schema), *self._signed(parts)]
        unsigned = [part for part in asked if not part.clause.sign]
        optional = [query for part in unsigned for query in self._queries(part)]
        if len(unsigned) == len(asked):
            found = ranked_rows(self._index, _all_and_any(required, optional), limit)
        else:
            found = ranked_rows(self._index, _beside(required, optional), limit)
        if pairs := self._pairs(asked):
            # By themselves, because a phrase keeps tantivy from passing over blocks of passages
            # that cannot be among the best; few passages have one of them.
            required.append((tantivy.Occur.Must, _any(pairs)))
            with_pairs = ranked_rows(self._index, _beside(required, optional), limit)
            found = best_first((dict(found) | dict(with_pairs)).items())[:limit]
        return KeywordMatches(found, corrections, terms, sum(map(self._once, asked)))

    def allowed(self, query: Query, rows: Sequence[int]) -> set[int]:
        """Return which of the rows have the required words and none of the excluded ones."""
        parts, _ = self._parts(query)
        among = tantivy.Query.term_set_query(self._schema, "row", list(rows))
        clauses = [(tantivy.Occur.Must, tantivy.Query.const_score_query(among, 1.0))]
        both = tantivy.Query.boolean_query([*clauses, *self._signed(parts)])
        return {row for row, _ in ranked_rows(self._index, both, max(1, len(rows)))}

    def _parts(self, query: Query) -> tuple[list[_Part], tuple[Correction, ...]]:
        parts: dict[tuple[str, bool, tuple[tuple[str, ...], ...]], _Part] = {}
        corrections: dict[str, Correction] = {}
        languages = set(self._languages.values())
        for clause in self._telling(query.clauses):
            words, weight = term_variants(clause.text, languages), 1.0
            for place, word in enumerate(words):
                if clause.sign == "-" or any(map(self._known, word)):
                    continue
                typed = _as_typed(clause, place, words)
                if typed not in corrections and len(corrections) < _MAX_CORRECTED:
                    near = near_terms(self._index, typed, word, self._languages)
                    corrections[typed] = Correction(typed, near)
                if typed in corrections and corrections[typed].found:
                    words = [*words[:place], corrections[typed].found, *words[place + 1 :]]
                    weight = _CORRECTED
            if words:
                part = _Part(clause, words, weight)
                parts.setdefault((clause.sign, clause.phrase, tuple(words)), part)
        known = tuple(correction for correction in corrections.values() if correction.found)
        return list(parts.values()), known

    def _telling(self, clauses: Sequence[Clause]) -> Sequence[Clause]:
        """Return the clauses without stop words, unless nothing else is asked for."""
        words = {
            clause.place: _TYPED.findall(_POSSESSIVE.sub("", clause.text.lower()))
            for clause in clauses
            if not (clause.sign or clause.phrase or clause.latex)
        }
        stops = stop_words_of(chain.from_iterable(words.values()), self._languages.values())
        empty = {place for place, typed in words.items() if typed and stops.issuperset(typed)}
        telling = [clause for clause in clauses if clause.place not in empty]
        return telling if any(clause.sign != "-" for clause in telling) else clauses

    def _once(self, part: _Part) -> float:
        """Return the score of a passage of average length that has the words of a part once.

        Each word counts in the field where it is worth most, and unknown ones nothing.
        """
        living = self._index.searcher().num_docs
        score = 0.0
        for word in part.words:
            worth = [0.0]
            for field, weight in _FIELDS:
                if frequency := max(self._frequency(field, term) for term in word):
                    count = max(living, frequency)  # which counts passages of removed books too
                    worth.append(
                        weight * math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))
                    )
            score += max(worth)
        return part.weight * score

    def _known(self, term: str) -> bool:
        return any(self._frequency(field, term) for field, _ in _FIELDS)

    def _signed(self, parts: Iterable[_Part]) -> _Clauses:
        occurs = {"+": tantivy.Occur.Must, "-": tantivy.Occur.MustNot}
        return [
            (occurs[part.clause.sign], _any(self._queries(part)))
            for part in parts
            if part.clause.sign
        ]

    def _queries(self, part: _Part) -> list[tantivy.Query]:
        """Look for one clause in every field; a word of several terms (x^2) needs any of them."""
        found = []
        for field, weight in _FIELDS:
            if part.clause.phrase and len(part.words) > 1:
                queries = self._phrases(field, part.words)
            else:
                terms = dict.fromkeys(term for word in part.words for term in word)
                queries = [
                    tantivy.Query.term_query(self._schema, field, term)
                    for term in terms
                    if self._frequency(field, term)
                ]
            found += [tantivy.Query.boost_query(query, weight * part.weight) for query in queries]
        return found

    def _phrases(self, field: str, words: _Words) -> list[tantivy.Query]:
        return [
            tantivy.Query.phrase_query(self._schema, field, [*spelling])
            for spelling in islice(product(*words), _MAX_PHRASES)
        ]

    def _pairs(self, parts: Sequence[_Part]) -> list[tantivy.Query]:
        """Reward passages where words that the question has side by side are side by side."""
        most = _COMMON * self._index.searcher().num_docs
        single = [part for part in parts if len(part.words) == 1 and not part.clause.phrase]
        sides = [
            (first.words[0][0], second.words[0][0])
            for first, second in pairwise(single)
            if second.clause.place == first.clause.place + 1
        ]
        return [
            tantivy.Query.boost_query(
                tantivy.Query.phrase_query(self._schema, "body", [first, second]), _PAIR
            )
            for first, second in sides
            if first != second
            and max(self._frequency("body", term) for term in (first, second)) <= most
        ]


def _any(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _all_and_any(required: _Clauses, optional: Sequence[tantivy.Query]) -> tantivy.Query:
    """Ask for what is required, and for at least one of the rest."""
    if not required:
        return _any(optional)  # not wrapped: of a plain union, tantivy scores only the best part
    return tantivy.Query.boolean_query([*required, (tantivy.Occur.Must, _any(optional))])


def _beside(required: _Clauses, optional: Sequence[tantivy.Query]) -> tantivy.Query:
    """Ask for what is required; the rest only adds to scores.

    Each is put around the last, not beside it: so tantivy looks it up for the passages that have
    what is required, and does not read all that the whole rest together would find.
    """
    last = [(tantivy.Occur.Should, query) for query in optional[_MAX_DEPTH:]]
    query = tantivy.Query.boolean_query([*required, *last])
    for other in optional[:_MAX_DEPTH]:
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.Should, other)]
        )
    return query


def corrections_in(
    text: str, corrections: Iterable[Correction], language: str | None
) -> tuple[tuple[str, str], ...]:
    """Return which of the corrections a passage owes its place to: (typed, word of the passage)."""
    wanted = {term: item.typed for item in corrections for term in item.found}
    pairs: dict[str, str] = {}
    for word in _TYPED.findall(searchable(text)) if wanted else ():
        for term in index_terms(word, language):
            if term in wanted:
                pairs.setdefault(wanted[term], word.lower())
    return tuple(pairs.items())


def _as_typed(clause: Clause, place: int, words: _Words) -> str:
    """Return the word of a clause that stands at `place` among its terms."""
    typed = _TYPED.findall(clause.text)
    return typed[place] if len(typed) == len(words) else clause.text


def ranked_rows(index: tantivy.Index, query: tantivy.Query, limit: int) -> Ranked:
    """Return (row, score) of the best documents; equal scores are ordered by row."""
    searcher = index.searcher()
    hits = searcher.search(query, limit, count=False).hits
    rows = searcher.fast_field_values("row", [address for _, address in hits])
    pairs = zip(rows, hits, strict=True)
    return best_first((int(row or 0), score) for row, (score, _) in pairs)


def best_first(scored: Iterable[tuple[int, float]]) -> Ranked:
    """Return rows with their scores, best first; equal scores are ordered by row."""
    ranked = sorted(scored)
    ranked.sort(key=itemgetter(1), reverse=True)  # keeps the order of equal ones
    return ranked
