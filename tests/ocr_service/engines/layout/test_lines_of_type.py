"""Lines as they are set: drop caps, narrow gaps between words, code, and what is at the edges."""

from __future__ import annotations

from typing import Any

from ocr_service.engines.layout import prose
from ocr_service.engines.layout.box_regions import labelled
from ocr_service.engines.layout.code import code_block, is_typewritten
from ocr_service.engines.layout.drop_caps import join_drop_caps, move_lone_caps
from ocr_service.engines.layout.edges import Edges, running_rows
from ocr_service.engines.layout.ink import Ink
from ocr_service.engines.layout.text_boxes import TextBox
from ocr_service.engines.layout.text_lines import Line, Span, build_lines
from ocr_service.engines.layout.word_gaps import with_blanks, without_splits
from ocr_service.library.pages import Region

SIZE = 10.0


def span(text: str, x: float, baseline: float, size: float = SIZE) -> Span:
    return Span(
        text, (x, baseline - 0.8 * size, x + 0.5 * size * len(text), baseline), baseline, size
    )


def edges(text: str, gaps: dict[int, float]) -> list[tuple[float, float]]:
    """Return the edges of characters 5 points wide; `gaps` are points after a character."""
    found, x = [], 0.0
    for index in range(len(text)):
        found.append((x, x + 5.0))
        x += 5.0 + gaps.get(index, 0.0)
    return found


def capital_and_lines() -> tuple[Span, list[Span]]:
    lines = [span("ver the past decades", 40, 100), span("pressure has grown", 40, 112)]
    return span("O", 15, 112, 30.0), [*lines, span("since then.", 15, 124)]


def test_a_drop_cap_begins_the_first_line_beside_it() -> None:
    cap, lines = capital_and_lines()
    texts = [prose.line_text(line) for line in join_drop_caps(build_lines([cap, *lines]))]
    assert texts == ["Over the past decades", "pressure has grown", "since then."]


def test_a_drop_cap_in_a_box_of_its_own_is_moved() -> None:
    cap, lines = capital_and_lines()
    shares = [[cap], list(lines)]
    move_lone_caps(shares, [cap.box, (38, 90, 200, 126)])
    assert shares == [[], [*lines, cap]]


def test_a_large_letter_by_itself_stays_where_it_is() -> None:
    lines = build_lines([span("A", 15, 40, 30.0), span("the first letter", 15, 100)])
    assert [prose.line_text(line) for line in join_drop_caps(lines)] == ["A", "the first letter"]


def test_a_narrow_gap_among_touching_letters_is_a_blank() -> None:
    text, places = with_blanks("Table1shows", edges("Table1shows", {4: 1.3, 5: 1.3}), SIZE)
    assert text == "Table 1 shows"
    assert len(places) == len(text)
    assert places[5] == (25.0, 26.3)


def test_letters_set_apart_are_one_word() -> None:
    apart = edges("SPACED", dict.fromkeys(range(5), 1.5))
    assert with_blanks("SPACED", apart, SIZE)[0] == "SPACED"
    assert with_blanks("kerned", edges("kerned", {2: 0.5}), SIZE)[0] == "kerned"


def raw(character: str, left: float, right: float, *, synthetic: bool = False) -> dict[str, Any]:
    return {"c": character, "bbox": (left, 0.0, right, 8.0), "synthetic": synthetic}


def test_a_decimal_point_without_a_width_splits_no_number() -> None:
    number = [raw("7", 0, 3), raw(".", 3, 3), raw(" ", 3, 5, synthetic=True), raw("9", 5, 8)]
    assert "".join(char["c"] for char in without_splits(number)) == "7.9"
    sentence = [raw("7", 0, 3), raw(".", 3, 5), raw(" ", 5, 7, synthetic=True), raw("9", 7, 10)]
    assert "".join(char["c"] for char in without_splits(sentence)) == "7. 9"


def code_line(text: str, baseline: float) -> tuple[float, list[tuple[str, float, float]]]:
    return baseline, [(char, 6.0 * n, 6.0 * n + 6.0) for n, char in enumerate(text)]


def test_code_keeps_its_indentation_and_empty_lines() -> None:
    lines = ["def mean(values):", "    if not values:", "        return 0", "", "    # ..... ’a’"]
    block = code_block([code_line(line, 12.0 * n) for n, line in enumerate(lines)])
    assert block == "```\n" + "\n".join(lines).replace("’", "'") + "\n```"


def test_a_fence_within_code_does_not_end_it() -> None:
    assert code_block([code_line("```sh", 10.0)]) == "```\n'''sh\n```"


def box(text: str, left: float, top: float, level: bool = True) -> TextBox:
    one = Span(text, (left, top, left + 5, top + 10), top + 10, SIZE, level=level)
    return TextBox("page-footer", one.box, (Line((one,)),))


def test_the_last_line_of_a_short_page_may_be_its_number() -> None:
    boxes = [box("Heading", 50, 100), box("text", 50, 200), box("62", 300, 500)]
    page = Edges.of(boxes, 600, 800)
    assert page.hold(boxes[2])
    assert not page.hold(boxes[1])
    assert not Edges.of(boxes[:1], 600, 800).hold(boxes[0])  # all there is


def test_a_footnote_is_no_running_foot() -> None:
    ink = Ink(0.0, 0.0, 0.0, (), (), ())
    words = span("This is the note.", 56, 700, 9.0)
    note = TextBox("page-footer", (50, 690, 200, 702), (Line((span("1", 50, 697, 6.0), words)),))
    foot = TextBox("page-footer", (50, 690, 200, 702), (Line((words,)),))
    page = Edges.of([box("text", 50, 100), note], 600, 720)
    assert labelled(note, SIZE, (), ink, page) == ("footnote", "1 This is the note.")
    assert labelled(foot, SIZE, (), ink, page)[0] == "page_footer"


def test_a_stamp_in_the_margin_stands_aside() -> None:
    stamp = box("arXiv:2503.04086v1", 12, 300, level=False)
    page = Edges.of([stamp, box("text", 80, 100)], 600, 800)
    assert page.hold_aside(stamp)
    assert not page.hold_aside(box("turned table", 200, 300, level=False))
    assert not page.hold_aside(box("margin note", 12, 300))


def test_raised_numbers_behind_words_are_those_of_notes() -> None:
    spans = (span("words.", 50, 100), span("12 ", 80, 96, 6.0), span("10", 100, 100))
    raised = (*spans, span("5", 110, 96, 6.0))
    assert prose.line_text(Line(raised)) == "words.¹² 105"


def test_a_turned_line_in_two_sizes_is_one() -> None:
    large = Span("I", (50, 90, 60, 100), 60, SIZE, level=False)
    small = Span("NDEX", (52, 60, 60, 89.5), 60, 8.0, level=False)
    other = Span("2", (50, 20, 60, 28), 60, SIZE, level=False)
    assert [prose.line_text(line) for line in build_lines([large, small, other])] == ["INDEX", "2"]


def test_a_row_with_the_page_number_is_the_running_head() -> None:
    regions = [
        Region("page_number", (0.1, 0.08, 0.13, 0.09), "400"),
        Region("section_header", (0.4, 0.08, 0.6, 0.09), "BRITISH HUSBANDRY."),
        Region("text", (0.8, 0.08, 0.9, 0.09), "[Ch. XIX."),
        Region("section_header", (0.1, 0.12, 0.9, 0.14), "Of bones"),
    ]
    labels = [region.label for region in running_rows(regions)]
    assert labels == ["page_number", "page_header", "page_header", "section_header"]


def test_leaders_in_a_table_lead_to_its_figures() -> None:
    rows = [
        ["Offense", "Total", "Male", "Female", "Under 18"],
        ["Robbery . . . . . . .", "102.1", "90.0", "12.1", "25.5"],
        ["Arson . . . . . . . . .", "9.8", "8.1", "1.7", "4.3"],
    ]
    assert prose.is_faithful(rows, "Offense Total Male Female Under Robbery Arson")
    assert "| Robbery | 102.1 | 90.0 | 12.1 | 25.5 |" in prose.table_markdown(rows)
    contents = [["1", "Groups . . . . . . .", "3"], ["2", "Rings . . . . . . . .", "14"]]
    assert not prose.is_faithful(contents, "Groups Rings")


def test_quotation_marks_made_of_two() -> None:
    assert prose.tidy("‘‘hope or hype’’ and ‘one’") == "“hope or hype” and ‘one’"


def test_typewritten_text_is_no_code() -> None:
    assert is_typewritten(
        ["It is also important to include, when", "possible, the age's estimates."]
    )
    assert not is_typewritten(["for value in values:", "    total += value * weight[0]"])
    assert not is_typewritten(["git commit --all -m 'a message that is long'"])
    assert not is_typewritten(["return total"])
