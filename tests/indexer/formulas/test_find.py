"""Formulas are found with their numbers and places."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.formulas.find import find_formulas
from ocr_service.library.pages import Page, PageStatus, Region
from tests.indexer.passages.test_math_spans import SCRAPS


def page(markdown: str, regions: tuple[Region, ...] = ()) -> Page:
    return Page("book", 4, "5", markdown, regions, PageStatus.OK, "test")


def numbers(markdown: str) -> list[tuple[str, str | None]]:
    return [(formula.latex, formula.number) for formula in find_formulas(page(markdown))]


@pytest.mark.parametrize(
    ("markdown", "latex", "number"),
    [
        (r"\[x=1 \tag{3.4}\]", "x=1", "3.4"),
        (r"\[x=1 \tag*{(12)}\]", "x=1", "12"),
        (r"\[x=1 \tag{$*$}\]", "x=1", "*"),
        (r"\[x=1\eqno(12)\]", "x=1", "12"),
        (r"\[x=1\] (3.4)", "x=1", "3.4"),
        (r"\[x=1,\] ..... (3.4)", "x=1,", "3.4"),
        (r"(3.4) \[x=1\]", "x=1", "3.4"),
        ("\\[x=1\\]\n(2.3a)\n", "x=1", "2.3a"),
        ("\\[x=1\\]\n\n(A.1)\n\nText", "x=1", "A.1"),
        (r"\[x=1, \qquad (2.3a)\]", "x=1,", "2.3a"),
        (r"\[x=1 \quad \text{(*)}\]", "x=1", "*"),
        (r"\[x=1 \; \mathrm{(B)}\]", "x=1", "B"),
        (r"\(x=1\) (7)", "x=1", "7"),
        (r"\[f(x) = g(3)\]", "f(x) = g(3)", None),
        (r"\[x=1\] (3) holds", "x=1", None),
        ("\\[x=1\\]\n(3) holds", "x=1", None),
        (r"see \(x=1\) (7)", "x=1", None),
        (r"\[x=1 \quad (x > 0)\]", r"x=1 \quad (x > 0)", None),
    ],
)
def test_numbers(markdown: str, latex: str, number: str | None) -> None:
    assert numbers(markdown) == [(latex, number)]


def test_rows_with_numbers_are_formulas_of_their_own() -> None:
    body = r"a&=\begin{pmatrix}1\\2\end{pmatrix} \tag{1}\\ b&=c \nonumber\\[2pt] d&=e \tag{2}"
    markdown = rf"By \begin{{align}}{body}\end{{align}}"
    found = find_formulas(page(markdown))
    assert [formula.number for formula in found] == ["1", None, "2"]
    assert found[0].latex == r"a&=\begin{pmatrix}1\\2\end{pmatrix}"
    assert found[1].latex == "b&=c"
    assert r"\tag{2}" in markdown[found[2].char_start : found[2].char_end]
    assert all(formula.display for formula in found)


def test_rows_with_one_number_are_one_formula() -> None:
    markdown = r"\[\begin{aligned} a&=b \\ &=c \quad (7) \\ &=d \end{aligned}\]"
    ((latex, number),) = numbers(markdown)
    assert number == "7"
    assert latex.startswith(r"\begin{aligned} a&=b")
    assert "(7)" not in latex


def test_places_and_boxes() -> None:
    regions = (
        Region("text", (0.1, 0.1, 0.9, 0.2), r"Let \(x\) be"),
        Region("text", (0.1, 0.2, 0.9, 0.3), r"and \(x\)"),
        Region("equation", (0.2, 0.4, 0.8, 0.5), r"\[ y \]"),
        Region("equation", (0.2, 0.6, 0.8, 0.7), "x^2 + y, plain"),
    )
    markdown = "Let \\(x\\) be\n\nand \\(x\\)\n\n\\[ y \\]\n\nx^2 + y, plain\n\n\\(z\\)"
    found = find_formulas(page(markdown, regions))
    assert [formula.latex for formula in found] == ["x", "x", "y", "z"]
    assert [formula.box for formula in found] == [*(r.box for r in regions[:3]), None]
    assert [markdown[f.char_start : f.char_end] for f in found[2:]] == [r"\[ y \]", r"\(z\)"]
    assert {formula.page_index for formula in found} == {4}


@given(SCRAPS | st.text())
@settings(max_examples=300)
def test_any_page_has_formulas_inside_it(markdown: str) -> None:
    for formula in find_formulas(page(markdown)):
        assert 0 <= formula.char_start < formula.char_end <= len(markdown)
        assert formula.latex


def test_a_page_of_formulas_takes_little_time() -> None:
    start = time.process_time()
    find_formulas(page("\\[x \\\\ y \\qquad\\qquad ( \\] (\n" * 5_000))
    find_formulas(page("$x$" * 30_000))
    assert time.process_time() - start < 5
