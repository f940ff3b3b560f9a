"""Tells how sure an answer is: which words no page has, and which hits are only near.

A hit is near, and no answer, if neither its words nor its meaning speak for it. Both were measured
on questions that three books answer and questions on mathematics that they do not have
(`tests/eval/certainty.py`): an answer is close in meaning, or fairly close with the telling words
of the question; what is only near has some words by chance, at a low cosine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from search.question.broken_latex import broken_text
from search.question.query import Query
from search.retrieval.asked_words import AskedWord, AskedWords
from search.retrieval.hits import Hit

__all__ = ["Certainty", "judge"]

# By encoder: the least cosine of an answer, and what all of the question's words add to it.
# With MiniLM, one with all words needs a cosine of .29, one with none .54. Of other encoders than
# these two no cosine is known that tells an answer: then words alone do.
_BARS = {"all-MiniLM-L6-v2": (0.54, 0.25), "multilingual": (0.877, 0.05)}
_WHOLE = 0.99  # share of the words that needs no nearness: "Saccheri 1733" has little meaning
_LEAST_SHARE = 0.6  # of the words, where meaning is not asked for
_CORRECTED = 0.5  # what a word counts that is on the shelf only in another spelling
_RARE = 0.1  # a word is rare if less than this share of the passages has it
_LACKS = 3  # words that a hit is said to lack, at most
_FORMULA = 0.55  # evidence of a formula that contains the one asked for, at least


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure an answer is.

    `missing` are words and phrases of the question, as typed, that no page searched has. `pages`
    is the number of pages that have all the others; None for a single word, or if they are too many
    to count. `said` tells whether a hit is more than near. `unmet` tells that no passage has all
    that the question requires by quotes or a +. `language` is the question's (ISO 639-1) if no book
    searched is in it; its words are then not looked for in hybrid mode if `by_meaning`. `broken`
    says what LaTeX of the question is broken and therefore not searched.
    """

    missing: tuple[str, ...] = ()
    pages: int | None = None
    said: bool = True
    unmet: bool = False
    language: str | None = None
    by_meaning: bool = False
    broken: str | None = None


def judge(
    query: Query,
    hits: Sequence[Hit],
    asked: AskedWords,
    cosines: Callable[[Sequence[int]], Mapping[int, float]] | None,
    encoder: str = "",
) -> tuple[list[Hit], Certainty]:
    """Return the hits with what they lack and whether they are near, and how sure all are.

    `cosines` maps rows to their cosine with the question, as far as they have a vector; None if
    meaning is not asked for; `encoder` names the index's. The order of the hits stays.
    """
    words = asked.words
    rows = [hit.source.row for hit in hits]
    has = [asked.rows_with(word, rows) for word in words]
    bar = _BARS.get(encoder)
    nearness = cosines(rows) if cosines is not None and hits and bar else {}
    weights = [word.worth * (_CORRECTED if word.corrected else 1.0) for word in words]
    total = sum(word.worth for word in words)
    judged = []
    for hit in hits:
        found = [hit.source.row in rows_with for rows_with in has]
        own = sum(weight for weight, yes in zip(weights, found, strict=True) if yes)
        near = not _speaks_for(hit, query, own / total if total else None, nearness, bar)
        judged.append(replace(hit, near=near, lacks=_lacking(words, found, asked.passages)))
    missing = tuple(dict.fromkeys(word.typed for word in words if not word.known))
    pages = asked.pages_with_all()
    broken = broken_text(*query.broken[0]) if query.broken else None
    said = any(not hit.near for hit in judged)
    return judged, Certainty(missing, pages, said, broken=broken)


def _speaks_for(
    hit: Hit,
    query: Query,
    share: float | None,
    nearness: Mapping[int, float],
    bar: tuple[float, float] | None,
) -> bool:
    """Return whether a formula, words or meaning speak for a hit.

    `share` is the share of the question's words that it has, None for a question without words.
    """
    formulas = [part.score for part in hit.contributions if part.retriever == "formula"]
    if query.latex and (share is None or max(formulas, default=0.0) >= _FORMULA):
        return max(formulas, default=0.0) >= _FORMULA
    cosine = nearness.get(hit.source.row)
    if share is None or share >= _WHOLE:
        return True
    if cosine is None or bar is None:
        return share >= _LEAST_SHARE
    least, worth = bar
    return cosine + worth * share >= least


def _lacking(words: Sequence[AskedWord], found: Sequence[bool], passages: int) -> tuple[str, ...]:
    """Return the rare words of the shelf that a hit does not have, the rarest first."""
    lacking = [
        word
        for word, yes in zip(words, found, strict=True)
        if word.known and not yes and word.passages < _RARE * passages
    ]
    lacking.sort(key=lambda word: -word.worth)
    return tuple(dict.fromkeys(word.typed for word in lacking))[:_LACKS]
