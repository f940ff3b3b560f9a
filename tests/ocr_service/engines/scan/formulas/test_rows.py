"""Which rows of a page are displayed formulas, by what was recognised."""

from __future__ import annotations

import pytest

from ocr_service.engines.scan.formulas.rows import display_bands, equation_number, has_signs
from ocr_service.engines.scan.line_geometry import TextLine, measure

PROSE = "Every continuous function on a closed interval attains its bounds"


def line(text: str, left: float, top: float, right: float, height: float = 0.02) -> TextLine:
    return TextLine(text, (left, top, right, top + height))


def prose(*tops: float) -> list[TextLine]:
    return [line(PROSE, 0.1, top, 0.9) for top in tops]


def bands_of(lines: list[TextLine]) -> list[list[str]]:
    return [[piece.text for piece in band.pieces] for band in display_bands(lines, measure(lines))]


@pytest.mark.parametrize("text", ["a = b", "x²+1≤y", "(a+b)/c", "n·m", "∫ f dx", "a^2", "x - y"])
def test_signs_of_mathematics(text: str) -> None:
    assert has_signs(text)


@pytest.mark.parametrize("text", ["1 2 3", "−3 −2 −1", "A B C", "=", "and so on", "p. 12"])
def test_what_has_no_sign(text: str) -> None:
    assert not has_signs(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("(12)", "12"), ("(2.7)", "2.7"), ("[3a]", "3a"), ("(x + y)", ""), ("12", "")],
)
def test_numbers_of_formulas(text: str, number: str) -> None:
    assert equation_number(text) == number


def test_a_row_between_paragraphs_is_a_display() -> None:
    lines = [*prose(0.1, 0.13), line("a² = b² + c²", 0.4, 0.18, 0.6), *prose(0.23, 0.26)]
    assert bands_of(lines) == [["a² = b² + c²"]]


def test_parts_of_a_fraction_are_one_band() -> None:
    parts = [
        line("dy", 0.4, 0.17, 0.44),
        line("dx", 0.4, 0.2, 0.44),
        line("= 3x", 0.46, 0.185, 0.55),
        line("(4)", 0.86, 0.185, 0.9),
    ]
    (band,) = bands_of([*prose(0.1, 0.13), *parts, *prose(0.25, 0.28)])
    assert sorted(band) == ["(4)", "= 3x", "dx", "dy"]


@pytest.mark.parametrize(
    "row",
    [
        [line("we find that a = b for every x", 0.2, 0.18, 0.6)],
        [line("a = b.", 0.1, 0.18, 0.2)],  # the end of a paragraph, at its margin
        [line("where", 0.1, 0.18, 0.18), line("x = 1, and so on and so forth", 0.2, 0.18, 0.6)],
    ],
    ids=["prose", "end of a paragraph", "broken line of prose"],
)
def test_what_is_no_display(row: list[TextLine]) -> None:
    assert bands_of([*prose(0.1, 0.13), *row, *prose(0.23, 0.26)]) == []


def test_a_word_before_a_display_is_no_part_of_it() -> None:
    row = [line("whence", 0.1, 0.18, 0.18), line("a = b + c", 0.4, 0.18, 0.6)]
    assert bands_of([*prose(0.1, 0.13), *row, *prose(0.23, 0.26)]) == [["a = b + c"]]


def test_chinese_prose_is_no_display() -> None:
    lines = [
        line("设函数在闭区间上连续则它有最大值和最小值并且一致连续这是定理", 0.1, y, 0.9)
        for y in (0.1, 0.14)
    ]
    lines.append(line("其中 x = 1 是常数并且", 0.3, 0.18, 0.6))
    assert bands_of(lines) == []
