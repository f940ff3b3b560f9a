"""What a person typed -> what is asked. Anything is accepted; nothing is a syntax error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.mathspans import find_math
from indexer.words import searchable
from ocr_service.errors import QueryError

__all__ = ["Clause", "Query", "parse_query"]

_MAX_CHARACTERS = 4_000
_MAX_WORDS = 64
_PART = re.compile(r'(?P<sign>(?<!\S)[+-](?=["\w]))?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Clause:
    """A word or a phrase of the question; `sign` is "+" required, "-" excluded, or empty."""

    text: str
    phrase: bool
    sign: str


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    `text` is the question as it was typed (cut, if it is very long), `latex` the formulas in it.
    """

    text: str
    clauses: tuple[Clause, ...]
    latex: tuple[str, ...]
    cut: bool


def parse_query(text: str) -> Query:
    """Parse a question.

    Words count each for itself, "words in quotes" as a phrase, +word must and -word must not be
    there; LaTeX between dollars or backslash brackets is also looked up as a formula.

    Raises:
        QueryError: there is no letter, digit or formula in it.
    """
    cut = len(text) > _MAX_CHARACTERS
    text = text[:_MAX_CHARACTERS].strip()
    latex = tuple(span.latex for span in find_math(text) if span.latex)
    if not latex and re.search(r"\\[A-Za-z]+", text):
        latex = (text,)
    clauses: list[Clause] = []
    for match in _PART.finditer(text):
        phrase = match["phrase"]
        words = searchable(phrase if phrase is not None else match["word"]).strip()
        if any(letter.isalnum() for letter in words):
            clauses.append(Clause(words, phrase is not None, match["sign"] or ""))
    if len(clauses) > _MAX_WORDS:
        clauses, cut = clauses[:_MAX_WORDS], True
    if not clauses and not latex:
        shown = text if len(text) <= 40 else f"{text[:40]}…"
        raise QueryError(
            f"the query '{shown}' holds no word and no formula; ask with words, "
            "or with LaTeX such as '$\\theta^2$'"
        )
    return Query(text, tuple(clauses), latex, cut)
