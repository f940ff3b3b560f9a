"""What a question says: signs, phrases, filters, and words that were broken."""

from __future__ import annotations

import pytest

from indexer.words.terms import index_terms
from indexer.words.words import searchable
from search.question.filters import Filter, make_filter
from search.question.query import parse_query


def test_a_question_with_filters_is_taken_apart() -> None:
    query = parse_query('mean book:primer book:"Linear Algebra" pages:3-7 -"least squares" "a b"')
    assert (query.books, query.pages) == (("primer", "Linear Algebra"), (3, 7))
    assert query.meaning == "mean a b"
    assert "book" not in query.text


@pytest.mark.parametrize(
    "text",
    ["pages:9-3", "pages:0", "book:", "page: 3", "x^2 -y +z", "-verbose", "- a", "\\(a -b\\)"],
)
def test_what_only_looks_like_an_operator_is_words(text: str) -> None:
    query = parse_query(text)
    assert query.pages is None
    assert query.books == ()
    assert not query.signed


def test_filters_of_the_question_and_of_the_caller_both_hold() -> None:
    def both(text: str, books: list[str], pages: tuple[int, int] | None) -> Filter | None:
        return make_filter(parse_query(text), books, pages, lambda name: (name,))

    assert both("x book:a pages:5-9", ["a", "b"], (1, 6)) == Filter(("a",), (5, 6))
    assert both("x book:c", ["a", "b"], None) is None
    assert both("x pages:7", [], (1, 6)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("esti-\nmator", "estimator"), ("esti- mator", "estimator"), ("esti¬\nmator", "estimator"),
        ("Poincar\\'e", "Poincaré"), ("Erd\\H{o}s", "Erdős"), ("M\\\"{o}bius", "Möbius"),
        ("ﬁeld", "field"), ("\\mathrm{sin}", "sin"),
    ],
)  # fmt: skip
def test_words_are_healed(text: str, words: str) -> None:
    assert index_terms(searchable(text)) == index_terms(words)


def test_hyphens_that_belong_stay() -> None:
    assert index_terms(searchable("two- and three-dimensional")) == index_terms(
        "two and three dimensional"
    )
    assert index_terms(searchable("non-\nEuclidean")) == index_terms("non Euclidean")


def test_greek_words_are_not_spelled_out() -> None:
    assert index_terms(searchable("γεωμετρία αβ")) == ["γεωμετρία", "alpha", "beta"]
