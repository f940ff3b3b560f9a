"""Formulas that say the same in different signs have one form; others keep theirs apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.formulas.layout import LayoutRow, layout, symbol_count
from indexer.formulas.notation import common_notation, same_limits, without_limits


def common(latex: str) -> LayoutRow:
    return common_notation(layout(latex))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/b", r"\frac{a}{b}"),
        ("x = (a+b)/(c+d) + 1", r"x = \frac{a+b}{c+d} + 1"),
        ("1/n^2", r"\frac{1}{n^2}"),
        ("f(x)/g(x)", r"\frac{f(x)}{g(x)}"),
        ("dy/dx", r"\frac{dy}{dx}"),
        (r"\exp(x)", "e^{x}"),
        (r"\exp\left(-\frac{x^2}{2}\right)", "e^{-x^2/2}"),
        (r"\exp\{-t\}", "e^{-t}"),
        ("x^{1/2}", r"\sqrt{x}"),
        (r"(1+x)^{\frac13}", r"\sqrt[3]{1+x}"),
        ("{}_{n}C_{k}", r"\binom{n}{k}"),
        ("{}^nC_k", r"{n \choose k}"),
        ("f'(x)", r"\frac{df}{dx}"),
        ("f'(x)", r"\frac{\mathrm{d}}{\mathrm{d}x} f(x)"),
        ("f''(t)", r"\frac{d^2 f(t)}{dt^2}"),
        (r"\Pr(X=1)", "P(X=1)"),
        (r"\mathbb{P}[A|B]", r"P(A \mid B)"),
        (r"\mathrm{Pr}(A)", "P(A)"),
        (r"\mathbb{E}[X]", "E(X)"),
        (r"\operatorname{Var}[X]", r"\mathrm{Var}(X)"),
        (r"A^\top", "A^T"),
        (r"A^{\intercal}", r"A^{\mathrm{T}}"),
        ("{}^tA", "A^T"),
        (r"\{x : x>0\}", r"\{x \mid x>0\}"),
        ("a.b", r"a \cdot b"),
        ("2 . 3", r"2 \cdot 3"),
        (r"\sum_{n=1}^\infty a_n", r"\sum_1^\infty a_n"),
        (r"\sin x", r"\sin(x)"),
        (r"\sin18^\circ", r"\sin(18^{\circ})"),
        (r"\cos 2x\,dx", r"\cos(2x)dx"),
        (r"\tan^2\theta", r"\tan^2(\theta)"),
        (r"\sin\pi/4", r"\sin\left(\frac{\pi}{4}\right)"),
        (r"\sin(x)/x", r"\frac{\sin x}{x}"),
        (r"\ln(1+x)", r"\log(1+x)"),
        (r"a\cdot b", "ab"),
        (r"2\times\pi r", r"2\pi r"),
        (r"a\cdot b/c", r"\frac{ab}{c}"),
        ("f(x):=x", "f(x)=x"),
    ],
)
def test_notations_meet(one: str, other: str) -> None:
    assert layout(one) != layout(other)
    assert common(one) == common(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/b", r"\frac{b}{a}"),
        ("a/b+c", r"\frac{a}{b+c}"),
        ("2a/b", r"2+\frac{a}{b}"),
        (r"\exp x + 1", "e^{x+1}"),
        ("x^{2/3}", r"\sqrt{x}"),
        ("f'(0)", r"\frac{df}{d0}"),
        ("f'(x)", r"\frac{df}{dt}"),
        (r"\frac{dx}{2}", "x'"),
        ("C_k", r"\binom{n}{k}"),
        ("A^t", "A^T"),
        ("[X]", "(X)"),
        ("f[x]", "f(x)"),
        (r"\sum_{n=1}^\infty a_n", r"\sum_{n=0}^\infty a_n"),
        ("x : y", "x | y"),
        (r"2\cdot 3", "23"),
        (r"u\times v", "uv"),
        (r"\sin x+y", r"\sin(x+y)"),
        (r"\log x", r"\exp x"),
    ],
)
def test_other_formulas_do_not(one: str, other: str) -> None:
    assert common(one) != common(other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (r"\sum_{n=1}^\infty \frac{1}{n^2}", r"\sum 1/n^2", True),
        (r"\sum_{n=1}^\infty \frac{1}{n^2}", r"\sum_1 \frac{1}{n^2}", True),
        (r"\int_0^1 x\,dx", r"\int x\,dx", True),
        (r"\int_0^1 x\,dx", r"\int_0^2 x\,dx", False),
        (r"\sum_{n=1}^\infty a_n", r"\sum_{n=0}^\infty a_n", False),
        (r"\frac{1}{\sum_{n=1} a_n}", r"\frac{1}{\sum_{n=2} a_n}", False),
    ],
)
def test_limits_may_be_left_out_but_not_differ(one: str, other: str, same: bool) -> None:
    first, second = common(one), common(other)
    assert without_limits(first) == without_limits(second)
    assert same_limits(first, second) is same
    assert same_limits(second, first) is same


@given(st.lists(st.sampled_from(
    ["a", "b", "d", "x", "2", "/", "'", "^{1/2}", "(", ")", "(x)", r"\exp", r"\frac", "{", "}", "_",
     "^", r"{}_{n}C_{k}", r"\sum_{n=1}", ".", "|", r"\{", r"\}", "P", r"\Pr", r"\top", "?",
     r"\sin", r"\cdot", r"\times", ":", "="]
), max_size=25).map("".join))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_formula_has_one_common_notation(latex: str) -> None:
    row = common_notation(layout(latex, wildcards=True))
    assert common_notation(row) == row
    assert symbol_count(row) <= 2 * symbol_count(layout(latex, wildcards=True)) + 4
    assert same_limits(row, row)
