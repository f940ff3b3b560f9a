"""Tells how sure an answer is: which words no page has, and which hits are only near.

A hit is near, and no answer, if neither its words nor its meaning speak for it. Both were measured
on questions that three books answer and questions on mathematics that they do not have
(`tests/eval/certainty.py`): an answer is close in meaning, or fairly close with the telling words
of the question; what is only near has some words by chance, at a low cosine. That no hit answers
does not tell that no page does: `search.retrieval.absence` tells that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from search.question.broken_latex import broken_text
from search.question.query import Query
from search.retrieval.absence import is_topic, unknown_names, unknown_terms
from search.retrieval.asked_words import AskedWord, AskedWords
from search.retrieval.hits import Hit

__all__ = ["Certainty", "Meaning", "judge"]


class _Bar(NamedTuple):
    """What an encoder's cosines tell of a hit: see `_BARS`."""

    least: float
    words: float
    nothing: float


# By encoder: the least cosine of an answer, what all of the question's words add to it, and with
# how little of both nothing is said even of a question in a sentence. With MiniLM, one with all
# words needs a cosine of .29, one with none .54. Of other encoders than these two no cosine is
# known that tells an answer: then words alone do.
_BARS = {"all-MiniLM-L6-v2": _Bar(0.54, 0.25, 0.29), "multilingual": _Bar(0.877, 0.05, 0.0)}
_ENGLISH = "all-MiniLM-L6-v2"  # has one piece for each common English word
_NAMED = 0.2  # what is needed above the bar if a name of the question is unknown
_TELLING = 0.02  # share of the passages that have the rarest word, for all words to be an answer
_FEW = 3  # passages: so few are rare on the smallest shelf
_WHOLE = 0.99  # share of the words that needs no nearness: "Saccheri 1733" has little meaning
_LEAST_SHARE = 0.6  # of the words, where meaning is not asked for
_CORRECTED = 0.5  # what a word counts that is on the shelf only in another spelling
_RARE = 0.1  # a word is rare if less than this share of the passages has it
_LACKS = 3  # words that a hit is said to lack, at most
_FORMULA = 0.55  # evidence of a formula that contains the one asked for, at least


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an encoder tells of one question.

    `cosines` maps rows to their cosine with the question, as far as they have a vector. `pieces`
    counts the pieces in which the encoder takes a word.
    """

    encoder: str
    cosines: Callable[[Sequence[int]], Mapping[int, float]]
    pieces: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure an answer is.

    `missing` are words and phrases of the question, as typed, that no page searched has. `pages`
    is the number of pages that have all the others; None for a single word, or if they are too many
    to count. `said` tells whether a hit is more than near, `absent` that the shelf surely has
    nothing on the question; if neither, other words may find it. `unmet` tells that no passage has
    all that the question requires by quotes or a +. `language` is the question's (ISO 639-1) if no
    book searched is in it; its words are then not looked for in hybrid mode if `by_meaning`.
    `glossary` is the id of the book whose glossary translated it, None if none did. `broken` says
    what LaTeX of the question is broken and therefore not searched.
    """

    missing: tuple[str, ...] = ()
    pages: int | None = None
    said: bool = True
    absent: bool = False
    unmet: bool = False
    language: str | None = None
    by_meaning: bool = False
    glossary: str | None = None
    broken: str | None = None


def judge(
    query: Query,
    hits: Sequence[Hit],
    asked: AskedWords,
    meaning: Meaning | None,
    *,
    english: bool,
) -> tuple[list[Hit], Certainty]:
    """Return the hits with what they lack and whether they are near, and how sure all are.

    `meaning` is None if only words are asked for; `english` tells whether the books searched are in
    English. The order of the hits stays.
    """
    bar = _BARS.get(meaning.encoder) if meaning is not None else None
    words = asked.words
    names = unknown_names(words, query.text) if english else []
    rows = [hit.source.row for hit in hits]
    has = asked.rows_with_each(rows)
    nearness = meaning.cosines(rows) if meaning is not None and hits and bar else {}
    evidence = _Evidence(query, asked, nearness, bar, _NAMED * bool(names))
    judged = []
    for hit in hits:
        found = [hit.source.row in rows_with for rows_with in has]
        near = not evidence.speaks_for(hit, found)
        judged.append(replace(hit, near=near, lacks=_lacking(words, found, asked.passages)))
    missing = tuple(dict.fromkeys(word.typed for word in words if not word.known))
    said = any(not hit.near for hit in judged)
    absent = not said and bool(names)
    if not (said or names) and meaning is not None and bar is not None:
        pieces = meaning.pieces if english and meaning.encoder == _ENGLISH else None
        rare = pieces is not None and bool(unknown_terms(words, pieces))
        # A single common word may have another in its place: defect, deficiency.
        several = len(words) > 1
        absent = rare or (several and (is_topic(query.text) or evidence.best < bar.nothing))
    broken = broken_text(*query.broken[0]) if query.broken else None
    return judged, Certainty(missing, asked.pages_with_all(), said, absent, broken=broken)


class _Evidence:
    """What speaks for the hits of one question: formulas, words, meaning.

    Attributes:
        best: the most of cosine and words that a hit has.
    """

    def __init__(
        self,
        query: Query,
        asked: AskedWords,
        nearness: Mapping[int, float],
        bar: _Bar | None,
        raised: float,
    ) -> None:
        """Take the cosines of rows, and by how much the bar is raised."""
        self._latex = bool(query.latex)
        self._nearness = nearness
        self._bar = bar
        self._raised = raised
        self._worth = [word.worth for word in asked.words]
        self._corrected = [word.corrected for word in asked.words]
        rarest = min((word.passages for word in asked.words if word.known), default=0)
        few = max(_FEW, _TELLING * asked.passages)
        self._whole_tells = len(asked.words) == 1 or rarest <= few
        self.best = 0.0

    def speaks_for(self, hit: Hit, found: Sequence[bool]) -> bool:
        """Return whether something speaks for a hit; `found` tells which words it has."""
        share = self._share(found)
        formulas = [part.score for part in hit.contributions if part.retriever == "formula"]
        formula = max(formulas, default=0.0)
        if self._latex and (share is None or formula >= _FORMULA):
            return formula >= _FORMULA
        if share is None:
            return True
        cosine = self._nearness.get(hit.source.row)
        if cosine is None or self._bar is None:
            return share >= _LEAST_SHARE
        if share >= _WHOLE and self._whole_tells:
            return True
        score = cosine + self._bar.words * share
        self.best = max(self.best, score)
        return score >= self._bar.least + self._raised

    def _share(self, found: Sequence[bool]) -> float | None:
        """Return the share of the question's words in a hit; None for one without words."""
        total = sum(self._worth)
        own = sum(
            worth * (_CORRECTED if corrected else 1.0)
            for worth, corrected, yes in zip(self._worth, self._corrected, found, strict=True)
            if yes
        )
        return own / total if total else None


def _lacking(words: Sequence[AskedWord], found: Sequence[bool], passages: int) -> tuple[str, ...]:
    """Return the rare words of the shelf that a hit does not have, the rarest first."""
    lacking = [
        word
        for word, yes in zip(words, found, strict=True)
        if word.known and not yes and word.passages < _RARE * passages
    ]
    lacking.sort(key=lambda word: -word.worth)
    return tuple(dict.fromkeys(word.typed for word in lacking))[:_LACKS]
