"""Broken LaTeX is told, not searched."""

from __future__ import annotations

import pytest

from ocr_service.common.errors import QueryError
from search.question.broken_latex import fault_of
from search.question.query import parse_query


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{a}{b",
        "a}",
        r"\left( a",
        r"a \right)",
        r"\begin{matrix}a",
        r"\end{matrix}",
        r"\frac",
        r"\begin{matrix}a\end{pmatrix}",
        r"\sqrt",
        r"x^{\frac{1}{2}",
    ],
)
def test_broken(latex: str) -> None:
    assert fault_of(latex)


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{a}{b}",
        r"\frac12",
        r"\left\{x\right.",
        r"\{x\}",
        r"\frac\pi4",
        r"\sqrt[3]{x}",
        "a_b",
        r"\begin{matrix}a\end{matrix}",
        r"\leftarrow",
        r"\mathbb R",
        "?a^2",
    ],
)
def test_sound(latex: str) -> None:
    assert fault_of(latex) is None


def test_words_beside_it_are_asked() -> None:
    query = parse_query(r"area of $\frac{a}{b$")
    assert query.latex == ()
    assert query.broken[0][0] == r"\frac{a}{b"
    assert [clause.text for clause in query.clauses] == ["area", "of"]
    with pytest.raises(QueryError, match="is broken and not searched"):
        parse_query(r"\frac{a}{b")
