"""Formulas that look alike have one layout, and LaTeX that cannot be parsed has its tokens."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.formulas.latex_tokens import raw_tokens
from indexer.formulas.layout import LayoutRow, _row_of_tokens, layout, read_row, write_row
from indexer.formulas.terms import pair_terms, split_term


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\left. x \right|_0", "x |_{0}"),
        ("f'(x)", r"f^{\prime}(x)"),
        (r"a \le b \ge c \ne d \to e", r"a \leq b \geq c \neq d \rightarrow e"),
        ("θ ≤ ∑_{n=1}^∞ −1×2", r"\theta\leq\sum_{n=1}^{\infty}-1\times2"),
        (r"\lim\limits_{x\to0} \frac12", r"\displaystyle \lim_{x \to 0}\tfrac{1}{2}"),
        (r"{n \choose k}", r"\dbinom{n}{k}"),
        (r"{a+b \over c}", r"\frac{a+b}{c}"),
        ("ℝⁿ", r"\mathbb R^n"),
        (r"\mathrm{d}x \quad", "dx"),
        ("𝑑𝑥", "dx"),
        (r"\boldsymbol{x} + {\bf y}", "x+y"),
        ("a&lt;b", r"a \lt b"),
        (r"x \not= y \not\in z", r"x \neq y \notin z"),
        (r"\begin{align} a &= b \end{align}", "a=b"),
        (r"\underset{x \to 0}{\lim}", r"\lim_{x\to 0}"),
        (r"\bigl\lvert x \bigr\rvert", "|x|"),
        (r"x = 1 \tag{3}", "x=1"),
        (r"x^23", "x^2 3"),
    ],
)
def test_what_looks_alike_is_alike(one: str, other: str) -> None:
    assert layout(one) == layout(other)


def test_what_differs_differs() -> None:
    assert layout(r"{a+b \over c}^2") != layout(r"\frac{a+b}{c^2}")


def labels(row: LayoutRow) -> str:
    assert not any(symbol.branches for symbol in row)
    return " ".join(symbol.label for symbol in row)


def test_latex_that_cannot_be_parsed_has_its_tokens() -> None:
    """latex2mathml raises for it, or the formula has more symbols than any real one."""
    start = "v:a o:leq o:frac n:12 v:b"
    assert labels(layout(r"a \le {\frac{12}{b}}" + "+x" * 600)).startswith(start + " o:+ v:x")
    assert labels(_row_of_tokens(r"a ≤ {\dfrac 12 b}~\left .")) == start
    assert layout("") == ()


SCRAPS = (
    r"\frac \sqrt [ ] { } ^ _ ' \over \left \right. \begin{array} \end{array} & \\ \text{ \not \ ~"
    r" 12.5 x \mathbb \underset \begin \tag &lt; ² \~"
)
SPACES = (" ", "\n", "\\ ", "\u2003", "\u200b")
LATEX = st.lists(st.sampled_from([*SCRAPS.split(), *SPACES]), max_size=60).map("".join)


@given(LATEX | st.text())
@settings(max_examples=600, deadline=None)
def test_tokens_of_any_text_are_terms(latex: str) -> None:
    """Terms hold no white space, and `~` only between the two labels and the path."""
    row = _row_of_tokens(latex)
    assert read_row(write_row(row)) == row
    for term in pair_terms(row):
        assert not any(char.isspace() for char in term)
        assert all(split_term(term)[:2])
    assert all(len(symbol.label) <= 60 for symbol in row)


@pytest.mark.parametrize(
    "unit", ["{", "}", "\\hat", "\\frac{", "x^", "_{", "\\over", "\\sqrt[", "\\\\"]
)
def test_long_input_is_bounded(unit: str) -> None:
    start = time.process_time()
    for latex in (unit * 50_000, "\\begin{matrix}" + unit * 50_000):
        assert len(raw_tokens(latex)) <= 8_000
        assert len(_row_of_tokens(latex)) <= 600
    assert time.process_time() - start < 2
