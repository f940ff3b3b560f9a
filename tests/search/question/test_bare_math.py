"""Mathematics that is typed without dollars is a formula, and text that resembles it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.formulas.layout import layout
from search.question.bare_math import bare_formulas
from search.question.query import parse_query
from search.retrieval.formula import query_latex


@pytest.mark.parametrize(
    ("text", "typed", "latex"),
    [
        ("p = C A^d", "p = C A^d", "p = C A^d"),
        ("where does p = C A^d come from?", "p = C A^d", "p = C A^d"),
        ("why is 2^(n-1)-1 prime", "2^(n-1)-1", "2^{n-1}-1"),
        ("x^2+y^2=1", "x^2+y^2=1", "x^2+y^2=1"),
        ("sum 1/n^2", "sum 1/n^2", r"\sum 1/n^2"),
        ("the sum of 1/n^2", "1/n^2", "1/n^2"),
        ("what is the variance σ² of a sample", "σ²", r"\sigma^2"),
        ("E=mc^2", "E=mc^2", "E=mc^2"),
        ("the line y=mx+b", "y=mx+b", "y=mx+b"),
        ("a/b", "a/b", r"a/b"),
        ("find a x^2 + y^2 = r^2", "x^2 + y^2 = r^2", "x^2+y^2=r^2"),
        ("theorem 3 x^2 = 2.", "x^2 = 2", "x^2=2"),
        ("n-1 degrees of freedom", "n-1", "n-1"),
        ("is it O(n^2 log n)", "O(n^2 log n)", r"O(n^2 \log n)"),
        ("root sqrt(x^2+1)", "sqrt(x^2+1)", r"\sqrt{x^2+1}"),
        ("√(1-x^2)", "√(1-x^2)", r"\sqrt{1-x^2}"),
        ("lim_{n->oo} (1+1/n)^n", "lim_{n->oo} (1+1/n)^n", r"\lim _{n\to \infty} (1+1/n)^n"),
        ("f'(x) = f(x)", "f'(x) = f(x)", "f'(x)=f(x)"),
        ("density e^(-x^2/2) of what", "e^(-x^2/2)", "e^{-x^2/2}"),
        ("theta_1 <= x", "theta_1 <= x", r"\theta_1 \leq x"),
        ("U = {1,2}", "U = {1,2}", r"U = \{1,2\}"),
        ("dy/dx = y", "dy/dx = y", "dy/dx=y"),
        ("I = V/R", "I = V/R", "I=V/R"),
    ],
)
def test_mathematics_is_found(text: str, typed: str, latex: str) -> None:
    (found,) = bare_formulas(text)
    assert text[found.start : found.end] == typed
    assert layout(found.latex) == layout(latex)
    assert parse_query(text).bare == ((typed, found.latex),)
    assert parse_query(text).latex == (found.latex,)
    assert layout(query_latex(text)) == layout(latex)


@pytest.mark.parametrize(
    "text",
    [
        "t-test", "C++", "p-value", "COVID-19", "and/or", "f(x) notation", "ISO 9001:2008",
        "page 12-15", "I/O", "A/B testing", "B-52", "10^6 samples", "x-axis", "the x-y plane",
        "key=val", "a==b", "i++", "k-means", "2x2 matrix", "24/7", "win32/x64", "it's", "H2O",
        "vitamin A + D", "chapter 3 - limits", "S&P 500", "1/2", "x", "G-7", "2 + 2 = 4",
        "http://a.b/c=d", "user@x.y", "Type I error", "John 3:16", "Theorem 4.2", "eq. (2.6)",
        'the words "x^2 = 1" as typed', "lambda calculus", "mean - median", "n^", "(x^2",
    ],
)  # fmt: skip
def test_text_is_not(text: str) -> None:
    assert bare_formulas(text) == []
    assert parse_query(text).latex == ()


def test_latex_between_dollars_is_all_that_counts() -> None:
    assert parse_query(r"is $a^2$ equal to b^2").latex == ("a^2",)
    assert parse_query(r"\frac{a}{b} = c^2").bare == ()
    assert query_latex("(3.4)") == "(3.4)"


@given(st.text(alphabet="ax12^_+-=/(){}[]'². ?\"σ∑,", max_size=60))
def test_any_text_is_read(text: str) -> None:
    end = 0
    for found in bare_formulas(text):
        assert end <= found.start < found.end <= len(text)
        assert found.latex
        end = found.end


def test_a_pattern_without_words_is_one_formula() -> None:
    assert query_latex("A = ? V^T") == "A = ? V^T"
    assert query_latex("what is x^2 + y^2 = 1?") == "x^{2} + y^{2} = 1"
