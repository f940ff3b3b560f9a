"""Tests the measure of the typeset reader on small strings with known figures."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

pytest.importorskip("latex2mathml", reason="the measuring compares trees of latex2mathml")

from tests.eval.align import align
from tests.eval.canonical import canonical
from tests.eval.compare import compare
from tests.eval.displays import display_pieces
from tests.eval.distance import similarity
from tests.eval.error_kinds import kind_of
from tests.eval.latex_source import read_source
from tests.eval.oracle import as_pieces
from tests.eval.page_pieces import markdown_pieces
from tests.eval.pieces import FormulaPiece, Piece, ProsePiece
from tests.eval.tokens import tokens_of

SAME = [
    (r"a_1^2", r"a^{2}_{1}"),
    (r"\dfrac{a}{b}", r"\tfrac ab"),
    (r"\left(\frac ab\right)^2", r"(\frac{a}{b})^{2}"),
    (r"\bigl( x \bigr)", "(x)"),
    (r"\left. x\right|_0", r"x\big|_{0}"),
    ("f''_1", r"f_1^{\prime\prime}"),
    (r"\sum\limits_{i=1}^n", r"\sum_{i=1}^{n}"),
    (r"\operatorname{arc\,sin} x", r"\arcsin x"),
    (r"\underset{x\rightarrow 0}{\lim} f", r"\lim_{x\to0}f"),
    (r"\overline{a}", r"\bar a"),
    (r"\widehat{ab}", r"\hat{ab}"),
    (r"\|x\|", r"\lVert x\rVert"),
    (r"{n\choose k}", r"\binom{n}{k}"),
    (r"\left(\begin{array}{c} a\\c\end{array}\right)", r"\begin{pmatrix}a \\ c\end{pmatrix}"),
    (r"\left\{\begin{array}{l}a\\b & c\end{array}\right.", r"\begin{cases}a\\b&c\end{cases}"),
    (r"a\not= b", r"a \neq b"),
    (r"\text{if }x", r"\mathrm{if}\;x"),
    (r"f{}^2", "f^2"),
    (r"30{{}^\circ}", r"30^{\circ}"),
    (r"x,y,\ldots,z", r"x, y, \cdots, z."),
    (r"\mathbf{AB}", r"\mathbf{A}{\bf B}"),
    (r"{\cal L}", r"\mathscr{L}"),
    (r"12.5", r"12{.}5"),
    (r"a \coloneqq b", "a:=b"),
    ("180°", r"180^\circ"),
    (r"\iint_D", r"\int\!\!\int_D"),
    (r"\mathop{\rm lim}_{x}", r"\lim_x"),
    (r"\sqrt[\ ]{x}", r"\sqrt{x}"),
    (r"\genfrac{(}{)}{0pt}{}{n}{k+1}", r"\binom{n}{k+1}"),
    (r"\genfrac{\{}{\}}{0pt}{1}{a}{b}", r"\left\{\begin{matrix}a\\b\end{matrix}\right\}"),
    (r"\genfrac{}{}{}{0}{a}{b}", r"\frac{a}{b}"),
    (r"\sqrt{\smash[b]{x_1}}\smash{y}", r"\sqrt{x_1}y"),
    (r"a\:({\rm mod.\:}b)", "a({\\rm mod.}b)"),
    (r"x\>y\/z", "xyz"),
    (r"\textgoth{A}\text{ or \textgoth{B}}", r"\mathfrak{A}\text{ or }\mathfrak{B}"),
]  # fmt: skip
DIFFERENT = [
    (r"\varepsilon", r"\epsilon"),
    (r"\mathrm{d}x", "dx"),
    ("x_1", "x1"),
    (r"\mathbf{x}", "x"),
    (r"\hat a", r"\bar a"),
    ("a^{b^c}", "a^{bc}"),
    (r"\mathcal{R}", r"\mathbb{R}"),
    (r"\frac{a}{b}c", r"\frac{a}{bc}"),
    (r"\sqrt{a}b", r"\sqrt{ab}"),
    (r"\begin{pmatrix}a&b\end{pmatrix}", "(ab)"),
    ("x<y", "x>y"),
    (r"\genfrac{}{}{}{}{a}{b}", r"\genfrac{}{}{0pt}{}{a}{b}"),
    (r"\sqrt[3]{x}", r"\sqrt{x}"),
    (r"\mathfrak{A}", r"\text{A}"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_what_looks_the_same_is_equal(first: str, second: str) -> None:
    assert canonical(first).tree == canonical(second).tree


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_what_looks_different_is_not(first: str, second: str) -> None:
    assert canonical(first).tree != canonical(second).tree


def test_symbols_are_counted_without_structure() -> None:
    assert canonical(r"\frac{x_1}{\sin 12}").count == 4
    assert canonical("a'").count == 2


def source_of(tmp_path: Path, text: str) -> list[Piece]:
    path = tmp_path / "book.tex"
    path.write_text(text, encoding="utf-8")
    return [
        piece
        for piece in read_source(path)
        if isinstance(piece, FormulaPiece) or piece.text.strip()
    ]


def formulas(pieces: list[Piece]) -> list[str]:
    return [piece.latex for piece in pieces if isinstance(piece, FormulaPiece)]


def words(pieces: list[Piece]) -> str:
    return " ".join(" ".join(one.text for one in pieces if isinstance(one, ProsePiece)).split())


def test_macros_are_expanded(tmp_path: Path) -> None:
    pieces = source_of(
        tmp_path,
        r"""\documentclass{book}
        \newcommand{\half}[1][x]{\frac{#1}{2}}
        \def\pair#1,#2;{(#1\mid #2)}
        \DeclareMathOperator{\sech}{sech}
        \newif\ifdraft \drafttrue
        \newcommand{\DPtypo}[2]{#2}% correction
        \let\oldphi\phi \renewcommand{\phi}{\oldphi'}
        \begin{document}
        \DPtypo{teh}{the} $\half + \half[y]$ and $\pair a,b;$ % not $this$
        \ifdraft $\sech x$\else $\tanh x$\fi{} or $\phi$
        \end{document} $after$""",
    )
    assert formulas(pieces) == [
        r"\frac{x}{2}+ \frac{y}{2}",
        r"(a\mid b)",
        r"\operatorname{sech}x",
        r"\phi'",
    ]
    assert words(pieces) == "the and or"


def test_definitions_are_local_to_their_group(tmp_path: Path) -> None:
    pieces = source_of(
        tmp_path, r"\def\a{1} {\def\a{2} $x_\a$} $x_\a$ \begingroup\gdef\a{3}\endgroup $x_\a$"
    )
    assert formulas(pieces) == ["x_2", "x_1", "x_3"]


@pytest.mark.parametrize(
    ("definition", "text", "expected"),
    [
        (r"\AtBeginDocument{\def\({\left(}\def\){\right)}}", r"$\(a\)$", [r"\left(a\right)"]),
        (r"\chardef\(=40 \chardef\)=41", r"\(i\) and $x$", ["x"]),
        (r"\chardef\(=`\( \chardef\)=`\)", r"\(i\) and $x$", ["x"]),
        (r"\LetLtxMacro\oldopen\( \def\({\oldopen\relax}", r"\(a\) and $x$", ["a", "x"]),
        (r"\renewrobustcmd{\)}{$}", r"\(a\) and $x$", ["a", "x"]),
        (r"\renewcommand{\(}{$}", r"\(a\) and $x$", ["a", "x"]),
    ],
)
def test_the_marks_of_formulas_may_mean_something_else(
    tmp_path: Path, definition: str, text: str, expected: list[str]
) -> None:
    source = rf"\documentclass{{book}}{definition}\begin{{document}}{text}\end{{document}}"
    assert formulas(source_of(tmp_path, source)) == expected


@pytest.mark.parametrize(
    ("definition", "formula", "printed"),
    [
        (r"\def\R{\rlap{$/$}}", r"a\R=b", "a/=b"),
        (r"\def\R{\raisebox{2pt}{$\in$}}", r"a\R b", r"a\in b"),
        (r"\def\R{\hbox to 1.5em plus 1fil{$\in$}}", r"a\R b", r"a\in b"),
        (r"\newcommand{\R}[1]{\parbox{2cm}{if $#1$}}", r"a\R{b}", r"a\text{if }b"),
        (r"\def\R{\mbox{\begin{center}if $b$\end{center}}}", r"a\R", r"a\text{if }b"),
        (r"\newcommand{\R}[1]{\setbox0=\hbox{$#1$}}", r"a\R{b}", "a"),
        (r"\newcommand{\R}{\mathchoice{$a$}{$b$}{$c$}{$d$}}", r"\R=x", "b=x"),
        (r"\def\R#1#2{\lower2pt\hbox{$#1#2$}}", r"a\mathrel{\mathpalette\R\sim}b", r"a\sim b"),
    ],
)
def test_a_macro_may_set_a_box_with_a_formula(
    tmp_path: Path, definition: str, formula: str, printed: str
) -> None:
    found = formulas(source_of(tmp_path, f"{definition} Let ${formula}$ and $x$ be."))
    assert canonical(found[0]).tree == canonical(printed).tree
    assert found[1:] == ["x"]


@pytest.mark.parametrize("begin", ["$", r"\(", "$$", r"\["])
def test_a_formula_ends_with_its_paragraph_at_the_latest(tmp_path: Path, begin: str) -> None:
    pieces = source_of(tmp_path, f"Let {begin}x\n\nbe a number. Let $y$ be one.")
    assert formulas(pieces) == ["x", "y"]
    assert words(pieces) == "Let be a number. Let be one."


def test_a_macro_without_end_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expansions"):
        source_of(tmp_path, r"\def\a{\b}\def\b{\a}\a")


def test_text_is_as_printed(tmp_path: Path) -> None:
    pieces = source_of(
        tmp_path,
        r"""\documentclass{book}\begin{document}\chapter{Caf\'e}\section*{One}
        ``Gr\"o{\ss}e'' --- 5\% of na\"{\i}ve\footnote{A note.} people,\hspace{2em plus 1fil}
        see \S~2.

        \begin{enumerate}\item First\item Second\end{enumerate}\end{document}""",
    )
    assert words(pieces) == (
        "Chapter 1 Café One “Größe” — 5% of naïve\ue001 people, see § 2. \ue001A note. "
        "1. First 2. Second"
    )


def test_numbers_of_equations(tmp_path: Path) -> None:
    pieces = source_of(
        tmp_path,
        r"""\begin{equation}\label{e}a\end{equation}
        \begin{align}b&=c\\d&=e\notag\\f&=g\tag{P}\end{align}
        \begin{equation}h\end{equation} By \eqref{e}.""",
    )
    numbers = [(one.latex, one.number) for one in pieces if isinstance(one, FormulaPiece)]
    assert [number for _, number in numbers] == ["1", "2", None, "P", "3"]
    assert words(pieces).endswith("By (1).")


@pytest.mark.parametrize(
    ("latex", "rows"),
    [
        (r"a = b", ["a = b"]),
        (r"\begin{align*} a &= b \\ &= c \end{align*}", ["a  = b", "= c"]),
        (r"\begin{equation}\begin{split}a&=b\\[2pt]&=c\end{split}\end{equation}", ["a =b", "=c"]),
        (r"A = \begin{pmatrix}a&b\\c\end{pmatrix}", [r"A = \begin{pmatrix}a&b\\c\end{pmatrix}"]),
        (r"\begin{gather*} a \\ \intertext{and so} b \end{gather*}", ["a", "and so", "b"]),
        (r"x = y \qquad (3.1)", ["x = y #3.1"]),
        (r"x = y, \quad\text{where}", ["x = y,", "where"]),
        (r"x = y \text{ if } z", [r"x = y \text{ if } z"]),
    ],
)  # fmt: skip
def test_rows_of_displays(latex: str, rows: list[str]) -> None:
    found = [
        one.text.strip()
        if isinstance(one, ProsePiece)
        else f"{one.latex} #{one.number or ''}".rstrip(" #")
        for one in display_pieces(latex)
    ]
    assert found == rows


def test_markdown_becomes_pieces() -> None:
    pieces = markdown_pieces(
        "# The *first* part\n\nLet \\( x \\) be \\$5.\n\n"
        "\\[ \\begin{aligned} a &= b \\\\ c &= d \\end{aligned} \\tag{2} \\]\n\n"
        "| a | \\(b\\) |\n|---|---|\n",
        7,
    )
    assert formulas(pieces) == ["x", "a  = b", "c  = d", "b"]
    assert words(pieces).startswith("The first part Let be $5.")
    last = pieces[-2] if isinstance(pieces[-1], ProsePiece) else pieces[-1]
    assert last.aside
    assert last.page == 7
    assert [one.number for one in pieces if isinstance(one, FormulaPiece)][2] == "2"


def test_a_number_is_prose_and_hyphens_are_joined() -> None:
    pieces: list[Piece] = [
        ProsePiece("It has ", page=1),
        FormulaPiece("12", False, page=1),
        ProsePiece(" impor-", page=1),
        ProsePiece("tant parts", page=2),
    ]
    assert [token.text for token in tokens_of(pieces)] == ["It", "has", "12", "important", "parts"]


def test_similarity() -> None:
    assert similarity(tuple("kitten"), tuple("sitting")) == pytest.approx(1 - 3 / 7)
    assert similarity((), tuple("abc")) == 0
    assert similarity(tuple("abcdef" * 30), tuple("abcdef" * 29)) == pytest.approx(1 - 6 / 180)
    assert similarity(("a", "b", "c", "d"), ("a", "b", "x", "d")) == pytest.approx(0.75)


def pieces_of(*parts: str) -> list[Piece]:
    """Return pieces: what is between dollars is a formula."""
    text = " ".join(parts).split("$")
    return [
        FormulaPiece(part, False) if place % 2 else ProsePiece(part)
        for place, part in enumerate(text)
    ]


def test_a_perfect_reader_has_perfect_figures() -> None:
    source = pieces_of(
        r"Let $a^2+b^2=c^2$ hold, then $\dfrac{x}{y'} \le 2$ and $\left(x\right)$ do."
    )
    read = as_pieces(source, random.Random(1), 0.0)
    figures = compare(tokens_of(source), tokens_of(read), 1).figures()
    assert figures["inline_exact"] == figures["similarity"] == figures["word_order"] == 1.0
    assert figures["prose_error"] == figures["false_per_page"] == figures["extra_per_page"] == 0.0


def test_each_error_is_counted() -> None:
    source = pieces_of(
        "Let $a+b=c$ be the first, and $x_1y_2$ one more, so that $p<q$ is a case of it."
    )
    output = pieces_of(
        "Let $a+b=d$ be tho first, $and$ $x_1y_2$ one more, so that p q is a case of it."
    )
    result = compare(tokens_of(source), tokens_of(output), 2)
    assert result.inline.count == 3
    assert result.inline.equal == 1
    assert result.inline.similarity == pytest.approx(0.8 + 1 + 0)
    assert result.false_formulas == 1
    kinds = {pair.kind for pair in result.pairs}
    assert kinds == {"", "symbol c read as d", "formula lost", "text taken for mathematics"}
    # "the" read as "tho" is one; "and", gone into a formula, four; "p q" for a formula two.
    assert result.character_errors == 1 + 3 + 2


def test_parts_are_found() -> None:
    source = pieces_of("We have $a+b=c+d$ here and $x=1$ or $y=2$ there.")
    output = pieces_of("We have $a+b$ $=c+d$ here and $x=1 or y=2$ there.")
    result = compare(tokens_of(source), tokens_of(output), 1)
    kinds = [pair.kind for pair in result.pairs if pair.source]
    assert kinds[0] == "split"
    assert "merged" in kinds[1:]
    assert result.inline.equal == 0


def test_a_footnote_may_stand_elsewhere() -> None:
    source: list[Piece] = [
        ProsePiece("The first words of it"),
        ProsePiece("a note on the margin", note=True),
        ProsePiece("and the last words"),
    ]
    output = pieces_of("The first words of it and the last words a note on the margin")
    result = compare(tokens_of(source), tokens_of(output), 1)
    assert result.character_errors == 0
    alignment = align(tokens_of(source), tokens_of(output))
    assert all(i is not None and j is not None for i, j in alignment.pairs)


@pytest.mark.parametrize(
    ("source", "output", "kind"),
    [
        ("x^2", "x2", "superscript missing"),
        (r"\frac{a}{b}", "ab", "fraction missing"),
        ("(a)", "a)", "delimiter missing"),
        ("a+b", r"a-b", "symbol + read as -"),
        (r"\mathbf{x}", "x", "font: b:x read as x"),
        (r"\hat{x}+1", "x+1", "accent hat missing"),
    ],
)
def test_kinds_of_errors(source: str, output: str, kind: str) -> None:
    assert kind_of(canonical(source).line, canonical(output).line) == kind
