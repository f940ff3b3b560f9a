"""Tests formulas in a terminal: those that read well are Unicode, others stay LaTeX."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from search.output.unicode_math import unicode_formula, with_unicode_formulas


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\sigma^2/n", "σ²/n"),
        (r"\sum_i x_i \le \|x\|", "∑ᵢ xᵢ ≤ ‖x‖"),
        (r"\operatorname{Var}(\bar{X}_{n}) = \sigma^{2}/n", "Var(X̅ₙ) = σ²/n"),
        (r"\mathbb{P}\left(|X - \mu| \ge \varepsilon\right)", "ℙ(|X − μ| ≥ ε)"),
        (r"\hat\theta \in \Theta", "θ̂ ∈ Θ"),
        (r"\frac{dy}{dx} = 3", "dy/dx = 3"),
        (r"\sqrt{2\pi}", "√(2π)"),
        (r"\{x : x \in A\}", "{x : x ∈ A}"),
        (r"x^{n + 1}", "xⁿ⁺¹"),
    ],
)
def test_what_reads_well_is_unicode(latex: str, shown: str) -> None:
    assert unicode_formula(latex) == shown


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{a+b}{c}",
        r"e^{-t^{2}/2}",
        r"\lim_{n \to \infty} a_n",
        r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
        r"\binom{n}{k}",
        r"\unknowncommand x",
        r"\leftsomething(x)",
        "x" * 200,
        "",
    ],
)
def test_what_does_not_read_well_stays_latex(latex: str) -> None:
    assert unicode_formula(latex) is None


def test_text_around_formulas_stays() -> None:
    text = r"Let \(\sigma^2\) be *it*, \(\binom{n}{k}\) not, costs $5."
    assert with_unicode_formulas(text) == r"Let σ² be *it*, \(\binom{n}{k}\) not, costs $5."


def test_a_terminal_shows_unicode_and_a_pipe_latex(shelf_library: Path) -> None:
    code = "import sys; from search.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "--library", str(shelf_library), "page"]
    piped = subprocess.run(
        [*command, "statistics-primer", "8"], capture_output=True, text=True, check=True
    )
    assert r"\(\sigma^{2} < \infty\)" in piped.stdout
    for option, expected in (((), "σ² < ∞"), (("--latex",), r"\(\sigma^{2} < \infty\)")):
        master, terminal = pty.openpty()
        with subprocess.Popen(
            [*command, "statistics-primer", "8", *option], stdout=terminal, stdin=terminal
        ):
            os.close(terminal)
            shown = b""
            try:
                while part := os.read(master, 65_536):
                    shown += part
            except OSError:  # the other side has ended
                pass
        os.close(master)
        assert expected in shown.decode()
