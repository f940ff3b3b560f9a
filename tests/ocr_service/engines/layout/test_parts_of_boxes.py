"""Boxes of the layout that hold more than one line after the other."""

from __future__ import annotations

from ocr_service.engines.layout import prose
from ocr_service.engines.layout.late_scripts import cut_at_scripts
from ocr_service.engines.layout.merged_columns import part_columns
from ocr_service.engines.layout.table_cells import fill_cells
from ocr_service.engines.layout.text_lines import Span, build_lines

LEFT = ("the left column begins", "here and it goes on for", "a few lines more until", "it ends.")
RIGHT = ("while the right one says", "another thing in words", "that are set on the same", "lines.")


def span(text: str, x: float, baseline: float, size: float = 10.0) -> Span:
    """Return a span whose characters are half as wide as they are high."""
    edges = tuple((x + 0.5 * size * i, x + 0.5 * size * (i + 1)) for i in range(len(text)))
    box = (x, baseline - size, x + 0.5 * size * len(text), baseline)
    return Span(text, box, baseline, size, edges=edges)


def side_by_side(left: tuple[str, ...], right: tuple[str, ...]) -> list[Span]:
    rows = zip(left, right, strict=True)
    places = [(0, 100 + 12 * n, one, other) for n, (one, other) in enumerate(rows)]
    return [part for x, y, a, b in places for part in (span(a, x, y), span(b, 150, y))]


def read(spans: list[Span]) -> str:
    return " ".join(prose.line_text(line) for line in build_lines(spans))


def test_subscripts_drawn_after_their_line_stand_in_its_gaps() -> None:
    line = span("where FD  and FD  tend to one", 0, 100)
    late = [span("3", 41, 102, 6), span("4", 81, 102, 6)]
    assert read(cut_at_scripts([line, *late])) == "where FD3 and FD4 tend to one"


def test_small_type_over_letters_cuts_nothing() -> None:
    line, over = span("an ordinary line of type", 0, 100), span("12", 21, 98, 6)
    assert cut_at_scripts([line, over]) == [line, over]


def test_columns_in_one_box_are_read_one_after_the_other() -> None:
    head = span("a heading that runs across both of the columns", 0, 80)
    across, left, right = part_columns([head, *side_by_side(LEFT, RIGHT)])
    assert across == [head]
    assert (read(left), read(right)) == (" ".join(LEFT), " ".join(RIGHT))


def test_short_cells_side_by_side_are_no_columns() -> None:
    cells = side_by_side(
        ("Name", "Street", "Town", "Country"), ("Ada", "High St", "Ely", "England")
    )
    assert part_columns(cells) == [cells]


def test_a_word_parted_at_a_line_of_a_cell_is_joined() -> None:
    spans = [span("by docu-", 0, 10), span("ment and self-", 0, 22), span("made type", 0, 34)]
    assert fill_cells(spans, (0, 100), (0, 40)) == (("by document and self-made type",),)


def test_a_blank_at_the_end_of_a_run_parts_words_in_two_types() -> None:
    spans = [span("amount you ", 0, 10), span("overpaid", 51, 10)]
    assert fill_cells(spans, (0, 100), (0, 12)) == (("amount you overpaid",),)
    assert prose.is_faithful([["by document"]], "by docu-\nment")


def test_a_table_of_contents_in_two_columns_is_read_column_by_column() -> None:
    left = (
        "First things first . . . 3",
        "Of second thoughts . . . 7",
        "Third parties named . . . 9",
    )
    right = ("Fourth walls broken . . 20", "Fifth wheels turned . . 31", "Sixth senses used . . 44")
    columns = part_columns(side_by_side(2 * left, 2 * right), contents=True)
    assert [read(column) for column in columns] == [" ".join(2 * left), " ".join(2 * right)]
