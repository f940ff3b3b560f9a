"""Ordinary type: narrow letters, ligatures, lines beside a tall figure, phrases at an edge."""

from __future__ import annotations

from typing import Any

import pytest

from ocr_service.engines.layout.shown_text import Overprints
from ocr_service.engines.typeset.blocks.figures import take_labels
from ocr_service.engines.typeset.characters.faces import face_of
from ocr_service.engines.typeset.characters.kinds import LETTER
from ocr_service.engines.typeset.characters.letters_of_ligatures import with_shared_widths
from ocr_service.engines.typeset.characters.nodes import Glyph, Rule
from ocr_service.engines.typeset.rows.find_rows import find_rows
from ocr_service.engines.typeset.rows.stacked_lines import stacked_lines

TIMES = face_of("Times-Roman")


def glyph(text: str, left: float, base: float, size: float = 10.0, order: int = 0) -> Glyph:
    box = (left, base - 0.7 * size, left + 0.5 * size, base)
    return Glyph(*box, base, size, text, text, LETTER, TIMES, "", order)


def line(text: str, left: float, base: float, order: int = 0, size: float = 10.0) -> list[Glyph]:
    """Return the letters of a line, blanks left out."""
    return [
        glyph(letter, left + 0.5 * size * place, base, size, order + place)
        for place, letter in enumerate(text)
        if letter != " "
    ]


def texts(rows: list[Any]) -> list[str]:
    return ["".join(one.text for one in row.glyphs) for row in rows]


@pytest.mark.parametrize(("step", "again"), [(0.18, False), (0.222, False), (0.04, True)])
def test_two_narrow_letters_are_not_one_drawn_twice(step: float, again: bool) -> None:
    for place in range(40):  # wherever the letters stand
        drawn = Overprints()
        x = 100 + 0.31 * place
        assert not drawn.is_again("l", x, 500, 9.3)
        assert drawn.is_again("l", x + step * 9.3, 500, 9.3) is again


def test_the_letters_of_a_ligature_share_its_width() -> None:
    def raw(text: str, left: float, right: float) -> dict[str, Any]:
        return {"c": text, "bbox": (left, 90.0, right, 100.0), "origin": (left, 98.0)}

    drawn = [raw("a", 0, 6), raw("f", 6, 18), raw("f", 18, 18), raw("i", 18, 18), raw("l", 18, 21)]
    shared = [(one["c"], one["bbox"][0], one["bbox"][2]) for one in with_shared_widths(drawn)]
    assert shared == [("a", 0, 6), ("f", 6, 10), ("f", 10, 14), ("i", 14, 18), ("l", 18, 21)]


def test_lines_beside_a_tall_number_are_lines_of_their_own() -> None:
    number = line("38", 10, 119, 0, 20)
    small = [("ECB", 102), ("Working Paper", 110.5), ("February", 119)]
    lines = [line(text, 40, base, 10 * n + 10, 8) for n, (text, base) in enumerate(small)]
    rows = find_rows([*number, *(one for row in lines for one in row)], [])
    assert sorted(texts(rows)) == ["38February", "ECB", "WorkingPaper"]


def test_words_over_and_under_a_bar_stay_together() -> None:
    words = [*line("distance", 40, 100), *line("duration", 40, 114, 10)]
    assert stacked_lines(words, [Rule(40, 103.8, 80, 104.2)]) == [words]
    assert stacked_lines(words, []) == [words[:8], words[8:]]


def test_no_edge_of_a_figure_cuts_a_phrase() -> None:
    prose = line("a line of prose that goes on under a picture", 10, 100)
    label = line("axis", 300, 100)
    rest, labels = take_labels([*prose, *label], [(150.0, 80.0, 311.0, 120.0)])
    assert rest == prose
    assert labels == [label]
