"""Fonts with other measures than Computer Modern: narrow spaces, leaning letters, Times."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.engines.typeset.characters.braces import name_brace_pieces
from ocr_service.engines.typeset.characters.faces import Face, FontFamily, face_of
from ocr_service.engines.typeset.characters.kinds import DELIMITER, LETTER, RELATION, GlyphKind
from ocr_service.engines.typeset.characters.nodes import Glyph, Rule
from ocr_service.engines.typeset.characters.variables import mark_variables
from ocr_service.engines.typeset.formulas.baseline import arrange_row
from ocr_service.engines.typeset.formulas.latex import latex_of
from ocr_service.engines.typeset.inline.segments import segments
from ocr_service.engines.typeset.rows.find_rows import find_rows

TIMES, ITALIC = face_of("Times-Roman"), face_of("Times-Italic")
BOLD = face_of("Times-Bold")
LETTERS, SYMBOLS = Face(FontFamily.MATH_ITALIC), Face(FontFamily.MATH_SYMBOLS)


def glyph(
    text: str,
    left: float,
    face: Face = TIMES,
    *,
    wide: float = 5.0,
    base: float = 100.0,
    size: float = 10.0,
    kind: GlyphKind = LETTER,
) -> Glyph:
    return Glyph(
        left,
        base - 0.6 * size,
        left + wide,
        base,
        base,
        size,
        text,
        text,
        kind,
        face,
        "",
        int(left),
    )


def words(text: str, left: float, face: Face = TIMES, *, space: float = 2.0) -> list[Glyph]:
    """Return letters 5 points wide from `left` on, words `space` points apart."""
    found = []
    for letter in text:
        if letter != " ":
            found.append(glyph(letter, left, face))
        left += space if letter == " " else 5.0
    return found


def read(row: list[Glyph]) -> list[tuple[str, bool]]:
    nodes, _ = arrange_row(row, [])
    return [(segment.text, segment.is_math) for segment in segments(nodes)]


def test_a_word_before_a_formula_is_no_name_where_spaces_are_narrow() -> None:
    row = [*words("the sum of mean ", 0, space=1.9)]
    right = row[-1].right + 1.9
    row += [glyph("x", right, LETTERS), glyph("=", right + 8, SYMBOLS, kind=RELATION)]
    row += [glyph("y", right + 16, LETTERS)]
    assert read(row) == [("the sum of mean", False), ("x = y", True)]


def test_words_that_narrow_spaces_part() -> None:
    text = "words of bold type that is set closely"
    assert read(words(text, 0, BOLD, space=1.3)) == [(text, False)]
    kerned = words("AVATAR", 0, BOLD, space=1.3) + words("and words", 40, BOLD, space=2.5)
    kerned[2].left += 1.2
    assert read(kerned) == [("AVATAR and words", False)]


def test_formulas_of_two_cards_are_two_rows() -> None:
    left = [glyph(sign, 10.0 * n, LETTERS) for n, sign in enumerate("abc")]
    integral = glyph("∫", 200, SYMBOLS, kind=GlyphKind.INTEGRAL)
    integral.top, integral.bottom, integral.tall = 88.0, 112.0, True
    right = [
        integral,
        *(glyph(sign, 206 + 6 * n, LETTERS, base=104) for n, sign in enumerate("fx")),
    ]
    for order, one in enumerate([*left, *right]):
        one.order = order
    assert [row.glyphs for row in find_rows([*left, *right], [])] == [left, right]


@pytest.mark.parametrize("column", [False, True])
def test_formulas_drawn_after_all_text_stand_in_their_line(*, column: bool) -> None:
    """As browsers draw them; a formula on the same baseline in the next column stays there."""
    first = words("the sum of", 0) + words("and of", 80, TIMES)
    second = [replace(one, base=120, top=114, bottom=120) for one in words("another line", 0)]
    left = 125.0 if column else 59.0
    formulas = [glyph(sign, left + 6 * n, LETTERS) for n, sign in enumerate("xy")]
    drawn = [*first, *second, *formulas]
    for order, one in enumerate(drawn):
        one.order = order
    rows = [row.glyphs for row in find_rows(drawn, [])]
    assert rows == ([first, second, formulas] if column else [first + formulas, second])


def test_a_bar_between_even_spaces_is_a_relation_however_wide_they_are() -> None:
    row = [glyph("x", 0, LETTERS), glyph("|", 9.9, SYMBOLS, wide=2, kind=DELIMITER)]
    row += [glyph("y", 16.5, LETTERS), glyph("=", 24, SYMBOLS, kind=RELATION)]
    row += [glyph("z", 32, LETTERS)]
    assert read(row) == [("x|y = z", True)]


def test_the_script_of_a_leaning_letter_is_its_own() -> None:
    row = [glyph("f", 0, LETTERS, wide=3), glyph("k", 5.6, LETTERS, wide=3, base=96, size=7)]
    row += [glyph("t", 9, LETTERS)]
    assert latex_of(arrange_row(row, [])[0]) == "f^{k}t"


def test_the_dots_of_a_list_in_type_of_the_text() -> None:
    dots = [glyph(".", 10 + 4 * n, wide=2.5, kind=GlyphKind.TEXT_SIGN) for n in range(3)]
    row = [glyph("x", 0, LETTERS), glyph("+", 5, SYMBOLS, kind=GlyphKind.BINARY), *dots]
    assert latex_of(arrange_row([*row, glyph("y", 22, LETTERS)], [])[0]) == r"x + \ldots y"


def test_one_italic_letter_in_a_formula_is_a_variable() -> None:
    row = [glyph("e", 0, ITALIC), glyph("=", 8, SYMBOLS, kind=RELATION), glyph("x", 16, LETTERS)]
    assert latex_of(arrange_row(row, [])[0]) == "e = x"


def test_a_bar_between_two_lines_is_over_the_nearer_letters() -> None:
    above = words("upper line of words", 0)
    below = [glyph(letter.text, letter.left, base=116) for letter in words("lower AB line", 0)]
    for order, letter in enumerate([*above, *below]):
        letter.order = order
    bar = Rule(27.0, 107.6, 37.0, 108.0)
    rows = find_rows([*above, *below], [bar])
    assert [row.rules for row in rows] == [[], [bar]]


def marked(row: list[Glyph]) -> str:
    """Return the letters that are variables."""
    return "".join(
        after.text for after in mark_variables(row) if after.face.family is FontFamily.MATH_ITALIC
    )


EQUALS = glyph("=", 100, SYMBOLS, kind=RELATION)


def formula(left: float) -> list[Glyph]:
    """Return "a = b" in the italic of the text, each with a script of a mathematical font."""
    found = [glyph("a", left, ITALIC), glyph("o", left + 5, LETTERS, base=102, size=7)]
    found += [glyph("=", left + 12, SYMBOLS, kind=RELATION), glyph("b", left + 19, ITALIC)]
    return [*found, glyph("p", left + 24, LETTERS, base=102, size=7)]


def test_letters_of_a_font_for_scripts_do_not_hide_italic_variables() -> None:
    assert marked([*formula(0), *formula(60)]) == "aobpaobp"


def test_italic_labels_are_no_variables_where_the_page_has_letters_of_mathematics() -> None:
    label = [glyph("(", 0), glyph("a", 5, ITALIC), glyph(")", 10)]
    row = [glyph("x", 40, LETTERS), glyph("=", 48, SYMBOLS, kind=RELATION)]
    assert marked([*label, *row]) == "x"


def test_abbreviations_are_no_variables() -> None:
    stop = GlyphKind.TEXT_SIGN
    row = [glyph("i", 0, ITALIC, wide=3), glyph(".", 3, ITALIC, wide=2, kind=stop)]
    row += [glyph("e", 5, ITALIC), glyph(".", 10, ITALIC, wide=2, kind=stop), EQUALS]
    assert marked(row) == ""


def test_differentials_are_variables() -> None:
    assert marked([*words("all the dt of it", 0, ITALIC, space=4.0), EQUALS]) == "dt"


def brace(signs: str, top: float) -> list[Glyph]:
    """Return a brace along 25 points, of pieces with a character for both ends and the line."""
    names = {"⏟": r"\underbrace", "⏞": r"\overbrace"}
    found = [
        glyph(sign, 5 * n, SYMBOLS, base=top + 6, kind=GlyphKind.ACCENT)
        for n, sign in enumerate(signs)
    ]
    return [replace(piece, latex=names[piece.text]) for piece in found]


def test_braces_whose_pieces_have_one_character() -> None:
    body = [glyph(letter, 5 * n, LETTERS) for n, letter in enumerate("abcde")]
    for signs, top, latex in (
        ("⏟⏞⏟⏞⏟", 101.0, r"\underbrace{abcde}"),
        ("⏞⏞⏞⏞⏞", 85.0, r"\overbrace{abcde}"),
    ):
        row = name_brace_pieces([*body, *brace(signs, top)])
        assert latex_of(arrange_row(row, [])[0]) == latex
    assert name_brace_pieces(brace("⏞⏞", 85.0))[0].latex == r"\overbrace"
