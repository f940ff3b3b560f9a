"""MathML in a question is a formula like any other."""

from __future__ import annotations

import pytest

from search.question.query import parse_query

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("<math><mfrac><mi>d</mi><mi>y</mi></mfrac></math>", (r"\frac{d}{y}",)),
        (
            (
                f'the <m:math xmlns:m="{_NAMESPACE}"><m:msup><m:mi>x</m:mi><m:mn>2</m:mn></m:msup>'
                "</m:math> of it"
            ),
            ("x^{2}",),
        ),
        (
            (
                f'<math xmlns="{_NAMESPACE}"><semantics><mi>q</mi>'
                '<annotation encoding="application/x-tex">\\theta</annotation></semantics></math>'
            ),
            (r"\theta",),
        ),
        ("the <math> tag", ()),
    ],
)
def test_it_is_read_as_latex(text: str, latex: tuple[str, ...]) -> None:
    query = parse_query(text)
    assert query.latex == latex
    assert "xmlns" not in query.text


def test_it_may_be_long() -> None:
    padding = f'<math class="{"x" * 5_000}">'
    assert parse_query(f"{padding}<mi>a</mi><mo>=</mo><mi>b</mi></math>").latex == ("a = b",)
