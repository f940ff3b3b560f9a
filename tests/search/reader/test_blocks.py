"""Tests that each block of a page has its place in the print."""

from __future__ import annotations

from ocr_service.library.pages import Region
from search.reader.blocks import boxes_of, page_blocks

HEAD = Region("page_header", (0.1, 0.0, 0.9, 0.05), "12 CHAPTER I")
TITLE = Region("section_header", (0.1, 0.1, 0.9, 0.15), "## Sums")
FIRST = Region("text", (0.1, 0.2, 0.9, 0.3), "The sum of\ntwo  numbers.")
DISPLAY = Region("equation", (0.3, 0.4, 0.7, 0.5), "\\[ a + b \\]")
AGAIN = Region("text", (0.1, 0.6, 0.9, 0.7), "The sum of two numbers.")
MARKDOWN = "## Sums\n\nThe sum of\ntwo numbers.\n\n\\[ a + b \\]\n\nThe sum of two numbers."


def test_blocks_have_the_boxes_of_their_regions_in_order() -> None:
    blocks = page_blocks(MARKDOWN, [HEAD, TITLE, FIRST, DISPLAY, AGAIN])
    assert [block.box for block in blocks] == [TITLE.box, FIRST.box, DISPLAY.box, AGAIN.box]


def test_a_page_without_regions_has_blocks_without_places() -> None:
    blocks = page_blocks(MARKDOWN, [])
    assert len(blocks) == 4
    assert {block.box for block in blocks} == {None}


def test_several_paragraphs_of_one_region_share_its_box() -> None:
    region = Region("text", (0.0, 0.0, 1.0, 1.0), "One.\n\nTwo.")
    assert [block.box for block in page_blocks("One.\n\nTwo.", [region])] == [region.box] * 2


def test_a_range_of_the_page_has_the_boxes_that_it_touches() -> None:
    blocks = page_blocks(MARKDOWN, [HEAD, TITLE, FIRST, DISPLAY, AGAIN])
    place = MARKDOWN.index("two numbers")
    assert boxes_of(blocks, place, MARKDOWN.index("+ b")) == [FIRST.box, DISPLAY.box]
