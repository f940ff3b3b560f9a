"""The page marks of OCR tools."""

from __future__ import annotations

import pytest

from ocr_service.inputs.page_marks import has_page_marks, split_pages


def pages(text: str) -> list[tuple[str, int | None]]:
    return [(page.markdown, page.number) for page in split_pages(text)]


@pytest.mark.parametrize(
    "mark",
    [
        "<--- Page Split --->",
        "<---Page Split--->",
        "<--- page split --->",
        "<!-- page break -->",
        "<!--PageBreak-->",
        "<!-- PAGE_BREAK -->",
        "<!-- source-unit-page-break -->",
        '<div style="page-break-after: always;"></div>',
        "\f",
    ],
)
def test_marks_between_pages(mark: str) -> None:
    text = f"one\n\n{mark}\n\n\n{mark}\nthree\n"
    assert pages(text) == [("one", None), ("", None), ("three", None)]
    assert pages(f"{text}{mark}\n") == pages(text)
    assert pages(f"\n{mark}\nsecond") == [("", None), ("second", None)]


@pytest.mark.parametrize(
    "text",
    [
        f"\n\n{{0}}{'-' * 48}\n\none\n\n{{1}}{'-' * 48}\n\ntwo\n\n{{4}}{'-' * 48}\n\nfive",
        "<!-- Page 1 -->\none\n<!-- page: 2 -->\ntwo\n<!-- Slide number: 5 -->\nfive",
        "one\n\n--- end of page=0 ---\n\ntwo\n--- end of page=1 ---\nfive\n--- end of page=4 ---\n",
    ],
)
def test_marks_that_number_pages(text: str) -> None:
    assert pages(text) == [("one", 1), ("two", 2), ("five", 5)]


def test_headings_are_marks_if_they_count_on() -> None:
    assert pages("## Page 7\none\n\n## Page 8\ntwo") == [("one", 7), ("two", 8)]
    assert not has_page_marks("## Page 7\none\n\n## Page 9\ntwo")
    assert not has_page_marks("## Page 7\none")


@pytest.mark.parametrize(
    "text",
    [
        "one\n\n---\n\ntwo",
        "the set {3} -- and more ----- of it",
        "a table\n\n| a |\n|---|\n| 1 |",
        "{2}" + "-" * 48 + "\nb\n{1}" + "-" * 48 + "\na",
        "<!-- image -->",
        "see the page break on page 3",
    ],
)
def test_what_is_no_mark(text: str) -> None:
    assert pages(text) == [(text, None)]
    assert not has_page_marks(text)


def test_only_the_marks_of_one_tool_count() -> None:
    text = f"{{0}}{'-' * 48}\none\fstill one\n{{1}}{'-' * 48}\ntwo"
    assert pages(text) == [("one\fstill one", 1), ("two", 2)]
