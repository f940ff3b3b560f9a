"""Two columns in the right order."""

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
