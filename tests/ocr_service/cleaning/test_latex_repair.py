r"""Tests that repairs fix the listed errors, change nothing else, and are idempotent."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ocr_service.cleaning.code_lines import with_code_fenced
from ocr_service.cleaning.latex_repair import repaired
from ocr_service.cleaning.open_ends import is_open
from ocr_service.library.pages import Region

SCRAPS = st.lists(
    st.sampled_from(
        [
            *("\\(", "\\)", "\\[", "\\]", "\\\\", "\\$", "$", "{", "}", "`", "```\n", "\n", "\n\n"),
            *("\\begin{align}", "\\end{align}", "\\text{", "<table>", "</table>", "<td>", "</td>"),
            *(
                "<center>",
                "</center>",
                "\\infin",
                "\\R",
                " ",
                "x",
                "5",
                "word ",
                "¨u",
                "^2",
                "[1ex]",
            ),
        ]
    ),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (r"\(a \coloneqq b\)", r"\(a := b\)", "command"),
        (r"\[\lim_{n \to \infin} \img(L)\]", r"\[\lim_{n \to \infty} \operatorname{img}(L)\]", 2),
        (r"\(x \isin \R^n\)", r"\(x \in \mathbb{R}^n\)", 2),
        (r"\(x \qqquad y \quad z\)", r"\(x \qquad y \quad z\)", "command"),
        (r"let \$x^2\$ be", r"let \(x^2\) be", "escaped dollar"),
        ("costs $5 and $10.", r"costs \$5 and \$10.", 2),
        ("<center>Fig. 1</center>", "Fig. 1", 2),
        ('<div align="center">Fig. 1</div> a', "Fig. 1 a", "centring"),
        ("F¨ur \\(x\\)", "Für \\(x\\)", "split umlaut"),
        (
            r"\[ \begin{align*} x &= {1",
            "\\[ \\begin{align*} x &= {1}\n\\end{align*}\n\\]",
            "display",
        ),
        ("\\[ x = 1\n\nHence the sum.", "\\[ x = 1\n\\]\n\nHence the sum.", "display"),
        ("<table><tr><td>a</td><td>b", "<table><tr><td>a</td><td>b</td></tr></table>", "table"),
        ("</td><td>Case 1:</td></tr></table>", "Case 1:", "stray cell"),
        ("<tr><td>Case 1:</td><td></td></tr></table>", "Case 1:", "stray cell"),
        ("see <td>a</td> and then <td>b</td>", "see a and then b", "stray cell"),
        (
            "Words\n<tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>\nafter",
            "Words\n<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>\nafter",
            "stray cell",
        ),
        ("</td></tr><tr><td>a</td><th>b", "<table><tr><td>a</td><th>b</th></tr></table>", 1),
        ("<td>a</td><td>b</td>", "<table><tr><td>a</td><td>b</td></tr></table>", "stray cell"),
        (
            "<table><tr><td>a</td></tr></table> <tr><td>b</td><td>c</td></tr>",
            "<table><tr><td>a</td></tr></table> <table><tr><td>b</td><td>c</td></tr></table>",
            "stray cell",
        ),
    ],
)
def test_repairs(before: str, after: str, name: str | int) -> None:
    mended, done = repaired(before)
    assert " ".join(mended.split()) == " ".join(after.split())
    assert done == ({name: 1} if isinstance(name, str) else {next(iter(done)): name})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (r"\(x = 1\)", r"\[x = 1\]"),
        (r"\(x = 1\]", r"\[x = 1\]"),
        (r"\[x = 1\)", r"\[x = 1\]"),
        (r"x^2 = 1", "\\[\nx^2 = 1\n\\]"),
        (r"x = 1 \]", r"\[x = 1 \]"),
        (r"\[ \frac{1}{2", "\\[ \\frac{1}{2}\n\\]"),
        ("\\[ a \\\\[1ex] b", "\\[ a \\\\[1ex] b\n\\]"),
    ],
)
def test_equations_become_displayed(before: str, after: str) -> None:
    assert repaired(before, equation=True) == (after, {"display": 1})


@pytest.mark.parametrize(
    "content",
    [
        r"a) \(x\) b) \(y\)",
        "a)",
        r"\begin{align} x \end{align}",
        r"\[ a \\[1ex] b \]",
        "$$x$$",
        "for all numbers that are = 0",
        r"\[ a \] and \[ b \]",
    ],
)
def test_what_is_displayed_or_no_formula_stays(content: str) -> None:
    assert repaired(content, equation=True) == (content, {})


@pytest.mark.parametrize(
    "content",
    [
        r"\(\img\ell \quad \R\)".replace(r"\img", "").replace(r"\R", r"\Re"),
        r"\[ This is not a formula but prose that follows a stray bracket.",
        r"$2x+1$ and US$5 or \$7",
        r"\\R is a line end, \\coloneqq too",
        "a<b and center of the table",
        "¨x",
        "```\n<center> \\infin $5 ¨u\n```\nand `\\R \\[`",
        "~~~\n\\[ x\n~~~",
        "<table><tr><td>a</td></tr></table>",
        "tags such as `</td>`",
    ],
)
def test_the_rest_and_all_code_is_left_alone(content: str) -> None:
    assert repaired(content) == (content, {})


@given(SCRAPS | st.text())
@example("\\[ x \\(")
@example("\\$</table>\\$\\infin\\$")
def test_repairs_keep_letters_and_are_made_once(content: str) -> None:
    for equation in (False, True):
        mended, _ = repaired(content, equation=equation)
        again, done = repaired(mended, equation=equation)
        assert (again, done) == (mended, {}) or is_open(mended)
        words = [word for word in ("x", "5", "word") if word in content]
        assert all(mended.count(word) >= content.count(word) for word in words)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "\\[",
            "\\(",
            "$5 ",
            "\\$",
            "`",
            "```\n",
            "``` a\n",
            "{",
            "\\begin{a}",
            "<table>",
            "<td> ",
        ),
        *("<center>", "<div center ", "¨u", "ab cd ", "\\text{", "\\\\", "</td>", "\n", "x "),
    ],
)
def test_linear_time(piece: str) -> None:
    text = "A " + piece * (200_000 // len(piece)) + "x"
    started = time.process_time()
    repaired(text)
    repaired(text, equation=True)
    assert time.process_time() - started < 3


def code(*texts: str) -> list[tuple[str, str]]:
    boxes = [(0.1, place / 10, 0.5, place / 10 + 0.05) for place in range(len(texts))]
    regions = [Region("text", box, text) for box, text in zip(boxes, texts, strict=True)]
    return [(region.label, region.text) for region in with_code_fenced(regions)]


def test_code_in_one_region_is_parted_from_the_text_below() -> None:
    text = "# Parameters:\nf=2*x-1; x_0=0;\nWe obtain the integral\n\\[ I = 6. \\]"
    assert code("Before", text, "After") == [
        ("text", "Before"),
        ("code", "```\n# Parameters:\nf=2*x-1; x_0=0;\n```"),
        ("text", "We obtain the integral\n\\[ I = 6. \\]"),
        ("text", "After"),
    ]


def test_code_line_by_line_becomes_one_region() -> None:
    lines = ("# Initialise:", "import numpy as np", "v = np.array([1, 2])", "x = 3", "print(v)")
    regions = [Region("text", (0.1, i / 10, 0.5 + i, 0.9), t) for i, t in enumerate(lines)]
    heading = Region("section_header", (0, 0, 1, 0.1), "## 3. Code")
    found = with_code_fenced([heading, *regions])
    assert found[0] == heading
    assert found[1:] == [Region("code", (0.1, 0.0, 4.5, 0.9), "```\n" + "\n".join(lines) + "\n```")]


def test_a_comment_that_is_a_region_is_code() -> None:
    assert code("a) We change it.", "# Parameters:", "\\[f = 2*x\\]")[1] == (
        "code",
        "```\n# Parameters:\n```",
    )


@pytest.mark.parametrize(
    "texts",
    [
        ("# Exercises:\nFind all roots.",),
        ("# 1 Vector spaces", "A vector space over a field."),
        ("# 1 Limits\nLet x = 3 and y = 4; then x < y.",),
        ("f(x) = 2x + 1; g(x) = x", "h(x) = 3; k = 2"),
        ("# 2 Sums", "\\(x = 1;\\)", "\\(y = 2;\\)"),
        ("Let x = 5.", "x = 5", "y = 7"),
        ("from the left (see above); and so on", "for all of these we have:"),
        ("```\nimport os\nimport sys\n```",),
        ("<td>import os</td>\n<td>import sys</td>",),
        ("",),
        ("import x" + " y" * 400, "import z"),
    ],
)
def test_headings_and_formulas_are_no_code(texts: tuple[str, ...]) -> None:
    assert code(*texts) == [("text", text) for text in texts]
