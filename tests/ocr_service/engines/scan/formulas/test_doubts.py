"""Which readings of formulas are trusted, and how they are tidied."""

from __future__ import annotations

import pytest

from ocr_service.engines.scan.formulas.doubts import doubt, sound_latex
from ocr_service.engines.scan.formulas.reader import FormulaText
from ocr_service.engines.scan.formulas.tidy import tidied_latex


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (FormulaText(r"\frac{a}{b}", 0.95), ""),
        (FormulaText(r"\frac{a}{b}", 0.5), "the reading is unsure"),
        (FormulaText("  ", 0.99), "nothing was read"),
        (FormulaText(r"a + b", 0.95, is_complete=False), "the reading loops"),
        (FormulaText(r"x + " + "y_{1} + " * 9, 0.99), "the reading loops"),
        (FormulaText("1,2,3,4,5,6,7,8,9", 0.99), ""),
        (FormulaText(r"\frac{a}{b", 0.99), "the reading is no LaTeX"),
        (FormulaText(r"a_{1}, \ldots, \ldots, \ldots, a_{n}", 0.99), ""),
        (FormulaText(r"\mathbb{E}^{[Y|X=x]-\mu=\rho(x-\mu),}", 0.99), "the reading is one script"),
        (FormulaText(r"e^{-\frac{(x-\mu)^{2}}{2\sigma^{2}}}", 0.99), ""),
        (FormulaText(r"\sum_{k=1}^{n} a_{k}", 0.99), ""),
    ],
)
def test_doubts(text: FormulaText, reason: str) -> None:
    assert doubt(text) == reason


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1}{2}",
        r"\left( \frac{a}{b} \right)^{2}",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\{ x : x > 0 \}",
        r"f(x) = \begin{cases} 1 & \text{if } x > 0 \\ 0 & \text{else} \end{cases}",
        r"\operatorname{Var}(X)",
        r"[0, 1)",
    ],
)
def test_sound_latex(latex: str) -> None:
    assert sound_latex(latex)


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{a}{b",
        r"x}",
        r"\left( a",
        r"\begin{matrix} a",
        r"\nosuchcommand{x} + 1",
        r"a_",
        r"\frac{a}",
        r"\cos x \stackrel{= y}",
        r"a & b",
        r"a^{2}^{3}",
    ],
)
def test_unsound_latex(latex: str) -> None:
    assert not sound_latex(latex)


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        (r"\begin{equation*}a=b\end{equation*}", "a=b"),
        (r"\[\ \ a = b \ \ \]", "a = b"),
        (r"$\int_0^1\!f\,\mathrm{d}x\hspace{2cm}$", r"\int_0^1 f \mathrm{d}x"),
        (r"\tiny{\begin{array}{c}x_{1}\end{array}}", "x_{1}"),
        (r"\mbox{}_{x+1}", "x+1"),
        (r"\text{$a+b$}", "a+b"),
        (r"\begin{align*}a&=b\\c&=d\end{align*}", r"\begin{aligned}a&=b\\c&=d\end{aligned}"),
        (r"\begin{array}{lll}&a=1;&b=2\end{array}", "a=1; b=2"),
        (r"{a}+{b}", "{a}+{b}"),
        (r"\{a\}", r"\{a\}"),
        (r"\begin{pmatrix}a\\b\end{pmatrix}", r"\begin{pmatrix}a\\b\end{pmatrix}"),
    ],
)
def test_tidied(written: str, tidy: str) -> None:
    assert tidied_latex(written) == tidy
