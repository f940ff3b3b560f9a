"""The notes of a book's pages, one line for each kind."""

from __future__ import annotations

from ocr_service.console.page_notes import note_lines, page_ranges


def test_notes_of_a_kind_are_one_line_with_their_sum() -> None:
    notes = {
        3: "glyphs left out: 2; 4 words (of, the) of 60 lost",
        4: "glyphs left out: 1",
        9: "4 words (of, the) of 60 lost",
        12: "the text layer is garbled: 3 of 4 words",
    }
    assert note_lines(notes) == [
        "pages 3-4: glyphs left out: 3",
        "pages 3, 9: 4 words (of, the) of 60 lost",
        "page 12: the text layer is garbled: 3 of 4 words",
    ]


def test_a_line_names_no_more_than_a_dozen_ranges() -> None:
    (line,) = note_lines(dict.fromkeys(range(1, 60, 2), "blank"))
    assert line == "pages 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 and others, 30 in all: blank"


def test_page_ranges_are_sorted_and_joined() -> None:
    assert page_ranges([9, 3, 7, 8, 8]) == "3, 7-9"
