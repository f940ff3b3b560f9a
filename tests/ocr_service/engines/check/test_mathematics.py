"""Which pages have mathematics, and which formulas are none."""

from __future__ import annotations

import pytest

from ocr_service.engines.check.mathematics import (
    count_formulas,
    is_mathematical_font,
    mathematical_signs,
)


@pytest.mark.parametrize(
    ("name", "mathematical"),
    [
        ("ABCDEF+CMMI10", True),
        ("ABCDEF+NewTXMI7", True),
        ("CMSY7", True),
        ("MSBM10", True),
        ("CambriaMath", True),
        ("LMMathItalic10-Regular", True),
        ("CMR10", False),
        ("CenturyGothic", False),
        ("SymbolMT", False),  # bullets of office programs
        ("CMTEX10", False),
    ],
)
def test_fonts_are_judged_by_their_whole_names(name: str, mathematical: bool) -> None:
    assert is_mathematical_font(name) is mathematical


def test_signs_of_mathematics() -> None:
    assert mathematical_signs("a ∈ M")
    assert mathematical_signs("x = 1, y = 2, z = 3")
    assert not mathematical_signs("see <page> – 10 − 12 • one | two + three ¬")


def test_formulas_on_a_page_without_mathematics_are_none() -> None:
    text = r"price \(\frac{a}{b}\) and \[x\]"
    assert count_formulas(text, mathematical=False) == (2, 2)
    assert count_formulas(text, mathematical=True) == (2, 0)


def test_prose_in_formulas_counts_where_there_is_much_of_it() -> None:
    words = r"\text{See the standard documentation of these general terms}"
    prose = rf"\(\frac{{{words}}}{{\text{{below there}}}}\)"
    assert count_formulas(prose, mathematical=True) == (1, 1)
    assert count_formulas(prose + r" \(a + b\)" * 9, mathematical=True) == (10, 0)


def test_formulas_of_chemistry_are_formulas_on_any_page() -> None:
    text = r"\(\mathrm{C}_{3}\mathrm{H}_{5}\mathrm{NO}\), \(\mathrm{H}\), \(\mathrm{ZH}_{3}\)"
    assert count_formulas(text, mathematical=False) == (3, 2)
