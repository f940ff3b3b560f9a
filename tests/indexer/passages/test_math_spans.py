"""Mathematics and blocks are found in clean and in broken markdown, in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.passages.blocks import BlockKind, split_blocks
from indexer.passages.math_spans import find_math
from tests.conftest import CORPORA

CORPUS = CORPORA / "deepseek_ocr_raw"

# Pieces that make trouble when they meet.
SCRAPS = st.lists(
    st.sampled_from(
        [
            *(
                "$",
                "$$",
                "\\(",
                "\\)",
                "\\[",
                "\\]",
                "\\\\",
                "\\$",
                "\\text{",
                "{",
                "}",
                "`",
                "```",
            ),
            *("\\begin{align}", "\\end{align}", "\n", "\n\n", "\n# ", "\n- ", "\n1. ", " ", "x"),
            *("|", "|-|-|\n", "<table>", "</table>", "<td>", "5", ". ", "![](a.png)", "~~~", "(3)"),
        ]
    ),
    max_size=60,
).map("".join)


def found(markdown: str) -> list[tuple[str, bool]]:
    return [(span.latex, span.display) for span in find_math(markdown)]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (r"a \(x\), \[ y \], $z$ and $$ w $$", [("x", 0), ("y", 1), ("z", 0), ("w", 1)]),
        ("costs $5 and $10, or US\\$3", []),
        ("$a $b$", [("b", 0)]),
        ("$x$$y$", [("x", 0), ("y", 0)]),
        ("`$x$` and $y$", [("y", 0)]),
        ("``so'' said ``$x$''", [("x", 0)]),
        ("```\n$x$\n```\n$y$", [("y", 0)]),
        ("```\nan open fence and $y$", [("y", 0)]),
        (r"\begin{align*}a&=b\\[2pt] c\end{align*}", [(r"a&=b\\[2pt] c", 1)]),
        (r"\[\begin{align}a\end{align}\]", [(r"\begin{align}a\end{align}", 1)]),
        (r"\begin{alignat}{2}a\end{alignat}", [("a", 1)]),
        (r"\(x \text{ if \(y\) or $z$}\) b", [(r"x \text{ if \(y\) or $z$}", 0)]),
        (r"$x \text{ if $y$}$", [(r"x \text{ if $y$}", 0)]),
        ("\\(a\n\nb\\) \\(c\\)", [("c", 0)]),
        ("\\[a\n\n# Head\n b\\] \\(c\\)", [("c", 0)]),
        (r"\[a \[b\]", [("b", 1)]),
        (r"\(a \(b\)", [("b", 0)]),
        ("\\(a \\text{b\n\nc} d\\) $e$", [("e", 0)]),
        ("\\[ a\n\nb \\]", [("a\n\nb", 1)]),
        ("<td>$x</td><td>y$</td>", []),
        ("$$$$ x \\(\\)", []),
        (r"\[" + "x" * 5_000 + r"\] \(y\)", [("y", 0)]),
    ],
)
def test_formulas_and_what_is_none(markdown: str, expected: list[tuple[str, int]]) -> None:
    assert found(markdown) == [(latex, bool(display)) for latex, display in expected]


@given(SCRAPS | st.text())
@settings(max_examples=400)
def test_spans_are_in_order_and_hold_their_latex(markdown: str) -> None:
    end = 0
    for span in find_math(markdown):
        assert end <= span.start < span.end <= len(markdown)
        end = span.end
        inner = markdown[span.start : span.end]
        assert span.latex in inner
        assert span.latex == span.latex.strip() != ""
        assert span.display or "\n\n" not in inner


@given(SCRAPS | st.text())
@settings(max_examples=400)
def test_blocks_tile_the_page_and_cut_no_formula(markdown: str) -> None:
    blocks = split_blocks(markdown)
    assert "".join(markdown[block.start : block.end] for block in blocks) == markdown
    cuts = {block.start for block in blocks}
    for span in find_math(markdown):
        assert not any(span.start < cut < span.end for cut in cuts)
    for block in blocks:
        blank = not markdown[block.start : block.end].strip()
        assert blank == (block.kind is BlockKind.BLANK)


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "$",
            "$$",
            "\\[",
            "\\(",
            "\\( \\[",
            "\\[ $",
            "$a",
            "\\text{",
            "\\(\\text{",
            "\\(\\text{$",
        ),
        *("\\begin{align}", "`", "` `` ", "```x\n", "\n```", "<table>\n", "|\n", "- \n", "\\", "."),
        *("[", "![", "![](", "\\(\\text{a$b${", "# #", "1. a\n", "\n \n", "(1)"),
    ],
)
def test_time_is_linear(unit: str) -> None:
    markdown = (unit * 100_000)[:200_000]
    start = time.process_time()
    split_blocks(markdown)
    assert time.process_time() - start < 4  # about 0.3 s; quadratic work would take minutes


def test_kinds_of_blocks() -> None:
    markdown = (
        "# **Limits** #\nA line\nand one more.\n\n- first\n  goes on\n- second\n2) no list\n"
        "\n\\[\nx = 1\n\\] (3.4)\n\n| a | b |\n|---|---|\n| $|x|$ | 2 |\n\n"
        "<table>\n<tr><td>1</td></tr>\n</table>\n\n![figure](a.png)\n\n```\n# no heading\n```\n"
        "|x| is not\na table\nby Theorem\n4. Then it follows.\n"
    )
    blocks = [block for block in split_blocks(markdown) if block.kind is not BlockKind.BLANK]
    kinds = [
        *(BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.LIST_ITEM),
        *(BlockKind.LIST_ITEM, BlockKind.DISPLAY, BlockKind.TABLE, BlockKind.TABLE),
        *(BlockKind.IMAGE, BlockKind.CODE, BlockKind.PARAGRAPH),
    ]
    assert [block.kind for block in blocks] == kinds
    assert (blocks[0].level, blocks[0].text) == (1, "Limits")


def test_real_pages_of_an_ocr_model() -> None:
    if not CORPUS.is_dir():
        pytest.skip("the development corpora are not beside the checkout")
    openings = spans = 0
    for path in sorted(CORPUS.glob("page_*.md")):
        markdown = path.read_text(encoding="utf-8")
        openings += markdown.count("\\(") + markdown.count("\\[")
        spans += len(find_math(markdown))
        blocks = split_blocks(markdown)
        assert "".join(markdown[block.start : block.end] for block in blocks) == markdown
    assert spans > 0.95 * openings  # the rest is loops and slips
