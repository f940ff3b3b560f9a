"""Sums and sides of equations match in any order, factors behind 1/b above its bar."""

from __future__ import annotations

import pytest

from indexer.formulas.layout import layout, write_row
from search.retrieval.formula_match import Pattern
from search.retrieval.relation import Relation


def relations(query: str, latex: str) -> tuple[Relation, Relation | None]:
    """Return what a formula is to a query, in the same order and in any."""
    row, pattern = layout(latex), Pattern(layout(query, wildcards=True))
    return pattern.relation(row, write_row(row)), pattern.reordered(row)


@pytest.mark.parametrize(
    ("query", "latex"),
    [
        (r"\sin^2 x+\cos^2 x=1", r"\cos^2 x+\sin^2 x=1"),
        ("a^2+b^2=c^2", "c^2=b^2+a^2"),
        ("y=mx+b", "b+mx=y"),
        ("a-b+c", "c+a-b"),
        (r"\frac{a+b}{2}+c", r"c+\frac{b+a}{2}"),
        (r"\sum_{k=0}^n k\binom{n}{k}", r"\sum_{k=0}^n \binom nk k"),
        (r"(1+i\sqrt3)^{1/2}", r"(1+\sqrt{3}i)^{1/2}"),
        (r"\cos(2\pi k/n)", r"\cos(2k\pi/n)"),
        ("f(x)g(x)", "g(x)f(x)"),
        ("a=bq+r", "a=r+qb"),
    ],
)
def test_another_order(query: str, latex: str) -> None:
    assert relations(query, latex)[1] is Relation.REORDERED


@pytest.mark.parametrize(
    ("query", "latex"),
    [("a-b=1", "b-a^2=1"), ("a^2+b=c", "a+b^2=c"), ("a<b", "b<a^2"), ("a+b=c", "a+b+d=c"),
     ("AB=1", "BA=1"), (r"x\sin(y)", r"y\sin(x)"), (r"\int x\,dy^2", r"\int y^2\,dx")],
)  # fmt: skip
def test_other_formulas_are_not_equal(query: str, latex: str) -> None:
    assert relations(query, latex)[1] is not Relation.REORDERED
    assert relations(query, latex)[0] not in (Relation.EQUAL, Relation.NOTATION)


@pytest.mark.parametrize(
    ("query", "latex"),
    [
        ("¼π", r"\frac{\pi}{4}"),
        (r"\frac{1}{b}(ac)", r"\frac{ac}{b}"),
        (r"\frac12 mv^2", r"\frac{mv^2}{2}"),
        ("⅓h", r"\frac{h}{3}"),
    ],
)
def test_a_factor_behind_a_unit_fraction(query: str, latex: str) -> None:
    assert relations(query, latex)[0] is Relation.NOTATION
    assert relations(latex, query)[0] is Relation.NOTATION


def test_a_differential_stays_behind_its_fraction() -> None:
    assert relations(r"\frac{1}{x}dx", r"\frac{dx}{x}")[0] is not Relation.EQUAL
