"""Tests the HTML of pages: formulas, tables, and text that tries to be HTML."""

from __future__ import annotations

import html
import re

import pytest

from search.reader.rendering import markdown_html, marked_html


def formulas(text: str) -> list[str]:
    return [
        html.unescape(found) for found in re.findall(r'role="button"[^>]*>([^<]*)</span>', text)
    ]


def test_formulas_keep_their_source() -> None:
    shown = markdown_html("For \\(a<b_1*c*\\) and\n\n\\[ x^2 & y \\]\n")
    assert formulas(shown) == ["a<b_1*c*", "x^2 & y"]
    assert shown.count('data-display="1"') == 1
    assert "<em>" not in shown


def test_tables_of_both_kinds_are_tables() -> None:
    shown = markdown_html("| a | \\(x\\) |\n| --- | --- |\n| 1 | 2 |\n")
    assert shown.count("<td>") == 2
    assert formulas(shown) == ["x"]
    shown = markdown_html("<table><tr><td colspan='2'>\\(y\\)</td></tr></table>")
    assert '<td colspan="2">' in shown
    assert formulas(shown) == ["y"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[here](javascript:alert(1))",
        "![alt](https://example.org/x.png)",
        "<a href='https://example.org'>x</a>",
        "<b onclick=alert(1) style='color:red'>x</b>",
        "<svg><script>alert(1)</script></svg>",
        "<iframe src=//example.org></iframe>",
        "\\(</span><script>alert(1)</script>\\)",
    ],
)
def test_book_text_is_data(text: str) -> None:
    shown = markdown_html(f"Before. {text} After.")
    tags = set(re.findall(r"<(/?[a-z0-9]+)", shown))
    assert tags <= {"p", "/p", "b", "/b", "span", "/span"}
    assert not re.search(r"<[^>]*(?:onclick|onerror|style|href|src)=", shown)
    marked = marked_html(text, ((0, 4),))
    assert set(re.findall(r"<(/?[a-z0-9]+)", marked)) <= {"mark", "/mark", "span", "/span"}


def test_indented_text_is_no_code() -> None:
    assert "<code>" not in markdown_html("Text.\n\n    indented by OCR\n")
    assert "<code>" in markdown_html("```\nx = 1\n```\n")


def test_references_become_links_outside_formulas() -> None:
    text = "By (2.6), \\(f(2.6)\\) holds."
    inside = text.index("(2.6)\\)")
    shown = markdown_html(text, [(3, 8, "/b/x/p/4#eq-2.6"), (inside, inside + 5, "/wrong")])
    assert '<a class="ref" href="/b/x/p/4#eq-2.6">(2.6)</a>' in shown
    assert "/wrong" not in shown


def test_marks_leave_formulas_whole() -> None:
    shown = marked_html("The mean \\(\\bar x\\) is <here>", ((4, 8), (9, 14)))
    assert "<mark>mean</mark>" in shown
    assert formulas(shown) == ["\\bar x"]
    assert "&lt;here&gt;" in shown
