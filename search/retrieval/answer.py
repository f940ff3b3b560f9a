"""Answers a parsed question: hits, best first, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ocr_service.common.errors import QueryError
from search.index.protocol import Index
from search.question.broken_latex import broken_text
from search.question.filters import Filter
from search.question.options import MAX_RERANKED, Mode
from search.question.query import Query, parse_query
from search.question.references import find_reference
from search.retrieval.certainty import Certainty
from search.retrieval.hits import Hit
from search.retrieval.passages import PassageSearch
from search.retrieval.statement_hits import hits_after

__all__ = ["Asked", "ShelfAnswer", "answered"]


@dataclass(frozen=True, slots=True)
class ShelfAnswer:
    """The best hits, best first, and how sure they are."""

    hits: list[Hit]
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and how it is to be answered.

    `rerank` names a cross-encoder that orders the best passages again.
    """

    query: Query
    mode: Mode
    filter_: Filter
    limit: int
    rerank: str | None = None


def answered(index: Index, passages: PassageSearch, asked: Asked) -> ShelfAnswer:
    """Answer a question: formulas by their own mode, statements by number, passages otherwise.

    Raises:
        QueryError: the question's formula is broken LaTeX.
        EncoderError: the encoder cannot be loaded.
    """
    if asked.mode is Mode.FORMULA and not asked.query.kinds:
        return _formulas(index, passages, asked)
    statements, only = passages.statements(asked.query, asked.filter_, asked.limit)
    if only:
        hits = hits_after(statements, (), asked.limit)
        return ShelfAnswer(hits, Certainty(said=bool(hits)))
    translated = None if statements else passages.translation(asked.query, asked.filter_)
    if translated is not None:
        asked = replace(asked, query=parse_query(translated[1].text))
    answer = _about(passages, asked)
    _tell_share(index)
    if not answer.hits and asked.query.requires:
        answer = _relaxed(passages, asked, answer.certainty)
    if translated is not None:
        language, translation = translated
        sure = replace(answer.certainty, language=language, glossary=translation.book_id)
        answer = ShelfAnswer(answer.hits, sure)
    if not statements:
        return _without_reference(answer, asked.query)
    hits = hits_after(statements, answer.hits, asked.limit)
    # "eq. (2.6)" is found by its number: which pages have its words tells nothing.
    sure = replace(answer.certainty, said=True, absent=False, missing=(), pages=None)
    return ShelfAnswer(hits, sure)


def _formulas(index: Index, passages: PassageSearch, asked: Asked) -> ShelfAnswer:
    """Return the formulas most like the question's."""
    from search.retrieval.formula import asked_number  # only when needed
    from search.retrieval.formula_hits import formula_hits

    if asked.query.broken:
        raise QueryError(broken_text(*asked.query.broken[0]))
    hits = formula_hits(index, passages, asked.query, asked.filter_, asked.limit)
    number = asked_number(asked.query.text)
    found = number is None or any(hit.formula and hit.formula.number == number for hit in hits)
    missing = () if found else (asked.query.text.strip(),)
    return ShelfAnswer(hits, Certainty(missing, said=any(not hit.near for hit in hits)))


def _relaxed(passages: PassageSearch, asked: Asked, unmet: Certainty) -> ShelfAnswer:
    """Return what is found without the question's requirements, all of it as near only."""
    nearest = _about(passages, replace(asked, query=asked.query.relaxed()))
    hits = [replace(hit, near=True) for hit in nearest.hits]
    absent = nearest.certainty.absent
    return ShelfAnswer(hits, replace(unmet, said=False, absent=absent, unmet=True))


def _about(passages: PassageSearch, asked: Asked) -> ShelfAnswer:
    """Return passages about a question, judged."""
    query, mode, filter_ = asked.query, asked.mode, asked.filter_
    if asked.rerank is None:
        hits = passages.hits(query, mode, filter_, asked.limit)
    else:
        from search.retrieval.rerank import rerank_hits  # torch: only when asked for

        hits = passages.hits(query, mode, filter_, MAX_RERANKED)
        hits = rerank_hits(asked.rerank, query.meaning, hits, asked.limit)
    return ShelfAnswer(*passages.judged(query, mode, filter_, hits))


def _tell_share(index: Index) -> None:
    """Warn if a part of the index does not answer."""
    if index.share < 1:
        import logging  # 3 ms, and seldom needed

        share = f"{index.share:.0%}".replace("%", " %")
        logging.getLogger(__name__).warning(
            "octavo: only %s of the index was searched: the rest does not answer", share
        )


def _without_reference(answer: ShelfAnswer, query: Query) -> ShelfAnswer:
    """Return an answer that does not tell which pages have the words "eq. (12) of chapter 3"."""
    reference = find_reference(query.text)
    if reference is None:
        return answer
    missing = tuple(word for word in answer.certainty.missing if word in reference.rest)
    return ShelfAnswer(answer.hits, replace(answer.certainty, missing=missing, pages=None))
