"""Headings that others enclose: between numbers, in indexes, in examples and tables."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.books.running_heads import find_running_heads
from ocr_service.books.sections.book import book_text
from ocr_service.library.pages import PageBookmark, Region
from tests.support.section_books import BODY, Line, book, headings, page_record


def test_a_heading_without_number_between_two_numbers_is_below_the_first() -> None:
    found = book(
        [("# 1 Limits", 14, True), BODY, ("## 1.1 Sums", 12, True), BODY],
        [("## Names", 12, True), BODY, ("## 1.2 Series", 12, True), BODY],
        [("# 2 Curves", 14, True), BODY, ("# Remarks", 14, True), BODY],
        [("## 2.1 Tangents", 12, True), BODY, ("## 2.2 Areas", 12, True), BODY],
        [("# 3 Volumes", 14, True), BODY],
    )
    assert "### Names" in headings(found)
    assert "## Remarks" in headings(found)  # section 2 goes on after it


def test_the_outline_would_name_an_outer_heading() -> None:
    outline = [
        PageBookmark(1, "Usage", 0),
        PageBookmark(2, "Options", 1),
        PageBookmark(1, "Method", 2),
    ]
    found = book(
        [("# Usage", 14, True), BODY, ("# Nomenclature", 14, True), BODY],
        [("## Options", 12, True), BODY],
        [("# Method", 14, True), BODY],
        outline=outline,
    )
    assert headings(found) == ["# Usage", "## Nomenclature", "## Options", "# Method"]


def test_the_index_is_in_no_section_also_if_the_outline_omits_it() -> None:
    outline = [PageBookmark(1, "Usage", 0), PageBookmark(2, "Options", 0)]
    found = book(
        [("# 1 Usage", 14, True), BODY, ("## 1.1 Options", 12, True), BODY],
        [BODY, ("# Index", 14, True), BODY],
        outline=outline,
    )
    assert headings(found)[-1] == "# Index"


def test_letters_of_an_index_are_headings_below_it() -> None:
    found = book(
        [("# 1 Usage", 14, True), BODY],
        [("# Index", 14, True), ("A", 10, True), "area, 12", ("B", 10, True), "ball, 3"],
        [("D", 10, True), "disc, 5", ("E", 10, True), "egg, 7"],
    )
    assert headings(found) == ["# 1 Usage", "# Index", "## A", "## B", "## D", "## E"]


def test_a_number_of_an_example_is_no_section() -> None:
    pages: list[list[Line | str]] = [
        [(f"# {number}. Title", 12, True), BODY] for number in range(1, 6)
    ]
    pages[3].append(("# 2. Results", 12, True))
    assert "2. Results" not in " ".join(headings(book(*pages)))


def test_spread_ideographs_are_a_title() -> None:
    found = book(
        [("# 1 模板介绍", 14, False), BODY],
        [("# 2 参考说明", 14, False), BODY],
        [("# 3 修改记录", 14, False), BODY],
        [("4 索 引", 14, False), BODY],
    )
    assert headings(found)[-1] == "# 4 索 引"


def test_a_title_read_as_the_first_row_of_a_table_is_parted_from_it() -> None:
    table = "| 1.1 The | symbols |\n| --- | --- |\n| a | 1 |\n| b | 2 |"
    outline = [PageBookmark(1, "Signs", 0), PageBookmark(2, "The symbols", 0)]
    record = page_record(0, [("# 1 Signs", 14, True), BODY])
    row = Region("table", (0.2, 0.5, 0.8, 0.7), table, 10.0)
    record = replace(record, regions=(*record.regions, row))
    found = book_text([record], find_running_heads([record]), outline)
    assert found.markdowns[0].endswith("## 1.1 The symbols\n\n| a | 1 |\n| --- | --- |\n| b | 2 |")


def test_text_between_programs_is_no_heading_though_programs_are_smaller() -> None:
    prose: Line = ("## Renew this in your document when you change the layout", 10.7, False)
    code: Line = ("}", 9.0, False)
    found = book(*[[("# 1 Layout", 14, True), prose, code, code, code, prose, code]] * 3)
    assert not any("Renew" in line for line in headings(found))


def test_lines_in_larger_type_with_the_next_number_are_headings() -> None:
    found = book(
        [("# 1 Limits", 12, False), BODY, ("1.1 Sums", 10.9, False), BODY],
        [("1.2 Series", 10.9, False), BODY, ("1.4 Other things", 10.9, False), BODY],
    )
    assert headings(found) == ["# 1 Limits", "## 1.1 Sums", "## 1.2 Series"]
