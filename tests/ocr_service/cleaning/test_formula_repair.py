r"""Tests that formulas which do not typeset are repaired as the module says, and others kept."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.passages.math_spans import find_math
from ocr_service.cleaning.clean import clean
from ocr_service.cleaning.formula_check import fault
from ocr_service.cleaning.formula_repair import mended, without_nested
from tests.conftest import SHELF

KATEX = Path(__file__).resolve().parents[3] / "search" / "reader" / "static" / "katex"
RENDER = """
const katex = require(process.argv[1] + "/katex.min.js");
const formulas = JSON.parse(require("fs").readFileSync(0));
console.log(JSON.stringify(formulas.map(([latex, display]) => {
  try { katex.renderToString(latex, {displayMode: display, throwOnError: true,
        macros: {"\\\\mbox": "\\\\text{#1}"}, strict: "ignore"}); return null; }
  catch (error) { return error.message; }
})));
"""


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (r"\begin{ bmatrix} a \end{ bmatrix}", r"\begin{bmatrix} a \end{bmatrix}", "environment"),
        (r"\begin {align *} a \end{align* }", r"\begin{align*} a \end{align*}", "environment"),
        (
            r"\begin{array}{l@{\quad}p{2cm}} a & b \end{array}",
            r"\begin{array}{ll} a & b \end{array}",
            "environment",
        ),
        (
            r"\begin{array}{*{3}{c}|r} a \end{array}",
            r"\begin{array}{ccc|r} a \end{array}",
            "environment",
        ),
        (r"\begin{array} a & b \end{array}", r"\begin{array}{cc} a & b \end{array}", "environment"),
        (r"\begin{pmatrix 1 \end{pmatrix}", r"\begin{pmatrix} 1 \end{pmatrix}", "environment"),
        (r"\begin{cases} a \\ b", r"\begin{cases} a \\ b\end{cases}", "balance"),
        (r"\begin{pmatrix} 1 \end{pmatr} x", r"\begin{pmatrix} 1 \end{pmatrix} x", "balance"),
        (
            r"\begin{aligned} \begin{cases} a \end{aligned}",
            r"\begin{aligned} \begin{cases} a \end{cases}\end{aligned}",
            "balance",
        ),
        (r"a \end{cases} b", "a  b", "balance"),
        (r"\begin{pmatrix} 0 \right) \end{pmatrix}", r"\begin{pmatrix} 0 ) \end{pmatrix}", 1),
        (r"\left( \frac{a}{b} + c", r"( \frac{a}{b} + c", "balance"),
        (r"\frac{a}{b} \right.", r"\frac{a}{b} ", "balance"),
        (r"\frac{1}{2", r"\frac{1}{2}", "balance"),
        ("a} + b", "a + b", "balance"),
        (r"a &= b \\ &= c", r"\begin{aligned}a &= b \\ &= c\end{aligned}", "balance"),
        (r"\begin{aligned} \frac{a}{b &= c \end{aligned}", None, "balance"),
        (r"a \tag{1} \tag{2}", r"a \qquad\text{(1)} \tag{2}", "tag"),
        (r"a \tag*{A} \tag{2}", r"a \qquad\text{A} \tag{2}", "tag"),
        (r"H_\vec{a}", r"H_{\vec{a}}", "script"),
        (r"x^\frac{1}{2}", r"x^{\frac{1}{2}}", "script"),
        (r"x^a^b + y_{1}_{2}", r"x^a{}^b + y_{1}{}_{2}", "script"),
        (r"f^{2}'", r"f^{2}{}'", "script"),
        (r"5 % of \# and #1", r"5 \% of \# and \#1", "sign"),
        (r"\arc{AB} = \arc CD", r"\overset{\frown}{AB} = \operatorname{arc} CD", "command"),
        (r"\arc\tan x + \arc sin y", r"\arctan x + \arcsin y", "command"),
        (r"a \textund b", r"a \text{ und } b", "command"),
        (r"a \cdotx \inftyt", r"a \cdot x \infty t", "command"),
        (r"\begin{array}{c} a \\ \cline{1-2} b \end{array}", None, "command"),
    ],
)
def test_repairs(before: str, after: str | None, name: str | int) -> None:
    repaired, done = mended(before, display=True)
    assert after is None or repaired == after
    assert isinstance(name, int) or done == {name: 1}
    assert fault(repaired) is None
    assert mended(repaired, display=True) == (repaired, {})


def test_a_number_within_a_line_is_text() -> None:
    assert mended(r"a \tag{1}", display=False) == (r"a \qquad\text{(1)}", {"tag": 1})


@pytest.mark.parametrize(
    "formula",
    [
        r"\begin{align*} a &= b \tag{1} \\ c &= d \tag{2} \end{align*}",
        r"\left\{ \begin{array}{rl} a & b \\ c & d \end{array} \right.",
        r"\left. \frac{a}{b} \middle| c \right)",
        r"\left\langle x, y \right\rangle \leftarrow \rightarrow",
        r"\text{5\% of } x_{\text{a}}^{2}{}' \\[1ex] \{ a \}",
        r"\sum_{\substack{i \\ j}} x_i^{2}_{}".replace("_{}", ""),
        r"\begin{smallmatrix} a & \begin{matrix} b \end{matrix} \end{smallmatrix}",
        r"x_1^2 + y^{a_b}_{c} f''",
        "",
        "\\",
    ],
)
def test_good_formulas_stay(formula: str) -> None:
    if formula != "\\":
        assert mended(formula, display=True) == (formula, {})


def test_the_shelf_has_no_fault() -> None:
    spans = [span for path in SHELF.rglob("*.mmd") for span in find_math(path.read_text())]
    assert len(spans) > 100
    for span in spans:
        assert fault(span.latex) is None, span.latex
        assert mended(span.latex, display=span.display) == (span.latex, {})


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (r"\[ a \quad \( b \) \]", r"\[ a \quad  b  \]"),
        (r"\[ \text{if \(x\)} \]", r"\[ \text{if \(x\)} \]"),
        (r"\( a \) and \[ b \]", r"\( a \) and \[ b \]"),
        ("\\[ open\n\n\\( a \\) \\]", "\\[ open\n\n\\( a \\) \\]"),
    ],
)
def test_nested_delimiters(text: str, after: str) -> None:
    assert without_nested(text) == after


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        (r"\foo x", r"\foo"),
        (r"\begin{bogus} x \end{bogus}", "environment bogus"),
        ("x^", "a script without its text"),
        (r"\begin{cases} x_ & y \end{cases}", "a script without its text"),
        (r"\text{a_b}", "_ in words"),
        (r"a $ b", "a dollar"),
        (r"\sqrt", r"\sqrt without its argument"),
        ("{a", "a brace that is not closed"),
        ("a}", "a brace that closes nothing"),
    ],
)
def test_faults(formula: str, reason: str) -> None:
    assert fault(formula) == reason


def test_what_cannot_be_repaired_is_counted_on_the_page() -> None:
    page = clean(
        "Let \\(\\foo x\\), \\(\\foo y\\) and\n\n\\[ \\text{a_b} \\]\n\n`\\(\\bar` and \\(z\\)"
    )
    assert page.notes == (r"formulas that cannot be typeset: 3: \foo (2), _ in words (1)",)


@given(
    st.lists(
        st.sampled_from(
            r"""\begin{pmatrix} \end{pmatrix} \begin{aligned} \end{align \end{aligned} { } & \\
            \left( \right) \left. \right. \tag{1} y ^ _ 2 \vec {a} \frac \foo \text{b} % $ \begin{
            \middle|
            \begin{array} {l@{x}r} \arc ' \( \)""".split()
        ),
        max_size=12,
    ).map(" ".join)
    | st.text(max_size=40)
)
def test_letters_are_kept_and_repairs_are_made_once(formula: str) -> None:
    repaired, _ = mended(formula, display=True)
    again, _ = mended(repaired, display=True)
    assert mended(again, display=True)[0] == again
    assert repaired.count("y") >= formula.count("y")
    assert repaired.count("2") >= formula.count("2")


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "{",
            "}",
            r"\left(",
            r"\begin{a}",
            r"\end{a}",
            "&",
            r"\tag{1}",
            r"\tag{",
            "x^2",
            "^{a",
            "%",
        ),
        *(r"_\vec{", r"\frac{1}", "\\[", "\\[ \\(", r"\begin{array}{", r"\text{ ", "\\"),
    ],
)
def test_linear_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    started = time.process_time()
    mended(text, display=True)
    without_nested(text)
    fault(text)
    assert time.process_time() - started < 3


# ------------------------------------------------------------------------- against KaTeX itself


def katex(formulas: list[tuple[str, bool]]) -> list[str | None]:
    """Return KaTeX's complaint about each formula, None where it has none."""
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        pytest.skip("Node.js is not installed")
    run = subprocess.run(
        [node, "-e", RENDER, str(KATEX)],
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers: list[str | None] = json.loads(run.stdout)
    return answers


def _without(pattern: str) -> Callable[[str, random.Random], str]:
    def change(formula: str, chance: random.Random) -> str:
        found = list(re.finditer(pattern, formula))
        if not found:
            return formula
        one = chance.choice(found)
        return formula[: one.start()] + formula[one.end() :]

    return change


def _with(what: str) -> Callable[[str, random.Random], str]:
    def change(formula: str, chance: random.Random) -> str:
        place = chance.choice([found.start() for found in re.finditer(r"\Z|(?=\\[a-z])", formula)])
        return f"{formula[:place]} {what} {formula[place:]}"

    return change


DAMAGES: dict[str, tuple[Callable[[str, random.Random], str], float]] = {
    "no closing brace": (_without(r"(?<!\\)\}"), 0.7),
    "no opening brace": (_without(r"(?<!\\)\{"), 0.4),
    "no end": (_without(r"\\end\{\w+\*?\}"), 0.99),
    "no begin": (_without(r"\\begin\{\w+\*?\}"), 0.99),
    "no left": (_without(r"\\left(?![a-z])"), 0.99),
    "no right": (_without(r"\\right(?![a-z])"), 0.99),
    "a column": (_with("&"), 0.95),
    "two numbers": (_with(r"\tag{3} \tag{4}"), 0.95),
    "a space": (lambda formula, _: formula.replace(r"\end{", r"\end{ "), 0.99),
    "a name cut": (lambda formula, _: re.sub(r"\\end\{(\w+?)\w\}", r"\\end{\1}", formula), 0.99),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_formulas_of_the_shelf_typeset_again(damage: str) -> None:
    change, share = DAMAGES[damage]
    chance = random.Random(3)
    spans = [span for path in sorted(SHELF.rglob("*.mmd")) for span in find_math(path.read_text())]
    damaged = [(change(span.latex, chance), span.display) for span in spans]
    broken = [one for one, bad in zip(damaged, katex(damaged), strict=True) if bad]
    if not broken:
        pytest.skip(f"no formula of the shelf breaks: {damage}")
    repaired = [(mended(latex, display=display)[0], display) for latex, display in broken]
    answers = katex(repaired)
    assert answers.count(None) >= share * len(broken)
    wrong = [(latex, bad) for (latex, _), bad in zip(repaired, answers, strict=True)]
    assert not [latex for latex, bad in wrong if fault(latex) and not bad]  # no false fault
