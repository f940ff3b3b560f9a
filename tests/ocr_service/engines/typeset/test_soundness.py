"""A page whose formulas do not hold together is not trusted."""

from __future__ import annotations

import pytest

from ocr_service.engines.typeset.formulas.soundness import is_balanced

BALANCED = [
    (r"f(x) = \left[ y \right)", True),
    (r"\begin{cases} x & \text{if } x > 0 \end{cases}", None),
    (r"\left. f(x) \right|_{0}", True),
    (r"\left\{ x \right. + (y)", True),
    (r"\langle u, v\rangle + \lfloor x\rfloor", True),
    (r"a + b", None),
    (r"\text{(as in} x + y \tag{1.2)}", None),
    (r"=a(", False),
    (r") = g(", False),
    (r"\frac{a}{b}\}", False),
    (r"\left(x\right", False),
]


@pytest.mark.parametrize(("latex", "answer"), BALANCED)
def test_brackets_of_a_formula_are_in_pairs(latex: str, answer: bool | None) -> None:
    assert is_balanced(latex) is answer
