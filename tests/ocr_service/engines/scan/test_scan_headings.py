"""Headings of scans by the width of their letters, their strokes and the white above them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr_service.engines.scan.line_geometry import TextLine
from ocr_service.engines.scan.paragraphs import regions_from_lines

CHAR, HEIGHT, PITCH = 0.009, 0.016, 0.02  # of the page: a character, a line, line to line
BODY = (
    "every village has repaired some of its useful instruments",
    "under the old bridge, where one quiet forest covers them",
    "and no honest ledger of the whole county mentioned a few",
    "hidden engines before that funeral, so that our captain",
)


def line(text: str, left: float, top: float, wide: float = 1.0, tall: float = 1.0) -> TextLine:
    right = left + len(text) * CHAR * wide
    return TextLine(text, (left, top, right, top + HEIGHT * tall), 0.99, 2.0)


def body(top: float, left: float = 0.15) -> list[TextLine]:
    return [
        replace(line(text, left, top + i * PITCH), weight=2.0 + 0.05 * (i % 3 - 1))
        for i, text in enumerate(BODY)
    ]


def labels(lines: list[TextLine]) -> dict[str, str]:
    return {region.text.lstrip("# "): region.label for region in regions_from_lines(lines)}


@pytest.mark.parametrize(("wide", "heading"), [(1.6, True), (1.0, False)])
def test_large_type_is_told_by_its_width_where_paper_is_curled(
    wide: float, *, heading: bool
) -> None:
    title = line("The weather of small islands", 0.2, 0.22, wide)
    found = labels([*body(0.3), *body(0.5), title])
    assert (found[title.text] == "section_header") == heading


@pytest.mark.parametrize(
    ("weight", "white", "heading"), [(2.3, 0.03, True), (2.3, 0.004, False), (2.05, 0.03, False)]
)
def test_bold_type_of_little_more_weight_is_a_heading_if_it_stands_apart(
    weight: float, white: float, *, heading: bool
) -> None:
    bold = replace(line("Starting the pump", 0.15, 0.2 + 3 * PITCH + HEIGHT + white), weight=weight)
    found = labels([*body(0.2), bold, *body(bold.box[3] + 0.03)])
    assert (found.get("Starting the pump") == "section_header") == heading


def test_a_title_of_two_lines_is_one_though_one_has_no_descenders() -> None:
    lines = [
        *body(0.3),
        line("Open daily", 0.34, 0.1, 3.0, 3.2),
        line("from nine to five", 0.27, 0.158, 2.9, 2.4),
    ]
    assert "Open daily from nine to five" in labels(lines)


def test_a_paragraph_in_large_type_stays_whole() -> None:
    large = (
        "Every northern harbour questioned the",
        "useful pictures without any census. It",
        "refused several heavy treaties.",
    )
    lines = [
        line(text, 0.15, 0.5 + i * 0.022, 1.35, 1.0 + 0.2 * (i % 2)) for i, text in enumerate(large)
    ]
    assert labels([*body(0.2), *body(0.3), *lines])[" ".join(large)] == "text"


def test_a_running_head_close_above_the_text_is_a_region_of_its_own() -> None:
    head = line("A history of the county and its rivers", 0.23, 0.08)
    assert head.text in labels([head, *body(0.1), *body(0.18)])


def test_two_starred_notes_are_none_of_a_list_if_the_text_has_both_marks() -> None:
    text = [replace(one, text=one.text.replace("forest", "forest*")) for one in body(0.3)]
    more = [replace(one, text=one.text.replace("engines", "engines*")) for one in body(0.4)]
    notes = [
        line(f"*See the {n} of the old records.", 0.17, 0.8 + 0.03 * i)
        for i, n in enumerate(("first", "second"))
    ]
    found = labels([*text, *more, *notes])
    assert [found[note.text] for note in notes] == ["footnote", "footnote"]
