"""Recognises the kind of a question, which decides how much its words and its meaning count."""

from __future__ import annotations

import re
from enum import StrEnum

from search.question.query import Query

__all__ = ["Kind", "kind_of"]

_FEW = 5  # telling words of a question, at most, for its meaning to count most

# "Theorem 4.2", "eq. (2.6)", "exercise 3.17a", "Saccheri 1733": a number that stands alone.
_NUMBER = re.compile(r"(?<!\S)\(?\d{1,4}(?:[.]\d{1,3})*[a-z]?\)?[.,;:?]?(?!\S)")


class Kind(StrEnum):
    """What was asked: text in quotes or with a +, a formula, a number or label, or words."""

    QUOTED = "quoted"
    FORMULA = "formula"
    LABEL = "label"
    FEW_WORDS = "few words"
    MANY_WORDS = "many words"


def kind_of(query: Query, words: int) -> Kind:
    """Return the kind of a question that has so many telling `words`: those that are no stop words.

    A number in a longer question is one word among others, not what is asked for.
    """
    if any(clause.phrase or clause.sign == "+" for clause in query.clauses):
        return Kind.QUOTED
    if query.latex:
        return Kind.FORMULA
    if words > _FEW:
        return Kind.MANY_WORDS
    return Kind.LABEL if _NUMBER.search(query.text) else Kind.FEW_WORDS
