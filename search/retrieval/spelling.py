"""Finds the nearest known words for unknown ones: misprints and OCR errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from indexer.stores.fulltext import PassageDoc
from indexer.words.terms import index_terms
from indexer.words.words import searchable
from ocr_service.text.ideographs import has_runs
from ocr_service.text.late_pattern import late_pattern
from ocr_service.text.slugs import folded
from search.index.protocol import PassageIndex
from search.retrieval.languages import BookLanguages

__all__ = ["Correction", "edit_distance", "near_terms"]

_LOOKED_AT = 48  # passages in which near words are searched
_ENDING = 4  # letters
_KEPT = 3  # terms for one unknown word, at most
_WORD = late_pattern(r"[^\W\d_]{4,60}")
# Letters that OCR confuses count as equal.
_MISREAD = (("rn", "m"), ("cl", "d"), ("vv", "w"), ("ii", "u"))


@dataclass(frozen=True, slots=True)
class Correction:
    """The typed word, and the index terms searched instead."""

    typed: str
    found: tuple[str, ...]


# The endings that languages put behind a name to make a word of it: Gudermannsche, gudermannian.
_OF_NAMES = late_pattern(r"(?:i?sche?[nrsm]?|i?ennes?|i?ens?|i?an[aoie]?s?|e?ans?|e?ano?s?)$")
_LEAST_ROOT = 5  # letters of a name


def near_terms(
    index: PassageIndex,
    typed: str,
    terms: Sequence[str],
    languages: BookLanguages,
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
    for term, distance, prefix in _near_forms(word, terms):
        docs = index.like(term, distance, _LOOKED_AT, prefix=prefix)
        found = _terms_near(docs, word, languages)
        if found:
            best = min(found.values())
            order = [(-index.frequency("body", term), term) for term in found]
            return tuple(term for _, term in sorted(order) if found[term] == best)[:_KEPT]
    return _of_same_name(index, word, languages)


def _of_same_name(index: PassageIndex, word: str, languages: BookLanguages) -> tuple[str, ...]:
    """Return the terms of words made of the same name as `word` with another ending."""
    root = _root(word)
    if root == word or len(root) < _LEAST_ROOT:
        return ()
    found: dict[str, None] = {}
    for doc in index.like(root[:-1], 0, _LOOKED_AT, prefix=True):
        for other in _WORD.findall(searchable(doc.text).lower()):
            if _root(other).rstrip("i") == root.rstrip("i"):
                found.update(dict.fromkeys(index_terms(other, languages.get(doc.book_id))))
    return tuple(found)[:_KEPT]


def _root(word: str) -> str:
    """Return a word without an ending that names get."""
    return _OF_NAMES.sub("", folded(word))


def _near_forms(word: str, terms: Sequence[str]) -> Iterator[tuple[str, int, bool]]:
    """Yield what terms of passages with a word near to `word` are like, the closest first.

    That is a term, its edit distance, and whether theirs may go on after it.
    """
    for distance in (1, 2):  # terms differ more than words if an ending is misspelt
        for term in terms:
            if len(term) > 2 * distance:
                yield term, distance, False
    if len(word) > _ENDING + 2:  # stemming keeps a misspelt ending: search by the beginning
        yield word[:-_ENDING], 1, True


def _terms_near(docs: Iterable[PassageDoc], word: str, languages: BookLanguages) -> dict[str, int]:
    """Return the terms of words near to `word`, each with its edit distance.

    An index finds the passages by its terms, but does not report which of their words matched.
    """
    most = 1 if len(word) < 8 else 2
    folded = _folded(word)
    looked_at: set[tuple[str, str | None]] = set()
    found: dict[str, int] = {}
    for doc in docs:
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
