"""Kinds of faults of pages made by ordinary programs: lists, code, titles, formulas of offices."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ocr_service.engines.layout.code import code_block
from ocr_service.engines.typeset.blocks.figures import _is_strip
from ocr_service.engines.typeset.blocks.line_facts import succeeding
from ocr_service.engines.typeset.blocks.lines import place_late_displays
from ocr_service.engines.typeset.blocks.measure import _margins
from ocr_service.engines.typeset.characters.bullets import with_bullets
from ocr_service.engines.typeset.characters.faces import Face, FontFamily, face_of
from ocr_service.engines.typeset.characters.glyphs import (
    Sheet,
    _set_superior,
    _take_sans_for_upright,
)
from ocr_service.engines.typeset.characters.kinds import (
    CLOSING,
    DIGIT,
    LETTER,
    OPENING,
    RELATION,
)
from ocr_service.engines.typeset.characters.nodes import Glyph
from ocr_service.engines.typeset.formulas.baseline import arrange_row
from ocr_service.engines.typeset.formulas.latex import latex_of
from ocr_service.engines.typeset.rows.drop_caps import level_drop_caps

TEXT, SANS, OFFICE = face_of("Times"), face_of("CMSS10"), Face(FontFamily.SYMBOL)
KINDS = {"(": OPENING, ")": CLOSING, "▶": RELATION}


def glyph(text: str, left: float, base: float = 100.0, size: float = 10.0, **more: Any) -> Glyph:
    kind = KINDS.get(text) or (LETTER if text.isalpha() else DIGIT)
    box = (left, base - 0.7 * size, left + 0.5 * size, base)
    values = {"face": TEXT, "latex": text, "order": round(left), **more}
    return Glyph(*box, base, size, text=text, kind=kind, **values)


def word(text: str, left: float, base: float = 100.0, **more: Any) -> list[Glyph]:
    return [glyph(letter, left + 5 * n, base, **more) for n, letter in enumerate(text)]


def texts(glyphs: list[Glyph]) -> str:
    return "".join(one.text for one in glyphs)


def test_a_disc_before_a_line_is_a_bullet() -> None:
    disc = (88.0, 95.0, 92.0, 99.0)
    found, taken = with_bullets(word("Item", 100), [disc])
    assert texts(found) == "•Item"
    assert taken == {disc}


def test_a_disc_within_a_line_is_none() -> None:
    line = [*word("at", 70), *word("it", 100)]
    assert with_bullets(line, [(88.0, 95.0, 92.0, 99.0)]) == (line, set())


def test_the_number_in_a_ball_is_that_of_its_item() -> None:
    ball = (80.0, 90.0, 90.0, 100.0)
    found, _ = with_bullets([glyph("2", 83.5, 97.0, 6.0), *word("Item", 100)], [ball])
    assert texts(found) == "2.Item"
    assert {one.base for one in found} == {100.0}


def test_a_raised_triangle_before_a_line_is_a_bullet() -> None:
    sign = glyph("▶", 85, 98.5, latex=r"\blacktriangleright")
    assert texts(with_bullets([sign, *word("Item", 100)], [])[0]) == "•Item"


@pytest.mark.parametrize(
    ("number", "following"),
    [(("", "1", "."), ("", "2", ".")), (("(", "a", ")"), ("(", "b", ")")), (None, None)],
)
def test_the_number_of_the_next_item(
    number: tuple[str, str, str] | None, following: tuple[str, str, str] | None
) -> None:
    assert succeeding(number) == following


def test_the_columns_of_a_listing_may_be_wider_than_its_characters() -> None:
    def line(column: int, text: str) -> list[tuple[str, float, float]]:
        start = 6.3 * column
        return [(one, start + 6.2 * n, start + 6.2 * n + 5.2) for n, one in enumerate(text)]

    lines = [(12.0, line(0, "deforming")), (24.0, line(4, "looping")), (36.0, line(8, "x"))]
    assert code_block(lines) == "```\ndeforming\n    looping\n        x\n```"


def test_a_capital_with_a_power_is_no_drop_cap() -> None:
    page = [*word("letters" * 6, 300), glyph("K", 0, 100, 12), glyph("n", 6, 93.8, 7.2)]
    assert [one.base for one in level_drop_caps(page)[-2:]] == [100, 93.8]


def test_a_drop_cap_is_a_letter_of_its_line() -> None:
    page = [*word("letters" * 6, 300), glyph("O", 0, 112, 30), *word("nce", 16)]
    assert level_drop_caps(page)[-4].base == 100


def test_brackets_of_an_office_program_are_on_the_line_they_span() -> None:
    opening, closing = glyph("(", 5, face=OFFICE), glyph(")", 15, face=OFFICE)
    for bracket in (opening, closing):
        bracket.top, bracket.bottom, bracket.base, bracket.tall = 80.0, 105.0, 92.5, True
    letters = Face(FontFamily.MATH_ITALIC)
    row = [glyph("f", 0, face=letters), opening, glyph("x", 10, face=letters), closing]
    assert latex_of(arrange_row(row, [])[0]) == r"f\left(x\right)"


def test_a_display_that_is_drawn_last_stands_where_it_is() -> None:
    def line(top: float, share: float) -> Any:
        return SimpleNamespace(left=0, right=9, top=top, bottom=top + 10, math_share=share)

    lines = [line(0, 0.1), line(40, 0.2), line(60, 0), line(20, 1)]
    place_late_displays(lines)
    assert [one.top for one in lines] == [0, 20, 40, 60]


def test_a_display_drawn_where_it_is_read_stays_there() -> None:
    tops = [60, 0, 20, 40]  # the first line drawn is a note at the foot
    lines: list[Any] = [
        SimpleNamespace(left=0, right=9, top=top, bottom=top + 10, math_share=float(top == 20))
        for top in tops
    ]
    place_late_displays(lines)
    assert [one.top for one in lines] == tops


def test_the_right_margin_of_ragged_lines_is_that_of_the_longest() -> None:
    rights = [100, 100, 100, 172, 181, 188, 199]
    lines: Any = [SimpleNamespace(left=10, right=right, math_share=0) for right in rights]
    assert _margins(lines, 300) == (10, 199)


def test_a_superior_figure_has_a_size_of_its_own() -> None:
    mark = glyph("1", 0)
    mark.top, mark.bottom = 92.0, 96.0
    plain = glyph("1", 0)
    _set_superior(mark)
    _set_superior(plain)
    assert (mark.base, mark.size) == (96.0, 6.0)
    assert (plain.base, plain.size) == (100.0, 10.0)


def test_letters_of_a_page_without_serifs_are_upright_ones() -> None:
    slide = word("variance", 0, face=SANS)
    book = [*word("variance", 0), *word("ab", 60, face=SANS)]
    for page in (slide, book):
        _take_sans_for_upright(page)
    assert not any(one.face.sans for one in slide)
    assert book[-1].face.sans


def test_a_strip_from_edge_to_edge_is_the_ground_of_a_title() -> None:
    assert _is_strip((0, 17, 363, 39), Sheet(363, 272))
    assert not _is_strip((60, 17, 260, 39), Sheet(363, 272))
