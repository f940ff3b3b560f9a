"""Formulas: one form for what looks alike, how formulas stand to each other, and finding them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.formulas.layout import layout, read_row, symbol_count, write_row
from indexer.formulas.terms import open_term, pair_terms, structure
from indexer.stores.fulltext import FORMULAS, FormulaDoc, formula_document, open_index, writing
from search.index.local.formulas import LocalFormulas
from search.question.filters import Filter
from search.retrieval.formula import FormulaMatch, search_formulas
from search.retrieval.formula_match import Pattern
from search.retrieval.relation import Relation

EQUAL, NOTATION, REORDERED, SAME, CONTAINS, RENAMED, SIMILAR = Relation


def normal(latex: str) -> str:
    return write_row(layout(latex))


def relation(query: str, latex: str) -> Relation:
    row = layout(latex)
    return Pattern(layout(query, wildcards=True)).relation(row, write_row(row))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\dfrac{a}{b}", r"\frac ab"),
        (r"{a \over b}", r"\tfrac{a}{b}"),
        (r"\left( x \right)", "(x)"),
        (r"\bigl[x\bigr]", "[x]"),
        (r"a\,+\;b\quad", "a+b"),
        (r"\mathrm{d}x", "dx"),
        (r"{{x}}^{{2}}", "x^2"),
        (r"\operatorname{foo}(x)", r"\text{foo}(x)"),
        (r"\operatorname{sin} x", r"\sin x"),
        ("sin x", r"\sin x"),
        ("x_i^2", "x^2_i"),
        (r"a \le b", r"a \leq b"),
        (r"a \ne b", r"a \not= b"),
        ("f'", r"f^\prime"),
        ("f''^2", r"f^{\prime\prime 2}"),
        (r"\sum\limits_{i=1}^n i", r"\sum_{i=1}^n i"),
        (r"\binom nk", r"{n \choose k}"),
        (r"\binom{n}{k}", r"\left(\begin{array}{c} n \\ k \end{array}\right)"),
        (r"\begin{pmatrix} a & b \end{pmatrix}", r"(\begin{matrix} a & b \end{matrix})"),
        (r"\begin{equation} x=1 \end{equation}", "x=1."),
        (r"\Bbb Z", r"\mathbb{Z}"),
        ("α ≤ β²", r"\alpha \leq \beta^2"),
        ("1, 2, . . .", r"1,2,\ldots"),
        (r"\left<x,y\right>", r"\langle x,y\rangle"),
        (r"\boldsymbol{x}", "x"),
        (r"a &lt; b", "a<b"),
    ],
)
def test_what_looks_alike_is_equal(one: str, other: str) -> None:
    assert normal(one) == normal(other)
    assert relation(one, other) is EQUAL


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{a}{b}", r"\frac{b}{a}"),
        ("x_i^j", "x_j^i"),
        (r"\sqrt{a+b}", r"\sqrt{a}+b"),
        (r"\sqrt[3]{x}", r"\sqrt{x}"),
        (r"\mathbb{R}", "R"),
        ("x^{12}", "x^12"),
        (r"{\frac{a}{b}}^2", r"\frac{a^2}{b}"),
        (r"\hat x", "x"),
        (r"\begin{pmatrix}1&2\end{pmatrix}", r"\begin{pmatrix}12\end{pmatrix}"),
    ],
)
def test_what_differs_differs(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_the_normal_form_is_the_tree() -> None:
    row = layout(r"\sqrt{x_1} + \frac{a}{2}")
    assert write_row(row) == "s:sqrt w( v:x b( n:1 ) ) o:+ s:frac o( v:a ) u( n:2 )"
    assert read_row(write_row(row)) == row
    assert symbol_count(row) == 7


def test_pairs_have_the_path_between_them() -> None:
    terms = pair_terms(layout("x^2+y"))
    assert terms.count("v:x~v:x~") == 1
    assert {"v:x~n:2~a", "v:x~o:+~n", "v:x~v:y~nn", "o:+~v:y~n"} <= set(terms)
    assert len(terms) == 4 + 4
    assert open_term("v:x~v:y~nn") == "v~v~nn"
    assert pair_terms(layout("x^2+?y+z", wildcards=True)).count("n:2~o:+~n") == 0


@pytest.mark.parametrize(
    ("query", "latex", "expected"),
    [
        ("a^2+b^2", "x^2+y^2", SAME),
        ("a^2+b^2", "x^2+x^2", SIMILAR),
        ("a^2+a^2", "x^2+y^2", SIMILAR),
        (r"\theta^{\alpha-1}", r"x^{k-1}", SAME),
        ("x^2", "x^3", SIMILAR),
        ("e^{-x^2}", r"\int_0^1 e^{-x^2} dx", CONTAINS),
        ("e^{-x^2}", r"\frac{1}{e^{-t^2}+1}", RENAMED),
        ("b=c", "a=b=c+1", CONTAINS),
        ("b=c", "b=c^2", SIMILAR),
        ("x", "x^2", CONTAINS),
        (r"\sin(x)", r"\cos(x)", SIMILAR),
        ("a/b", r"\frac{a}{b}", NOTATION),
        ("a/b", r"\frac{u}{v}", SAME),
        ("1/n^2", r"\sum\frac{1}{n^2} = S", CONTAINS),
        (r"\mathbb{E}[X]", r"\mu = E(X) + 1", CONTAINS),
        (r"\sum \frac{1}{n^2}", r"\sum_{n=1}^\infty \frac1{n^2} = S", CONTAINS),
        (r"\sum_{n=1}^\infty \frac{1}{n^2}", r"\sum_1^\infty 1/n^2", NOTATION),
        (r"\sum_{n=1}^\infty \frac{1}{n^2}", r"\sum \frac{m}{c^2}", SIMILAR),
        (r"\sum_{n=1}^N a", r"\sum_{n=2}^N a", SIMILAR),
    ],
)
def test_relations(query: str, latex: str, expected: Relation) -> None:
    assert relation(query, latex) is expected


@pytest.mark.parametrize(
    ("query", "latex", "expected"),
    [
        ("?+1", r"\frac{a}{b}+1", EQUAL),
        ("?a+?b", "x^2+y", EQUAL),
        ("?a+?a", "x^2+x^2", EQUAL),
        ("?a+?a", "x^2+y^2", SIMILAR),
        (r"\?a=\?a", "f(x)=f(x)", EQUAL),
        (r"\frac{?}{2}", r"\frac{a+b+c}{2}", EQUAL),
        ("?^2", "(a+b)^2", EQUAL),
        ("?^2", r"\frac{a}{2}", SIMILAR),
        (r"\int_?^? f(x)", r"\int_0^{\infty} f(x)", EQUAL),
        (r"\int_?^? f(x)", r"\int_0^{\infty} g(t)", SAME),
        (r"\sqrt{?}+1", r"2(\sqrt{x-y}+1)", CONTAINS),
        (r"\?{long}+1", "n+1", EQUAL),
        ("?/2", r"\frac{a+b}{2}", NOTATION),
        (r"\int_?^? f(x)", r"\int f(x)", NOTATION),
    ],
)
def test_wildcards(query: str, latex: str, expected: Relation) -> None:
    assert relation(query, latex) is expected


def test_a_question_mark_at_the_end_is_punctuation() -> None:
    assert write_row(layout("x=1 ?", wildcards=True)) == normal("x=1")
    assert write_row(layout("x=?", wildcards=True)).endswith("w:")


PARTS = st.recursive(
    st.sampled_from(["x", "y", r"\alpha", "2", "n"]),
    lambda inner: st.one_of(
        st.builds(r"\frac{{{}}}{{{}}}".format, inner, inner),
        st.builds("{{{}}}^{{{}}}".format, inner, inner),
        st.builds(r"\left({}\right)_{{{}}}".format, inner, inner),
        st.builds(r"\sqrt{{{}}}".format, inner),
        st.builds("{}+{}".format, inner, inner),
        st.builds(r"{} \leq {}".format, inner, inner),
    ),
    max_leaves=8,
)


@given(PARTS)
@settings(max_examples=80, deadline=None)
def test_other_names_leave_the_structure(latex: str) -> None:
    renaming = {"x": "u", "y": r"\beta ", r"\alpha": "w", "n": "x"}
    parts = latex.replace(r"\alpha", "\0")
    other = "".join(renaming.get(r"\alpha" if c == "\0" else c, c) for c in _commands(parts))
    assert structure(layout(other)) == structure(layout(latex))
    assert relation(latex, other) in {EQUAL, SAME}


def _commands(latex: str) -> list[str]:
    """Cut LaTeX into commands and characters."""
    words: list[str] = []
    for char in latex:
        if words and words[-1][0] == "\\" and char.isalpha():
            words[-1] += char
        else:
            words.append(char)
    return words


@given(PARTS)
@settings(max_examples=80, deadline=None)
def test_presentation_leaves_formulas_equal(latex: str) -> None:
    changed = latex.replace(r"\frac", r" \dfrac").replace(r"\leq", r"\;\le\,")
    changed = changed.replace(r"\left(", "{(").replace(r"\right)", ")}").replace("+", " + ")
    changed = changed.replace("{(", "(").replace(")}", ")")
    assert relation(latex, rf"\displaystyle {changed}.") is EQUAL
    assert pair_terms(layout(latex)) == pair_terms(layout(changed))


HOSTILE = [
    "x" * 50_000,
    "{" * 50_000,
    "}" * 50_000,
    "\\frac{" * 10_000,
    "\\sqrt" * 10_000,
    "\\hat" * 10_000,
    "x^" * 20_000,
    "(" * 50_000,
    "(" * 20_000 + ")" * 20_000,
    "x^{" * 10_000 + "}" * 10_000,
    "\\begin{matrix}" * 4_000,
    "\\left(" * 10_000,
    "a\x00b\x1f\x7f^2\x00",
    "\u202e\u05d0+x",
    "\\newcommand{\\a}{\\a\\a}\\a",
    "\\def\\a{\\a}\\a",
    "\\text{" * 8_000,
    "\\verb|x|\\unicode{x41}\\rule{1}{2}",
    "'" * 50_000,
    "?" * 50_000,
    "\ue000\ue001",
    "$",
    "",
]


@pytest.mark.parametrize("latex", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_is_bounded(latex: str) -> None:
    began = time.process_time()
    row = layout(latex, wildcards=True)
    assert read_row(write_row(row)) == row
    assert symbol_count(row) <= 700
    assert len(pair_terms(row)) <= 10_000
    Pattern(row).relation(layout("(a+b)^2=?" + latex[:100]), "")
    assert time.process_time() - began < 3


@given(st.text(max_size=60) | st.lists(st.sampled_from(
    ["\\frac", "{", "}", "^", "_", "'", "\\over", "\\left", "\\right.", "&", "\\\\", "\\text{",
     "$", "\\begin{array}", "\\end{array}", "[", "]", "(", ")", "?", "\\?x", "x", "12.5", "²"]
), max_size=30).map("".join))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_any_text_has_a_layout(latex: str) -> None:
    row = layout(latex, wildcards=True)
    text = write_row(row)
    assert read_row(text) == row
    for term in pair_terms(row):
        assert len(term.split()) == 1
        assert len(term.split("~")) == 3


SHELF = [
    r"e^{-x^2}",
    r"e^{-t^2}",
    r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
    r"e^{x^3}",
    r"\dfrac{a}{b}",
    r"\frac{a",
    r"a^2+b^2=c^2",
    r"u^2 + v^2 = w^2",
    r"\left(A+B\right)^{2}",
    r"\theta",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LocalFormulas:
    return shelf(tmp_path_factory.mktemp("formulas"), SHELF)


def shelf(folder: Path, formulas: list[str]) -> LocalFormulas:
    with writing(folder, FORMULAS) as writer:
        for row, latex in enumerate(formulas):
            number = "3.4" if row == 6 else None
            doc = FormulaDoc(
                "book", row, row + 1, str(row + 1), latex, normal(latex), True, number, 0, 9, [],
                None,
            )  # fmt: skip
            writer.add_document(formula_document(doc))
    return LocalFormulas(open_index(folder, FORMULAS))


def found(index: LocalFormulas, latex: str) -> list[FormulaMatch]:
    return search_formulas(index, latex, Filter(), 10)


def test_hits_come_by_relation(index: LocalFormulas) -> None:
    hits = found(index, r"\mathrm{e}^{-x^{2}}")
    assert [(hit.doc.row, hit.relation) for hit in hits[:3]] == [
        (0, EQUAL),
        (1, SAME),
        (2, CONTAINS),
    ]
    assert all(hit.relation in {RENAMED, SIMILAR} for hit in hits[3:])
    assert hits[0].score == max(hit.score for hit in hits)
    assert all(0 <= hit.score <= 1 for hit in hits)


def test_factors_in_another_order_are_found_behind_many_that_look_more_alike(
    tmp_path: Path,
) -> None:
    alike = [rf"\sum_{{k=0}}^n \binom{{n}}{{k}} k + {number}" for number in range(100)]
    index = shelf(tmp_path, [*alike, r"\sum_{k=0}^n k \binom{n}{k}"])
    first = found(index, r"\sum_{k=0}^{n} \binom{n}{k} k")[0]
    assert (first.doc.row, first.relation) == (100, REORDERED)


@pytest.mark.parametrize(
    ("query", "row", "expected"),
    [
        (r"\frac ab", 4, EQUAL),
        (r"\frac{a", 5, EQUAL),  # no parser takes it
        (r"?x^2+?y^2=?z^2", 6, EQUAL),
        (r"?^{2}", 8, EQUAL),
        (r"\theta", 9, EQUAL),
        ("(3.4)", 6, None),
    ],
)
def test_the_first_hit(
    index: LocalFormulas, query: str, row: int, expected: Relation | None
) -> None:
    hit = found(index, query)[0]
    assert (hit.doc.row, hit.relation) == (row, expected)


SERIES = [
    r"\sum \frac{m}{c^2}",
    r"\sum_{n=0}^\infty \frac{1}{n^2}",
    r"\sum_{1}^{\infty} 1/n^2",
    r"\sum \frac{1}{n^2}",
    r"\zeta(2) = \sum_{n=1}^\infty \frac{1}{n^2} = \frac{\pi^2}{6}",
    r"\sum_{n=1}^\infty \frac{1}{n^2}",
    r"\sum_{n=1}^\infty \frac{1}{n^3}",
]


def test_other_notations_come_right_below_equal(tmp_path: Path) -> None:
    with writing(tmp_path, FORMULAS) as writer:
        for row, latex in enumerate(SERIES):
            doc = FormulaDoc(
                "book", row, row + 1, "1", latex, normal(latex), True, None, 0, 9, [], None
            )
            writer.add_document(formula_document(doc))
    hits = found(LocalFormulas(open_index(tmp_path, FORMULAS)), r"\sum_{n=1}^\infty \frac{1}{n^2}")
    assert [(hit.doc.row, hit.relation) for hit in hits[:4]] == [
        (5, EQUAL),
        (2, NOTATION),
        (3, NOTATION),
        (4, CONTAINS),
    ]
    assert {hit.relation for hit in hits[4:]} == {SIMILAR}
    assert all(hit.evidence == 1.0 for hit in hits[:3])


def test_pages_and_books_confine(index: LocalFormulas) -> None:
    hits = search_formulas(index, "e^{-x^2}", Filter(pages=(2, 3)), 10)
    assert [hit.doc.row for hit in hits] == [1, 2]
    assert search_formulas(index, "e^{-x^2}", Filter(books=("other",)), 10) == []


def test_questions_that_find_nothing(index: LocalFormulas) -> None:
    for latex in ("", "?", "\x00", r"\oint\sharp"):
        assert found(index, latex) == []


def test_quality_on_judged_formulas(corpora: Path, tmp_path: Path) -> None:
    from tests.eval.formula_topics import build_formula_index, quality

    folder = corpora / "formulas"
    index = build_formula_index(folder / "corpus.jsonl", tmp_path)
    values = quality(index, folder)
    assert values["nDCG'"] >= 0.85
    assert values["MAP'"] >= 0.63
    assert values["P'@10"] >= 0.61
