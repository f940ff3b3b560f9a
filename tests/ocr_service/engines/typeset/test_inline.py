"""What is mathematics and what is text in a row, set by the tests' typesetter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.engines.typeset.blocks.lines import join_text, make_line, segment_text
from ocr_service.engines.typeset.characters.nodes import Node
from ocr_service.engines.typeset.formulas.baseline import arrange_row
from ocr_service.engines.typeset.inline.segments import is_open, plain_text, segments
from ocr_service.engines.typeset.rows.row import GlyphRow
from tests.support.typesetter.pages import (
    Accented,
    Expression,
    MathList,
    Operator,
    OperatorName,
    Quotient,
    Root,
    Scripted,
    Sign,
    TextRun,
    set_line,
)

Part = str | TextRun | Expression


def math(*parts: str | Expression) -> MathList:
    return MathList(tuple(Sign(part) if isinstance(part, str) else part for part in parts))


def sub(nucleus: str, script: str) -> Scripted:
    return Scripted(Sign(nucleus), None, Sign(script))


def sup(nucleus: str, *script: str) -> Scripted:
    return Scripted(Sign(nucleus), math(*script))


def mark(text: str) -> TextRun:
    """Return the raised mark of a footnote."""
    return TextRun(text, "CMR7", 7.0, 0.363)


def arranged(*parts: Part, space: float = 0.333) -> list[Node]:
    items, _ = arrange_row(*set_line(*parts, space=space))
    return items


def read(*parts: Part, space: float = 0.333) -> str:
    return segment_text(segments(arranged(*parts, space=space)))


x, y, n, f = (Sign(letter) for letter in "xynf")
P_OF_A = math("P", "(", "A", ")")
ROWS: list[tuple[str, tuple[Part, ...], str]] = [
    ("letter", ("the number ", n, " is even"), r"the number \(n\) is even"),
    ("only words", ("Nothing here is a formula.",), "Nothing here is a formula."),
    ("function name", ("then ", math(OperatorName(r"\sin"), "x"), " is"), r"then \(\sin x\) is"),
    ("application", ("so ", P_OF_A, " holds"), r"so \(P(A)\) holds"),
    ("remark", ("holds (see ", x, ") for"), r"holds (see \(x\)) for"),
    ("remark with a relation", ("holds (", math("x", "<", "y"), ") for"), r"holds (\(x < y\)) for"),
    ("pair", ("the pair ", math("(", "x", ",", "y", ")"), " lies"), r"the pair \((x,y)\) lies"),
    ("ordinal", ("the ", n, "-th term"), r"the \(n\)-th term"),
    ("footnote of a word", ("as is known", mark("1"), " since then"), "as is known¹ since then"),
    ("footnote of a stop", ("as is known.", mark("12"), " Now"), "as is known.¹² Now"),
    ("power of ten", ("about ", math("1", Scripted(Sign("0"), Sign("5"))), " of them"),
     r"about \(10^{5}\) of them"),
    ("price", ("costs $5 or $7.50 each",), "costs $5 or $7.50 each"),
    ("per cent", ("about 95% of 200 trials",), "about 95% of 200 trials"),
    ("numbers", ("in 1923 there were 12, 15 and 17",), "in 1923 there were 12, 15 and 17"),
    ("range of pages", ("see pages 12–15 of [3]",), "see pages 12–15 of [3]"),
    ("abbreviation", ("apples, pears, etc. are",), "apples, pears, etc. are"),
    ("parentheses of text", ("a word (in parentheses) here",), "a word (in parentheses) here"),
    ("number of an equation", ("by (12) and (3.4) we",), "by (12) and (3.4) we"),
    ("comma after a formula", ("if ", x, ", then"), r"if \(x\), then"),
    ("stop after a formula", ("is ", math("x", "+", "y"), ". Then"), r"is \(x + y\). Then"),
    ("colon after a formula", ("for ", x, ": it"), r"for \(x\): it"),
    ("list of formulas", ("let ", x, ", ", y, " and ", n, " be"), r"let \(x\), \(y\) and \(n\) be"),
    ("one list", ("let ", math("x", ",", "y", ",", "z"), " be"), r"let \(x,y,z\) be"),
    ("relation", ("where ", math("x", r"\le", "1", "0"), " and"), r"where \(x \le 10\) and"),
    ("subscript", ("each ", sub("x", "i"), " is"), r"each \(x_{i}\) is"),
    ("half", ("with ", Quotient(Sign("1"), Sign("2")), " each"), r"with \(\frac{1}{2}\) each"),
    ("root", ("like ", Root(n), " does"), r"like \(\sqrt{n}\) does"),
    ("accent", ("estimate ", Accented(r"\hat", Sign("x")), " of"), r"estimate \(\hat{x}\) of"),
    ("sum", ("as ", math(Operator(r"\sum", Sign("i"), n), sub("x", "i")), " is"),
     r"as \(\sum_{i}^{n}x_{i}\) is"),
    ("map", ("let ", math("f", ":", "X", r"\to", "Y"), " be"), r"let \(f:X \to Y\) be"),
    ("interval", ("on ", math("[", "0", ",", "1", "]"), " it"), r"on \([0,1]\) it"),
    ("half-open interval", ("on ", math("[", "0", ",", r"\infty", ")"), " it"),
     r"on \([0,\infty)\) it"),
    ("set", ("in ", math(r"\{", "0", ",", "1", r"\}"), " it"), r"in \(\{0,1\}\) it"),
    ("black-board", ("over ", Sign(r"\mathbb{R}"), " it"), r"over \(\mathbb{R}\) it"),
    ("negative number", ("is ", math("-", "1"), " here"), r"is \(-1\) here"),
    ("product", ("is ", math("2", "n", "!"), " here"), r"is \(2n!\) here"),
    ("bold vector", ("the vector ", TextRun("v", "CMBX10"), " is long"),
     r"the vector \(\mathbf{v}\) is long"),
    ("bold word", ("the ", TextRun("important", "CMBX10"), " word here"),
     "the important word here"),
    ("italic word", ("a ", TextRun("regular", "CMTI10"), " set"), "a regular set"),
    ("quotient", ("the rate ", math("1", "/", "n"), " is"), r"the rate \(1/n\) is"),
    ("degrees", ("turn by ", math("4", Scripted(Sign("5"), Sign(r"\circ"))), " left"),
     r"turn by \(45^{\circ}\) left"),
    ("article", ("A set has ", n, " elements and a sum"), r"A set has \(n\) elements and a sum"),
    ("possessive", ("then ", f, "’s value"), r"then \(f\)’s value"),
    ("formula in quotes", ("say “", x, "” and"), r"say “\(x\)” and"),
    ("list set wide", ("let ", math("x", ","), " ", y, " be"), r"let \(x,y\) be"),
    ("function of a term", ("so ", math("x", OperatorName(r"\sin"), "y"), " is"),
     r"so \(x\sin y\) is"),
    ("set with a condition", ("in ", math(r"\{", "x", ":", "x", "<", "y", r"\}"), " it"),
     r"in \(\{x:x < y\}\) it"),
    ("sum of numbers", ("and 2 + 3 of them",), r"and \(2 + 3\) of them"),
    ("plus signs of a name", ("in C++ it is",), "in C++ it is"),
    ("constant of a sum", ("is ", math("x", "+", OperatorName("const")), ", so"),
     r"is \(x + \operatorname{const}\), so"),
    ("dot of a product", ("is ", math("x", r"\bullet", "y"), " here"),
     r"is \(x\bullet y\) here"),
    ("bullet between words", ("one ", Sign(r"\bullet"), " two"), "one • two"),
    ("raised letters after a number", ("the 2", mark("nd"), " sum"), "the 2nd sum"),
    ("footnote of a remark", ("(as is known)", mark("1"), " since"), "(as is known)¹ since"),
    ("lowered letter of a logo", ("in T", TextRun("E", raise_by=-0.215), "X it"), "in TEX it"),
    ("name that touches its argument", ("so ", math(OperatorName("Var"), "x"), " is"),
     r"so \(\operatorname{Var}x\) is"),
    ("unknown name near its argument", ("so ", math(OperatorName("Alt"), "x"), " is"),
     r"so \(\mathrm{Alt}x\) is"),
    ("upright letter that touches", ("so ", TextRun("d"), x, " is"), r"so \(\mathrm{d}x\) is"),
    ("unknown name before parentheses", ("so Ext(", x, ") is"), r"so \(\mathrm{Ext}(x)\) is"),
    ("bold term", ("the sum ", TextRun("vw ", "CMBX10"), math("=", "x"), " is"),
     r"the sum \(\mathbf{vw} = x\) is"),
    ("letter after a hyphen", ("a non-d", x, " is"), r"a non-d\(x\) is"),
    ("slash before a word", ("at ", x, "/second it"), r"at \(x\)/second it"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "wanted"), [pytest.param(parts, wanted, id=name) for name, parts, wanted in ROWS]
)
@pytest.mark.parametrize("space", [0.28, 0.333, 0.45], ids=["tight", "even", "loose"])
def test_rows(parts: tuple[Part, ...], wanted: str, space: float) -> None:
    assert read(*parts, space=space) == wanted


def test_symbols_near_each_other_are_one_formula() -> None:
    assert read("so ", x, " ", y, " is", space=0.28) == r"so \(xy\) is"
    value = (math("f", "(", "x"), " ", math("y", ")"))
    assert read("so ", *value, " is", space=0.28) == r"so \(f(xy)\) is"
    assert read("so ", x, " ", y, " is", space=0.45) == r"so \(x\) \(y\) is"
    half = Quotient(Sign("1"), Sign("2"))
    assert read("so ", half, " ", y, " is", space=0.28) == r"so \(\frac{1}{2}y\) is"


def test_the_colon_of_a_map_is_set_close_to_its_name() -> None:
    mapping = (f, ": ", math("X", r"\to", "Y"))
    assert read("let ", *mapping, " be", space=0.36) == r"let \(f:X \to Y\) be"


def test_a_function_with_its_argument_continues_a_formula() -> None:
    parts = ("so 2 ", math(OperatorName(r"\sin"), "(", "y", ")"), " is")
    assert read(*parts, space=0.36) == r"so \(2\sin(y)\) is"
    assert read(*parts, space=0.5) == r"so 2 \(\sin(y)\) is"


def test_a_modulus_is_part_of_its_congruence() -> None:
    congruence = (math("x", "=", "y"), TextRun(" mod "), n)
    assert read("if ", *congruence, " then", space=0.2) == r"if \(x = y \bmod n\) then"


@pytest.mark.parametrize("font", ["CMR10", "SFRM1000", "LMRoman10-Regular", "NimbusRomNo9L-Regu"])
def test_upright_words_are_text_in_any_font(font: str) -> None:
    assert read(TextRun("if ", font), x, TextRun(" is odd", font)) == r"if \(x\) is odd"


def test_boxes_are_around_their_text() -> None:
    parts = segments(arranged("if ", math("x", "=", "y"), " then"))
    assert [part.text for part in parts] == ["if", "x = y", "then"]
    assert all(part.box[0] < part.box[2] and part.box[1] < part.box[3] for part in parts)
    assert parts[0].box[2] < parts[1].box[0] < parts[1].box[2] < parts[2].box[0]


def lines(*rows: tuple[Part, ...]) -> str:
    """Return rows of text, one under the other, joined as a paragraph is."""
    found = []
    for number, parts in enumerate(rows):
        row = GlyphRow()
        glyphs, row.rules = set_line(*parts, y=200.0 + 12.0 * number)
        for glyph in glyphs:
            row.add(glyph, glyph.top, glyph.bottom)
        found.append(make_line(row, found[-1] if found else None))
    return join_text(found)


def test_a_formula_that_runs_over_the_end_of_a_line() -> None:
    cut = lines(("we see that ", math("x", "+", "y", "=")), (math("z", "+", "1"), " as before"))
    assert cut == r"we see that \(x + y = z + 1\) as before"


def test_a_number_at_the_next_line_s_start_without_its_comma() -> None:
    number = lines(("we see that ", math("x", "=")), ("12, as before",))
    assert number == r"we see that \(x = 12\), as before"


def test_two_formulas_at_a_line_s_end_stay_two() -> None:
    assert lines(("we see ", x), (y, " as before")) == r"we see \(x\) \(y\) as before"


def test_a_word_cut_at_a_line_s_end_is_joined() -> None:
    assert lines(("an associa-",), ("tive law of ", n)) == r"an associative law of \(n\)"
    assert lines(("pages 12–",), ("15 of it",)) == "pages 12–15 of it"


def test_a_dash_at_a_line_s_end_joins_two_names() -> None:
    assert lines(("the Cauchy–",), ("Schwarz inequality",)) == "the Cauchy–Schwarz inequality"


def test_a_parenthesis_closed_in_the_next_line_stays_in_the_formula() -> None:
    found = lines(("where ", math("P", "(", "x", "+")), (math("y", ")"), " is small"))
    assert found == r"where \(P(x + y)\) is small"


def test_an_operation_at_the_end_leaves_a_formula_open() -> None:
    assert is_open(arranged("so ", math("x", "+")))
    assert not is_open(arranged("so ", math("x", "+", "y")))
    assert not is_open(arranged("so ", OperatorName(r"\sin")))
    assert not is_open([])


def test_characters_whose_boxes_overlap_keep_their_order() -> None:
    """A ligature comes as two characters, the second without width, a hair right of the next."""
    glyphs, rules = set_line("a fixed point")
    first, second, after = glyphs[1:4]
    assert first.text + second.text + after.text == "fix"
    first.right = second.left = second.right = after.left + 0.005
    assert plain_text(arrange_row(glyphs, rules)[0]) == "a fixed point"


WORDS = st.text("abcdefghiklmnoprstuvwy", min_size=2, max_size=9).filter(
    lambda word: word not in {"sin", "cos", "tan", "log", "lim", "max", "min", "det", "mod"}
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(WORDS, min_size=2, max_size=10), st.floats(0.26, 0.5))
def test_words_alone_are_never_formulas(words: list[str], space: float) -> None:
    text = " ".join(words)
    assert read(text, space=space) == text


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(WORDS, min_size=1, max_size=4), st.sampled_from("abcnkxyz"), st.floats(0.26, 0.5))
def test_a_letter_among_words_is_a_formula(words: list[str], letter: str, space: float) -> None:
    before = " ".join(words)
    found = read(f"{before} ", Sign(letter), f" {before}", space=space)
    assert found == rf"{before} \({letter}\) {before}"
