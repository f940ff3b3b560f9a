"""Ranks formulas: BM25 over symbol pairs, then unification of the best candidates.

As in Tangent-3 and Tangent-S (Zanibbi et al., SIGIR 2016; Davila and Zanibbi, SIGIR 2017), an
inverted index over pairs of the layout tree finds candidates; comparing whole formulas with their
variables unified orders them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

from indexer.formulas.layout import LayoutRow, layout, read_row
from indexer.formulas.terms import open_term, pair_terms
from indexer.passages.math_spans import find_math
from indexer.stores.fulltext import FormulaDoc
from search.index.protocol import FieldTerm, FormulaIndex, StoredFormula
from search.question.bare_math import bare_formulas
from search.question.filters import Filter
from search.retrieval.formula_match import Pattern
from search.retrieval.formula_similarity import PairSimilarity
from search.retrieval.relation import Relation

__all__ = ["FormulaMatch", "asked_number", "query_latex", "search_formulas"]

_RESCORED = 64  # BM25 candidates that are compared in full; 50 and 1,000 were as good
_COVERING = 50  # and candidates that have all pairs of the query, whatever their BM25 rank
_MAX_TERMS = 256  # of a query in one field; beyond that, the rarest are kept
_K1 = 1.2  # tantivy's BM25
_NUMBER = re.compile(r"\(([A-Z]?\.?\d+(?:\.\d+)*[a-z]?)\)")
_FIELDS = ("pairs", "open_pairs")
_ORDER = {relation: place for place, relation in enumerate(Relation)}


@dataclass(frozen=True, slots=True)
class FormulaMatch:
    """A formula that was found.

    `score` is between 0 and 1: the mean of the unified similarity of layouts and of the BM25 score
    divided by the score of the query itself. `relation` is None if the formula was searched by its
    number.
    """

    doc: FormulaDoc
    score: float
    relation: Relation | None

    @property
    def evidence(self) -> float:
        """How strongly it supports the passage around it, 0 to 1.

        That is the score; but 1 if the formula equals the query, in any notation, and halfway from
        the score to 1 if it contains the query symbol by symbol, because a part has a low score in
        a long formula.
        """
        if self.relation in (None, Relation.EQUAL, Relation.NOTATION, Relation.REORDERED):
            return 1.0
        return (1 + self.score) / 2 if self.relation is Relation.CONTAINS else self.score


def query_latex(text: str) -> str:
    """Return the LaTeX of a question in formula mode: its longest formula, or all of it.

    All of it is one formula, too, if it has a wildcard and no word: `A = ? V^T`.
    """
    spans = find_math(text)
    if spans:
        return max((span.latex for span in spans), key=len)
    wild = "?" in text and not re.search(r"[^\W\d_]{2,}", text)
    bare = [] if wild or "\\" in text else bare_formulas(text)
    return max((one.latex for one in bare), key=len, default=text.strip())


def search_formulas(
    index: FormulaIndex, latex: str, filter_: Filter, limit: int
) -> list[FormulaMatch]:
    r"""Return the formulas most like `latex`, in the order of `Relation`, then by score.

    `?`, `?x` and `\?x` in `latex` match any sub-expression, `(3.4)` the formulas with that number.
    The best `_RESCORED` are compared in full.
    """
    number = asked_number(latex)
    numbered = _numbered(index, number, filter_, limit) if number else []
    question = _Question(index, layout(latex, wildcards=True), filter_)
    found = numbered + [match for match in question.answer(limit) if match not in numbered]
    return found[:limit]


def asked_number(text: str) -> str | None:
    """Return the number that a question asks for, None if it is no "(3.4)"."""
    number = _NUMBER.fullmatch(text.strip())
    return number[1] if number else None


def _numbered(index: FormulaIndex, number: str, filter_: Filter, limit: int) -> list[FormulaMatch]:
    """Return the formulas with a printed number, in the order of the books."""
    docs = sorted(index.numbered(number, filter_, limit), key=lambda doc: (doc.row, doc.char_start))
    return [FormulaMatch(doc, 1.0, None) for doc in docs]


class _Question:
    """One query formula on one index."""

    def __init__(self, index: FormulaIndex, row: LayoutRow, filter_: Filter) -> None:
        self._index = index
        self._filter = filter_
        self._pattern = Pattern(row)
        terms = pair_terms(self._pattern.common)
        self._similarity = PairSimilarity(terms)
        self._own_score = 0.0  # the BM25 score of a formula of average length that equals the query
        self._likeness: list[FieldTerm] = []
        self._cover: list[str] = []
        for field, pairs in zip(_FIELDS, (terms, map(open_term, terms)), strict=True):
            self._add_terms(field, Counter(pairs))

    def _add_terms(self, field: str, terms: Counter[str]) -> None:
        documents = self._index.formulas
        frequencies = self._index.frequencies([(field, term) for term in terms])
        rarity = {
            term: math.log1p((documents - frequency + 0.5) / (frequency + 0.5))
            for term, frequency in zip(terms, frequencies, strict=True)
        }
        for term in sorted(terms, key=lambda term: (-rarity[term], term))[:_MAX_TERMS]:
            count = terms[term]
            self._own_score += rarity[term] * count * (_K1 + 1) / (count + _K1)
            self._likeness.append((field, term))
            if field == "open_pairs":
                self._cover.append(term)

    def answer(self, limit: int) -> list[FormulaMatch]:
        """Return the matches, best first."""
        if not self._likeness:
            return []
        index, terms, filter_ = self._index, self._likeness, self._filter
        found = index.best(terms, filter_, max(limit, _RESCORED))
        covering = index.covering(terms, self._cover, filter_, _COVERING)
        structure, normal = self._pattern.ordered_structure, self._pattern.normal
        alike = dict(index.alike(terms, structure, normal, filter_, _COVERING))
        compared = dict([*found[:_RESCORED], *covering, *alike.items()])
        matches = [
            self._compared(formula, compared[key], alike=key in alike)
            for key, formula in zip(compared, index.read(list(compared)), strict=True)
        ]
        rest = dict(pair for pair in found[_RESCORED:] if pair[0] not in compared)
        matches += [
            FormulaMatch(formula.doc, self._share(score) / 2, Relation.SIMILAR)  # half is missing
            for score, formula in zip(rest.values(), index.read(list(rest)), strict=True)
        ]
        return sorted(matches, key=_place)

    def _compared(self, formula: StoredFormula, score: float, *, alike: bool) -> FormulaMatch:
        doc = formula.doc
        compared = self._similarity.compare(formula.pairs, formula.open_pairs)
        relation = Relation.SIMILAR
        if alike or compared.covers:
            relation = self._pattern.relation(read_row(doc.normal), doc.normal)
        if alike and relation in (Relation.SIMILAR, Relation.CONTAINS_RENAMED):
            relation = self._pattern.reordered(read_row(doc.normal)) or relation
        return FormulaMatch(doc, (self._share(score) + compared.similarity) / 2, relation)

    def _share(self, score: float) -> float:
        return min(1.0, score / self._own_score)


def _place(match: FormulaMatch) -> tuple[int, float, str, int, int]:
    """Return the sort key of a match: by relation, then by score.

    Equal ones are in the order of books and pages, not of rows, which a killed build changes.
    """
    order = len(_ORDER) if match.relation is None else _ORDER[match.relation]
    doc = match.doc
    return order, -match.score, doc.book_id, doc.page, doc.char_start
