"""Page numbers in the forms in which they are printed."""

from __future__ import annotations

import pytest

from ocr_service.books.page_labels import printed_labels
from ocr_service.books.page_numbers import number_line
from ocr_service.books.running_heads import find_running_heads, page_markdown
from ocr_service.library.pages import PageRecord, PageStatus, Region

FOOT = (0.48, 0.95, 0.52, 0.97)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("12", "12"), ("- 12 -", "12"), ("[xiv]", "xiv"), ("Page 12 of 40", "12"), ("12/40", "12"),
        ("Seite 7 von 9", "7"), ("p. 3", "3"), ("3-1", "3-1"), ("A–3", "A-3"), ("20 | 21", "20–21"),
        ("41/40", None), ("Problem 7", None), ("12 LIMITS", None), ("| 1 | 2 |", None),
    ],
)  # fmt: skip
def test_forms(text: str, label: str | None) -> None:
    number = number_line(text)
    assert (number and number.label()) == label


def record(index: int, *lines: Region) -> PageRecord:
    body = Region("text", (0.1, 0.2, 0.9, 0.9), f"Body text of page {index} in its own words.")
    return PageRecord("ab", index, str(index + 1), PageStatus.OK, "typeset", regions=(body, *lines))


def labels(records: list[PageRecord]) -> list[str]:
    return printed_labels(records, find_running_heads(records))


def feet(*texts: str) -> list[PageRecord]:
    return [
        record(index, *([Region("footnote", FOOT, text)] if text else []))
        for index, text in enumerate(texts)
    ]


def test_page_of_pages() -> None:
    records = feet(*(f"Page {number} of 40" for number in range(12, 18)))
    assert labels(records) == ["12", "13", "14", "15", "16", "17"]
    heads = find_running_heads(records)
    assert all("of 40" not in page_markdown(one, heads) for one in records)


def test_numbers_by_chapter_and_a_page_without_one() -> None:
    records = feet("", "3-1", "3-2", "3-3", "4-1", "4-2", "A-1")
    assert labels(records) == ["[1]", "3-1", "3-2", "3-3", "4-1", "4-2", "A-1"]


def test_section_numbers_are_no_page_numbers() -> None:
    assert labels(feet("3.1", "7.4", "2.2", "9.9")) == ["1", "2", "3", "4"]


def test_two_pages_on_a_sheet() -> None:
    left, right = (0.24, 0.95, 0.25, 0.97), (0.74, 0.95, 0.75, 0.97)
    records = [
        record(i, Region("text", left, str(20 + 2 * i)), Region("text", right, str(21 + 2 * i)))
        for i in range(4)
    ]
    assert labels(records) == ["20–21", "22–23", "24–25", "26–27"]
    heads = find_running_heads(records)
    assert page_markdown(records[1], heads) == records[1].regions[0].text


def test_a_number_by_itself_goes_before_one_in_a_head() -> None:
    records = [
        record(
            i,
            Region("page_header", (0.1, 0.05, 0.9, 0.06), f"LECTURE NOTES {i + 1}"),
            Region("page_number", FOOT, str(41 + i)),
        )
        for i in range(5)
    ]
    assert labels(records) == ["41", "42", "43", "44", "45"]


def test_heads_with_numbers_count_where_no_number_stands_by_itself() -> None:
    head = (0.1, 0.05, 0.9, 0.06)
    names = ["", "LIMITS", "SERIES", "CURVES", "AREAS", "NOTES"]
    records = [
        record(i, *([Region("text", head, f"{name} {i + 3}")] if name else []))
        for i, name in enumerate(names)
    ]
    assert labels(records) == ["[1]", "4", "5", "6", "7", "8"]
