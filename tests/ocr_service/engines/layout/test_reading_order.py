"""Columns in the right order."""

from __future__ import annotations

import random

import pytest

from ocr_service.engines.layout.reading_order import in_reading_order
from ocr_service.library.pages import Region


def block(text: str, left: float, top: float, right: float, bottom: float) -> Region:
    label = "page_number" if text.isdigit() else "text"
    return Region(label, (left, top, right, bottom), text)


def two_columns() -> list[Region]:
    """A page in its right order: title, columns, a figure over both, columns, folio."""
    return [
        block("title", 0.2, 0.05, 0.8, 0.10),
        block("a", 0.1, 0.12, 0.48, 0.25),
        block("symbol", 0.2, 0.26, 0.22, 0.27),
        block("b", 0.1, 0.28, 0.48, 0.45),
        block("c", 0.52, 0.12, 0.9, 0.30),
        block("d", 0.52, 0.32, 0.9, 0.45),
        block("figure across", 0.1, 0.48, 0.9, 0.6),
        block("e", 0.1, 0.62, 0.48, 0.9),
        block("f", 0.52, 0.62, 0.9, 0.7),
        block("g", 0.6, 0.72, 0.8, 0.9),
        block("7", 0.5, 0.95, 0.52, 0.97),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_columns_come_one_after_the_other_between_what_crosses_both(seed: int) -> None:
    shuffled = two_columns()
    random.Random(seed).shuffle(shuffled)
    texts = [region.text for region in in_reading_order(shuffled)]
    assert texts == [region.text for region in two_columns()]


def test_one_column_is_left_as_it_is() -> None:
    page = [
        block("second", 0.1, 0.5, 0.9, 0.7),
        block("first", 0.1, 0.1, 0.9, 0.4),
        block("display", 0.4, 0.42, 0.6, 0.45),
        block("number", 0.85, 0.42, 0.9, 0.45),
    ]
    assert in_reading_order(page) == page
    assert in_reading_order([]) == []


def test_short_lines_beside_a_figure_are_no_columns() -> None:
    page = [
        block("caption", 0.55, 0.2, 0.9, 0.24),
        block("paragraph", 0.1, 0.3, 0.9, 0.6),
        block("heading", 0.1, 0.65, 0.4, 0.68),
        block("rest", 0.1, 0.7, 0.9, 0.9),
    ]
    assert in_reading_order(page) == page


WORDS = "some words of a paragraph that is long enough to be running text "


def paragraph(name: str, left: float, top: float, right: float, bottom: float) -> Region:
    return Region("text", (left, top, right, bottom), f"{name} {WORDS}")


def heading(text: str, left: float, top: float, right: float) -> Region:
    return Region("section_header", (left, top, right, top + 0.02), f"## {text}")


def names(regions: list[Region]) -> list[str]:
    return [region.text.removeprefix("## ").split()[0] for region in in_reading_order(regions)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [3, 4])
def test_three_columns_and_more_below_a_title(count: int, seed: int) -> None:
    step = 0.84 / count
    edges = [(0.08 + step * n, 0.08 + step * (n + 1) - 0.02) for n in range(count)]
    page = [heading("title", 0.08, 0.05, 0.92)] + [
        paragraph(f"c{column}p{part}", left, 0.1 + 0.2 * part + 0.03 * (column % 2), right,
                  0.28 + 0.2 * part + 0.03 * (column % 2))
        for column, (left, right) in enumerate(edges)
        for part in range(3)
    ]  # fmt: skip
    shuffled = list(page)
    random.Random(seed).shuffle(shuffled)
    assert names(shuffled) == names(page) == [
        "title", *(f"c{column}p{part}" for column in range(count) for part in range(3))
    ]  # fmt: skip


def test_a_band_may_have_a_gutter_of_its_own() -> None:
    """The columns of the article below are of other widths; a note stands in its margin."""
    page = [
        paragraph("left", 0.1, 0.05, 0.48, 0.28),
        paragraph("right", 0.52, 0.05, 0.9, 0.28),
        heading("title", 0.1, 0.35, 0.9),
        paragraph("abstract", 0.1, 0.4, 0.57, 0.65),
        paragraph("body", 0.27, 0.67, 0.57, 0.9),
        paragraph("note", 0.1, 0.75, 0.25, 0.85),
        paragraph("goes on", 0.6, 0.4, 0.9, 0.8),
    ]
    assert names(page) == ["left", "right", "title", "abstract", "note", "body", "goes"]


def test_a_line_above_columns_of_other_widths_comes_before_them() -> None:
    page = [
        paragraph("left", 0.1, 0.05, 0.48, 0.28),
        paragraph("right", 0.52, 0.05, 0.9, 0.28),
        heading("title", 0.1, 0.35, 0.9),
        paragraph("volume", 0.53, 0.385, 0.9, 0.395),
        paragraph("abstract", 0.1, 0.4, 0.57, 0.52),
        paragraph("body", 0.1, 0.53, 0.57, 0.65),
        paragraph("goes", 0.6, 0.4, 0.9, 0.55),
        paragraph("on", 0.6, 0.56, 0.9, 0.8),
    ]
    assert names(page) == ["left", "right", "title", "volume", "abstract", "body", "goes", "on"]


def test_short_cards_are_read_down_where_their_numbers_say_so() -> None:
    page = []
    for number, left, top in [(1, 0.1, 0.2), (3, 0.52, 0.2), (2, 0.1, 0.5), (4, 0.52, 0.5)]:
        page += [
            heading(f"{number}. Card", left, top, left + 0.3),
            paragraph(f"text{number}", left, top + 0.15, left + 0.38, top + 0.2),
        ]
    assert [name for name in names(page) if name.startswith("text")] == [
        f"text{number}" for number in range(1, 5)
    ]


@pytest.mark.parametrize("numbers", [(1, 2, 3, 4), (1, 3, 2, 4)])
def test_cards_are_read_as_they_are_numbered(numbers: tuple[int, ...]) -> None:
    """The same four cards, numbered row by row or column by column."""
    page = []
    for number, (left, top) in zip(
        numbers, [(0.1, 0.2), (0.52, 0.2), (0.1, 0.5), (0.52, 0.5)], strict=True
    ):
        page += [
            heading(f"{number}. Card", left, top, left + 0.3),
            paragraph(f"text{number}", left, top + 0.03, left + 0.38, top + 0.25),
        ]
    assert [name for name in names(page) if name.startswith("text")] == [
        f"text{number}" for number in range(1, 5)
    ]


def test_the_heading_of_what_crosses_both_columns_stands_after_them() -> None:
    heading = Region("section_header", (0.1, 0.47, 0.3, 0.5), "## Heights")
    table = block("table across", 0.1, 0.52, 0.9, 0.7)
    columns = [
        block("a", 0.1, 0.12, 0.48, 0.45),
        block("b", 0.52, 0.12, 0.9, 0.30),
        block("c", 0.52, 0.32, 0.9, 0.44),
    ]
    texts = [region.text for region in in_reading_order([*columns, heading, table])]
    assert texts == ["a", "b", "c", "## Heights", "table across"]
    last = [region.text for region in in_reading_order([*columns, heading])]
    assert last == ["a", "## Heights", "b", "c"]
