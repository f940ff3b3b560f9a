"""Which text of a page counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ocr_service.engines.layout.page_text import LayerLine, LayerText
from ocr_service.engines.layout.shown_text import Overprints, shown_lines


def block(*spans: tuple[str, int]) -> dict[str, Any]:
    line = {"spans": [{"text": text, "char_flags": flags} for text, flags in spans]}
    return {"number": 0, "lines": [line]}


def shown(*spans: tuple[str, int]) -> list[str]:
    return [span["text"] for _, _, found in shown_lines([block(*spans)]) for span in found]


def test_unpainted_text_counts_only_where_it_is_most_of_the_page() -> None:
    assert shown(("filled text", 16), ("stroked", 32), ("hidden", 0)) == ["filled text", "stroked"]
    assert shown(("stamp", 16), ("a whole hidden layer", 0)) == ["stamp", "a whole hidden layer"]


def test_text_drawn_again_at_its_place_is_an_overprint() -> None:
    drawn = Overprints()
    assert not drawn.is_again("bold", 10, 100, 11)
    assert drawn.is_again("bold", 10.3, 100, 11)
    assert drawn.is_again("bold ", 9.8, 100.2, 11)
    assert not drawn.is_again("bolt", 10, 100, 11)
    assert not drawn.is_again("bold", 10, 112, 11)


def test_cells_of_a_row_are_no_column() -> None:
    def line(text: str, x: float, y: float) -> LayerLine:
        return LayerLine(text, text, (x, y, x + 100, y + 10), 10)

    cells = (line("name", 50, 100), line("price", 200, 100), line("bolt", 50, 112))
    prose = (line("first", 50, 200), line("second", 50, 212))
    page = LayerText((cells, prose), fonts=Counter(), width=500, height=700)
    texts = [[line.text for line in column] for column in page.columns()]
    assert texts == [["name"], ["price"], ["bolt"], ["first", "second"]]
