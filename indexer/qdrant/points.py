"""Turns passages, formulas, items and words into points.

    bits 48 to 50 of a point's id   its kind
    the others                      its row, or its number within the same block as its book's rows

Of every point the payload has its kind, book and edition (see `editions`), 1-based page, the codes
of its terms (`has`), and what is stored of it as JSON (`stored`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

from indexer.qdrant.bm25 import saturations
from indexer.qdrant.codes import code, dimension, number
from indexer.qdrant.engine import WORDS, EnginePoint
from indexer.stores.fulltext import (
    FormulaDoc,
    PassageDoc,
    doc_json,
    formula_terms,
    passage_words,
)
from indexer.stores.items import (
    EntryDoc,
    StatementDoc,
    item_json,
    item_keys,
    item_page,
    item_terms,
)
from indexer.words.terms import index_positions, index_terms
from ocr_service.text.ideographs import has_runs

__all__ = [
    "ITEM_FIELDS",
    "LISTED",
    "PASSAGE_FIELDS",
    "Averages",
    "PointKind",
    "formula_point",
    "gram_weights",
    "grams",
    "item_field",
    "item_point",
    "passage_point",
    "passage_terms",
    "point_id",
    "word_point",
]

Averages = Mapping[str, float]  # mean number of terms, by field

PASSAGE_FIELDS = ("body", "heading", "title")
ITEM_FIELDS = ("name", "body", "section")
LISTED = code("on", "list")  # of passages on pages that are lists throughout
_BREAK = "0"  # a word that ends a phrase
_GRAM = "gram"


class PointKind(IntEnum):
    """What a point stands for."""

    PASSAGE = 0
    FORMULA = 1
    ITEM = 2
    EDITION = 3
    WORD = 4
    LEASE = 5
    STATE = 6


def point_id(kind: PointKind, place: int) -> int:
    """Return the id of a point."""
    return kind << 48 | place


def item_field(name: str) -> str:
    """Return the name of a field of items, which is not that of a passage's."""
    return f"item_{name}"


def passage_terms(
    doc: PassageDoc, title: str, language: str | None
) -> dict[str, list[tuple[str, ...]]]:
    """Return the terms of a passage by field and position: one, or two of a Chinese letter."""
    return {
        field: index_positions(words, language)
        if has_runs(words)
        else [(term,) for term in index_terms(words, language)]
        for field, words in passage_words(doc, title).items()
    }


def passage_point(  # noqa: PLR0913 - what a point is made of
    doc: PassageDoc,
    terms: Mapping[str, Sequence[tuple[str, ...]]],
    edition: int,
    averages: Averages,
    dense: Sequence[float] | None,
    *,
    listed: bool,
) -> EnginePoint:
    """Return the point of a passage; `dense` is its unit vector, None if it has none yet.

    `listed` tells that it stands on a page that is a list throughout.
    """
    weights: dict[int, float] = {}
    codes: list[str] = []
    more: list[str] = []  # second terms at one position, which no phrase needs
    for field, places in terms.items():
        every = [term for place in places for term in place]
        _add(weights, field, every, averages)
        codes += [code(field, place[0]) for place in places]
        codes.append(_BREAK)
        more += [code(field, term) for place in places for term in place[1:]]
    more += [LISTED] if listed else []
    payload = _payload("passage", doc.book_id, edition, doc.page, [*codes, *more])
    payload |= {"stored": doc_json(doc), "lengths": [_length(terms, f) for f in PASSAGE_FIELDS]}
    return EnginePoint(point_id(PointKind.PASSAGE, doc.row), payload, weights, dense)


def formula_point(doc: FormulaDoc, place: int, edition: int, averages: Averages) -> EnginePoint:
    """Return the point of a formula; `place` counts in the block of its book."""
    weights: dict[int, float] = {}
    terms = formula_terms(doc)
    for field in ("pairs", "open_pairs"):
        _add(weights, field, terms[field], averages)
    codes = [code(field, term) for field, each in terms.items() for term in dict.fromkeys(each)]
    payload = _payload("formula", doc.book_id, edition, doc.page, codes)
    payload |= {
        "stored": doc_json(doc),
        "pairs": " ".join(terms["pairs"]),
        "open_pairs": " ".join(terms["open_pairs"]),
    }
    return EnginePoint(point_id(PointKind.FORMULA, place), payload, weights)


def item_point(  # noqa: PLR0913, PLR0917 - what a point is made of
    doc: EntryDoc | StatementDoc,
    text: str,
    language: str | None,
    place: int,
    edition: int,
    averages: Averages,
) -> EnginePoint:
    """Return the point of an entry or statement; `text` is what it says."""
    weights: dict[int, float] = {}
    codes = [code(item_field(name), value) for name, value in item_keys(doc).items()]
    for name, terms in item_terms(doc, text, language).items():
        _add(weights, item_field(name), terms, averages)
        codes += [code(item_field(name), term) for term in dict.fromkeys(terms)]
    payload = _payload("item", doc.book_id, edition, item_page(doc), codes)
    payload |= {"stored": item_json(doc), "text": text}
    return EnginePoint(point_id(PointKind.ITEM, place), payload, weights)


def word_point(word: str) -> EnginePoint:
    """Return the point of a term of passages, by which misspelt words find it."""
    weights = {dimension(_GRAM, gram): 1.0 for gram in grams(word)}
    place = number("word", word)
    return EnginePoint(point_id(PointKind.WORD, place), {"kind": "word", "word": word}, weights)


def grams(word: str, *, prefix: bool = False) -> set[str]:
    """Return the pairs of letters of a word, its ends included; of a prefix only the beginning."""
    text = f"^{word}" if prefix else f"^{word}$"
    return {text[place : place + 2] for place in range(len(text) - 1)}


def gram_weights(word: str, *, prefix: bool) -> dict[int, float]:
    """Return the sparse vector by which words like `word` are found."""
    return {dimension(_GRAM, gram): 1.0 for gram in grams(word, prefix=prefix)}


def _payload(kind: str, book: str, edition: int, page: int, codes: Iterable[str]) -> dict[str, Any]:
    return {"kind": kind, "book": book, "edition": edition, "page": page, WORDS: " ".join(codes)}


def _add(weights: dict[int, float], field: str, terms: Sequence[str], averages: Averages) -> None:
    for term, value in saturations(terms, averages[field]).items():
        weights[dimension(field, term)] = value


def _length(terms: Mapping[str, Sequence[tuple[str, ...]]], field: str) -> int:
    return sum(map(len, terms[field]))
