r"""Structure from positions: formulas set by the tests' typesetter are read as they were.

The typesetter follows TeX's rules, not the reader's, so it sets what any file of TeX shows.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.engines.typeset.characters.kinds import PIECE, UNKNOWN
from ocr_service.engines.typeset.characters.nodes import Glyph, Rule, Scripts
from ocr_service.engines.typeset.formulas.baseline import arrange_row
from ocr_service.engines.typeset.formulas.latex import latex_of
from ocr_service.engines.typeset.formulas.soundness import loose_pieces, script_depth
from tests.support.typesetter.fonts import CHARACTERS
from tests.support.typesetter.galley import Galley, Style, draw
from tests.support.typesetter.pages import (
    Accented,
    Binomial,
    Expression,
    Group,
    MathList,
    Matrix,
    Operator,
    OperatorName,
    Quotient,
    Root,
    Scripted,
    Sign,
    tokens,
    typeset,
)

ACCENTS = (r"\hat", r"\bar", r"\tilde", r"\dot")


def read(formula: Expression, *, display: bool = True) -> str:
    """Return the LaTeX that the reader writes of a formula; no rule may be left over."""
    items, unused = arrange_row(*typeset(formula, display=display))
    assert unused == []
    return latex_of(items)


def row(*parts: str | Expression) -> MathList:
    return MathList(tuple(Sign(part) if isinstance(part, str) else part for part in parts))


def sup(nucleus: str | Expression, script: str | Expression) -> Scripted:
    return Scripted(row(nucleus) if isinstance(nucleus, str) else nucleus, row(script))


def scripted(
    nucleus: str, over: Expression | None = None, under: Expression | None = None
) -> Scripted:
    return Scripted(Sign(nucleus), over, under)


def total(lower: Expression | None = None, upper: Expression | None = None) -> Operator:
    return Operator(r"\sum", lower, upper)


x, y, n, k, i, one, two = (Sign(sign) for sign in "xynki12")
BOTH = [
    ("sum of terms", row("a", "+", "b", "-", "2", "=", "c")),
    ("superscript", scripted("x", two)),
    ("subscript", scripted("x", None, i)),
    ("both scripts", scripted("x", two, i)),
    ("scripts of several letters", scripted("x", row("n", "+", "1"), row("i", "j"))),
    ("superscripts three deep", scripted("x", scripted("y", scripted("z", two)))),
    ("subscripts three deep", scripted("x", None, scripted("y", None, scripted("z", None, n)))),
    ("superscript of a subscript", row(scripted("x", None, scripted("n", two)), "+", "y")),
    ("subscript of a superscript", row(scripted("x", scripted("n", None, k)), "+", "y")),
    ("prime", row(Scripted(Sign("f"), primes=1), "(", "x", ")")),
    ("two primes and a subscript", Scripted(Sign("f"), None, i, 2)),
    ("prime and superscript", Scripted(Sign("f"), two, None, 1)),
    ("fraction", row("x", "=", Quotient(row("a", "+", "b"), Sign("c")))),
    ("neighbouring fractions", row(Quotient(x, y), Quotient(n, k))),
    ("fraction in a fraction", row("x", "=", Quotient(Quotient(x, y), row("1", "+", "n")))),
    ("continued fraction", row("x", "+", Quotient(n, row(one, "+", Quotient(n, row(n, "+", k)))))),
    ("fraction in an exponent", scripted("x", Quotient(n, two))),
    ("square root", Root(row("a", "+", "b"))),
    ("cube root", row("x", "+", Root(row("a", "+", "b"), Sign("3")))),
    ("root with a long index", row("x", "+", Root(row("a", "+", "b"), row("n", "+", "1")))),
    ("tall root", row("x", "=", Root(Quotient(Quotient(x, y), Quotient(n, k))))),
    ("root of a fraction", row("x", "=", Root(Quotient(n, Sign(r"\pi"))))),
    ("root of a root", Root(row("1", "+", Root(x)))),
    ("root over a root", row("x", "=", Quotient(Root(x), Root(y)))),
    ("group", row("(", "a", "+", "b", ")")),
    ("power of a group", row("x", "=", Scripted(Group(row("a", "+", "b")), two))),
    ("group of a fraction", row("x", "=", Scripted(Group(row("1", "-", Quotient(x, n))), n))),
    ("groups in a group", row("x", "=", Group(row(Group(Quotient(x, y)), "+", Group(n))))),
    ("set", row(r"\{", "x", r"\in", r"\mathbb{R}", ":", "x", r"\le", "1", r"\}")),
    ("sum with limits", row(total(row("i", "=", "1"), n), scripted("x", None, i))),
    ("sum with one limit", row(total(row("k", r"\in", "A")), "k")),
    ("product in the midst", row("x", "=", Operator(r"\prod", row("k", "=", "0"), n), "k", "!")),
    ("two sums", row(total(i, n), total(k, y), "x")),
    ("wide limit", row("x", "+", total(row("1", r"\le", "i", "<", "j", r"\le", "n")), "y")),
    ("integral", row(Operator(r"\int", Sign("0"), one), "f", "(", "x", ")", "d", "x")),
    ("infinite integral", row(Operator(r"\int", row("-", r"\infty"), Sign(r"\infty")), "y")),
    ("sum in a fraction", row("x", "=", Quotient(one, row(total(i, n), "x")))),
    ("accents", row(*(Accented(accent, x) for accent in ACCENTS))),
    ("accent on a capital", row(Accented(r"\hat", Sign("X")), "+", Accented(r"\bar", Sign("Y")))),
    ("accent with a subscript", row(Scripted(Accented(r"\hat", y), None, n), "=", "x")),
    ("vector", row(Accented(r"\vec", x), "+", Accented(r"\vec", y))),
    ("binomial", row("x", "=", Binomial(n, k))),
    ("binomial of sums", row("x", "=", Binomial(row("n", "-", "1"), row("k", "-", "1")))),
    ("power of a binomial", row("x", "=", Scripted(Binomial(n, k), two))),
    ("matrix", row("A", "=", Matrix((Sign("a"), Sign("b"), Sign("c"), Sign("d"))))),
    ("scripted cells", Matrix((scripted("a", None, one), scripted("a", two), x, scripted("b", i)))),
    ("matrix of sums", row("x", Matrix((row("a", "+", "1"), one, two, row("-", "d"))), "y")),
    ("name", row("x", "=", OperatorName(r"\sin"), r"\theta", "+", OperatorName(r"\log"), "n")),
    ("power of a name", row(Scripted(OperatorName(r"\cos"), two), "x")),
    ("alphabets", row(r"\mathbb{R}", r"\subset", r"\mathcal{A}", r"\cup", r"\mathfrak{g}")),
    ("half the weight", row(Quotient(one, two), "m", scripted("v", two))),
    ("degree", row("4", "5", "+", scripted("x", Sign(r"\circ")))),
    ("slash in an exponent", row(scripted("e", row("-", scripted("t", two), "/", "2")), "d")),
    ("sum in an exponent", row(scripted("e", row("a", "+", total(), x)), "+", "y")),
    ("binomial over a power", row("x", "=", Quotient(Binomial(n, k), scripted("2", n)))),
    ("power of a fraction alone", Scripted(Group(Quotient(Quotient(x, y), Quotient(n, k))), two)),
]  # fmt: skip


@pytest.mark.parametrize("display", [True, False], ids=["display", "inline"])
@pytest.mark.parametrize("formula", [pytest.param(formula, id=name) for name, formula in BOTH])
def test_each_structure_comes_back(formula: Expression, *, display: bool) -> None:
    assert tokens(read(formula, display=display)) == tokens(formula.latex)


_NOT_ALONE = {*ACCENTS, r"\vec", r"\prime"}


@pytest.mark.parametrize("latex", [name for name in CHARACTERS if name not in _NOT_ALONE])
def test_each_sign_comes_back(latex: str) -> None:
    assert tokens(read(row("x", latex, "y"))) == tokens(f"x {latex} y")


@pytest.mark.parametrize("command", [r"\left(", r"\right)"])
def test_tall_parentheses_are_written_as_such(command: str) -> None:
    latex = read(row("x", "=", Group(row("1", "+", Quotient(x, y)))))
    assert latex == r"x = \left(1 + \frac{x}{y}\right)"
    assert command in latex


def test_parentheses_of_pieces() -> None:
    formula = row("x", "=", Scripted(Group(row("1", "+", Quotient(x, y)), least=4.5), Sign("2")))
    glyphs, rules = typeset(formula)
    assert sum(glyph.kind is PIECE for glyph in glyphs) >= 4
    items, _ = arrange_row(glyphs, rules)
    assert tokens(latex_of(items)) == tokens(formula.latex)
    assert loose_pieces(items) == 0


def test_a_root_whose_sign_is_made_of_pieces() -> None:
    galley = Galley()
    for place, code in enumerate((0x76, 0x75, 0x74)):  # top, middle and bottom
        galley.put(draw("CMEX10", chr(code), (1.0, 0.0, 1.0), 10.0), 0.0, 10.0 * place)
    galley.put(x.lay(Style()), 10.5, 25.0)
    galley.put(x.lay(Style()), 10.5, 12.0)
    glyphs = [glyph for glyph in galley.items if isinstance(glyph, Glyph)]
    nodes, unused = arrange_row(glyphs, [Rule(10.0, -0.2, 17.0, 0.2)])
    assert (nodes[0].bottom, len(nodes), unused) == (30.0, 1, [])
    assert loose_pieces(nodes) == 0


def test_commands_do_not_run_into_letters() -> None:
    assert read(row(r"\alpha", "x", r"\beta")) == r"\alpha x\beta"
    assert read(row("x", r"\in", "A")) == r"x \in A"


def test_depth_of_scripts_is_counted() -> None:
    items, _ = arrange_row(*typeset(scripted("x", scripted("y", scripted("z", Sign("2"))))))
    assert script_depth(items) == 3
    assert isinstance(items[0], Scripts)


def test_characters_of_which_nothing_is_known_are_left_out() -> None:
    glyphs, rules = typeset(row("x", "+", "y"))
    glyphs[1].kind, glyphs[1].latex = UNKNOWN, ""
    assert tokens(latex_of(arrange_row(glyphs, rules)[0])) == ["x", "y"]


def test_the_order_drawn_does_not_matter_for_scripts() -> None:
    formula = row("x", "=", scripted("y", Sign("2"), n), "+", Quotient(x, k))
    glyphs, rules = typeset(formula)
    moved = list(reversed(glyphs))
    assert latex_of(arrange_row(moved, rules)[0]) == latex_of(arrange_row(glyphs, rules)[0])


def test_a_hundred_nested_fractions_end() -> None:
    formula: Expression = x
    for _ in range(100):
        formula = Quotient(formula, y)
    items, _ = arrange_row(*typeset(formula))
    assert latex_of(items).count(r"\frac") >= 1


LETTERS = st.sampled_from([*"abcnxyzkmrXYA", r"\alpha", r"\lambda", r"\theta", r"\mathbb{R}"])
SIGNS = (LETTERS | st.sampled_from("0123456789")).map(Sign)
NUCLEI = LETTERS.map(Sign)
SUMS = (r"\sum", r"\int", r"\prod")
OPERATIONS = ("+", "-", "=", r"\le", r"\cdot", r"\in")


def lists(
    terms: st.SearchStrategy[Expression], most: int, operations: tuple[str, ...] = OPERATIONS
) -> st.SearchStrategy[Expression]:
    """Return rows of up to `most` terms with operations between them."""

    def joined(first: Expression, rest: list[tuple[str, Expression]]) -> Expression:
        return MathList((first, *(part for sign, term in rest for part in (Sign(sign), term))))

    pairs = st.tuples(st.sampled_from(operations), terms)
    return st.builds(joined, terms, st.lists(pairs, max_size=most - 1))


SMALL = lists(SIGNS, 2, ("+", "-"))


def scripts(depth: int) -> st.SearchStrategy[Expression]:
    """Return the contents of scripts, which have scripts themselves down to a depth."""
    if not depth:
        return SMALL
    inner = scripts(depth - 1)
    terms = st.one_of(
        SIGNS, st.builds(Scripted, NUCLEI, inner), st.builds(Scripted, NUCLEI, st.none(), inner)
    )
    return lists(terms, 2, ("+", "-"))


def functions(command: str, letter: Sign) -> Expression:
    return MathList((OperatorName(command), letter), "op")


def operators(name: str, lower: Expression, upper: Expression | None, body: Sign) -> Expression:
    return MathList((Operator(name, lower, upper), body), "op")


def terms(depth: int) -> st.SearchStrategy[Expression]:
    """Return one term of a formula: a letter with scripts, a fraction, a root, a sum.

    Left out are big operators in scripts, and binomials with nothing of full size beside them: they
    are among the named cases.
    """
    below = scripts(1)
    nothing: st.SearchStrategy[Expression | None] = st.none()
    found: list[st.SearchStrategy[Expression]] = [
        SIGNS,
        st.builds(Scripted, NUCLEI, below),
        st.builds(Scripted, NUCLEI, nothing, below),
        st.builds(Scripted, NUCLEI, SMALL, SMALL),
        st.builds(Scripted, NUCLEI, nothing, nothing | SMALL, st.integers(1, 2)),
        st.builds(Accented, st.sampled_from(ACCENTS), NUCLEI),
        st.builds(functions, st.sampled_from((r"\sin", r"\log")), NUCLEI),
    ]
    if depth:
        inner = lists(terms(depth - 1), 2)
        full = st.builds(lambda formula: MathList((Sign("z"), Sign("+"), formula)), inner)
        found += [
            st.builds(Quotient, inner, inner),
            st.builds(Root, inner, nothing | SIGNS),
            st.builds(Group, full),
            st.builds(Scripted, st.builds(Group, full), SMALL),
            st.builds(Matrix, st.tuples(SMALL, SMALL, SMALL, SMALL)),
            st.builds(
                operators, st.sampled_from(SUMS), below, nothing | SMALL, NUCLEI
            ),
        ]  # fmt: skip
    return st.one_of(found)


def formulas(depth: int) -> st.SearchStrategy[Expression]:
    """Return formulas "x = ...", so that something of full size is in the row."""
    side = lists(terms(depth) | st.builds(Binomial, SMALL, SMALL), 3)
    return side.map(lambda formula: MathList((Sign("x"), Sign("="), formula)))


@settings(max_examples=120, deadline=None, derandomize=True)
@given(formulas(1), st.booleans())
def test_random_formulas_come_back(formula: Expression, display: bool) -> None:
    assert tokens(read(formula, display=display)) == tokens(formula.latex)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(formulas(2), st.booleans())
def test_deep_random_formulas_keep_every_symbol(formula: Expression, display: bool) -> None:
    """Even where the structure is misread, no symbol is lost and none is made up."""
    got = [part for part in tokens(read(formula, display=display)) if part not in "{}&^_"]
    wanted = [part for part in tokens(formula.latex) if part not in "{}&^_"]
    assert sorted(got) == sorted(wanted)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(CHARACTERS)),
            st.floats(0, 400),
            st.floats(0, 400),
            st.sampled_from((5.0, 7.0, 10.0)),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_characters_strewn_at_random_do_no_harm(
    strewn: list[tuple[str, float, float, float]],
) -> None:
    glyphs: list[Glyph] = []
    rules = []
    for name, left, down, _ in strewn:
        some, bars = typeset(MathList((Sign(name), Quotient(x, y))))
        for item in (*some, *bars):
            item.left, item.right = item.left + left, item.right + left
            item.top, item.bottom = item.top + down, item.bottom + down
        for glyph in some:
            glyph.base, glyph.order = glyph.base + down, len(glyphs)
            glyphs.append(glyph)
        rules += bars
    items, _ = arrange_row(glyphs, rules)
    assert len(latex_of(items)) < 200 * len(glyphs)
