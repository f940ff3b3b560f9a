"""Books without an outline whose printed table of contents tells what is a heading."""

from __future__ import annotations

from tests.support.section_books import BODY, Line, book, headings

CONTENTS: list[Line | str] = [
    ("## Contents", 14, True),
    ("On limits … 1\nOn sums of\nmany series … 2\nOn curves … 3\nOn areas … 4", 10, False),
]
SMALL_CAPITALS = ["On limits", "On sums of many series", "On curves", "On areas"]


def test_titles_in_the_type_of_the_body_are_headings_if_the_contents_name_them() -> None:
    chapters: list[list[Line | str]] = [
        [(title, 10.0, False), BODY, BODY] for title in SMALL_CAPITALS
    ]
    found = book([("# A book", 20, True)], CONTENTS, *chapters)
    assert [line.lstrip("# ") for line in headings(found)[2:]] == SMALL_CAPITALS


def test_titles_that_are_not_on_the_page_that_the_contents_name_are_none() -> None:
    chapters: list[list[Line | str]] = [
        [BODY, (title, 10.0, False)] for title in reversed(SMALL_CAPITALS)
    ]
    found = book([("# A book", 20, True)], CONTENTS, *chapters)
    assert headings(found) == ["# A book", "# Contents"]


def test_headings_that_the_contents_omit_are_below_those_that_they_name() -> None:
    chapters: list[list[Line | str]] = [
        [(f"# {number} {title}", 12, True), BODY, ("## Aside", 12, True), BODY]
        for number, title in enumerate(SMALL_CAPITALS, 1)
    ]
    lines = [f"{number} {title} … {number}" for number, title in enumerate(SMALL_CAPITALS, 1)]
    found = book([("## Contents", 14, True), ("\n".join(lines), 10, False)], *chapters)
    assert [line for line in headings(found) if "Aside" in line] == ["## Aside"] * 4


def test_the_only_heading_among_entries_below_contents_is_an_entry() -> None:
    found = book(
        [("# A book", 20, True), BODY, ("## Contents", 14, True), ("# 1 Limits 2", 10, True)],
        [("# 1 Limits", 14, True), BODY],
    )
    assert headings(found) == ["# A book", "# Contents", "# 1 Limits"]


def test_the_numbers_of_pages_are_counted_from_any_page() -> None:
    numbered = [f"{title} … {11 + place}" for place, title in enumerate(SMALL_CAPITALS)]
    chapters: list[list[Line | str]] = [
        [(title, 10.0, False), BODY] for title in SMALL_CAPITALS[:3]
    ]
    last: list[Line | str] = [("# On areas", 14.0, True), BODY]
    contents: list[Line | str] = [("## Contents", 14, True), ("\n".join(numbered), 10, False)]
    found = book(contents, *chapters, last)
    assert "# On areas" in headings(found)
    assert [line.lstrip("# ") for line in headings(found)[1:]] == SMALL_CAPITALS
