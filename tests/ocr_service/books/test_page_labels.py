"""Printed page labels, learned from page numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_service.books.page_labels import printed_labels
from ocr_service.books.running_heads import find_running_heads
from ocr_service.library.pages import PageRecord, PageStatus, Region
from ocr_service.text.numerals import number_value, to_roman


def record(page_index: int, folio: str, label: str | None = None) -> PageRecord:
    regions = [Region("text", (0.1, 0.2, 0.9, 0.9), f"Body text of page {page_index}.")]
    if folio:
        regions.append(Region("page_number", (0.5, 0.95, 0.52, 0.97), folio))
    return PageRecord(
        "ab",
        page_index,
        label or str(page_index + 1),
        PageStatus.OK,
        "rapidocr",
        "",
        tuple(regions),
    )


def labels(folios: list[str], own: list[str] | None = None) -> list[str]:
    records = [
        record(index, folio, own[index] if own else None) for index, folio in enumerate(folios)
    ]
    return printed_labels(records, find_running_heads(records))


def test_front_matter_roman_then_arabic_with_gaps_filled() -> None:
    folios = ["", "", "iii", "iv", "v", "", "", "2", "3", "", "5", "8", "7"]
    expected = ["i", "ii", "iii", "iv", "v", "[6]", "1", "2", "3", "4", "5", "6", "7"]
    assert labels(folios) == expected


def test_a_run_that_begins_late_is_not_led_back_to_one() -> None:
    assert labels(["", "", "57", "58", "59"]) == ["[1]", "[2]", "57", "58", "59"]


def test_numbers_that_go_on_after_many_pages_without_one_label_these_too() -> None:
    folios = [str(i) if i < 5 or i > 17 else "" for i in range(1, 23)]
    assert labels(folios) == [str(i) for i in range(1, 23)]
    moved = [str(i) if i < 5 else str(i - 1) if i > 17 else "" for i in range(1, 23)]
    assert labels(moved)[10] == "[11]"


def test_a_page_of_so_many_is_the_label_beside_other_words() -> None:
    head = "Team 7000 Page {} of 7"
    records = [record(i, "") for i in range(2)]
    for i in range(1, 8):
        line = Region("page_header", (0.1, 0.04, 0.9, 0.06), head.format(i))
        records.append(replace(record(i + 1, ""), regions=(line, *record(i + 1, "").regions)))
    assert printed_labels(records, find_running_heads(records))[2:] == list("1234567")


def test_labels_of_the_file_are_kept() -> None:
    own = ["i", "ii", "1", "2", "3", "4"]
    assert labels(["", "", "11", "12", "13", "14"], own) == own


@pytest.mark.parametrize("folios", [[""] * 5, ["1", "", "", ""], ["9", "4", "17", "2", "88"]])
def test_without_numbers_in_step_the_label_is_the_number(folios: list[str]) -> None:
    assert labels(folios) == [str(n + 1) for n in range(len(folios))]


@given(st.integers(1, 3999))
def test_roman_numbers_there_and_back(number: int) -> None:
    assert number_value(to_roman(number)) == number
