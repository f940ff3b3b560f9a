"""What tells that a shelf has nothing on a question: unknown names and terms, topics by name."""

from __future__ import annotations

import pytest

from search.retrieval.absence import is_topic, unknown_names, unknown_terms
from search.retrieval.asked_words import AskedWord


def unknown(*words: str) -> list[AskedWord]:
    return [AskedWord(word, 1.0, 0, corrected=False, atoms=()) for word in words]


@pytest.mark.parametrize(
    ("text", "typed", "names"),
    [
        ("theorem of Ptolemy on cyclic quadrilaterals", "Ptolemy", ["Ptolemy"]),
        ("Ptolemy's theorem", "Ptolemy", ["Ptolemy"]),
        ("Ptolemy\u2019s theorem", "Ptolemy", ["Ptolemy"]),
        ("Dropping a needle on a floor", "Dropping", []),
        ("Law Of Total Variance", "Total", []),
        ("the law of total variance", "total", []),
        ("Theorem B", "B", []),
        ('"Black-Scholes" formula', '"Black-Scholes"', ["Scholes"]),
    ],
)
def test_names(text: str, typed: str, names: list[str]) -> None:
    assert unknown_names(unknown(typed), text) == names


def test_a_known_name_is_no_unknown_one() -> None:
    known = AskedWord("Ptolemy", 1.0, 3, corrected=False, atoms=())
    assert unknown_names([known], "theorem of Ptolemy") == []


def test_rare_words_are_taken_in_pieces() -> None:
    pieces = {"functors": 2, "walker": 1}
    assert unknown_terms(unknown("functors", "walker"), pieces.__getitem__) == ["functors"]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("mean value theorem", True),
        ("what is a compact topological space", True),
        ("where are the zeros of the Riemann zeta function", True),
        ("why do people so often pick the bell curve as a model for measurements?", False),
        ("is a uniform prior really free of information?", False),
        ("If I push random variables through a function", False),
    ],
)
def test_topics_and_sentences(text: str, topic: bool) -> None:
    assert is_topic(text) is topic
