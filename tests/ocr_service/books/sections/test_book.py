"""The sections of books: from records of pages to markdown whose headings have the right level."""

from __future__ import annotations

from dataclasses import replace

from ocr_service.books.running_heads import find_running_heads
from ocr_service.books.sections.book import book_text
from ocr_service.library.pages import PageBookmark, PageRecord, Region, UnprintedHeading
from tests.support.section_books import BODY, Line, book, headings, page_record


def test_a_run_in_heading_is_not_the_parent_of_chapters() -> None:
    found = book(
        [("# CHAPTER VII. FUNCTIONS", 14, True), BODY],
        [
            ("# 63. Some general theorems. A. The", 10, True),
            "sum of two limits is the limit.",
            BODY,
        ],
        [("# 64. Other theorems", 10, True), BODY],
        [("# 65. More theorems", 10, True), BODY],
        [("## CHAPTER VIII. SERIES", 14, True), BODY],
        [("# CHAPTER IX. INTEGRALS", 14, True), BODY],
    )
    assert headings(found) == [
        "# CHAPTER VII. FUNCTIONS",
        "## 63. Some general theorems.",
        "## 64. Other theorems",
        "## 65. More theorems",
        "# CHAPTER VIII. SERIES",
        "# CHAPTER IX. INTEGRALS",
    ]


def test_one_level_for_each_depth_of_numbers() -> None:
    found = book(
        [("## 1 Limits", 14, True), BODY, ("## 1.1 Sums", 12, True), BODY],
        [("# 1.2 Products", 12, True), BODY, ("### 1.2.1 Signs", 10, True), BODY],
        [("### 2 Series", 14, True), BODY, ("# 2.1 Tests", 12, True), BODY],
        [("# 2.1.1 Roots", 10, True), BODY, ("# References", 14, True), BODY],
    )
    assert [line.split()[0] for line in headings(found)] == [
        "#", "##", "##", "###", "#", "##", "###", "#"
    ]  # fmt: skip


def test_paragraphs_are_counted_beside_sections() -> None:
    found = book(
        [("# 1 Rules", 14, True), BODY, ("# 1.1 Accents", 12, True), BODY],
        [("# § 1 Quotes", 10, True), BODY, ("# § 2 Newlines", 10, True), BODY],
        [("# 2 Letters", 14, True), BODY, ("# 2.1 Caps", 12, True), ("# § 3 Type", 10, True), BODY],
    )
    assert headings(found) == [
        "# 1 Rules",
        "## 1.1 Accents",
        "### § 1 Quotes",
        "### § 2 Newlines",
        "# 2 Letters",
        "## 2.1 Caps",
        "### § 3 Type",
    ]


def test_exercises_of_a_series_are_sections_of_their_chapter() -> None:
    chapters = [
        [
            (f"# CHAPTER {number}. TITLE", 17.0, False),
            BODY,
            (f"## Curves {number}", 12.0, True),
            BODY,
            f"Exercises {number}. (See page 9.)",
            f"({number}) Differentiate the function.",
        ]
        for number in ("I", "II", "III")
    ]
    found = book(*chapters)
    assert headings(found)[:3] == ["# CHAPTER I. TITLE", "## Curves I", "## Exercises I."]
    assert "## Exercises III.\n\n(See page 9.)\n\n(III) Differentiate" in found.markdowns[2]


def test_matter_that_begins_a_page_ends_the_last_chapter() -> None:
    found = book(
        [("# CHAPTER I. LIMITS", 17, False), BODY],
        [("# CHAPTER II. SERIES", 17, False), BODY],
        ["transcriber’s note", BODY],
    )
    assert headings(found)[-1] == "# transcriber’s note"


def test_a_line_with_a_missing_number_is_a_heading() -> None:
    found = book(
        [("# 1. Limits", 10, False), BODY, ("## 1.1. Sums", 10, True), BODY],
        ["2. How to use the fonts", BODY, ("## 2.1. Euler", 10, True), BODY],
        [("# 3. Series", 10, False), BODY],
    )
    assert "# 2. How to use the fonts" in headings(found)


def test_items_of_a_list_are_no_missing_headings() -> None:
    found = book(
        [("# 1. Limits", 14, True), BODY],
        ["1. the first item", "2. The second item", "3. the third item", BODY],
        [("# 3. Series", 14, True), BODY],
    )
    assert headings(found) == ["# 1. Limits", "# 3. Series"]


def test_two_lines_of_one_heading_are_one() -> None:
    lines = [
        Region(
            "section_header", (0.2, 0.2, 0.8, 0.22), "# 3 Short introduction and com-", 16.0, True
        ),
        Region("section_header", (0.2, 0.225, 0.8, 0.245), "# mon rules", 16.0, True),
    ]
    record = page_record(0, [])
    body = Region("text", (0.2, 0.3, 0.8, 0.4), BODY, 10.0)
    record = PageRecord.from_dict(
        record.to_dict() | {"regions": [one.to_dict() for one in (*lines, body)]}
    )
    found = book_text([record], find_running_heads([record]))
    assert headings(found) == ["# 3 Short introduction and common rules"]


def test_first_lines_in_the_type_of_titles_are_titles_of_slides() -> None:
    names = [("## Bayes", 14.0, False), ("## Beta", 14.0, False), ("Gamma", 14.0, False)]
    records = [
        replace(page_record(i, [name, BODY]), page_size=(363.0, 273.0))
        for i, name in enumerate(names)
    ]
    found = book_text(records, find_running_heads(records))
    assert headings(found) == ["# Bayes", "# Beta", "# Gamma"]


def test_the_outline_gives_levels_and_what_is_not_printed() -> None:
    outline = [
        PageBookmark(1, "Main Matter", 0),
        PageBookmark(2, "Chapter I", 0),
        PageBookmark(3, "Exercises I", 1),
        PageBookmark(1, "License", 2),
        PageBookmark(1, "Untitled", 2),
    ]
    found = book(
        [("# CHAPTER I. LIMITS", 17, False), BODY],
        [("# Curves", 12, True), BODY, "Exercises I.", BODY],
        [BODY],
        outline=outline,
    )
    assert headings(found) == ["## CHAPTER I. LIMITS", "### Curves", "### Exercises I."]
    assert found.unprinted == {
        0: (UnprintedHeading(1, "Main Matter", 0),),
        2: (UnprintedHeading(1, "License", 0),),
    }


def test_a_section_and_its_first_subsection_on_one_line_are_two() -> None:
    found = book(
        [("# 1 Limits", 14, True), BODY, ("# 2 Series 2.1 Sums of series", 12, True), BODY],
        [("## 2.2 Products", 12, True), BODY, ("# 3 Version 2.1 of it", 14, True), BODY],
    )
    assert headings(found) == [
        "# 1 Limits",
        "# 2 Series",
        "## 2.1 Sums of series",
        "## 2.2 Products",
        "# 3 Version 2.1 of it",
    ]


def test_numbered_lines_of_a_program_are_no_sections() -> None:
    found = book(
        [("# 1 Loops", 14, True), BODY, ("## 3: end for", 10, True), BODY],
        [("# 2 Tests", 14, True), BODY, ("## 4: else", 10, True), BODY],
        [("# 3 Ends", 14, True), BODY, ("## 6: end if", 10, True), BODY],
    )
    assert headings(found) == ["# 1 Loops", "# 2 Tests", "# 3 Ends"]


def test_smaller_numbers_that_count_are_headings() -> None:
    found = book(
        [("# 1 Loops", 14, True), BODY, ("## 1. First", 10, True), BODY],
        [("# 2 Tests", 14, True), ("## 2. Second", 10, True), BODY],
    )
    assert len(headings(found)) == 4


def test_matter_is_no_deeper_than_chapters_of_its_size() -> None:
    chapters: list[list[Line | str]] = [
        [(f"# {title}", 24, False), BODY] for title in ("Introduction", "Writing", "Closing")
    ]
    found = book(
        *chapters,
        [("# Appendix B Media", 24, False), ("## B.1 Files", 14, False), BODY],
        [("## B.2 Sources", 14, False), BODY, ("## B.3 Films", 14, False), BODY],
        [("## References", 24, False), BODY],
    )
    assert headings(found)[-1] == "# References"


def test_entries_of_contents_are_lines() -> None:
    glued = "1. Limits 1 1.1. Groups of order 2 3 2. Series 4 Thanks 5"
    rows = (
        "| 1 | Sums |  | 3 |\n| --- | --- | --- | --- |\n"
        "|  | 1.1 | Finite . . . . | 4 |\n| 2 | Roots | … | 9 |"
    )
    prose = "1. We have 2 of 3 sets. 2. In 1990 there were 4 And 5"
    found = book([("# Contents", 14, True), glued, prose], [("# Contents", 14, True), BODY])
    lines = "1. Limits 1\n1.1. Groups of order 2 3\n2. Series 4\nThanks 5"
    assert found.markdowns[0].endswith(f"{lines}\n\n{prose}")
    for title, expected in (
        ("# Contents", "1 Sums … 3\n1.1 Finite … 4\n2 Roots … 9"),
        ("# Data", rows),
    ):
        record = page_record(0, [(title, 14, True), rows])
        table = replace(record.regions[1], label="table")
        record = replace(record, regions=(record.regions[0], table))
        assert book_text([record], find_running_heads([record])).markdowns == [
            f"{title}\n\n{expected}"
        ]


def test_rows_of_contents_with_nothing_but_leaders_are_left_out() -> None:
    rows = "| 1 Sums | 3 |\n| . . . . . . . . | |\n| 2 Roots | 4 |\n| 3 Limits . . . . | 9 |"
    record = page_record(0, [("# Contents", 14, True), rows])
    record = replace(record, regions=(record.regions[0], replace(record.regions[1], label="table")))
    found = book_text([record], find_running_heads([record])).markdowns
    assert found == ["# Contents\n\n1 Sums … 3\n2 Roots … 4\n3 Limits … 9"]


def test_the_first_entry_of_contents_is_no_part_of_their_title() -> None:
    found = book([("# Table of Contents 1 Limits 3", 14, True), BODY])
    assert found.markdowns[0].startswith("# Table of Contents\n\n1 Limits 3\n\n")


def test_run_in_headings_are_below_all_others() -> None:
    lines: list[Line | str] = [("# 1 Limits", 14, True), ("## 1.1 Sums", 10, True), BODY]
    record = page_record(0, [*lines, ("## Finite sums", 10, True), BODY])
    heading, text = record.regions[-2:]
    text = replace(text, box=(0.2, heading.box[1], 0.8, heading.box[3] + 0.1))
    record = replace(record, regions=(*record.regions[:-1], text))
    found = book_text([record], find_running_heads([record]))
    assert headings(found) == ["# 1 Limits", "## 1.1 Sums", "### Finite sums"]


def test_lines_with_the_next_number_of_three_parts_are_headings() -> None:
    found = book(
        [("# 2 Sets", 14, True), ("## 2.1 Unions", 12, True), "2.1.1 Finite unions", BODY],
        [
            "2.1.2 架构",
            BODY,
            "2.1.4 Version of a program",
            BODY,
            "2.1.3 is shown in the text:",
            BODY,
        ],
        [("# 3 Maps", 14, True), "3.1 Inverses", BODY, "3.1.1 Sides", "3.1.2 Ends"],
    )
    assert headings(found) == [
        "# 2 Sets",
        "## 2.1 Unions",
        "### 2.1.1 Finite unions",
        "### 2.1.2 架构",
        "# 3 Maps",
    ]


def test_numbered_headings_before_paragraphs_are_no_entries_of_contents() -> None:
    lines: list[Line | str] = []
    for number in (7, 8, 9):
        lines += [(f"## Problem {number}", 12, True), f"{BODY} {BODY} {number}."]
    assert len(headings(book(lines))) == 3


def test_a_title_in_large_type_that_its_reader_took_for_a_running_head_is_one() -> None:
    titles = [(f"# {name} of the north", 16.0, True) for name in ("Rivers", "Lakes", "Hills")]
    pages = [page_record(index, [title, BODY]) for index, title in enumerate(titles)]
    head = Region("page_header", (0.2, 0.05, 0.5, 0.07), "Woods of the north", 16.0, True)
    last = page_record(3, [BODY])
    records = [*pages, replace(last, regions=(head, *last.regions))]
    found = book_text(records, find_running_heads(records))
    assert headings(found)[-1] == "# Woods of the north"
    small = replace(last, regions=(replace(head, size=10.0, bold=False), *last.regions))
    records = [*pages, small]
    assert "Woods" not in book_text(records, find_running_heads(records)).markdowns[-1]


def test_a_sign_before_titles_that_looks_like_a_numeral_counts_nothing() -> None:
    signs = [(f"## V Users of {name}", 10, True) for name in ("Windows", "Linux", "Plan Nine")]
    found = book(
        [("# 1 Start", 14, True), BODY, signs[0], BODY, ("## 1.1 Files", 12, True), BODY],
        [("# 2 Use", 14, True), BODY, signs[1], BODY, ("## 2.1 Names", 12, True), BODY],
        [("## 2.2 Types", 12, True), BODY, signs[2], BODY],
    )
    assert headings(found)[1:3] == ["### V Users of Windows", "## 1.1 Files"]


def test_a_second_line_that_begins_in_lower_case_belongs_to_its_heading() -> None:
    record = page_record(0, [("# 1 Limits", 14, True), BODY])
    second = Region("text", (0.2, 0.225, 0.5, 0.245), "and sums of series", 14, True)
    small = replace(second, size=10.0, bold=False)
    for line, expected in ((second, "# 1 Limits and sums of series"), (small, "# 1 Limits")):
        one = replace(record, regions=(record.regions[0], line, record.regions[1]))
        assert headings(book_text([one], find_running_heads([one]))) == [expected]


def test_a_heading_inside_a_region_of_text_is_no_parent_of_sections() -> None:
    inside = "Words before.\n\n# Example 1.1.4\n\nLet it be so."
    found = book(
        [("# 1 Limits", 14, True), BODY, ("## 1.1 Sums", 12, True), (inside, 10, False)],
        [("## 1.2 Roots", 12, True), BODY],
    )
    assert headings(found)[1:] == ["## 1.1 Sums", "### Example 1.1.4", "## 1.2 Roots"]
    assert "Words before.\n\n### Example 1.1.4\n\nLet it be so." in found.markdowns[0]


def test_a_sentence_in_chinese_is_no_heading() -> None:
    found = book(
        [("# 第1章 概率", 20, False), BODY, ("## 1.1 基本概念", 15, False), BODY],
        [
            ("## 目前的支持情况如表 2 所示。举例如下：", 12, True),
            BODY,
            ("## 1.2 独立性", 15, False),
        ],
    )
    assert headings(found) == ["# 第1章 概率", "## 1.1 基本概念", "## 1.2 独立性"]
