"""Makes hits of the formulas that were found: one for equal formulas on a page, with its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from indexer.stores.fulltext import FormulaDoc, PassageDoc
from search.index.protocol import Index
from search.question.filters import Filter
from search.question.query import Query
from search.question.references import find_reference
from search.retrieval.formula import FormulaMatch, query_latex, search_formulas
from search.retrieval.hits import Contribution, Hit
from search.retrieval.passages import PassageSearch
from search.retrieval.relation import Relation
from search.retrieval.snippets import make_snippet

__all__ = ["formula_hits"]

_WHOLE = (Relation.EQUAL, Relation.NOTATION, Relation.REORDERED, Relation.SAME_STRUCTURE)
# What stands beside a formula that goes on: another formula without a word between, or a sign.
_ENDS = ("\\)", "=", "+", "<", ">", "×")
_BEGINS = ("\\(", "=", "+", "<", ">", "×")


def formula_hits(
    index: Index, passages: PassageSearch, query: Query, filter_: Filter, limit: int
) -> list[Hit]:
    """Return the indexed formulas most like the question's, each with the words around it."""
    found = _matches(index, passages, query, filter_, max(limit * 4, 50))
    seen: set[tuple[str, int, str]] = set()
    chosen: list[tuple[int, FormulaMatch]] = []
    for place, match in enumerate(found, 1):
        key = (match.doc.book_id, match.doc.page, match.doc.normal)
        if key not in seen:
            seen.add(key)
            chosen.append((place, match))
    return [
        _hit(index, passages, match, place, rank)
        for rank, (place, match) in enumerate(_spread(chosen, filter_)[:limit], 1)
    ]


def _matches(
    index: Index, passages: PassageSearch, query: Query, filter_: Filter, limit: int
) -> list[FormulaMatch]:
    """Return the formulas that a question asks for by number ("eq. (2.6)"), or those most like it.

    Of a number that chapters share, those of the chapter in the question.
    """
    reference = find_reference(query.text)
    if reference is None or reference.kind != "equation" or reference.rest:
        return search_formulas(index.formulas, query_latex(query.text), filter_, limit)
    stated, _ = passages.statements(query, filter_, limit)
    places = {(hit.source.book_id, hit.source.page) for hit in stated}
    numbers = dict.fromkeys(hit.statement.number for hit in stated if hit.statement)
    return [
        FormulaMatch(doc, 1.0, None)
        for number in numbers
        for doc in index.formulas.numbered(number, filter_, limit)
        if (doc.book_id, doc.page) in places
    ]


def _spread(
    matches: Sequence[tuple[int, FormulaMatch]], filter_: Filter
) -> list[tuple[int, FormulaMatch]]:
    """Return matches so that of equally related ones each book's best come first.

    Where one book is asked for, their order stays.
    """
    if len(filter_.books) == 1:
        return list(matches)
    seen: Counter[tuple[Relation | None, str]] = Counter()
    order: dict[Relation | None, int] = {}
    keys = []
    for place, match in matches:
        seen[match.relation, match.doc.book_id] += 1
        class_ = order.setdefault(match.relation, len(order))
        keys.append((class_, seen[match.relation, match.doc.book_id], place))
    by_key = dict(zip(keys, matches, strict=True))
    return [by_key[key] for key in sorted(keys)]


def _hit(index: Index, passages: PassageSearch, match: FormulaMatch, place: int, rank: int) -> Hit:
    """Return a formula as a hit; `place` is its 1-based place among all matches."""
    doc = match.doc
    relation = match.relation
    passage = passages.at([doc.row]).get(doc.row)
    text = passage.text if passage else doc.latex
    if relation in _WHOLE and passage is not None and _goes_on(doc, passage):
        relation = Relation.CONTAINS
    entry = index.manifest.books[doc.book_id]
    return Hit(
        rank=rank,
        score=match.score,
        title=entry.title,
        source=doc,
        snippet=make_snippet(text, (), around=doc.latex),
        contributions=(Contribution("formula", place, match.score),),
        relation=relation,
        near=relation is Relation.SIMILAR,
        authors=tuple(entry.authors),
        year=entry.year,
    )


def _goes_on(doc: FormulaDoc, passage: PassageDoc) -> bool:
    r"""Return whether a formula within text is a part of a longer one: `\(a\) \(= b\)`."""
    if doc.display:
        return False
    start, end = doc.char_start - passage.char_start, doc.char_end - passage.char_start
    if start < 0:
        return False
    before, after = passage.text[:start].rstrip(), passage.text[end:].lstrip()
    return before.endswith(_ENDS) or after.startswith(_BEGINS)
