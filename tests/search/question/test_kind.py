"""Which kind of question is recognised."""

from __future__ import annotations

import pytest

from search.question.kind import Kind, kind_of
from search.question.query import parse_query


@pytest.mark.parametrize(
    ("text", "words", "kind"),
    [
        ("who painted the storm", 2, Kind.FEW_WORDS),
        ("laura bush", 2, Kind.FEW_WORDS),
        ("one two three four five", 5, Kind.FEW_WORDS),
        ("one two three four five six", 6, Kind.MANY_WORDS),
        ("films of 1991 by the brothers with that actor in a hotel", 6, Kind.MANY_WORDS),
        ("Theorem 4.2", 2, Kind.LABEL),
        ("eq. (2.6)", 2, Kind.LABEL),
        ("exercise 3.17a?", 2, Kind.LABEL),
        ("Satz 12", 2, Kind.LABEL),
        ("Saccheri 1733", 2, Kind.LABEL),
        ("B-52 bomber", 2, Kind.FEW_WORDS),
        ("ww1 causes", 2, Kind.FEW_WORDS),
        ("iso 9001:2008", 2, Kind.FEW_WORDS),
        ("20th century", 2, Kind.FEW_WORDS),
        ('"theorem 4.2" proof', 2, Kind.QUOTED),
        ("+tank problem", 2, Kind.QUOTED),
        ("tank -german", 1, Kind.FEW_WORDS),
        ("gamma prior $x^2$", 4, Kind.FORMULA),
        ("p = C A^d", 4, Kind.FORMULA),
    ],
)
def test_kinds_of_questions(text: str, words: int, kind: Kind) -> None:
    assert kind_of(parse_query(text), words) is kind
