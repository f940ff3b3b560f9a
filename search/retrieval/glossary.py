"""Translates a question in another language by the bilingual glossaries of the books.

A glossary such as "Gruppe: group" is parsed with the other lists of a book. Its text is short where
it translates, and a sentence where it explains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.listings.listing import ListKind
from indexer.words.terms import term_variants
from search.index.protocol import ItemIndex
from search.question.filters import Filter
from search.question.language import question_words

__all__ = ["Translation", "translate"]

_WORD = re.compile(r"[^\W\d_]+")
_SHORT = 4  # words of a translation, at most
_CANDIDATES = 50
_MOST_WORDS = 20  # of a question that are looked up


@dataclass(frozen=True, slots=True)
class Translation:
    """A question in the language of the books, and the book whose glossary has its words."""

    text: str
    book_id: str


def glossary_words(index: ItemIndex, text: str, filter_: Filter) -> list[str]:
    """Return the words of a text that glossaries translate: the books may have them only there."""
    words = _WORD.findall(text)[:_MOST_WORDS]
    return [word for word in words if _entries(index, word, filter_)]


def translate(index: ItemIndex, text: str, language: str, filter_: Filter) -> Translation | None:
    """Return a question translated from `language`, None if no glossary has a word of it.

    Words that no glossary has stay, but for those that tell nothing: a name is the same everywhere.
    """
    telling = [one for one in _WORD.findall(text) if one.lower() not in question_words(language)]
    words = telling[:_MOST_WORDS]
    asked = {word.lower() for word in words}
    found: dict[str, tuple[frozenset[str], str, str]] = {}
    for word in dict.fromkeys(word.lower() for word in words):
        fitting = [one for one in _entries(index, word, filter_) if one[0] <= asked]
        if fitting:
            found[word] = max(fitting, key=lambda one: len(one[0]))
    if not found:
        return None
    parts = [found[word.lower()][1] if word.lower() in found else word for word in words]
    book_id = next(iter(found.values()))[2]
    return Translation(" ".join(dict.fromkeys(parts)), book_id)


def _entries(index: ItemIndex, word: str, filter_: Filter) -> list[tuple[frozenset[str], str, str]]:
    """Return the words, the translation and the book of the entries that translate a word."""
    found = []
    for doc in index.entries(term_variants(word, [None]), filter_, _CANDIDATES, every=True):
        entry = doc.entry
        own = frozenset(part.lower() for part in _WORD.findall(" ".join(entry.term)))
        brief = 0 < len(_WORD.findall(entry.text)) <= _SHORT
        if entry.kind is ListKind.GLOSSARY and brief and word.lower() in own:
            found.append((own, entry.text, doc.book_id))
    return found
