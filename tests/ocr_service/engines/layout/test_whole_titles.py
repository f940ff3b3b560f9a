"""Headings below each other stay apart, and listings in frames are no tables."""

from __future__ import annotations

from ocr_service.engines.combine import with_tables
from ocr_service.engines.layout.box_regions import continues_heading
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
