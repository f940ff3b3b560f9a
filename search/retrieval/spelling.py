"""Finds the nearest known words for unknown ones: misprints and OCR errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import tantivy

from indexer.stores.fulltext import PassageDoc, stored_values
from indexer.words.terms import index_terms
from indexer.words.words import searchable
from ocr_service.text.ideographs import has_runs
from ocr_service.text.slugs import folded

__all__ = ["Correction", "edit_distance", "near_terms"]

_LOOKED_AT = 48  # passages in which near words are searched
_ENDING = 4  # letters
_KEPT = 3  # terms for one unknown word, at most
_WORD = re.compile(r"[^\W\d_]{4,60}")
# Letters that OCR confuses count as equal.
_MISREAD = (("rn", "m"), ("cl", "d"), ("vv", "w"), ("ii", "u"))


@dataclass(frozen=True, slots=True)
class Correction:
    """The typed word, and the index terms searched instead."""

    typed: str
    found: tuple[str, ...]


# The endings that languages put behind a name to make a word of it: Gudermannsche, gudermannian.
_OF_NAMES = re.compile(r"(?:i?sche?[nrsm]?|i?ennes?|i?ens?|i?an[aoie]?s?|e?ans?|e?ano?s?)$")
_LEAST_ROOT = 5  # letters of a name


def near_terms(
    index: tantivy.Index,
    typed: str,
    terms: Sequence[str],
    languages: Mapping[str, str | None],
) -> tuple[str, ...]:
    """Return the nearest terms of the index, the commonest first.

    There are none for short words, for numbers, and for Chinese, Japanese and Korean.

    One letter may differ, be missing, be added, or be swapped with the next; two in a word of eight
    letters or more. `terms` are the index terms of `typed`; `languages` maps book ids to language
    codes.
    """
    word = typed.lower()
    if not _WORD.fullmatch(word) or has_runs(word):
        return ()
    searcher = index.searcher()
    for query in _near_queries(index, word, terms):
        found = _terms_near(searcher, query, word, languages)
        if found:
            best = min(found.values())
            order = [(-searcher.doc_freq("body", term), term) for term in found]
            return tuple(term for _, term in sorted(order) if found[term] == best)[:_KEPT]
    return _of_same_name(index, word, languages)


def _of_same_name(
    index: tantivy.Index, word: str, languages: Mapping[str, str | None]
) -> tuple[str, ...]:
    """Return the terms of words made of the same name as `word` with another ending."""
    root = _root(word)
    if root == word or len(root) < _LEAST_ROOT:
        return ()
    query = tantivy.Query.fuzzy_term_query(index.schema, "body", root[:-1], 0, prefix=True)
    searcher = index.searcher()
    found: dict[str, None] = {}
    for _, address in searcher.search(query, _LOOKED_AT, count=False).hits:
        doc = PassageDoc(**stored_values(searcher.doc(address)))
        for other in _WORD.findall(searchable(doc.text).lower()):
            if _root(other).rstrip("i") == root.rstrip("i"):
                found.update(dict.fromkeys(index_terms(other, languages.get(doc.book_id))))
    return tuple(found)[:_KEPT]


def _root(word: str) -> str:
    """Return a word without an ending that names get."""
    return _OF_NAMES.sub("", folded(word))


def _near_queries(index: tantivy.Index, word: str, terms: Sequence[str]) -> Iterator[tantivy.Query]:
    """Yield queries for passages that may have a word near to `word`, the closest first."""
    for distance in (1, 2):  # terms differ more than words if an ending is misspelt
        for term in terms:
            if len(term) > 2 * distance:
                yield tantivy.Query.fuzzy_term_query(index.schema, "body", term, distance)
    if (
        len(word) > _ENDING + 2
    ):  # stemming does not remove a misspelt ending: search by the beginning
        begin = word[:-_ENDING]
        yield tantivy.Query.fuzzy_term_query(index.schema, "body", begin, 1, prefix=True)


def _terms_near(
    searcher: tantivy.Searcher,
    query: tantivy.Query,
    word: str,
    languages: Mapping[str, str | None],
) -> dict[str, int]:
    """Return the terms of words near to `word`, each with its edit distance.

    tantivy finds the passages with an automaton over its dictionary, but does not report the words
    that matched: the passages are read again to find them.
    """
    most = 1 if len(word) < 8 else 2
    folded = _folded(word)
    looked_at: set[tuple[str, str | None]] = set()
    found: dict[str, int] = {}
    for _, address in searcher.search(query, _LOOKED_AT, count=False).hits:
        doc = PassageDoc(**stored_values(searcher.doc(address)))
        language = languages.get(doc.book_id)
        others = {(other, language) for other in _WORD.findall(searchable(doc.text).lower())}
        for other, _ in others - looked_at:
            far = edit_distance(folded, _folded(other), most)
            if far <= most:
                for same in index_terms(other, language):
                    found[same] = min(far, found.get(same, far))
        looked_at |= others
    return found


def _folded(word: str) -> str:
    for seen, meant in _MISREAD:
        word = word.replace(seen, meant)
    return word


def edit_distance(first: str, second: str, most: int) -> int:
    """Return the edit distance with transpositions of neighbours, or `most` + 1 if it is more."""
    from rapidfuzz.distance import OSA  # 12 ms; most questions have no unknown word

    return OSA.distance(first, second, score_cutoff=most)
