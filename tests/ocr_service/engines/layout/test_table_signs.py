"""Ruled tables found without a model, and put into pages that the typeset reader read."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from ocr_service.engines.combine import with_tables
from ocr_service.engines.layout.table_signs import ruled_tables
from ocr_service.engines.text_readers import TextPage
from ocr_service.library.pages import Region
from ocr_service.pdf.document import Document

CELLS = (("Source", "Words", "Bytes"), ("Web pages", "3.32T", "21.3T"), ("Code", "70B", "459B"))


@pytest.mark.parametrize(("columns", "found"), [(3, 1), (1, 0)], ids=["table", "one column"])
def test_rules_with_cells_between_them_are_a_table(
    tmp_path: Path, columns: int, found: int
) -> None:
    path = tmp_path / "page.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=500, height=700)
        for y in (100, 118, 160):
            page.draw_line((60, y), (440, y))
        for number, row in enumerate(CELLS):
            for column, cell in enumerate(row[:columns]):
                page.insert_text((70 + 120 * column, 113 + 18 * number), cell)
        pdf.save(path)
    with Document.open(path) as document:
        page_seen = TextPage.look(document, 0, [])
    assert len(ruled_tables(page_seen.ink, page_seen.text)) == found


def region(label: str, top: float, bottom: float, text: str) -> Region:
    return Region(label, (0.2, top, 0.8, bottom), text)


TABLE = region("table", 0.1, 0.3, "| a | b |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |")
BELOW = region("text", 0.4, 0.5, "Text below it.")


def test_a_table_in_pieces_is_replaced() -> None:
    pieces = [region("text", 0.1, 0.15, "a b"), region("text", 0.16, 0.3, "1 2 3 4")]
    assert with_tables([*pieces, BELOW], [TABLE]) == [TABLE, BELOW]


def test_a_table_that_is_whole_stays_and_so_do_formulas() -> None:
    whole = region("table", 0.1, 0.3, TABLE.text.replace("1", "one"))
    assert with_tables([whole, BELOW], [TABLE]) == [whole, BELOW]
    formulas = [region("text", 0.1, 0.15, "a b"), region("text", 0.16, 0.3, r"\(x\) 2 3 4")]
    assert with_tables([*formulas, BELOW], [TABLE]) == [*formulas, BELOW]
