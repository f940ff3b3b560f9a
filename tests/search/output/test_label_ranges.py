"""The labels of a book are named by their ranges."""

from __future__ import annotations

import pytest

from search.output.citation import place_text, tool_citation
from search.output.label_ranges import label_ranges

ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii"]


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        ([*ROMAN, *map(str, range(1, 562))], "i to viii, then 1 to 561"),
        (["[1]", "[2]", "1", "2", "3", "[6]"], "1 to 3"),
        (["A", "B", "i", "ii", "1"], "A to B, then i to ii, then 1"),
        (["A-1", "A-2", "B-1"], "A-1 to A-2, then B-1"),
        (["[1]", "[2]"], "no page has a printed number"),
        ([], "no page has a printed number"),
    ],
)
def test_ranges(labels: list[str], shown: str) -> None:
    assert label_ranges(labels) == shown


def test_a_page_without_a_printed_label_says_so_everywhere() -> None:
    assert place_text("[7]", 7) == "PDF page 7, no printed number"
    assert tool_citation("bda", "[7]", 7) == "[bda PDF page 7, no printed number]"
    assert place_text("[7]", 9) == "p. [7] (PDF page 9)"  # so printed on another page
