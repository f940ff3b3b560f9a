"""Lines to paragraphs: order, columns, indents, hyphens, headings, edges."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_service.engines.scan.paragraphs import TextLine, regions_from_lines
from ocr_service.library.pages import Region

CHAR, HEIGHT, PITCH = 0.009, 0.016, 0.02  # of the page: a character, a line, line to line


def line(
    text: str, left: float, top: float, width: float | None = None, size: float = 1.0
) -> TextLine:
    right = left + (width if width is not None else len(text) * CHAR * size)
    return TextLine(text, (left, top, right, top + HEIGHT * size), 0.99)


def block(text: str, left: float, top: float, width: float) -> list[TextLine]:
    """Set lines one under the other; a line that does not end a paragraph fills the measure."""
    return [
        line(
            row.strip(),
            left + (0.03 if row.startswith("  ") else 0.0),
            top + i * PITCH,
            None if row.endswith(".") else width - (0.03 if row.startswith("  ") else 0.0),
        )
        for i, row in enumerate(text.splitlines())
    ]


def texts(regions: list[Region]) -> list[str]:
    return [region.text for region in regions]


PROSE = (
    "  When a magnitude grows it is usual to say\n"
    "that it flows, and the flowing quantity has\n"
    "been called a fluent by Newton.\n"
    "  The rate at which it flows is the fluxion\n"
    "and is written with a dot."
)
FIRST = (
    "When a magnitude grows it is usual to say that it flows, and the flowing quantity has "
    "been called a fluent by Newton."
)
SECOND = "The rate at which it flows is the fluxion and is written with a dot."


def test_nothing_gives_nothing() -> None:
    assert regions_from_lines([]) == []
    assert regions_from_lines([TextLine("  ", (0, 0, 1, 1), 1.0)]) == []


def test_paragraphs_by_indent() -> None:
    assert texts(regions_from_lines(block(PROSE, 0.15, 0.3, 0.7))) == [FIRST, SECOND]


def test_paragraphs_by_gap_and_short_last_line() -> None:
    plain = "\n".join(row.strip() for row in PROSE.splitlines())
    assert texts(regions_from_lines(block(plain, 0.15, 0.3, 0.7))) == [FIRST, SECOND]
    gapped = block(
        "One line fills all of the measure here\nas does the next one, to its end", 0.1, 0.3, 0.8
    )
    gapped += block(
        "After some white there is another line\nof a paragraph that is not indented.",
        0.1,
        0.36,
        0.8,
    )
    assert len(regions_from_lines(gapped)) == 2


def test_the_order_of_the_lines_does_not_matter() -> None:
    lines = block(PROSE, 0.15, 0.3, 0.7)
    shuffled = lines.copy()
    random.Random(5).shuffle(shuffled)
    assert regions_from_lines(shuffled) == regions_from_lines(lines)


def test_two_columns_under_a_title_across() -> None:
    left = (
        "The left column is read\nfrom its top to its end\nbefore the right one, as\n"
        "everybody knows who has\nseen a journal."
    )
    right = (
        "The right column comes\nafter it and is read in\nthe same way until there\n"
        "is nothing left of it,\nwhich is soon."
    )
    lines = [line("Of Two Columns and Their Order", 0.2, 0.14, 0.6, 2.0)]
    lines += block(left, 0.08, 0.3, 0.38) + block(right, 0.54, 0.3, 0.38)
    lines += block("Below both stands a line across the page.", 0.08, 0.5, 0.84)
    assert texts(regions_from_lines(lines)) == [
        "## Of Two Columns and Their Order",
        " ".join(left.split()),
        " ".join(right.split()),
        "Below both stands a line across the page.",
    ]


def test_columns_below_a_listing_with_comments_are_kept_apart() -> None:
    code = [line(f"v{i} := load state[{i}]", 0.08, 0.1 + i * PITCH) for i in range(8)]
    comments = [line(f"// put the value {i} there", 0.36, 0.1 + i * PITCH) for i in range(8)]
    left = "\n".join(["the left column is read first"] * 5)
    right = "\n".join(["the right one comes after it"] * 5)
    lines = code + comments + block(left, 0.08, 0.4, 0.4) + block(right, 0.52, 0.4, 0.4)
    found = texts(regions_from_lines(lines))
    assert found[-2:] == [" ".join(left.split()), " ".join(right.split())]


@pytest.mark.parametrize(
    ("end", "start", "joined"),
    [
        ("a differ-", "ential equation", "a differential equation"),
        ("a non-", "euclidean plane", "a non-euclidean plane"),
        ("the Cauchy-", "Riemann equations", "the Cauchy-Riemann equations"),
        ("a three-", "dimensional space", "a three-dimensional space"),
        ("it is a secret—", "how to tell", "it is a secret—how to tell"),
        ("a so-", "lution is found", "a solution is found"),
        ("pages 10-", "12 of it", "pages 10-12 of it"),
        ("plain", "words here", "plain words here"),
    ],
)
def test_words_cut_at_the_end_of_a_line(end: str, start: str, joined: str) -> None:
    filler = "x" * (60 - len(end))
    lines = [line(f"{filler} {end}", 0.1, 0.3, 0.8), line(start, 0.1, 0.3 + PITCH)]
    assert texts(regions_from_lines(lines)) == [f"{filler} {joined}"]


def test_a_hyphen_is_kept_where_the_page_shows_the_word_with_it() -> None:
    rows = "The half plane and the point-set of it have\nno point in common with a second point-"
    lines = block(f"{rows}\nset of the plane.", 0.1, 0.3, 0.8)
    assert "second point-set of" in regions_from_lines(lines)[0].text


def test_inline_fractions_stand_in_their_line() -> None:
    lines = [
        line("Here,", 0.1, 0.3),
        line("is of constant value, and so we find that", 0.22, 0.3, 0.6),
        line("dy", 0.17, 0.29, 0.03),
        line("dx", 0.17, 0.309, 0.03),
        line("it is the same for all the other ones.", 0.1, 0.34, 0.7),
    ]
    found = texts(regions_from_lines(lines))
    assert found[0].startswith("Here, dy/dx is of constant value")


@pytest.mark.parametrize(
    ("text", "size", "heading"),
    [
        ("CHAPTER XIV.", 1.0, True),
        ("§ 12. The axiom of parallels", 1.0, True),
        ("2.3 The Three Hypotheses", 1.0, True),
        ("CONCLUSION.", 1.0, True),
        ("Of Other Things", 1.6, True),
        ("Of other things we say nothing.", 1.0, False),
        ("A = B", 1.6, False),
        ("FIG. 33.", 1.0, False),
        ("as we have seen before,", 1.6, False),
    ],
)
def test_headings_only_where_it_is_clear(text: str, size: float, heading: bool) -> None:
    lines = [*block(PROSE, 0.29, 0.2, 0.42), line(text, 0.4, 0.4, None, size)]
    lines += block(PROSE, 0.29, 0.5, 0.42)
    found = next(region for region in regions_from_lines(lines) if text in region.text)
    assert (found.label == "section_header") == heading
    assert found.text == (f"## {text}" if heading else text)


def test_lists_captions_footnotes_and_letters_of_a_figure() -> None:
    lines = block(PROSE, 0.15, 0.2, 0.7)
    lines += [line("• the first thing that one has to do", 0.15, 0.33)]
    lines += [line("• the second thing after that first one", 0.15, 0.35)]
    lines += [line("A", 0.3, 0.5), line("B", 0.6, 0.55), line("FIG. 7.", 0.4, 0.62)]
    lines += [*block(PROSE, 0.15, 0.68, 0.7), line("3See Hilbert, Festschrift.", 0.17, 0.8)]
    labels = {region.text: region.label for region in regions_from_lines(lines)}
    assert labels["- the first thing that one has to do"] == "list_item"
    assert labels["A B"] == "image"
    assert labels["FIG. 7."] == "caption"
    assert labels["3See Hilbert, Festschrift."] == "footnote"


def test_edges() -> None:
    lines = block(PROSE, 0.15, 0.2, 0.7)
    head = [line("CALCULUS MADE EASY", 0.3, 0.04), line("110", 0.88, 0.04)]
    found = regions_from_lines([*lines, *head, line("xiv", 0.5, 0.95)])
    assert [region.label for region in found if region.label.startswith("page")] == [
        "page_header", "page_number", "page_number",
    ]  # fmt: skip
    assert found[-1].text == "xiv"


def test_a_title_at_the_top_is_no_running_head() -> None:
    title = line("Report of the Harbour Committee", 0.3, 0.06)
    found = regions_from_lines(
        [title, *block(PROSE, 0.15, 0.12, 0.7), *block(PROSE, 0.15, 0.3, 0.7)]
    )
    assert (found[0].label, found[0].text) == ("text", "Report of the Harbour Committee")


def test_a_running_head_close_to_the_text_is_not_glued_to_it() -> None:
    head = [line("THE FUNCTIONS OF A LINE", 0.3, 0.1), line("110", 0.81, 0.1)]
    found = regions_from_lines([*head, *block(PROSE, 0.15, 0.12, 0.7)])
    assert [(r.label, r.text) for r in found[:2]] == [
        ("page_header", "THE FUNCTIONS OF A LINE"),
        ("page_number", "110"),
    ]
    table = [line("Pounds of butter", 0.15, 0.1), line("110", 0.81, 0.1)]
    table += [line("Pounds of cheese", 0.15, 0.12), line("290", 0.81, 0.12)]
    found = regions_from_lines([*table, *block(PROSE, 0.15, 0.2, 0.7)])
    assert not [region for region in found if region.label.startswith("page")]


def test_a_title_of_two_lines_is_one_heading() -> None:
    title = [
        line("On the Parallax of", 0.3, 0.14, 0.42, 2.0),
        line("Distant Stars", 0.34, 0.18, 0.3, 2.0),
    ]
    found = regions_from_lines([*title, *block(PROSE, 0.15, 0.3, 0.7)])
    assert texts(found) == ["## On the Parallax of Distant Stars", FIRST, SECOND]


@pytest.mark.parametrize(
    "title", ["Abstract", "1. Introduction", "3 Materials and methods", "References"]
)
def test_headings_of_body_size_by_name_or_number(title: str) -> None:
    lines = [*block(PROSE, 0.15, 0.2, 0.7), line(title, 0.15, 0.33), *block(PROSE, 0.15, 0.37, 0.7)]
    assert f"## {title}" in texts(regions_from_lines(lines))


def test_items_of_a_numbered_list_are_no_headings() -> None:
    lines = block(PROSE, 0.15, 0.2, 0.7)
    lines += [
        line(f"{n}. Buy {what}", 0.15, 0.32 + 0.02 * n)
        for n, what in enumerate(["milk", "new bread", "butter"], 1)
    ]
    found = regions_from_lines([*lines, *block(PROSE, 0.15, 0.42, 0.7)])
    assert not [region for region in found if region.label == "section_header"]


def test_bold_lines_of_body_size_are_headings() -> None:
    def weighted(lines: list[TextLine], weight: float) -> list[TextLine]:
        return [replace(one, weight=weight) for one in lines]

    lines = weighted(block(PROSE, 0.15, 0.2, 0.7), 2.0)
    lines += weighted([line("Editing a sequence", 0.15, 0.302)], 2.9)
    lines += weighted(block(PROSE, 0.15, 0.322, 0.7), 2.1)
    lines += weighted([line("Bold words that end a sentence.", 0.15, 0.45)], 2.9)
    headings = [r.text for r in regions_from_lines(lines) if r.label == "section_header"]
    assert headings == ["## Editing a sequence"]


@pytest.mark.parametrize(
    ("first", "second", "headings"),
    [
        ("On the convergence of", "Fourier series", 1),
        ("Series that converge but", "not absolutely", 1),
        ("Editing a sequence", "Moving a sequence", 2),
        ("Proof by induction.", "and more", 2),
    ],
)
def test_a_bold_heading_of_two_lines_goes_on_where_its_words_do(
    first: str, second: str, headings: int
) -> None:
    prose = [*block(PROSE, 0.15, 0.2, 0.7), *block(PROSE, 0.15, 0.45, 0.7)]
    lines = [replace(one, weight=2.0) for one in prose]
    lines += [replace(line(first, 0.15, 0.38), weight=2.9)]
    lines += [replace(line(second, 0.15, 0.402), weight=2.9)]
    (found,) = [region.text for region in regions_from_lines(lines) if first[:8] in region.text]
    assert found.removeprefix("## ") == (f"{first} {second}" if headings == 1 else first)
    assert found.startswith("##") == (not first.endswith("."))


def test_a_starred_note_at_the_foot_is_no_list() -> None:
    body = block(PROSE, 0.15, 0.2, 0.7)
    found = regions_from_lines([*body, line("* see the second volume of it", 0.15, 0.8)])
    assert found[-1].label == "footnote"
    stars = [
        line(f"* the {n} thing of all", 0.15, 0.7 + 0.02 * i)
        for i, n in enumerate(["first", "next"])
    ]
    assert [r.label for r in regions_from_lines([*body, *stars])[-2:]] == ["list_item"] * 2


def test_marginal_notes_are_kept_out_of_the_sentences() -> None:
    body = block(PROSE + "\n" + PROSE, 0.15, 0.2, 0.7)
    notes = [line("Newton", 0.88, 0.242, None, 0.8), line("on flow", 0.88, 0.262, None, 0.8)]
    number = [line("(12)", 0.9, 0.28)]
    found = texts(regions_from_lines([*body, *notes, *number]))
    assert "Newton on flow" in found
    assert FIRST in found
    assert any("(12)" in text and "rate" in text for text in found)


def test_a_caption_in_small_capitals_beside_the_text_is_no_heading() -> None:
    lines = [*block("\n".join(["words of the text that go on and on"] * 9), 0.5, 0.2, 0.35)]
    lines.append(TextLine("THEY TIP-TOED ALONG", (0.15, 0.304, 0.3, 0.314), 0.99))
    assert {region.label for region in regions_from_lines(lines)} == {"text"}


def test_body_text_at_an_edge_is_no_running_head() -> None:
    lines = block(PROSE, 0.15, 0.04, 0.7)
    lines += [*block(PROSE, 0.15, 0.82, 0.7), line("where x is given.", 0.15, 0.96)]
    assert {region.label for region in regions_from_lines(lines)} == {"text"}


def test_a_hash_is_not_made_a_heading() -> None:
    assert texts(regions_from_lines([line("# of pages", 0.1, 0.3)])) == ["\\# of pages"]


boxes = st.tuples(
    st.floats(0, 0.95), st.floats(0, 0.95), st.floats(0.001, 0.5), st.floats(0.001, 0.1)
).map(lambda b: (b[0], b[1], min(1.0, b[0] + b[2]), min(1.0, b[1] + b[3])))
words = st.text("abcXYZ019.-()=", min_size=1, max_size=30)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.builds(TextLine, words, boxes), max_size=25))
def test_no_letter_is_lost_or_invented(lines: list[TextLine]) -> None:
    found = regions_from_lines(lines)
    given_letters = sorted(char for one in lines for char in one.text if char.isalnum())
    assert sorted(char for text in texts(found) for char in text if char.isalnum()) == given_letters
    for region in found:
        left, top, right, bottom = region.box
        assert 0 <= left <= right <= 1
        assert 0 <= top <= bottom <= 1


def test_columns_whose_boxes_reach_into_the_gutter_are_read_one_after_the_other() -> None:
    words = [f"Line {i} of the {{}} column goes on" for i in range(8)]
    lines = []
    for i, text in enumerate(words):
        lean = 0.002 * (i % 3)  # of boxes around lines that are not quite level
        lines.append(line(text.format("left"), 0.1, 0.2 + i * PITCH, 0.4 + lean))
        lines.append(line(text.format("right"), 0.503 - lean, 0.2 + i * PITCH, 0.4))
    read = " ".join(texts(regions_from_lines(lines)))
    assert read.index("Line 7 of the left") < read.index("Line 0 of the right")


def test_a_title_of_two_lines_that_are_a_little_larger_is_one() -> None:
    size, height = 1.6, 1.6 * HEIGHT
    bold = [
        replace(line("On the growth of forests", 0.3, 0.1, size=size), weight=3.0),
        replace(line("and their rivers", 0.35, 0.11 + height, size=size), weight=3.0),
    ]
    rows = ["When a magnitude grows it is usual to say", "that it flows, and the flow has a rate."]
    prose = [
        replace(line(row, 0.1, 0.3 + i * PITCH, size=1.25), weight=2.0)
        for i, row in enumerate(rows * 2)
    ]
    found = texts(regions_from_lines([*bold, *prose]))
    assert found[0] == "## On the growth of forests and their rivers"
