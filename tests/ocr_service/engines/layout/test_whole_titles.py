"""Headings below each other stay apart, and listings in frames are no tables."""

from __future__ import annotations

from ocr_service.engines.combine import with_tables
from ocr_service.engines.layout.box_regions import continues_heading
from ocr_service.engines.layout.reading_order import in_reading_order
from ocr_service.library.pages import Region
from ocr_service.pdf.document import OutlineEntry
from ocr_service.pdf.font_names import bare_name

HIGH, LOW = (0.1, 0.05, 0.6, 0.1), (0.1, 0.12, 0.4, 0.15)


def heading(text: str) -> Region:
    return Region("section_header", HIGH, text)


def test_a_title_that_is_whole_does_not_go_on_in_the_heading_below() -> None:
    entry = OutlineEntry(1, "Questions about the Library", 0)
    title = heading("Questions about the Library")
    assert not continues_heading(title, heading("Borrowing"), [entry])


def test_a_title_of_two_lines_goes_on() -> None:
    entry = OutlineEntry(1, "Questions about the Library of the Town", 0)
    assert continues_heading(
        heading("Questions about the"), heading("Library of the Town"), [entry]
    )


def test_a_listing_in_a_frame_stays_a_listing() -> None:
    code = Region("code", LOW, "```\n1 def f():\n2     return\n```")
    table = Region("table", LOW, "| 1 | def f(): |\n| --- | --- |\n| 2 | return |")
    assert with_tables([code], [table]) == [code]


def test_the_name_of_a_composite_font_is_without_its_encoding() -> None:
    assert bare_name("FRTFZV+NewCMMath-Book-Identity-H") == "NewCMMath-Book"


def test_three_short_columns_are_read_one_after_the_other_below_a_narrow_title() -> None:
    title = Region("title", (0.3, 0.02, 0.7, 0.05), "The Gazette")
    places = [(left, top) for left in (0.05, 0.37, 0.69) for top in (0.1, 0.16)]
    columns = [
        Region("text", (left, top, left + 0.27, top + 0.055), f"{number} {'word ' * 40}")
        for number, (left, top) in enumerate(places)
    ]
    by_rows = sorted(columns, key=lambda region: region.box[1])
    assert in_reading_order([title, *by_rows]) == [title, *columns]
