"""Formulas of KaTeX: parts in the order of TeX, roots and tall brackets that are drawn as paths."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from ocr_service.engines.typeset.characters.drawn_signs import take_signs
from ocr_service.engines.typeset.characters.faces import Face, FontFamily
from ocr_service.engines.typeset.characters.kinds import LETTER
from ocr_service.engines.typeset.characters.nodes import Glyph
from ocr_service.engines.typeset.characters.type_order import in_type_order, is_of_browser

TEXT, MATH = Face(FontFamily.TEXT), Face(FontFamily.UNICODE_MATH)


def line(text: str, x: float, base: float, *, size: float = 10, face: Face = TEXT) -> list[Glyph]:
    """Return the characters of a line, each as wide as half its size; blanks only part them."""
    return [
        Glyph(
            left, base - 0.7 * size, left + 0.5 * size, base, base, size, char, char, LETTER, face
        )
        for left, char in ((x + 0.5 * size * n, char) for n, char in enumerate(text))
        if char != " "
    ]


def ordered(parts: Sequence[list[Glyph]]) -> str:
    """Return the text of characters drawn in this order; those of mathematics are KaTeX's."""
    glyphs = [glyph for part in parts for glyph in part]
    for order, glyph in enumerate(glyphs):
        glyph.order = order
    own = frozenset(glyph.order for glyph in glyphs if glyph.face is MATH)
    result = in_type_order(glyphs, own)
    assert [glyph.order for glyph in result] == list(range(len(glyphs)))
    return "".join(glyph.text for glyph in result)


def test_a_display_comes_after_the_text_above_it() -> None:
    text = [line("above", 50, 100), line("below", 50, 160)]
    display = [line("=y", 110, 130, face=MATH), line("x", 100, 130, face=MATH)]
    assert ordered([*text, *display]) == "abovex=ybelow"


def test_the_parts_of_a_display_are_in_the_order_of_tex() -> None:
    parts = [
        line("k=", 100, 130, face=MATH),
        line("i", 88, 142, size=7, face=MATH),  # under the sum
        line("S", 87, 131, face=MATH),
        line("n", 88, 119, size=7, face=MATH),  # over it
        line("2", 116, 139, face=MATH),
        line("m", 116, 124, face=MATH),
    ]
    assert ordered(parts) == "nSik=m2"


def test_a_formula_in_a_line_comes_where_the_line_has_a_gap_for_it() -> None:
    text = line("let    be so", 50, 100) + line("and all of it", 50, 115)
    assert ordered([text, line("xy", 72, 100, face=MATH)]) == "letxybesoandallofit"


def test_a_formula_may_end_one_line_and_begin_the_next() -> None:
    text = line("we know", 50, 100) + line("          holds", 50, 115)
    formula = [line("=b", 50, 115, face=MATH), line("a", 92, 100, face=MATH)]
    assert ordered([text, *formula]) == "weknowa=bholds"


@pytest.mark.parametrize("font", ["KaTeX_Main-Regular", "MathJax_Math-Italic", "MJXTEX-I"])
def test_fonts_of_browsers(font: str) -> None:
    assert is_of_browser(font)
    assert not is_of_browser("Times-Roman")


def test_a_root_ends_where_it_is_cut_off() -> None:
    body = line("ab", 112, 120, face=MATH)
    for order, glyph in enumerate(body):
        glyph.order = order
    hook = [("c", (101, 115), (102, 114), (103, 116), (105, 121))]
    bar = [("l", (111, 110), (4100, 110)), ("l", (4100, 110), (4100, 110.4))]
    root = {"type": "f", "rect": (100, 110, 124, 122), "length": 4000.0, "items": hook + bar}
    glyphs, bars, rest = take_signs([root], body)
    assert [glyph.latex for glyph in glyphs] == [r"\sqrt", "a", "b"]
    assert [(rule.left, rule.top, rule.right) for rule in bars] == [(111, 110, 124)]
    assert (glyphs[0].right, glyphs[0].size, rest) == (111, 10, [])


def outline(points: Sequence[tuple[float, float]], kind: str) -> list[tuple[object, ...]]:
    """Return the items of a closed path through points, in lines or in curves."""
    closed = [*points, points[0]]
    if kind == "l":
        return [("l", first, second) for first, second in itertools.pairwise(closed)]
    return [("c", one, one, two, two) for one, two in itertools.pairwise(closed)]


def mirrored(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(8 - x, y) for x, y in points]


BOW = [(8, 0), (3, 12), (0, 25), (0, 35), (3, 48), (8, 60), (7, 60), (1, 35), (1, 25), (7, 0)]
SQUARE = [(0, 0), (8, 0), (8, 1), (1, 1), (1, 29), (1, 59), (8, 59), (8, 60), (0, 60), (0, 30)]
CURLY = [(8, 0), (4, 6), (4, 15), (4, 20), (0, 30), (4, 40), (4, 45), (4, 54), (8, 60), (5, 50),
         (5, 42), (1, 30), (5, 18), (5, 10)]  # fmt: skip


@pytest.mark.parametrize(
    ("points", "kind", "latex"),
    [
        (BOW, "c", "("), (mirrored(BOW), "c", ")"),
        (SQUARE, "l", "["), (mirrored(SQUARE), "l", "]"),
        (CURLY, "c", r"\{"), (mirrored(CURLY), "c", r"\}"),
    ],
)  # fmt: skip
def test_tall_brackets_are_told_by_their_shape(
    points: list[tuple[float, float]], kind: str, latex: str
) -> None:
    inside = line("x", -20 if latex in {")", "]", r"\}"} else 12, 32, face=MATH)
    inside[0].order = 0
    path = {"type": "f", "rect": (0, 0, 8, 60), "items": outline(points, kind)}
    glyphs, _, rest = take_signs([path], inside)
    assert not rest
    expected = ["x", latex] if latex in {")", "]", r"\}"} else [latex, "x"]
    assert [glyph.latex for glyph in glyphs] == expected


def test_other_drawings_stay() -> None:
    wide = {"type": "f", "rect": (0, 0, 80, 60), "items": outline(BOW, "c")}
    stroked = {"type": "s", "rect": (0, 0, 8, 60), "items": outline(BOW, "c")}
    low = {"type": "f", "rect": (0, 0, 2, 12), "items": outline(BOW, "c")}
    assert take_signs([wide, stroked, low], line("x", 12, 32))[2] == [wide, stroked, low]
