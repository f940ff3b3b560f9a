"""Makes hits of statements that a question asks for by kind, number or chapter."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from indexer.passages.math_spans import find_math
from indexer.stores.fulltext import PassageDoc
from indexer.stores.generations import BookEntry
from indexer.stores.items import StatementDoc, statement_number
from ocr_service.text.numerals import is_number, number_value
from search.index.asked import StatementQuery
from search.index.protocol import ItemIndex
from search.question.filters import Filter
from search.question.kind import Kind
from search.question.query import Query
from search.question.references import StatementReference, find_reference
from search.retrieval.hits import Contribution, Hit, HitStatement
from search.retrieval.snippets import make_snippet

__all__ = ["FoundStatements", "StatementSearch", "hits_after", "statement_hit"]

_LENGTH = 320  # characters of a snippet
_CHAPTER = re.compile(r"(?:\b[^\W\d_]{2,10}\s+)?(?P<number>\d{1,3}|[IVXLC]{1,7})\b")

_Words = Sequence[tuple[str, ...]]
_PassageOf = Callable[[str, int, int], PassageDoc | None]


@dataclass(frozen=True, slots=True)
class FoundStatements:
    """The statements that a question asks for, best first; `only` if it asks for nothing else.

    `asked` names them: "theorem 4.2", "exercise 36 of VII", "lemma".
    """

    statements: tuple[tuple[StatementDoc, float], ...] = ()
    asked: str = ""
    only: bool = False


class StatementSearch:
    """Finds statements in the items of one generation."""

    def __init__(self, index: ItemIndex, words_of: Callable[[str], _Words]) -> None:
        """Search `index`; `words_of` returns the telling words of a text with their terms."""
        self._index = index
        self._words_of = words_of
        # A search ranks them first, and then tells how many there are.
        self._found = lru_cache(maxsize=4)(self._find)

    def find(self, query: Query, filter_: Filter) -> FoundStatements:
        """Return the statements that a question asks for: none if it asks for no statement."""
        return self._found(query, filter_)

    def _find(self, query: Query, filter_: Filter) -> FoundStatements:
        reference = find_reference(query.text)
        if query.kinds:
            number, group = ("", "") if reference is None else (reference.number, reference.group)
            rest = query.text if reference is None else reference.rest
            asked = StatementQuery(query.kinds, number, group, tuple(self._words_of(rest)))
            chapter = reference.chapter if reference else ""
            found = _in_chapter(self._index.statements(asked, filter_), chapter)
            name = _name(" or ".join(query.kinds), number, group, chapter)
            return FoundStatements(tuple(found), name, only=True)
        if reference is None:
            return FoundStatements()
        one = reference
        return FoundStatements(
            tuple(self._referred(one, filter_)),
            _name(one.kind, one.number, one.group, one.chapter),
        )

    def _referred(
        self, reference: StatementReference, filter_: Filter
    ) -> list[tuple[StatementDoc, float]]:
        words = tuple(self._words_of(reference.rest))
        numbers = [reference.number]
        if reference.chapter:  # eq. (12) of chapter 3 may be printed as (3.12)
            numbers.append(f"{reference.chapter}.{reference.number}")
        for number in numbers:
            asked = StatementQuery((reference.kind,), number, reference.group, words)
            chapter = reference.chapter if number == reference.number else ""
            if found := _in_chapter(self._index.statements(asked, filter_), chapter):
                return found
        return []


def _name(kinds: str, number: str, group: str, chapter: str) -> str:
    parts = (kinds, number, group and f"of {group}", chapter and f"in chapter {chapter}")
    return " ".join(part for part in parts if part)


def _in_chapter(
    found: list[tuple[StatementDoc, float]], chapter: str
) -> list[tuple[StatementDoc, float]]:
    """Return the statements of a chapter, given by its number; all if there is none."""
    if not chapter:
        return found
    wanted = _value(chapter)
    return [(doc, score) for doc, score in found if wanted in _chapters(doc.statement.section)]


def _chapters(section: Sequence[str]) -> set[int | str]:
    """Return what numbers the chapter of a section may have: its outermost heading's."""
    for heading in section[:2]:
        if found := _CHAPTER.match(heading.strip("*_ ")):
            return {_value(found["number"])}
    return set()


def _value(number: str) -> int | str:
    return number_value(number) if is_number(number.casefold()) else statement_number(number)


def statement_hit(
    doc: StatementDoc,
    score: float,
    book: BookEntry,
    passage_of: _PassageOf,
    terms: frozenset[str],
) -> Hit | None:
    """Return the hit of a statement, whose snippet begins with it; None if its passage is gone.

    `passage_of` returns the passage at an offset of a page, by book and 1-based page.
    """
    item = doc.statement
    passage = passage_of(doc.book_id, item.page, item.start)
    if passage is None:
        return None
    begin = max(0, item.start - passage.char_start)
    text = passage.text[begin:]
    end = min(len(text), item.end - item.start)
    return Hit(
        rank=0,
        score=score,
        title=book.title,
        source=passage,
        snippet=make_snippet(_opening(text[:end]), terms, length=10**6, language=book.language),
        contributions=(Contribution("statement", 1, score, score),),
        authors=tuple(book.authors),
        year=book.year,
        statement=HitStatement(
            kind=item.kind,
            number=item.number,
            name=item.name,
            group=item.group,
            source=item.source,
            char_start=item.start,
            char_end=item.end,
        ),
    )


def _opening(text: str) -> str:
    """Return the beginning of a text: whole words and formulas."""
    if len(text) <= _LENGTH:
        return text
    end = text.rfind(" ", 0, _LENGTH)
    for span in find_math(text):
        if span.start < end < span.end:
            end = span.end
    return f"{text[:end]} …"


def hits_after(statements: Sequence[Hit], others: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the hits of statements, and after them others on other pages, ranked anew.

    Scores go down along the hits: those of statements are raised above the others.
    """
    taken = {(hit.source.book_id, hit.source.page) for hit in statements}
    rest = [hit for hit in others if (hit.source.book_id, hit.source.page) not in taken]
    top = rest[0].score if rest else 0.0
    hits = []
    for rank, hit in enumerate(statements, 1):
        score = top + 1.0 + 1.0 / rank
        part = Contribution("statement", rank, hit.score, score, kind=Kind.LABEL)
        hits.append(replace(hit, score=score, contributions=(part,)))
    ranked = [*hits, *rest][:limit]
    return [replace(hit, rank=rank) for rank, hit in enumerate(ranked, 1)]
