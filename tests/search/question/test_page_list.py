"""Lists of pages are parsed or refused."""

from __future__ import annotations

import pytest

from ocr_service.common.errors import QueryError
from search.question.filters import parse_page_range
from search.question.options import MAX_PAGE
from search.question.page_list import PagesFromTo, parse_page_list


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("51", [(51, 51)]),
        ("30-60", [(30, 60)]),
        ("3, 7–9,51", [(3, 3), (7, 9), (51, 51)]),
        ("40-", [(40, MAX_PAGE)]),
        (" 9 ,3", [(9, 9), (3, 3)]),
    ],
)
def test_what_is_a_list(text: str, spans: list[PagesFromTo]) -> None:
    assert parse_page_list(text) == spans


@pytest.mark.parametrize("text", ["", "iv", "9-3", "0", "1,,2", "1;2", "-4", ",".join("1" * 101)])
def test_what_is_none(text: str) -> None:
    with pytest.raises(QueryError):
        parse_page_list(text)


def test_a_range_that_ends_before_it_begins_is_turned_round() -> None:
    with pytest.raises(QueryError, match=r"'9-3' is not a page range: .* write 3-9"):
        parse_page_list("1,9-3")
    with pytest.raises(QueryError, match="'0' is not a page range; pages count from 1 upwards"):
        parse_page_range("0")
