"""The words of a table in its cells."""

from __future__ import annotations

from ocr_service.engines.layout.table_cells import fill_cells
from ocr_service.engines.layout.text_lines import Span


def span(text: str, x: float, baseline: float, size: float = 10.0) -> Span:
    """Return a span whose characters are half as wide as they are high."""
    edges = tuple((x + 5.0 * i, x + 5.0 * (i + 1)) for i in range(len(text)))
    box = (x, baseline - size, x + 5.0 * len(text), baseline)
    return Span(text, box, baseline, size, edges=edges)


def test_a_span_over_several_cells_is_shared_out_by_its_words() -> None:
    row = span("Bolts 12 3.50", 0, 10)
    assert fill_cells([row], (0, 28, 42, 70), (0, 12)) == (("Bolts", "12", "3.50"),)


def test_no_word_is_cut_by_the_edge_of_a_column_and_none_is_lost() -> None:
    spans = [span("Description", 0, 10), span("outside", 200, 40)]
    cells = fill_cells(spans, (0, 50, 100), (0, 12, 24))
    assert cells == (("Description", ""), ("", "outside"))


def test_the_rest_of_a_word_in_another_type_is_joined() -> None:
    spans = [span("bo", 0, 10), span("ld", 10, 10), span("next", 25, 10), span("line", 0, 22)]
    assert fill_cells(spans, (0, 100), (0, 30)) == (("bold next line",),)


def test_the_words_of_a_head_over_two_columns_stay_together() -> None:
    spans = [span("Gross domestic product", 30, 10, 16), span("2024", 10, 22), span("2025", 90, 22)]
    cells = fill_cells(spans, (0, 70, 140), (0, 12, 24))
    assert cells == (("Gross domestic product", ""), ("2024", "2025"))


def test_numbers_near_each_other_are_cells_of_their_own() -> None:
    assert fill_cells([span("12 34", 0, 10, 10)], (0, 12, 30), (0, 12)) == (("12", "34"),)
