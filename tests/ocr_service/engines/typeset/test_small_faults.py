"""Formulas that came out wrong on real pages, by the positions that TeX gives their characters."""

from __future__ import annotations

from ocr_service.engines.typeset.characters.broken_rules import join_broken_rules
from ocr_service.engines.typeset.characters.faces import Face, FontFamily, face_of
from ocr_service.engines.typeset.characters.kinds import (
    BINARY,
    CLOSING,
    DIGIT,
    LETTER,
    OPENING,
    ORDINARY,
    PRIME,
    RELATION,
)
from ocr_service.engines.typeset.characters.nodes import Glyph, Rule
from ocr_service.engines.typeset.formulas.baseline import arrange_row
from ocr_service.engines.typeset.formulas.latex import latex_of
from ocr_service.engines.typeset.inline.segments import segments
from ocr_service.engines.typeset.rows.find_rows import find_rows

TEXT, BOLD = face_of("CMR10"), face_of("CMBX10")
LETTERS, SYMBOLS = Face(FontFamily.MATH_ITALIC), Face(FontFamily.MATH_SYMBOLS)
KINDS = {"=": RELATION, "+": BINARY, "-": BINARY, "′": PRIME, ".": ORDINARY}
KINDS |= {"(": OPENING, "[": OPENING, ")": CLOSING, "]": CLOSING}


def glyph(
    text: str, left: float, *, base: float = 100.0, size: float = 10.0, face: Face | None = None
) -> Glyph:
    """Return a character half as wide as its size; letters are variables unless a face is given."""
    kind = KINDS.get(text) or (LETTER if text.isalpha() else DIGIT)
    given = face or (LETTERS if kind in {LETTER, ORDINARY} else SYMBOLS)
    given = TEXT if kind is DIGIT or text in "()[]" else given
    box = (left, base - 0.62 * size, left + 0.5 * size, base)
    latex = r"\prime" if kind is PRIME else text
    return Glyph(*box, base, size, text, latex, kind, given, "", round(left))


def word(text: str, left: float) -> list[Glyph]:
    return [glyph(letter, left + 5 * n, face=TEXT) for n, letter in enumerate(text)]


def latex(*row: Glyph) -> str:
    return latex_of(arrange_row(row, [])[0])


def read(*row: Glyph) -> list[tuple[str, bool]]:
    found = segments(arrange_row(row, [])[0])
    return [(segment.text, segment.is_math) for segment in found]


def test_a_power_of_a_subscripted_letter_is_no_power_of_the_subscript() -> None:
    low, high = glyph("0", 5, base=101.5, size=7), glyph("2", 9, base=96.4, size=7)
    assert latex(glyph("m", 0), low, high) == "m_{0}^{2}"


def test_a_subscript_may_have_a_power() -> None:
    low, high = glyph("n", 5, base=101.5, size=7), glyph("2", 9, base=99.4, size=5)
    assert latex(glyph("m", 0), low, high) == "m_{n^{2}}"


def test_a_power_of_a_primed_letter_is_no_power_of_the_prime() -> None:
    prime, high = glyph("′", 5, base=96.4, size=7), glyph("2", 8, base=94.0, size=7)
    assert latex(glyph("u", 0), prime, high) == "u'^{2}"


def test_names_of_two_words() -> None:
    row = [*word("arc", 0), *word("tan", 16.7), glyph("x", 33.4)]
    assert latex(*row) == r"\arctan x"
    row = [*word("so", 0), *word("is", 13), *word("curl", 26), *word("curl", 47.7)]
    row.append(glyph("v", 69.4))
    curls = r"\operatorname{curl}\operatorname{curl}v"
    assert read(*row) == [("so is", False), (curls, True)]


def test_upright_capitals_beside_a_relation() -> None:
    row = [*word("OM", 0), glyph("=", 12.8), glyph("1", 20.6)]
    assert read(*row) == [(r"\mathrm{OM} = 1", True)]
    row = [*word("USA", 0), glyph("=", 17.8), glyph("1", 25.6)]
    assert read(*row)[0] == ("USA", False)


def test_the_point_of_a_decimal_number_without_a_digit_before_it() -> None:
    row = [*word("is", 0), glyph(".", 14), glyph("5", 19), glyph("=", 27), glyph("x", 35)]
    assert read(*row) == [("is", False), (".5 = x", True)]


def test_brackets_of_a_letter_stay_with_it() -> None:
    row = [*word("in", 0), glyph("[", 14), glyph("x", 19), glyph("]", 24), *word("is", 33)]
    assert read(*row) == [("in", False), ("[x]", True), ("is", False)]
    row = [*word("in", 0), glyph("(", 14), glyph("x", 19), glyph(")", 24), *word("is", 33)]
    assert read(*row) == [("in (", False), ("x", True), (") is", False)]


def lines(*texts: str, first: float = 100.0, step: float = 12.0) -> list[Glyph]:
    """Return lines of text below each other, in the order drawn; "=" and "x" are mathematics."""
    found: list[Glyph] = []
    for number, text in enumerate(texts):
        for place, letter in enumerate(text):
            if letter != " ":
                face = None if letter in "x=" else TEXT
                found.append(glyph(letter, 5.0 * place, base=first + step * number, face=face))
    for order, drawn in enumerate(found):
        drawn.order = order
    return found


def test_a_rule_under_equations_is_no_bar_of_a_fraction() -> None:
    glyphs = lines("x=1", "x=2")
    rows = find_rows(glyphs, [Rule(0.0, 102.6, 15.0, 103.0)])
    assert ["".join(glyph.text for glyph in row.glyphs) for row in rows] == ["x=1", "x=2"]
    assert [row.rules for row in rows] == [[], []]


def test_an_underline_is_no_bar_of_a_fraction_with_the_line_below() -> None:
    glyphs = lines("with w too so that", "oo x so", step=14.0)
    rows = find_rows(glyphs, [Rule(25.0, 101.1, 30.0, 101.5)])
    assert ["".join(glyph.text for glyph in row.glyphs) for row in rows] == [
        "withwtoosothat",
        "ooxso",
    ]


def test_the_rule_over_a_footnote_is_no_bar_of_a_fraction() -> None:
    glyphs = lines("the last line of text", "1 note")
    rows = find_rows(glyphs, [Rule(0.0, 102.6, 43.0, 103.0)])
    assert len(rows) == 2


def test_a_bar_over_a_numerator_is_folded_before_the_fraction() -> None:
    over, under = glyph("a", 0, base=95), glyph("b", 0, base=107)
    bars = [Rule(0.0, 87.6, 5.0, 88.0), Rule(0.0, 98.0, 5.0, 98.4)]
    assert latex_of(arrange_row([over, under], bars)[0]) == r"\frac{\overline{a}}{b}"


def test_a_greek_label_beside_two_lines_is_their_number() -> None:
    glyphs = lines("x=1", "x=2")
    sides = [TEXT, LETTERS, TEXT]
    label = [
        glyph(sign, 300 + 5 * n, base=106.0, face=face)
        for n, (sign, face) in enumerate(zip("(β)", sides, strict=True))
    ]
    for order, sign in enumerate(label, len(glyphs)):
        sign.order = order
    rows = find_rows([*glyphs, *label], [])
    assert ["".join(glyph.text for glyph in row.glyphs) for row in rows] == ["x=1", "x=2"]
    assert [row.number for row in rows].count("β") == 1


def test_the_rule_over_a_note_that_begins_with_its_mark_is_no_bar() -> None:
    mark = Glyph(0, 90.8, 5, 97, 97, 10, "∗", "*", BINARY, SYMBOLS, "", 0)
    row = [mark, *word("Authors", 5), *word("are", 43)]
    nodes, rules = arrange_row(row, [Rule(0, 88.3, 60, 88.7)])
    assert len(rules) == 1
    assert "overline" not in latex_of(nodes)


def test_an_address_has_no_formula() -> None:
    for text in ("example.org/J/2008/i=10/a=003", "www.a.org/?x=1", "one+two@example.org"):
        row = [glyph(sign, 5 * n, face=TEXT) for n, sign in enumerate(text)]
        assert read(*row) == [(text, False)]


def test_the_sign_of_an_attribute_is_text() -> None:
    row = [
        *word("type", 0),
        glyph("=", 20, face=TEXT),
        glyph('"', 25, face=TEXT),
        *word("note", 30),
    ]
    assert read(*row) == [('type="note', False)]
    row = [*word("type", 0), glyph("=", 24, face=TEXT), glyph("2", 33)]
    assert read(*row)[0][1] or len(read(*row)) > 1


def test_an_underline_drawn_by_syllables_is_one_rule() -> None:
    pieces = [Rule(0.0, 101, 20.0, 101.4), Rule(19.5, 101, 40, 101.4), Rule(40, 101, 50, 101.4)]
    joined = join_broken_rules(pieces)
    assert [(rule.left, rule.right) for rule in joined] == [(0.0, 40.0), (40.0, 50.0)]
    beside = [Rule(0.0, 101, 20.0, 101.4), Rule(19.5, 115, 40, 115.4)]
    assert join_broken_rules(beside) == beside


def test_a_rule_over_words_underlines_what_is_above() -> None:
    bar = Rule(0.0, 92.0, 20.0, 92.4)
    assert latex_of(arrange_row(word("Sett", 0), [bar])[0]) == r"\mathrm{Sett}"
    assert latex_of(arrange_row(word("OP", 0), [Rule(0.0, 92, 10, 92.4)])[0]) == (
        r"\overline{\mathrm{OP}}"
    )
