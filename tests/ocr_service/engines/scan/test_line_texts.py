"""Which lines are text, and which are formulas."""

from __future__ import annotations

import pytest

from ocr_service.engines.scan.line_geometry import TextLine
from ocr_service.engines.scan.line_texts import believed, count_formulas, without_false_signs


def line(text: str, score: float = 0.99) -> TextLine:
    return TextLine(text, (0.1, 0.1, 0.5, 0.12), score)


def test_check_boxes_are_no_chinese() -> None:
    form = [line("Please mark with a cross whatever applies to you"), line("C")]
    boxes = [line("品"), line("口 Yes 口 No"), line("the sign 日 is the sun"), line("永", 0.7)]
    kept = [one.text for one in without_false_signs([*form, *boxes])]
    assert kept == [form[0].text, "C", "Yes No", "the sign 日 is the sun"]
    assert without_false_signs([line("C"), line("C"), line("品")]) == [line("C"), line("C")]


def test_chinese_is_kept() -> None:
    for texts in (["口", "品"], ["人口品种", "Population"], ["The sign 永 means forever"]):
        lines = [line(text) for text in texts]
        assert without_false_signs(lines) == lines


def test_specks_are_no_text() -> None:
    assert believed(line("it", 0.85))
    assert not believed(line("it", 0.7))
    assert not believed(line("...", 0.99))


@pytest.mark.parametrize(
    "text",
    [
        "a2 + a2a4",
        "y = 3x2 - 4",
        "dx3 = 168x + 21,",
        "sin x < 1",
        "x²+y²=z²",
        "(1) y = 17x + 12x2.",
        "∫ f(x) dx",
        "A + B",
    ],
)
def test_lines_of_formulas_are_counted(text: str) -> None:
    assert count_formulas([line(text)]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "where x = 1 is given",
        "+49 30 1234567",
        "Total",
        "12 + 13",
        "www.abc.org/?a=b",
        "A, B and C",
        "5 - 7 May",
        "a-b",
        "p. 12",
    ],
)
def test_other_lines_are_not(text: str) -> None:
    assert count_formulas([line(text)]) == 0
