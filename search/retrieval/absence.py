"""Tells of a question that no page clearly answers whether the shelf surely has nothing on it.

A page may answer in other words than the question's, so few words and little nearness do not tell
that it is not there: "why do people pick the bell curve" has no word that matters. Measured on
questions of two shelves (`tests/eval/certainty.py`), two things do tell: a name or a technical word
that no page has, and a question that is only the name of a topic, such as "mean value theorem",
which a book that treats it would use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ocr_service.text.late_pattern import late_pattern
from search.retrieval.asked_words import AskedWord

__all__ = ["is_topic", "unknown_names", "unknown_terms"]

_WORD = late_pattern(r"[^\W\d_]+")
_LONG = 4  # letters; if all words that have them begin with a capital, capitals tell no name
_FEWEST = 5  # words of a question that is more than the name of a topic
# "What is a compact space" asks for a topic by its name, like "compact space".
_WHAT_IS = late_pattern(
    r"^\s*(?:(?:what|who|where|which|define|explain)\b['’s]*\s*(?:is|are|was|were|do|does)?\b"
    r"|was (?:ist|sind)|qu['’ ]?est[- ]ce qu(?:e|['’ ])|qué es|che cos['’ ]?è)\s*(?:meant by)?",
    re.IGNORECASE,
)
# Words by which a text is a sentence: what asks, acts or is spoken of.
_OF_SENTENCES = frozenset(
    "how why when which what who where if does do did is are was were can may must should will has "
    "have i we you they it wie warum wann ob kann muss ist sind war wird hat ich wir man es "
    "comment pourquoi quand si est sont peut je on nous il elle cómo cuándo es son puede come "
    "perché quando è sono può".split()
)


def unknown_names(words: Sequence[AskedWord], text: str) -> list[str]:
    """Return the names in a question in English that no page has: Ptolemy, Galois.

    A capital letter makes a name, unless it begins the question or all words have one. A phrase
    in quotes has the names that are in it.
    """
    long = [word for word in _WORD.findall(text) if len(word) >= _LONG]
    if len(long) > 1 and all(word[0].isupper() for word in long):
        return []
    unknown = [part for word in words if not word.known for part in _WORD.findall(word.typed)]
    return [word for word in unknown if word[0].isupper() and not _only_begins(word, text)]


def _only_begins(word: str, text: str) -> bool:
    """Return whether a word begins a question and is no genitive, or is a letter."""
    before, _, after = text.partition(word)
    begins = not before.strip(" \"'“‘(")
    return len(word) == 1 or (begins and re.match(r"['’]s?\b", after) is None)


def unknown_terms(words: Sequence[AskedWord], pieces: Callable[[str], int]) -> list[str]:
    """Return the rare words of English that no page has: functors, polyhedra, Gödel.

    `pieces` counts the pieces in which an encoder for English takes a word: it has one piece for
    each word that is not rare.
    """
    return [word.typed for word in words if not word.known and pieces(word.typed) > 1]


def is_topic(text: str) -> bool:
    """Return whether a question is no more than the name of a topic."""
    rest = _WORD.findall(_WHAT_IS.sub("", text).lower())
    return len(rest) < _FEWEST or _OF_SENTENCES.isdisjoint(rest)
